"""The suite: fixed keys, a database of its own for every process, no static files to collect."""

from __future__ import annotations

import atexit
import hashlib
import itertools
import os
import shutil
import tempfile
from pathlib import Path

# One folder for a run: the first process makes and removes it, the processes it starts find its name.
if "ZHIJIA_TEST_FOLDER" not in os.environ:
    os.environ["ZHIJIA_TEST_FOLDER"] = tempfile.mkdtemp(prefix="zhijia-test-")
    atexit.register(shutil.rmtree, os.environ["ZHIJIA_TEST_FOLDER"], ignore_errors=True)
_OWN = Path(os.environ["ZHIJIA_TEST_FOLDER"])
os.environ.setdefault("ZHIJIA_VAR", str(_OWN))
os.environ["ZHIJIA_DATABASE_POOL"] = "0"
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_OWN / 'zhijia.sqlite3'}")

from zhijia.kernel.crypto import HASH_KEY, load_keys, new_environment
from zhijia.kernel.logs import logging_settings

from .base import *

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: threads and worker processes then meet the same locks as in life.
    DATABASES["default"]["TEST"] = {"NAME": str(_OWN / "test.sqlite3")}
    # Nobody pulls the plug on a test: no waiting for the disk.
    DATABASES["default"]["OPTIONS"]["init_command"] += "; PRAGMA synchronous=NORMAL"

SECRET_KEY = "only-for-tests-" + "0123456789abcdef" * 3
_stream = iter(hashlib.shake_256(b"keys of the test suite").digest(4096))
_environment = new_environment(lambda count: bytes(itertools.islice(_stream, count)))
ZHIJIA_KEYS = load_keys(_environment)
ZHIJIA_DIGEST_KEY = _environment[HASH_KEY]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LOGGING = logging_settings(level="WARNING", as_json=True)
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where it is missing
WHITENOISE_AUTOREFRESH = True
ZHIJIA_GALLERY = True  # every part of the pages with sample data, at /ui/gallery/
