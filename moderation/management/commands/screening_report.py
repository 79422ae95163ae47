"""How much spam the shipped rule holds, and how much else."""

from django.core.management.base import BaseCommand, CommandParser

from moderation.screening.classifier import shipped_counts
from moderation.screening.evaluation import Figures, evaluate
from search.analysis import get_analyzer


class Command(BaseCommand):
    help = "Print what the shipped rule makes of texts that the classifier never learned."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--learned", action="store_true", help="the texts it learned, instead")
        parser.add_argument("--wrong", action="store_true", help="list what went the wrong way")

    def handle(self, *args, learned: bool, wrong: bool, **options) -> None:
        counts = shipped_counts(get_analyzer().name)
        for name in ("spam", "innocent"):
            self._print(name, evaluate(name, counts, is_held_out=not learned), wrong)

    def _print(self, name: str, figures: Figures, wrong: bool) -> None:
        self.stdout.write(f"{name}: {figures.held} of {figures.texts} held ({figures.share:.1%})")
        for way, (texts, held) in sorted(figures.by_way.items()):
            self.stdout.write(f"  {way}: {held} of {texts}")
        for sample, way, verdict in figures.wrong if wrong else ():
            parts = ", ".join(f"{part.name} {part.points:g}" for part in verdict.parts)
            self.stdout.write(f"  - {verdict.score:g} ({way}; {parts}) {sample.source[:80]!r}")
