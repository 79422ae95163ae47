"""``manage.py translate init|update|compile|check``: the catalogues of the interface."""

import re

from django.core.management.base import BaseCommand, CommandError

from tools import catalogues

LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")


class Command(BaseCommand):
    help = "Add a language, read new texts into all catalogues, compile them, or check them."

    def add_arguments(self, parser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        init = steps.add_parser("init", help="start the catalogue of a new language")
        init.add_argument("language", help="code of the language, for example fr or pt-br")
        steps.add_parser(
            "update", help="read the texts of code and templates anew; work done is kept"
        )
        steps.add_parser("compile", help="build what the site reads from the catalogues")
        steps.add_parser("check", help="name every text that is missing or fuzzy")

    def handle(self, *args, step: str, **options) -> None:
        getattr(self, f"_{step}")(**options)

    def _init(self, language: str, **options) -> None:
        if not LANGUAGE.fullmatch(language):
            raise CommandError(f"init: {language!r} is not the code of a language (fr, pt-br).")
        try:
            path = catalogues.start(language)
        except FileExistsError as error:
            raise CommandError(f"init: {error} is there already; use update.") from error
        self.stdout.write(f"{path} waits for its texts.")

    def _update(self, **options) -> None:
        failed = catalogues.update()
        if failed:
            raise CommandError("update: the texts could not be read; see above.")
        self.stdout.write("The catalogues have the texts of the code.")

    def _compile(self, **options) -> None:
        try:
            number = catalogues.compile_stale()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"compile: {error}") from error
        self.stdout.write(f"{number} catalogues compiled.")

    def _check(self, **options) -> None:
        problems = catalogues.unfinished()
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"check: {len(problems)} problems.")
        self.stdout.write("Every catalogue is complete.")
