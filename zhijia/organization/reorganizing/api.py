from zhijia.foundation.casework import routing

from .cases import ORG_CHANGES

ROUTES = routing.routes(ORG_CHANGES)
