"""A laptop, and the demonstration: everything works after one command, with keys made for this folder alone."""

from __future__ import annotations

import logging
import os

from zhijia.config.keys import load_development_keys
from zhijia.kernel.crypto import HASH_KEY, load_keys
from zhijia.kernel.logs import logging_settings

from .base import *

load_development_keys(VAR_DIR)

SECRET_KEY = env.str("SECRET_KEY")
ZHIJIA_KEYS = load_keys(os.environ)
ZHIJIA_DIGEST_KEY = env.str(HASH_KEY)  # the audit compares contents by keyed digest
DEBUG = env.bool("ZHIJIA_DEBUG", default=False)
ALLOWED_HOSTS = ["*"]  # a phone in the same room opens the demonstration by its address
LOGGING = logging_settings(
    level=env.str("ZHIJIA_LOG_LEVEL", default="WARNING"), as_json=False, file=env.str("ZHIJIA_LOG_FILE", default="")
)
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where it is missing
WHITENOISE_AUTOREFRESH = DEBUG
logging.captureWarnings(True)
ZHIJIA_GALLERY = True  # every part of the pages with sample data, at /ui/gallery/
