"""Each process of the site says once what it is: in the log, at INFO (OP-20)."""

import logging
import platform
from typing import Any

import django
from celery import signals
from django.apps import apps
from django.conf import settings
from django.db import connection

logger = logging.getLogger(__name__)


def log_start(process: str) -> None:
    """Log that ``process`` (web, worker, beat) starts, and what it is made of."""
    from config import __version__

    logger.info(
        "%s starts: Madang %s, Python %s, Django %s, %s",
        process,
        __version__,
        platform.python_version(),
        django.get_version(),
        database_name(),
        extra={"part": process, "version": __version__, "settings": settings.SETTINGS_MODULE},
    )


def database_name() -> str:
    """Return the engine of the database, with the version of ours; nothing is asked over a wire."""
    if connection.vendor == "sqlite":
        from sqlite3 import sqlite_version

        return f"SQLite {sqlite_version}"
    return connection.display_name


def watch_celery() -> None:
    """Let Celery write by our settings, and its workers and schedulers say when they start."""
    # With a receiver Celery sets up no logging of its own; ours stands since Django's setup.
    signals.setup_logging.connect(_leave_logging_alone, dispatch_uid="config.starts")
    signals.worker_init.connect(_worker_starts, dispatch_uid="config.starts")
    signals.beat_init.connect(_beat_starts, dispatch_uid="config.starts")


def _leave_logging_alone(**kwargs: Any) -> None:
    pass


def _worker_starts(**kwargs: Any) -> None:
    # What a task logs carries the id of the request that sent it.
    apps.get_app_config("django_structlog")._celery_receiver.connect_worker_signals()
    log_start("worker")


def _beat_starts(**kwargs: Any) -> None:
    log_start("beat")
