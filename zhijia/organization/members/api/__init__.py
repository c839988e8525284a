"""`joining` and `cards` for the member himself, `checking` for anybody, `desk` for cadres and other systems."""

from . import cards, checking, desk, joining

ROUTES = (joining.public, checking.routes, joining.own, cards.routes, desk.routes)
