"""Cases follow what there is to decide: they are set anew from it, so undoing restores them too."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.text import clean, count_graphemes, is_blank
from moderation import waiting
from moderation.actions.chain import write_log
from moderation.exceptions import DecisionRefused
from moderation.models import Case, CaseNote, Decision
from moderation.models.cases import NOTE_MAX_LENGTH
from moderation.policies import require_moderator
from moderation.targets import find_target
from social.models import Report

REPORT_DUE = timedelta(days=3)
HOLD_DUE = timedelta(days=1)


def locked_case(target: tuple[str, int]) -> Case:
    """Return the case of a thing, made if there is none, and held; the thing is held before it."""
    place = find_target(target[0])
    if place is not None and place.lock is not None:
        place.lock(target[1])
    Case.objects.get_or_create(target_kind=target[0], target_id=target[1])
    return Case.objects.select_for_update(of=("self",)).get(
        target_kind=target[0], target_id=target[1]
    )


def note_owner(case: Case, owner: User | None) -> None:
    """Note whose the thing is."""
    if case.owner_id != (owner.pk if owner else None):
        case.owner = owner
        case.save(update_fields=["owner"])


@transaction.atomic
def refresh_case(target: tuple[str, int]) -> Case:
    """Bring the case of a thing in step with what waits: something was reported or held."""
    case = locked_case(target)
    settle_case(case)
    return case


def settle_case(case: Case) -> None:
    """Set a locked case anew from reports, decisions, appeals and requests. Idempotent.

    A report is answered by any later decision of a person that is not undone; of somebody's several
    reports of one thing the newest alone can be open.
    """
    decisions = Decision.objects.about(case.target_kind, case.target_id)
    by_people = decisions.judging().filter(undone_at=None)
    answered_up_to = by_people.order_by("-created_at").values_list("created_at", flat=True).first()
    open_reports = _settle_reports(case, answered_up_to)
    held = decisions.by_rules().standing().filter(rule_version__isnull=False)
    if answered_up_to is not None:
        held = held.filter(created_at__gt=answered_up_to)
    moments = {
        "has_reports": [(one, one + REPORT_DUE) for one in open_reports],
        "has_hold": [(one, one + HOLD_DUE) for one in held.values_list("created_at", flat=True)],
    }
    for name, found in waiting.moments_of(case).items():
        moments[name] = moments.get(name, []) + found
    for name, found in moments.items():
        setattr(case, name, bool(found))
    every = [one for found in moments.values() for one in found]
    case.report_count = len(open_reports)
    case.is_open = bool(every)
    case.opened_at = min((since for since, _due in every), default=None)
    case.due_at = min((due for _since, due in every), default=None)
    case.save(update_fields=["report_count", "is_open", "opened_at", "due_at", *moments])


def _settle_reports(case: Case, answered_up_to: datetime | None) -> list[datetime]:
    """Open or close the reports of a thing; return when the open ones came."""
    reports = list(
        Report.objects.select_for_update()
        .filter(target_kind=case.target_kind, target_id=case.target_id)
        .order_by(F("created_at").desc(), "-pk")
    )
    waiting_reports, seen = [], set()
    for report in reports:
        is_open = answered_up_to is None or report.created_at > answered_up_to
        if report.reporter_id is not None:
            is_open = is_open and report.reporter_id not in seen
            seen.add(report.reporter_id)
        if is_open:
            waiting_reports.append(report)
    keys = {report.pk for report in waiting_reports}
    _put(Report.objects.filter(pk__in=[one.pk for one in reports if one.pk not in keys]), "closed")
    _put(Report.objects.filter(pk__in=keys), "open")
    return [report.created_at for report in waiting_reports]


def _put(reports: QuerySet, state: str) -> None:
    reports.exclude(state=state).update(state=state)


@transaction.atomic
def assign_case(case: Case, *, actor: User, to: User | None) -> Case:
    """Let somebody look at a case, or nobody. Idempotent. Raises NotAModerator, DecisionRefused."""
    require_moderator(actor)
    if to is not None and not to.has_perm("moderation.change_case"):
        raise DecisionRefused(_("Cases are for moderators."), field="to")
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if case.assigned_to_id != (to.pk if to else None):
        before = {"assigned_to": case.assigned_to_id}
        case.assigned_to = to
        case.save(update_fields=["assigned_to"])
        write_log(
            "assign",
            actor=actor,
            target=(case.target_kind, case.target_id),
            before=before,
            after={"assigned_to": case.assigned_to_id},
        )
    return case


@transaction.atomic
def add_case_note(case: Case, *, actor: User, text: str) -> CaseNote:
    """Say something to the other moderators. Raises NotAModerator, DecisionRefused."""
    require_moderator(actor)
    text = clean(text).strip()
    if is_blank(text):
        raise DecisionRefused(_("Write something first."), field="text")
    if count_graphemes(text) > NOTE_MAX_LENGTH:
        raise DecisionRefused(
            _("Up to %(limit)s characters fit here.") % {"limit": NOTE_MAX_LENGTH}, field="text"
        )
    note = CaseNote.objects.create(case=case, author=actor, text=text, created_at=timezone.now())
    write_log(
        "note",
        actor=actor,
        target=(case.target_kind, case.target_id),
        after={"note": note.pk},
        reason=text,
    )
    return note
