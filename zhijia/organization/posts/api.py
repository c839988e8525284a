from zhijia.foundation.casework import routing

from .cases import POST_CHANGES, TERMS

ROUTES = (*routing.routes(TERMS), *routing.routes(POST_CHANGES))
