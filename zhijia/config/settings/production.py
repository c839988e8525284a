"""A real installation behind a proxy that ends TLS. Every secret comes from outside; a missing one stops the start."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured

from zhijia.kernel.crypto import HASH_KEY, load_keys

from .base import *

ZHIJIA_PRODUCTION = True  # config/safety.py then refuses what only a demonstration may start with
ZHIJIA_KEYS = load_keys(os.environ)  # raises MissingKey, which names the setting
ZHIJIA_DIGEST_KEY = env.str(HASH_KEY)  # the audit compares contents by keyed digest
SECRET_KEY = env.str("SECRET_KEY")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY must have at least 32 characters")
ALLOWED_HOSTS = env.list("ZHIJIA_HOSTS")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
ZHIJIA_PUBLIC_URL = env.str("ZHIJIA_PUBLIC_URL").rstrip("/")

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("ZHIJIA_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("ZHIJIA_HSTS_SUBDOMAINS", default=False)
# Subdomains and the browsers' preload list are the owner's decision, by the settings above.
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "security.W005", "security.W021"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
