"""For cadres: batches of made-up documents and numbers looked at again; for whoever asked, what became of it."""

from zhijia.foundation.casework import routing

from .cases import BATCHES, CHECKS

ROUTES = (*routing.routes(BATCHES), *routing.routes(CHECKS))
