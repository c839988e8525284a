"""Registering other systems, agreeing to them, stopping them; secrets are issued on the page alone."""

from zhijia.foundation.casework.routing import routes

from .cases import CLIENTS

ROUTES = routes(CLIENTS)
