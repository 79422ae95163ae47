"""See whether background work is done: queue a job that counts, and watch it to its end (OP-16)."""

import time

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import actions
from accounts.jobs import say_in_english
from accounts.models import Job, User
from config.exceptions import DomainError

LOOK_SECONDS = 0.25
START_SECONDS = 60
"""So long may a job wait before the command says that nobody takes it."""
MOST_SECONDS = 3600


class Command(BaseCommand):
    help = "Queue a job that counts SECONDS, and show its progress and its end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("seconds", type=int, metavar="SECONDS")
        parser.add_argument(
            "--owner", default="", help="handle of whose job it is (the first administrator)"
        )
        parser.add_argument(
            "--patience",
            type=int,
            default=START_SECONDS,
            help=f"seconds to wait for a worker ({START_SECONDS})",
        )

    def handle(self, *args, **options) -> None:
        if not 0 <= options["seconds"] <= MOST_SECONDS:
            raise CommandError(f"Say 0 to {MOST_SECONDS} seconds.")
        owner = self._owner(options["owner"])
        try:
            job = actions.start_job(
                actor=owner, kind="probe", params={"seconds": options["seconds"]}
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"Job {job.pk} of @{owner.handle} is "
            + ("queued." if job.is_new else "on its way already; watching that one.")
        )
        try:
            self._watch(job, options["patience"])
        except KeyboardInterrupt:
            actions.cancel_job(job)
            raise CommandError("Cancelled.") from None

    def _owner(self, handle: str) -> User:
        found = User.objects.by_handle(handle) if handle else User.objects.filter(is_superuser=True)
        owner = found.order_by("pk").first()
        if owner is None:
            raise CommandError(
                f"Nobody is called {handle}." if handle else "Say whose job: --owner HANDLE."
            )
        return owner

    def _watch(self, job: Job, patience: int) -> None:
        shown = None
        began = timezone.now()
        while True:
            job.refresh_from_db()
            line = f"{job.progress:3} %  {job.state:9}  "
            line += say_in_english(job.message_key, job.message_values)
            if line != shown:
                self.stdout.write(line.rstrip())
                self.stdout.flush()
                shown = line
            if job.is_finished:
                break
            waited = (timezone.now() - began).total_seconds()
            if job.state == Job.State.QUEUED and waited > patience:
                actions.cancel_job(job)
                raise CommandError(f"No worker took it within {patience} s. Is one running?")
            time.sleep(LOOK_SECONDS)
        if job.state != Job.State.DONE:
            raise CommandError(f"It ended as {job.state}.")
        seconds = (job.finished_at - job.created_at).total_seconds()
        self.stdout.write(self.style.SUCCESS(f"Done in {seconds:.1f} s: background work is done."))
