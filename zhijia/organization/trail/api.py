"""A part of the trail as a file, by two persons."""

from zhijia.foundation.casework.exports import routes

from .cases import EXPORTS

ROUTES = routes(EXPORTS)
