"""The routes of the kinds, and what belongs to no single case of theirs."""

from zhijia.foundation.casework.routing import routes
from zhijia.organization.transfers.cases.claims import CLAIMS
from zhijia.organization.transfers.cases.founding import FOUNDING
from zhijia.organization.transfers.cases.transfers import TRANSFERS

from . import desk, own

ROUTES = (own.routes, desk.routes, *routes(TRANSFERS), *routes(CLAIMS), *routes(FOUNDING))
