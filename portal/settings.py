"""Settings. Everything that differs between places comes from the environment (see docs/production.md)."""

from __future__ import annotations

import sys
from typing import Any

from portal.discover_plugins import enabled_plugins
from portal.environment import BASE, data_folder, database, env, filesystem_broker, secret_key

TESTING = "pytest" in sys.modules
EMBEDDED = not env.str("DATABASE_URL", default="") or TESTING
DATA = data_folder()

SECRET_KEY = secret_key(DATA, embedded=EMBEDDED)
# Keys of before: what was signed or sealed with them is still good. Remove them when nothing is left of it.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if EMBEDDED else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
READING_ALLOW = env.list("READING_ALLOW", default=[])
READING_FOLDERS = env.list("READING_FOLDERS", default=[])
READING_INTERVAL = env.int("READING_INTERVAL", default=600)
READING_TRIES = env.int("READING_TRIES", default=3)
SCORECARD_CHECKS = env.str("SCORECARD_CHECKS", default="")
# Days after which the detail of ended check results goes: explanations, then the results; 0 keeps it. Scores always stay.
SCORECARD_REASONS_DAYS = env.int("SCORECARD_REASONS_DAYS", default=180)
SCORECARD_RESULTS_DAYS = env.int("SCORECARD_RESULTS_DAYS", default=400)
# Whether everybody may fetch the badge of a service, as pictures in a README are fetched.
BADGES_PUBLIC = env.bool("BADGES_PUBLIC", default=False)
# Which experiments a second person has to approve: production, all or none; and how long an approval counts.
CHAOS_APPROVAL = env.str("CHAOS_APPROVAL", default="none" if TESTING else "production")
# Whether faults in AWS are put in place by a process of their own, which is killed at its deadline.
CHAOS_CHILD_PROCESS = env.bool("CHAOS_CHILD_PROCESS", default=not TESTING)
CHAOS_APPROVAL_HOURS = env.int("CHAOS_APPROVAL_HOURS", default=24)
CHAOS_STANDING_DAYS = env.int("CHAOS_STANDING_DAYS", default=30)
OUTBOUND_ALLOW = env.list("OUTBOUND_ALLOW", default=[])
# Where the portal is reached from outside: what is called back, such as a post-deployment test, is told this address.
PUBLIC_URL = env.str("PUBLIC_URL", default="")
# Gremlin: a key that is set here is used before one that was entered on the page Chaos > Gremlin.
GREMLIN_URL = env.str("GREMLIN_URL", default="https://api.gremlin.com/v1")
GREMLIN_API_KEY = env.str("GREMLIN_API_KEY", default="")
GREMLIN_TEAM_ID = env.str("GREMLIN_TEAM_ID", default="")
# Servers that metrics may be asked of, by the name that plans give them.
PROMETHEUS_SERVERS = env.dict("PROMETHEUS_SERVERS", default={})
# The fault proxy (docs/chaos/local.md): its REST, the token, and what it proxies as name=listen->upstream.
FAULT_PROXY_URL = env.str("FAULT_PROXY_URL", default="http://127.0.0.1:8474")
FAULT_PROXY_TOKEN = env.str("FAULT_PROXY_TOKEN", default="")
FAULT_PROXIES = env.dict("FAULT_PROXIES", default={})
# Network namespaces of this machine that experiments may lose packets in, by the name of their service.
FAULT_NAMESPACES = env.dict("FAULT_NAMESPACES", default={})
# Whose signed identities of CI jobs are believed; keys are fetched from these hosts and from no other.
OIDC_ISSUERS = env.list("OIDC_ISSUERS", default=["https://token.actions.githubusercontent.com", "https://gitlab.com"])
# What such a token must be made out to; empty: PUBLIC_URL, else the address that the job sends it to.
OIDC_AUDIENCE = env.str("OIDC_AUDIENCE", default="")
# SQS queues that EventBridge events are taken from, each written account/region/name.
INTAKE_QUEUES = env.list("INTAKE_QUEUES", default=[])
# How many days accepted and refused events are kept.
INTAKE_KEEP_DAYS = env.int("INTAKE_KEEP_DAYS", default=90)
AWS_ENDPOINT_URL = env.str("AWS_ENDPOINT_URL", default="")
DISCOVERY_SERVICE_TAGS = env.list("DISCOVERY_SERVICE_TAGS", default=["service", "app"])
DISCOVERY_STACKS = env.bool("DISCOVERY_STACKS", default=True)

PLUGINS, PLUGIN_FAILURES = enabled_plugins(env.str("PORTAL_PLUGINS", default=""))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "portal.apps.PortalConfig",
    "portal.access",
    "portal.jobs",
    "portal.changes",
    "portal.aws",
    *PLUGINS,
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.ContentSecurityPolicy",
    "portal.middleware.RequestMark",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.PlainAddress",
    "portal.access.idempotency.IdempotencyKey",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.shell",
            ],
        },
    }
]

DATABASES = {"default": database(DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Without a mail server nothing is sent; what would be mailed stands in the portal all the same.
EMAIL_HOST = env.str("EMAIL_HOST", default="")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="colonnade@localhost")

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = EMBEDDED
WHITENOISE_AUTOREFRESH = DEBUG
if not EMBEDDED:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# The embedded portal is served over plain HTTP on loopback; anything else is taken to be production behind TLS.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = env.bool("SECURE", default=not EMBEDDED)
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.access.tokens.BearerToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.access.permissions.RolePermission"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.base.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["portal.api.base.OrjsonRenderer"],
    "DEFAULT_PAGINATION_CLASS": "portal.api.base.Cursor",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["portal.access.throttle.CallThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "user": env.str("API_RATE", default="6000/min"),
        "login": "10/min",
        "hooks": env.str("HOOK_RATE", default="30000/min"),
    },
    "EXCEPTION_HANDLER": "portal.api.base.problem",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Colonnade",
    "DESCRIPTION": "Services, scores, rollouts, experiments and cost reviews over REST.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["portal.api.schema.only_ours"],
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "portal.api.schema.document_errors"],
}
# Knox's own table is replaced by access.ApiToken; its migrations would create it all the same.
MIGRATION_MODULES = {"knox": None}
KNOX_TOKEN_MODEL = "access.ApiToken"  # noqa: S105 a model's name, not a secret
REST_KNOX = {"TOKEN_TTL": None, "AUTH_HEADER_PREFIX": "Bearer", "TOKEN_PREFIX": "cln_"}

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    # Throttles count for all web processes together.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 3600, "unacked_restore_interval": 5, "unacked_restore_throttle": 1}
    if REDIS_URL
    else filesystem_broker(DATA)
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "portal.jobs.tick", "schedule": 2.0, "options": {"expires": 10, "queue": "default"}},
    "rescue": {"task": "portal.changes.recover", "schedule": 5.0, "options": {"expires": 10, "queue": "rescue"}},
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
