"""What the doctor looks at in moderation: the chain of its log and the triggers that guard it."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from config.care import doctor
from config.care.checks import texts
from config.care.doctor import SERIOUS, Finding
from moderation.chain import verify_chain
from moderation.models import LogEntry
from moderation.schema import install_guards, missing_guards


def register() -> None:
    """Make the checks of this app known."""
    for column in texts.text_columns(LogEntry):
        texts.exempt(f"{LogEntry._meta.label_lower}.{column}", "a row of the log is never changed")
    doctor.register("moderation", look, mend=install_guards)


def look() -> Iterator[Finding]:
    """Yield the first row of the log that is not as it was written, and triggers that are gone."""
    verdict = verify_chain()
    if not verdict.is_sound:
        yield Finding(
            SERIOUS,
            _("The log of moderation: %(detail)s") % {"detail": verdict.text},
            _("Somebody changed what staff decided past the site, or the disk lost data."),
            _("Keep the database as it is, and compare with a backup (docs/moderation.md)."),
        )
    if missing := missing_guards():
        yield Finding(
            SERIOUS,
            _("The database does not guard the log: %(names)s are missing. Run migrate.")
            % {"names": ", ".join(missing)},
            _("Its rows could be changed without a trace until somebody verifies it."),
            _("Run manage.py prepare."),
        )
