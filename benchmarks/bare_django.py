"""For `serve`: Django with our addresses and no middleware at all, the most that any chain could reach."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijia.config.settings.production")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402

settings.MIDDLEWARE = []
application = WSGIHandler()
