"""`own` for the member himself, `desk` for cadres and other systems."""

from . import desk, own

ROUTES = (own.routes, desk.routes)
