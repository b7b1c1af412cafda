"""Django's settings, from the environment. Every default runs on a laptop without any set-up."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import django_stubs_ext
from pydantic import ValidationError

from ad_system import embedded, logs
from ad_system.environment import Environment

django_stubs_ext.monkeypatch()

try:
    ENVIRONMENT = Environment()
except ValidationError as invalid:
    told = [(*map(str.upper, map(str, e["loc"])), e["msg"].removeprefix("Value error, ")) for e in invalid.errors()]
    sys.exit("\n".join(f"ad_system: {' '.join(words)}" for words in told))

# --- Django -----------------------------------------------------------------------------------------------------------

DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key or embedded.secret_key(ENVIRONMENT.data_dir)
SECRET_KEY_FALLBACKS = ENVIRONMENT.secret_key_fallbacks
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.csrf_trusted_origins
ROOT_URLCONF = "ad_system.urls"
WSGI_APPLICATION = "ad_system.wsgi.application"
TEST_RUNNER = "ad_system.testing.PytestRunner"

INSTALLED_APPS = [
    "ad_system",
    # Before the admin, whose templates it overrides.
    "campaigns",
    "campaigns.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "axes",
    "csp",
    # So that the page of the API comes with its own scripts, and needs nothing from elsewhere.
    "ninja",
]

MIDDLEWARE = [
    # First: who asks, over what, and under which number, is what all others go by.
    "ad_system.middleware.ProxyMiddleware",
    "ad_system.middleware.RequestIdMiddleware",
    # Around all others, so that what they answer by themselves carries the same headers.
    "csp.middleware.CSPMiddleware",
    "ad_system.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "campaigns.api.middleware.ApiMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    # Before the host is checked: whoever looks from inside asks an address, not a name.
    "ad_system.signs.pages.SignsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # The last one: it takes the place of what was answered to somebody who is locked out.
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = ENVIRONMENT.default_time_zone
USE_TZ = True
USE_I18N = False
# SQLite ignores the extra column of a covering index; PostgreSQL uses it.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
STATIC_ROOT = ENVIRONMENT.data_dir / "static"
# On a laptop nobody collects static files: whitenoise finds them where the packages keep them.
WHITENOISE_USE_FINDERS = not ENVIRONMENT.production
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENVIRONMENT.production
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

DATABASES = {
    "default": embedded.database(
        ENVIRONMENT.database_url,
        ENVIRONMENT.data_dir,
        password=ENVIRONMENT.database_password,
        has_pooler=ENVIRONMENT.database_pooler,
        lock_timeout=ENVIRONMENT.lock_timeout,
    )
}

# Exports read from here. A test that looks at one database sees the other as the same.
REPORTS_DATABASE = "reports" if ENVIRONMENT.database_replica_url else "default"
if ENVIRONMENT.database_replica_url:
    DATABASES["reports"] = embedded.database(
        ENVIRONMENT.database_replica_url,
        ENVIRONMENT.data_dir,
        password=ENVIRONMENT.database_password,
        has_pooler=ENVIRONMENT.database_pooler,
        lock_timeout=ENVIRONMENT.lock_timeout,
    )
    DATABASES["reports"]["TEST"] = {"MIRROR": "default"}

# --- Security ---------------------------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = ENVIRONMENT.production
SESSION_COOKIE_SECURE = ENVIRONMENT.production
CSRF_COOKIE_SECURE = ENVIRONMENT.production
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENVIRONMENT.production else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENVIRONMENT.production
SECURE_HSTS_PRELOAD = ENVIRONMENT.production
X_FRAME_OPTIONS = "DENY"
# `ProxyMiddleware` takes this header away from everybody who is not one of the proxies.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.trusted_proxies else None
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies

# --- Signs of life ----------------------------------------------------------------------------------------------------

METRICS_TOKEN = ENVIRONMENT.metrics_token
# Whoever looks from inside (a container, a balancer) comes without TLS, and follows no redirect.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]

# --- People, their sessions, and what their browsers may do -----------------------------------------------------------

# The first one says no to who is locked out; the second one knows passwords, permissions, and limits to brands.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "campaigns.permissions.LimitedBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": ENVIRONMENT.password_length},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Of a name and an address together: nobody can lock somebody else out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = ENVIRONMENT.login_failures
AXES_COOLOFF_TIME = timedelta(minutes=ENVIRONMENT.login_pause_minutes)
# A program with an old password does not keep its owner out for ever.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "ad_system.lockout.locked_out"
AXES_USERNAME_CALLABLE = "ad_system.lockout.tried_name"
AXES_VERBOSE = False

# From the moment of signing in, however busy somebody is: a page that is fresh by itself keeps nobody signed in.
SESSION_COOKIE_AGE = ENVIRONMENT.session_hours * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"

# --- Celery -----------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = (
    embedded.with_password(ENVIRONMENT.celery_broker_url, ENVIRONMENT.celery_broker_password)
    if ENVIRONMENT.celery_broker_url
    else embedded.broker_url(ENVIRONMENT.data_dir)
)
# Celery takes its URL from the environment where it finds one of that name there, and then without the password.
CELERY_BROKER_READ_URL = CELERY_BROKER_WRITE_URL = CELERY_BROKER_URL
CELERY_BROKER_TRANSPORT_OPTIONS = embedded.transport_options(CELERY_BROKER_URL, ENVIRONMENT.data_dir)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A broker that is full answers, and refuses: that passes, too, and is no reason for a worker to end.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
# Minute crontabs in a zone with daylight saving lose an hour of runs, so the clock of the clock is UTC.
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "ad_system.beat.Scheduler"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONSUMER = "ad_system.consumer.Consumer"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- The desk ---------------------------------------------------------------------------------------------------------

ALLOW_TIME_TRAVEL = ENVIRONMENT.allow_time_travel
DEFAULT_CURRENCY = ENVIRONMENT.default_currency
FAN_OUT_BRANDS = ENVIRONMENT.fan_out_brands
IMPORT_MAX_MEGABYTES = ENVIRONMENT.import_max_megabytes
BUDGET_THRESHOLDS = ENVIRONMENT.budget_thresholds
WEBHOOK_TIMEOUT = ENVIRONMENT.webhook_timeout
WEBHOOK_ALLOW_PRIVATE = ENVIRONMENT.webhook_allow_private
WEBHOOK_ALLOW_HTTP = ENVIRONMENT.webhook_allow_http
KEEP_HISTORY_DAYS = ENVIRONMENT.keep_history_days
KEEP_AUDIT_DAYS = ENVIRONMENT.keep_audit_days
KEEP_SIGN_INS_DAYS = ENVIRONMENT.keep_sign_ins_days
KEEP_REFUSALS_DAYS = ENVIRONMENT.keep_refusals_days
KEEP_IMPORTS_DAYS = ENVIRONMENT.keep_imports_days
KEEP_MESSAGES_DAYS = ENVIRONMENT.keep_messages_days

LOGGING = logs.configuration(level=ENVIRONMENT.log_level, style=ENVIRONMENT.log_format)
