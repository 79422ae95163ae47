"""What every installation shares. Overlays: dev (a laptop), test (pytest), prod (a server)."""

import logging
from datetime import timedelta

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from config import env as environment
from config.databases import build_databases
from config.log import build_logging

env = environment.load()

BASE_DIR = environment.ROOT
VAR_DIR = env.VAR_DIR
SECRET_KEY = env.SECRET_KEY
DEBUG = env.DEBUG
WEB_PRELOAD = env.WEB_PRELOAD
SERVERLESS = env.SERVERLESS
ALLOWED_HOSTS = env.ALLOWED_HOSTS
SITE_URL = env.SITE_URL
URL_PREFIX = env.URL_PREFIX
FORCE_SCRIPT_NAME = URL_PREFIX or None
TRUSTED_PROXIES = env.TRUSTED_PROXIES

INSTALLED_APPS = [
    "modeltranslation",
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    # Before allauth, whose templates it replaces.
    "accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "accounts.apps.UserSessionsConfig",
    "allauth.socialaccount",
    *(f"allauth.socialaccount.providers.{name}" for name in env.SOCIAL if env.SOCIAL[name][0]),
    "csp",
    "corsheaders",
    "knox",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "config",
    "social",
    "blog",
    "search",
    "embed",
    "moderation",
]

MIDDLEWARE = [
    "config.middleware.RequestLogMiddleware",
    "config.middleware.ClientAddressMiddleware",
    "config.middleware.ProbeHostMiddleware",
    "config.middleware.ResponseHeadersMiddleware",
    # Outside of all that answers by itself: files and redirects carry the security headers too.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.cors.CorsMiddleware",
    "config.static_files.StaticFiles",
    "search.middleware.WakeIndexMiddleware",
    "embed.middleware.EmbedWindowMiddleware",
    "config.middleware.BodySizeMiddleware",
    "config.replica.WritingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.middleware.ErrorPageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "config.arrivals.ArrivalMiddleware",
    "accounts.middleware.AccountStateMiddleware",
    "accounts.middleware.LastSeenMiddleware",
    "blog.middleware.OldPathMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
                "accounts.context.jobs",
                "accounts.context.me",
                "social.context.inbox",
                "blog.context.announcements",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "config.templatetags.addresses",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data ---------------------------------------------------------------------------------------
DATABASES = build_databases(env)
READS_FROM_REPLICA = "replica" in DATABASES
DATABASE_ROUTERS = ["config.replica.Router"] if READS_FROM_REPLICA else []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

if env.REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "config.redis_cache.RedisCache",
            "LOCATION": env.REDIS_URL,
            "KEY_PREFIX": "madang",
        }
    }
    SESSION_ENGINE = "config.sessions"
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            # Limits and used-up challenges live here. Django keeps 300 entries: whoever makes as many
            # new ones would have the tries of a password forgotten.
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        },
        # Whole pages: few, and not among the small things above, which they would push out.
        "pages": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "pages",
            "OPTIONS": {"MAX_ENTRIES": 300},
        },
    }
    # An ended session must be dead in every process: a per-process cache cannot promise that.
    SESSION_ENGINE = "django.contrib.sessions.backends.db"
REDIS_URL = env.REDIS_URL
# Where code changes while it runs, what was kept would hide it. Functions share nothing but Redis.
KEEPS_PAGES = not env.DEBUG and (bool(env.REDIS_URL) or not env.SERVERLESS)

# Background work ------------------------------------------------------------------------------
QUEUE_DIR = VAR_DIR / "queue"
# Programs -------------------------------------------------------------------------------------
from config.settings.api import *  # noqa: E402, F403
from config.settings.schedule import CELERY_BEAT_SCHEDULE  # noqa: E402, F401
from config.settings.work import *  # noqa: E402, F403

