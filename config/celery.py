"""The Celery application: Redis where REDIS_URL is set, else messages as files in ``var/queue``."""

import os
from pathlib import Path

from celery import Celery
from celery.signals import worker_init
from django.conf import settings

from config import file_queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

file_queue.register()
app = Celery("madang")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def make_queue_folders() -> None:
    """Make the folders of the embedded broker; kombu does not."""
    options = getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})
    for key in ("data_folder_in", "data_folder_out", "processed_folder", "control_folder"):
        if key in options:
            Path(options[key]).mkdir(parents=True, exist_ok=True)


@worker_init.connect
def prepare_worker(**kwargs) -> None:
    make_queue_folders()
