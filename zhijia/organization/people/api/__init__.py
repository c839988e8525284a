"""`consents` and `rights` for a person himself, `privacy` for the desk that answers him; the kinds of `cases`."""

from zhijia.foundation.casework.routing import routes
from zhijia.organization.people.cases.holds import HOLDS
from zhijia.organization.people.cases.requests import REQUESTS
from zhijia.organization.people.cases.texts import TEXTS

from . import consents, privacy, rights

ROUTES = (
    consents.texts,
    consents.own,
    rights.routes,
    privacy.routes,
    *routes(REQUESTS),
    *routes(HOLDS),
    *routes(TEXTS),
)
