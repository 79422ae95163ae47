"""The Celery application: Redis where REDIS_URL is set, else messages as files in ``var/queue``."""

import os
from pathlib import Path

from celery import Celery
from celery.concurrency import get_implementation, prefork
from celery.signals import worker_init, worker_process_init
from django.conf import settings

from config import file_queue, preloading

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


@worker_init.connect
def load_before_tasks(sender=None, **kwargs) -> None:
    """Load what tasks need before a pool of processes forks; other pools need not wait for it."""
    if issubclass(get_implementation(sender.pool_cls), prefork.TaskPool):
        preloading.load_before_fork()
    else:
        preloading.load_soon()


@worker_process_init.connect
def load_in_process(**kwargs) -> None:
    """Make sure that a process of the pool has it all, also where it did not come by a fork."""
    preloading.load_all()
