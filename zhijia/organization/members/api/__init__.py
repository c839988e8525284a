"""`joining`, `own` and `cards` for the member himself, `checking` for anybody; `desk`, `correcting`, `mending`,
`rosters` and `exports` for cadres and other systems.
"""

from . import cards, checking, correcting, desk, exports, joining, mending, own, rosters

ROUTES = (
    joining.public,
    checking.routes,
    joining.own,
    cards.routes,
    own.routes,
    desk.routes,
    correcting.routes,
    mending.routes,
    rosters.routes,
    exports.routes,
)
