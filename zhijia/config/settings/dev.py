"""A laptop, and the demonstration: everything works after one command, with keys made for this folder alone."""

from __future__ import annotations

import logging

from zhijia.config.keys import load_development_keys

from .base import *

load_development_keys(VAR_DIR)

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("ZHIJIA_DEBUG", default=False)
ALLOWED_HOSTS = ["*"]  # a phone in the same room opens the demonstration by its address
LOGGING = logging_settings(level=env.str("ZHIJIA_LOG_LEVEL", default="WARNING"), as_json=False)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
logging.captureWarnings(True)
