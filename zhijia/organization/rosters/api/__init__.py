"""For cadres: files of members in with the rows that wait, and lists of members out."""

from . import exports, loads

ROUTES = (loads.routes, exports.routes)
