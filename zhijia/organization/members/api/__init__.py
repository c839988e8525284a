"""`joining`, `own` and `cards` for the member himself, `checking` for anybody; `desk` and `changing` for cadres and
other systems.
"""

from . import cards, changing, checking, desk, joining, own

ROUTES = (
    joining.public,
    checking.routes,
    joining.own,
    cards.routes,
    own.routes,
    desk.routes,
    changing.routes,
)
