"""What two operators change: proposing, deciding, taking back."""

from zhijia.foundation.casework.routing import routes

from .cases import KINDS

ROUTES = tuple(each for kind in KINDS for each in routes(kind))
