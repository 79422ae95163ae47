"""Tasks that leave a mark, for workers that tests start, stop and kill."""

import fcntl
import time
from pathlib import Path

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings


def mark(text: str) -> None:
    """Write a line that outlives whoever writes it."""
    with Path(settings.VAR_DIR, "marks").open("a") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        out.write(f"{text}\n")


@shared_task(name="config.trial", queue="default")
def trial(number: int, seconds: float = 0.0) -> None:
    """Take a while, then leave a mark."""
    mark(f"begun {number}")
    time.sleep(seconds)
    mark(f"done {number}")


@shared_task(name="config.trial_busy", queue="default", soft_time_limit=2, time_limit=30)
def trial_busy() -> None:
    """Never end by itself; obey when told."""
    mark("busy")
    try:
        while True:
            time.sleep(0.1)
    except SoftTimeLimitExceeded:
        mark("told")
        raise


@shared_task(name="config.trial_deaf", queue="default", soft_time_limit=1, time_limit=3)
def trial_deaf() -> None:
    """Never end, whatever is said."""
    mark("deaf")
    while True:
        try:
            time.sleep(0.1)
        except SoftTimeLimitExceeded:
            mark("not listening")
