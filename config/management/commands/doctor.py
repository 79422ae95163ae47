"""``manage.py doctor``: what is wrong with this site, why it matters, and how to mend it."""

import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from config.care import doctor
from config.care.checks.services import send_probe_mail


class Command(BaseCommand):
    help = (
        "Look the site over and say what is wrong, why it matters and how to mend it. Ends with 0"
        " if nothing was found, 1 after warnings, 2 if anything is serious."
    )
    requires_system_checks = ()

    def add_arguments(self, parser) -> None:
        parser.add_argument("--json", action="store_true", help="answer as one line of JSON")
        parser.add_argument(
            "--only", action="append", default=[], choices=doctor.check_names(), metavar="CHECK"
        )
        parser.add_argument("--list", action="store_true", help="name the checks and stop")
        parser.add_argument(
            "--fix", action="store_true", help="count anew, compose texts, drop what leads nowhere"
        )
        parser.add_argument("--mail", metavar="ADDRESS", help="also send a mail there")
        parser.add_argument(
            "--language",
            default=settings.LANGUAGE_CODE,
            choices=[code for code, _name in settings.LANGUAGES],
            help="language of the answer",
        )

    def handle(self, *args, **options) -> None:
        if options["list"]:
            self.stdout.write("\n".join(doctor.check_names()))
            return
        with translation.override(options["language"]):
            found = list(doctor.examine(options["only"], mends=options["fix"]))
            if options["mail"] and (finding := send_probe_mail(options["mail"])):
                found.append(doctor.Found("mail", finding))
            self._say_json(found) if options["json"] else self._say(found)
            if code := doctor.worst_of(found):
                raise CommandError(_("Found: %(count)d.") % {"count": len(found)}, returncode=code)

    def _say(self, found: list[doctor.Found]) -> None:
        for check, finding in found:
            style = self.style.ERROR if finding.level == doctor.SERIOUS else self.style.WARNING
            mark = "✗" if finding.level == doctor.SERIOUS else "!"
            self.stdout.write(style(f"{mark} {check}: {finding.what}"))
            self.stdout.write(f"    {finding.why}")
            self.stdout.write(f"    → {finding.how}")
        if not found:
            self.stdout.write(self.style.SUCCESS(_("Nothing is wrong.")))

    def _say_json(self, found: list[doctor.Found]) -> None:
        told = [{"check": check, **finding._asdict()} for check, finding in found]
        self.stdout.write(json.dumps({"findings": told}, ensure_ascii=False))
