"""A small site whose workers need not be waited for: for tests in processes of their own."""

from config.settings.dev import *  # noqa: F403
from config.settings.dev import CELERY_BROKER_TRANSPORT_OPTIONS, REDIS_URL

SEARCH_WAKES_WORKER = False
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS | {
        # Longer than a worker may stand still while it loads what it needs, on a busy machine.
        "visibility_timeout": 12,
        "unacked_restore_interval": 1,
    }
