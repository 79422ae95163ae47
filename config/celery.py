"""The Celery application: Redis where REDIS_URL is set, else messages as files in ``var/queue``."""

import os
from pathlib import Path

from celery import Celery, beat
from celery.concurrency import get_implementation, prefork
from celery.signals import (
    celeryd_after_setup,
    worker_init,
    worker_process_init,
    worker_ready,
    worker_shutdown,
)
from django.conf import settings

from config import file_queue, preloading
from config import url_prefix as url_prefix  # listens to tasks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

# ``worker --beat``: in a thread. In a process of its own it would close the files of the logs, cost
# as much memory again, and live on where its worker was killed.
beat._Process = None

file_queue.register()
app = Celery("madang", task_cls="config.promises:Task")
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
    options = getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})
    if "processed_folder" in options:
        # Where versions before 22 November 2026 held what they had taken; to go in the release after
        # the next, with FORMER_QUEUE.
        former = Path(options["processed_folder"]).with_name("done")
        file_queue.bring_back(former, Path(options["data_folder_in"]))


@worker_init.connect
def keep_to_oneself(**kwargs) -> None:
    """Leave out what workers tell each other, which nobody here asks for.

    With it, one that lost its broker logs errors while it comes back, and each waits at its start.
    There is no setting for it, only ``--without-gossip --without-mingle``.
    """
    from celery.worker.consumer import gossip, mingle

    gossip.Gossip.compatible_transports = mingle.Mingle.compatible_transports = frozenset()


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


@celeryd_after_setup.connect
def take_own_queues(instance=None, **kwargs) -> None:
    """Take from WORKER_QUEUES alone; ``--queues`` of the command line wins."""
    queues = instance.app.amqp.queues
    if queues._consume_from is None:
        queues.select(settings.WORKER_QUEUES)


@worker_ready.connect
def begin_watching(sender=None, **kwargs) -> None:
    """Keep limits of time, and say now and then that this worker lives."""
    from config import time_limits, worker_life

    if not issubclass(get_implementation(sender.controller.pool_cls), prefork.TaskPool):
        time_limits.watch()
    worker_life.begin(sender)


@worker_shutdown.connect
def end_watching(**kwargs) -> None:
    from config import worker_life

    worker_life.end()
