"""The only code that changes what moderators are told of."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import require_can_take_part
from config.text import clean, count_graphemes
from social.exceptions import ReportRefused
from social.models import Report
from social.models.reports import COPY_MAX_LENGTH, NOTE_MAX_LENGTH
from social.policies import require_not_own
from social.reportables import Reportable, prepare_watchers, tell_watchers


@transaction.atomic
def report_target(
    target: Reportable, *, actor: User, category: str, note: str = ""
) -> tuple[Report, bool]:
    """Tell the moderators of ``target``, which ``actor`` sees; return whether that is new.

    While a report of theirs is open, the same again changes what it says (SO-35). Raises
    CannotReportOwn, ReportRefused, PermissionRefused.
    """
    require_can_take_part(actor)
    require_not_own(target, actor)
    if category not in Report.Category.values:
        raise ReportRefused(_("Choose what is wrong with it."), field="category")
    note = clean(note).strip()
    if count_graphemes(note) > NOTE_MAX_LENGTH:
        raise ReportRefused(
            _("A note can have up to %(limit)s characters.") % {"limit": NOTE_MAX_LENGTH},
            field="note",
        )
    prepare_watchers(target.kind, target.id)
    report, is_new = Report.objects.select_for_update().get_or_create(
        reporter=actor,
        target_kind=target.kind,
        target_id=target.id,
        state=Report.State.OPEN,
        defaults={
            "owner": target.owner,
            "category": category,
            "note": note,
            "copy": target.text[:COPY_MAX_LENGTH],
        },
    )
    if not is_new:
        report.category, report.note = category, note
        report.save(update_fields=["category", "note"])
    tell_watchers(report.pk)
    return report, is_new


@transaction.atomic
def erase_reports(person: User) -> dict[str, int]:
    """Take the name and the words of ``person`` out of what they reported and what was reported of
    them; what others found wrong stays to be looked at."""
    about = Report.objects.filter(Q(owner=person) | Q(target_kind="person", target_id=person.pk))
    about.update(owner=None, copy="")
    made = Report.objects.filter(reporter=person)
    return {"reports": made.update(reporter=None, note="")}
