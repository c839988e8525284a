"""`applying` for the applicant and anybody, `desk` for cadres and other systems; disputes as their kind has them."""

from zhijia.foundation.casework import routing
from zhijia.organization.joining.cases import DISPUTES

from . import applying, desk

ROUTES = (applying.public, applying.own, desk.routes, *routing.routes(DISPUTES))