# Languages and time -----------------------------------------------------------------------------
LANGUAGE_NAMES = {"ko": _("Korean"), "en": _("English"), "es": _("Spanish"), "ja": _("Japanese")}
LANGUAGES = [(code, LANGUAGE_NAMES[code]) for code in env.LANGUAGES]
LANGUAGE_CODE = env.LANGUAGE_CODE
FORCE_LANGUAGE = env.FORCE_LANGUAGE
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "ko"
MODELTRANSLATION_LANGUAGES = tuple(env.LANGUAGES)
MODELTRANSLATION_FALLBACK_LANGUAGES = ("ko", "en")
JQUERY_UI_URL = "madang/vendor/jquery-ui.min.js"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.TIME_ZONE
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # seconds
LANGUAGE_COOKIE_SAMESITE = "Lax"
PREFERENCE_COOKIE_AGE = LANGUAGE_COOKIE_AGE
THEME_COOKIE_NAME = "madang_theme"
TIME_ZONE_COOKIE_NAME = "madang_time_zone"

# Files --------------------------------------------------------------------------------------------
STATIC_URL = f"{env.STATIC_HOST}{URL_PREFIX}/static/"
STATIC_ROOT = env.STATIC_ROOT
MEDIA_URL = f"{URL_PREFIX}/media/"
MEDIA_ROOT = env.MEDIA_ROOT
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.HashedFiles"},
}
if env.S3_BUCKET:
    STORAGES["default"] = {
        "BACKEND": "config.s3.PrivateBucket",
        "OPTIONS": {
            "bucket_name": env.S3_BUCKET,
            "endpoint_url": env.S3_ENDPOINT_URL or None,
            "region_name": env.S3_REGION or None,
            "access_key": env.S3_ACCESS_KEY_ID or None,
            "secret_key": env.S3_SECRET_ACCESS_KEY or None,
            "location": env.S3_FOLDER,
        },
    }
# Maps are for debuggers: squeezing those of the API's viewers would take ten seconds of each set-up.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]
WHITENOISE_MAX_AGE = 30 * 24 * 3600  # seconds, for files without a hash in their name
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024  # bytes; an article may hold a million characters
FILE_UPLOAD_PERMISSIONS = 0o640

# Limits (all text lengths in grapheme clusters after NFC) -----------------------------------------
NOTE_MAX_LENGTH = env.NOTE_MAX_LENGTH
ARTICLE_MAX_LENGTH = env.ARTICLE_MAX_LENGTH
TITLE_MAX_LENGTH = 200
EXCERPT_MAX_LENGTH = 300
TAGS_PER_POST = 10
BIO_MAX_LENGTH = env.BIO_MAX_LENGTH
POSTS_PER_PAGE = env.POSTS_PER_PAGE
IMAGE_MAX_BYTES = env.IMAGE_MAX_BYTES
IMAGE_MAX_PIXELS = env.IMAGE_MAX_PIXELS
IMAGE_QUOTA_BYTES = env.IMAGE_QUOTA_BYTES
IMPORT_MAX_BYTES = 512 * 1024 * 1024
AVATAR_MAX_BYTES = 5 * 1024 * 1024
if SERVERLESS:
    # Lambda takes 6 MB, and what is no text comes a third larger.
    FUNCTION_MAX_BYTES = 4_400_000
    DATA_UPLOAD_MAX_MEMORY_SIZE = IMPORT_MAX_BYTES = FUNCTION_MAX_BYTES
    IMAGE_MAX_BYTES = min(IMAGE_MAX_BYTES, FUNCTION_MAX_BYTES)
    AVATAR_MAX_BYTES = min(AVATAR_MAX_BYTES, FUNCTION_MAX_BYTES)
    MIDDLEWARE.append("config.middleware.BigFileMiddleware")
EXPORT_LINK_TIME = timedelta(days=env.EXPORT_LINK_DAYS)
EXPORT_MAIL_MAX_BYTES = env.EXPORT_MAIL_MAX_BYTES

