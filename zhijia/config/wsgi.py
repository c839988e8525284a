"""The WSGI entry: `granian --interface wsgi zhijia.config.wsgi:application`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from zhijia.config.safety import require_safe

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijia.config.settings.production")
os.environ["ZHIJIA_PROCESS"] = "web"
require_safe()
application = get_wsgi_application()
from django.db import connections  # noqa: E402  the apps are loaded only now
from django.utils import timezone  # noqa: E402

from zhijia.foundation.upkeep.services import require_known_keys  # noqa: E402

require_known_keys(now=timezone.now())
connections.close_all()  # each thread that serves opens its own
# What is loaded now stays for the life of the process: the collector need not walk it again and again.
gc.collect()
gc.freeze()
