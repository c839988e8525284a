"""`joining`, `own` and `cards` for the member himself, `checking` for anybody; `desk`, `rosters` and `exports` for
cadres and other systems.
"""

from . import cards, checking, desk, exports, joining, own, rosters

ROUTES = (
    joining.public,
    checking.routes,
    joining.own,
    cards.routes,
    own.routes,
    desk.routes,
    rosters.routes,
    exports.routes,
)
