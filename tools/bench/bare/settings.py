"""As little as Django needs for these pages; the headers and sessions are the same as ours."""

import os
from pathlib import Path

from csp.constants import SELF

from config.env import parse_database_url

FOLDER = Path(os.environ["BARE_FOLDER"])
SECRET_KEY = "measured on loopback and thrown away" * 2
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "tools.bench.bare.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "csp",
    "rest_framework",
    "tools.bench.bare",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
    }
]
DATABASES = {
    "default": {**parse_database_url(os.environ["BARE_DATABASE"]), "CONN_MAX_AGE": 60},
}
if url := os.environ.get("BARE_REDIS"):
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"default-src": [SELF]}}
STATIC_URL = "/static/"
STATIC_ROOT = FOLDER / "static"
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "Korean"), ("en", "English")]
TIME_ZONE = "Asia/Seoul"
USE_TZ = True
