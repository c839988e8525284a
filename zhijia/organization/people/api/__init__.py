"""`consents` and `rights` for a person himself, `privacy` for the desk that answers him."""

from . import consents, privacy, rights

ROUTES = (consents.texts, consents.own, rights.routes, privacy.routes)
