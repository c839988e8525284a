"""`joining`, `own` and `cards` for the member himself, `checking` for anybody; `desk`, `changing`,
`rosters` and `exports` for cadres and other systems.
"""

from . import cards, changing, checking, desk, exports, joining, own, rosters

ROUTES = (
    joining.public,
    checking.routes,
    joining.own,
    cards.routes,
    own.routes,
    desk.routes,
    changing.routes,
    rosters.routes,
    exports.routes,
)
