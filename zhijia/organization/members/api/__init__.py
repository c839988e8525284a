"""`own` and `cards` for the member himself, `checking` for anybody; `desk` for cadres and other systems."""

from . import cards, checking, desk, own

ROUTES = (checking.routes, cards.routes, own.routes, desk.routes)
