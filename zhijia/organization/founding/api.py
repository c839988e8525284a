from zhijia.foundation.casework import routing

from .cases import FOUNDINGS

ROUTES = routing.routes(FOUNDINGS)
