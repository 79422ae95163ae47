"""manage.py search_reindex: a new index while the site runs."""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.exceptions import DomainError
from search import actions
from search.actions.building import Progress
from search.engines import ENGINES, EngineDown

TOLD_SECONDS = 1


class Command(BaseCommand):
    help = (
        "Build a new index beside the one that answers, and let it answer when it is complete. "
        "Safe to stop; --resume goes on."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--resume", action="store_true", help="go on where a build was stopped, also by force"
        )
        parser.add_argument(
            "--drop-old", action="store_true", help="empty the index that answered before"
        )
        parser.add_argument("--workers", type=int, default=1, help="processes that analyse texts")
        parser.add_argument("--engine", choices=sorted(ENGINES), help="instead of SEARCH_ENGINE")

    def handle(self, *args, **options):
        if options["engine"]:
            settings.SEARCH_ENGINE = options["engine"]
        began = self.told_at = time.monotonic()
        self.first: tuple[float, int] | None = None
        try:
            generation = actions.rebuild_index(
                resume=options["resume"], workers=options["workers"], tell=self.tell
            )
        except (DomainError, EngineDown) as error:
            raise CommandError(str(error)) from error
        if options["drop_old"]:
            actions.drop_old_index()
        seconds = time.monotonic() - began
        self.stdout.write(
            f"Slot {generation.slot} answers: {generation.done} entries in {seconds:.1f} s."
        )

    def tell(self, progress: Progress) -> None:
        """Print a line now and then: how far, how fast, how long still."""
        now = time.monotonic()
        if self.first is None:
            self.first = now, progress.done
        if now - self.told_at < TOLD_SECONDS and progress.done < progress.total:
            return
        self.told_at = now
        since, done_before = self.first
        speed = (progress.done - done_before) / max(now - since, 0.001)
        left = max(progress.total - progress.done, 0) / speed if speed else 0
        self.stdout.write(
            f"{progress.done}/{progress.total}  {progress.kind}  {speed:.0f}/s  {left:.0f} s left"
        )
