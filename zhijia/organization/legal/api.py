from zhijia.foundation.casework import routing

from .cases import REGISTRATIONS

ROUTES = routing.routes(REGISTRATIONS)