# Mail -----------------------------------------------------------------------------------------------
MAIL_ENABLED = bool(env.MAIL_SERVER)
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if MAIL_ENABLED
    else "django.core.mail.backends.dummy.EmailBackend"
)
EMAIL_HOST = env.MAIL_SERVER
EMAIL_PORT = env.MAIL_PORT
# On 465 (RFC 8314) the whole conversation is in TLS; elsewhere it begins in the clear (STARTTLS).
EMAIL_USE_SSL = env.MAIL_USE_TLS and env.MAIL_PORT == 465
EMAIL_USE_TLS = env.MAIL_USE_TLS and not EMAIL_USE_SSL
EMAIL_HOST_USER = env.MAIL_USERNAME
EMAIL_HOST_PASSWORD = env.MAIL_PASSWORD
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = env.MAIL_FROM
SERVER_EMAIL = env.MAIL_FROM
ADMINS = [("", address) for address in env.ADMINS]

# Accounts -------------------------------------------------------------------------------------------
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("handle", "email", "display_name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = env.SESSION_REMEMBER_DAYS * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
# Another site below another path of the same host has cookies of the same names.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = LANGUAGE_COOKIE_PATH = URL_PREFIX or "/"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "config.notices.NoticeStorage"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
PASSWORD_RESET_MINUTES = env.PASSWORD_RESET_MINUTES
PASSWORD_RESET_TIMEOUT = PASSWORD_RESET_MINUTES * 60
EMAIL_CONFIRM_DAYS = env.EMAIL_CONFIRM_DAYS
SESSION_REMEMBER_DAYS = env.SESSION_REMEMBER_DAYS
STAFF_REQUIRE_MFA = env.STAFF_REQUIRE_MFA
GRAVATAR_ENABLED = env.GRAVATAR_ENABLED
SOCIAL_CREDENTIALS = {name: pair for name, pair in env.SOCIAL.items() if pair[0]}
from config.settings.allauth import *  # noqa: E402, F403

# Machine translation --------------------------------------------------------------------------------
TRANSLATION_PROVIDER = env.TRANSLATION_PROVIDER
TRANSLATION_URL = env.TRANSLATION_URL
TRANSLATION_KEY = env.TRANSLATION_KEY
TRANSLATION_KEY_ID = env.TRANSLATION_KEY_ID
TRANSLATION_REGION = env.TRANSLATION_REGION
TRANSLATION_MONTHLY_CHARACTERS = env.TRANSLATION_MONTHLY_CHARACTERS
TRANSLATION_TIMEOUT = env.TRANSLATION_TIMEOUT  # seconds

# Search ---------------------------------------------------------------------------------------------
SEARCH_ENGINE = env.SEARCH_ENGINE  # empty: the one that belongs to the database
SEARCH_URL = env.SEARCH_URL
SEARCH_ANALYZER = env.SEARCH_ANALYZER  # empty: the best that is installed
SEARCH_PAGE_SIZE = env.SEARCH_PAGE_SIZE
SEARCH_WAKES_WORKER = True

# Security headers -----------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
if env.STATIC_HOST:
    for directive in ("script-src", "style-src", "font-src", "manifest-src"):
        CONTENT_SECURITY_POLICY["DIRECTIVES"][directive] = [SELF, env.STATIC_HOST]
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"].append(env.STATIC_HOST)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PERMISSIONS_POLICY = (
    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
)
ROBOTS_CLOSED = env.ROBOTS_CLOSED

# Logs -------------------------------------------------------------------------------------------------
LOGGING_CONFIG = "config.log.configure"
LOGGING = build_logging(
    level=env.LOG_LEVEL,
    fmt=env.LOG_FORMAT,
    to_stdout=env.LOG_TO_STDOUT,
    file=env.LOG_FILE,
    mails_errors=MAIL_ENABLED and bool(ADMINS) and not DEBUG,
)
SENTRY_DSN = env.SENTRY_DSN
METRICS = env.METRICS
METRICS_TOKEN = env.METRICS_TOKEN
if METRICS:
    # Outside of all others: what they answer counts too.
    MIDDLEWARE.insert(0, "config.metrics.MetricsMiddleware")
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# One line a request, when it is over; a crash is told by itself.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = None
