"""The WSGI entry: `granian --interface wsgi zhijia.config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijia.config.settings.production")
application = get_wsgi_application()
