"""The WSGI entry: `granian --interface wsgi zhijia.config.wsgi:application`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijia.config.settings.production")
application = get_wsgi_application()
# What is loaded now stays for the life of the process: the collector need not walk it again and again.
gc.collect()
gc.freeze()
