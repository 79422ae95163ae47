"""Who is at work in the background, and when the last backup was made."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from config import heartbeats
from config.backups import last_backup
from config.care.checks.settings import is_local
from config.care.doctor import SERIOUS, WARNING, Finding
from config.clock import exact
from config.models import PromisedTask

BACKUP_HOURS = 48


def look() -> Iterator[Finding]:
    """Yield which processes are missing, and messages that nobody could read."""
    unread = Path(settings.QUEUE_DIR, "unreadable")
    if unread.is_dir() and (number := sum(1 for _path in unread.iterdir())):
        yield Finding(
            WARNING,
            _("%(count)d messages in %(path)s could not be read.")
            % {"count": number, "path": unread},
            _("The work they asked for was not done; what is swept is done later all the same."),
            _("Look at the log for the time when they were put there, then remove them."),
        )
    if number := PromisedTask.objects.filter(due_at=None).count():
        yield Finding(
            WARNING,
            _("%(count)d tasks failed again and again and were given up.") % {"count": number},
            _("What they were asked for was never done."),
            _("They stand in the administration with their errors; mend those and try them again."),
        )
    if getattr(settings, "SERVERLESS", False):
        return
    if not heartbeats.living(heartbeats.WORKER):
        yield Finding(
            SERIOUS,
            _("No worker was heard of for %(seconds)d seconds.")
            % {"seconds": heartbeats.ALIVE_SECONDS},
            _("No mail leaves, nothing is indexed, no job of a member goes on."),
            _("Start it: celery --app config worker"),
        )
    if not heartbeats.living(heartbeats.BEAT):
        yield Finding(
            SERIOUS,
            _("No scheduler was heard of for %(seconds)d seconds.")
            % {"seconds": heartbeats.ALIVE_SECONDS},
            _("Scheduled posts do not appear, and nothing is swept or tidied."),
            _("Start it: celery --app config beat, or the worker with --beat"),
        )


def look_at_backup() -> Iterator[Finding]:
    """Yield whether the last backup is too old."""
    if is_local():
        return
    last = last_backup()
    if last is not None and timezone.now() - last.finished_at <= timedelta(hours=BACKUP_HOURS):
        return
    yield Finding(
        WARNING,
        _("No backup was made in the last %(hours)d hours; the last one: %(moment)s.")
        % {"hours": BACKUP_HOURS, "moment": exact(last.finished_at) if last else _("never")},
        _("What happens to the disk happens to everything that was written since."),
        _("Let manage.py backup run each night and keep a copy elsewhere (docs/backup.md)."),
    )
