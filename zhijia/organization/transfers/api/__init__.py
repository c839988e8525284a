"""`own` for the member himself, `desk` for cadres and other systems; and the routes of the kinds."""

from zhijia.foundation.casework.routing import routes
from zhijia.organization.transfers.cases.claims import CLAIMS
from zhijia.organization.transfers.cases.founding import FOUNDING

from . import desk, own

ROUTES = (own.routes, desk.routes, *routes(CLAIMS), *routes(FOUNDING))
