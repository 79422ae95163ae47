"""manage.py moderation_verify: is the log of moderation as it was written?"""

import json
import re

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from moderation.chain import Anchor, Verdict, verify_chain
from moderation.schema import missing_guards

ANCHOR = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


class Command(BaseCommand):
    help = (
        "Walk the log of moderation and name the first row that was changed, removed or put in; "
        "exit 1 on any. Keep the last line elsewhere and give it as --anchor later: then an end"
        " that was cut off, or a log that was made anew, is found too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            metavar="NUMBER:HASH",
            help="a row as it was told earlier; may be given several times",
        )
        parser.add_argument("--newest", type=int, help="verify so many of the last rows alone")
        parser.add_argument("--json", action="store_true", help="answer as one line of JSON")
        parser.add_argument(
            "--language",
            default=settings.LANGUAGE_CODE,
            choices=[code for code, _name in settings.LANGUAGES],
            help="language of the answer",
        )

    def handle(self, *args, **options) -> None:
        anchors = tuple(_read_anchor(text) for text in options["anchor"])
        verdict = verify_chain(newest=options["newest"], anchors=anchors)
        missing = missing_guards()
        with translation.override(options["language"]):
            if options["json"]:
                self.stdout.write(json.dumps(_told(verdict, missing), ensure_ascii=False))
            self._say(verdict, missing, is_quiet=options["json"])

    def _say(self, verdict: Verdict, missing: list[str], *, is_quiet: bool) -> None:
        if not verdict.is_sound:
            raise CommandError(verdict.text, returncode=1)
        if missing:
            raise CommandError(
                _("The database does not guard the log: %(names)s are missing. Run migrate.")
                % {"names": ", ".join(missing)},
                returncode=1,
            )
        if not is_quiet:
            words = {"count": verdict.checked}
            self.stdout.write(_("The log is as it was written: %(count)s rows.") % words)
            self.stdout.write(f"{verdict.head.number}:{verdict.head.hash}")


def _read_anchor(text: str) -> Anchor:
    found = ANCHOR.fullmatch(text)
    if found is None:
        raise CommandError(f"{text!r} is no NUMBER:HASH.")
    return Anchor(int(found[1]), found[2])


def _told(verdict: Verdict, missing: list[str]) -> dict[str, object]:
    return {
        "sound": verdict.is_sound and not missing,
        "checked": verdict.checked,
        "head": {"number": verdict.head.number, "hash": verdict.head.hash},
        "number": verdict.number or None,
        "problem": verdict.problem,
        "detail": verdict.text,
        "missing_guards": missing,
    }
