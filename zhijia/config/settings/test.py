"""The suite: fixed keys, a database of its own for every process, no static files to collect."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_OWN = Path(tempfile.mkdtemp(prefix="zhijia-test-"))
os.environ.setdefault("ZHIJIA_VAR", str(_OWN))
os.environ["ZHIJIA_DATABASE_POOL"] = "0"
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_OWN / 'zhijia.sqlite3'}")

from .base import *  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: threads and worker processes then meet the same locks as in life.
    DATABASES["default"]["TEST"] = {"NAME": str(_OWN / "test.sqlite3")}
    import atexit

    atexit.register(shutil.rmtree, _OWN, ignore_errors=True)

SECRET_KEY = "only-for-tests-" + "0123456789abcdef" * 3
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LOGGING = logging_settings(level="WARNING", as_json=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
