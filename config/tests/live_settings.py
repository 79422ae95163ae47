"""The site of a laptop, with static files as they are: nothing is collected for a test."""

from config.settings.dev import *  # noqa: F403
from config.settings.dev import STORAGES

STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
