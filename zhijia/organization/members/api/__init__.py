"""`joining`, `own` and `cards` for the member himself, `checking` for anybody; `desk` for cadres and other systems."""

from . import cards, checking, desk, joining, own

ROUTES = (
    joining.public,
    checking.routes,
    joining.own,
    cards.routes,
    own.routes,
    desk.routes,
)
