"""The test suite: fast hashing, mails in memory, tasks run where they are sent."""

import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, INSTALLED_APPS, LOGGING, MIDDLEWARE, STORAGES

SECRET_KEY = "for the test suite only, never for a server that people can reach 한글"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
SITE_URL = "https://madang.example"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MAIL_ENABLED = True
TRANSLATION_PROVIDER = ""
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
_folder = tempfile.TemporaryDirectory(prefix="madang-test-", ignore_cleanup_errors=True)
_scratch = Path(_folder.name)  # removed when the process ends
VAR_DIR = _scratch
MEDIA_ROOT = _scratch / "media"
STATIC_ROOT = _scratch / "static"
STATIC_ROOT.mkdir()
QUEUE_DIR = _scratch / "queue"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in life: threads that share one in-memory database cannot wait for each other.
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / "test.sqlite3")}
STORAGES = STORAGES | {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = [
    "zeal.middleware.zeal_middleware",
    *(one for one in MIDDLEWARE if one != "config.metrics.MetricsMiddleware"),
]
ZEAL_RAISE = True
# Each act writes its row of the log after the row before it, and an act on many in the
# administration is a loop over the action for one.
ZEAL_ALLOWLIST = [
    # An act that carries out another one holds the case again.
    {"model": "moderation.Case", "field": "get()"},
    {"model": "moderation.ChainHead", "field": "get()"},
    {"model": "blog.Tag", "field": "get()"},
    {"model": "embed.EmbedSite", "field": "get()"},
    {"model": "accounts.DelayedMail", "field": "get()"},
    # Each person who is told of something is told by rows of their own, under their own inbox.
    {"model": "social.Notification", "field": "get()"},
    {"model": "social.NotificationCause", "field": "get()"},
]
# Tests that look at what is logged catch it before it is written.
LOGGING = LOGGING | {
    "handlers": {name: {"class": "logging.NullHandler"} for name in LOGGING["handlers"]}
}
SENTRY_DSN = METRICS_TOKEN = ""
METRICS = False
# What is kept is part of what is tested, whatever DEBUG a developer has set.
KEEPS_PAGES = True
# Counts reach the database when a test says so, never from a thread of their own.
BUFFER_FLUSH_SECONDS = 0
# Tests index what they look for, when they say so; everybody else writes without an index.
SEARCH_WAKES_WORKER = False
# Receivers of tests stand on this machine; what is refused elsewhere is tried with it off.
WEBHOOKS_TO_LOOPBACK = True
