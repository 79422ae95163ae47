"""manage.py import_archive madang-minah.zip --owner minah: bring an archive in, or see what would."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts import actions
from accounts.archive.arriving import run_step
from accounts.models import ArchiveImport, User
from config.exceptions import DomainError

State = ArchiveImport.State


class Command(BaseCommand):
    help = "Bring an archive in for a person. It is read first; --dry-run ends there."

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, nargs="?")
        parser.add_argument("--owner", required=True, help="handle of the person it comes in for")
        parser.add_argument("--dry-run", action="store_true", help="only say what would come in")
        parser.add_argument(
            "--undo", type=int, metavar="NUMBER", help="take back what a run brought"
        )

    def handle(self, *args, **options):
        owner = User.objects.by_handle(options["owner"].removeprefix("@")).first()
        if owner is None:
            raise CommandError(f"There is no @{options['owner']}.")
        try:
            if options["undo"] is not None:
                self._undo(owner, options["undo"])
            else:
                self._bring(owner, options["path"], is_dry=options["dry_run"])
        except DomainError as error:
            raise CommandError(error.message or error.code) from error

    def _bring(self, owner: User, path: Path | None, *, is_dry: bool) -> None:
        if path is None or not path.is_file():
            raise CommandError(f"There is no file {path}.")
        run = self._stopped(owner, path) or actions.open_archive_import(
            actor=owner, name=path.name, path=path
        )
        if run.state != State.RUNNING:
            run_step(run, "read")
            if run.state == State.FAILED:
                raise CommandError(run.reason)
        if is_dry:
            self._say(run.plan)
            actions.discard_archive_import(run, actor=owner)
            return
        actions.change_archive_import(run, state=State.RUNNING)
        run_step(run, "bring")
        self._say(run.report)
        self.stdout.write(f"Brought in. Take it back with --undo {run.pk}.")

    @staticmethod
    def _stopped(owner: User, path: Path) -> ArchiveImport | None:
        """Return the run of this file that was stopped in the middle."""
        runs = ArchiveImport.objects.filter(owner=owner, archive=str(path.resolve()))
        return runs.filter(state=State.RUNNING).order_by("-pk").first()

    def _undo(self, owner: User, pk: int) -> None:
        run = ArchiveImport.objects.filter(owner=owner, pk=pk).first()
        if run is None or run.state not in {State.DONE, State.RUNNING, State.UNDOING}:
            raise CommandError(f"There is nothing to take back with the number {pk}.")
        actions.change_archive_import(run, state=State.UNDOING)
        run_step(run, "undo")
        kept = run.report.get("kept") or {}
        for name, number in kept.items():
            self.stdout.write(f"{number:>8}  {name} stayed: used since")
        self.stdout.write("Taken back.")

    def _say(self, found: dict) -> None:
        for name, counts in found.get("counts", {}).items():
            numbers = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
            if numbers:
                self.stdout.write(f"{name:<16}  {numbers}")
        if people := found.get("unknown_people"):
            self.stdout.write(f"not known here    {', '.join(people)}")
        for problem in found.get("problems", []):
            self.stderr.write(f"{problem['section']} {problem['key']}: {problem['reason']}")
