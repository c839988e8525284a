"""For cadres: files of members in with the rows that wait, and lists of members out."""

from zhijia.foundation.casework import exports as casework_exports, routing
from zhijia.organization.rosters.cases.conflicts import CONFLICTS
from zhijia.organization.rosters.cases.exports import EXPORTS

from . import exports, loads

ROUTES = (loads.routes, exports.routes, *casework_exports.routes(EXPORTS), *routing.routes(CONFLICTS))
