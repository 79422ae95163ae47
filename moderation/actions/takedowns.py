"""Requests to take something down for a while (임시조치): asked, held, objected to, over (SO-50).

The state of a request is set anew from what stands, so undoing the hold, the removal or a lifting
gives back what was before. Held in this order: the case, the request, then as in a decision.
"""

from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.commits import after_commit
from config.sizes import readable_size
from config.text import clean, clean_line, count_graphemes, is_blank
from moderation.actions.cases import locked_case, note_owner, settle_case
from moderation.actions.chain import write_log
from moderation.actions.deciding import decide, settle
from moderation.actions.ending import done_alone, end_decision
from moderation.actions.mails import queue_takedown_mail
from moderation.actions.people import require_may_judge
from moderation.actions.takedown_states import settle_takedowns
from moderation.actions.telling import tell_of_end
from moderation.evidence import EVIDENCE_MAX_BYTES, NAME_MAX_LENGTH, file_kind
from moderation.exceptions import TakedownRefused, TargetGone
from moderation.models import Case, Decision, Takedown
from moderation.models.decisions import TEXT_MAX_LENGTH
from moderation.models.takedowns import CLAIM_MAX_LENGTH, HELD_DAYS, new_receipt
from moderation.policies import require_moderator
from moderation.targets import find_target, load_subject
from social.models import Report

PLACE = "takedowns"
AT_ONCE = 200
CLAIMANT_NAME_MAX_LENGTH = 100  # graphemes
CATEGORIES = {
    Takedown.Right.PRIVACY: Report.Category.PRIVACY,
    Takedown.Right.PORTRAIT: Report.Category.PRIVACY,
}
"""Right → category of the decision; every other: rights."""

State = Takedown.State


# Asking -------------------------------------------------------------------------------------------


@transaction.atomic
def ask_takedown(
    target: tuple[str, int],
    *,
    name: str,
    email: str,
    right: str,
    claim: str,
    address: str = "",
    language: str = "",
    claimant: User | None = None,
    evidence: tuple[str, bytes] | None = None,
) -> Takedown:
    """Ask that something be held; needs no account. ``evidence``: file name and content.

    Raises TakedownRefused, TargetGone.
    """
    name, claim = clean_line(name), clean(claim).strip()
    if is_blank(name) or count_graphemes(name) > CLAIMANT_NAME_MAX_LENGTH:
        raise TakedownRefused(_("Tell us your name."), field="name")
    if right not in Takedown.Right.values:
        raise TakedownRefused(_("Choose which right of yours it violates."), field="right")
    require_words(claim, CLAIM_MAX_LENGTH, "claim", _("Say what is wrong, and why."))
    case = locked_case(target)
    subject = load_subject(*target)
    if subject is None:
        raise TargetGone(_("It is not there any more."))
    note_owner(case, subject.owner)
    takedown = Takedown(
        case=case,
        claimant_name=name,
        claimant_email=email,
        claimant=claimant,
        right=right,
        claim=claim,
        address=address,
        language=language,
    )
    if evidence is not None:
        takedown.evidence, takedown.evidence_name = _store(*evidence)
    try:
        takedown.save()
    except BaseException:
        if takedown.evidence:
            default_storage.delete(takedown.evidence)
        raise
    settle_case(case)
    queue_takedown_mail(takedown, "claimant", "asked")
    return takedown


def _store(name: str, content: bytes) -> tuple[str, str]:
    """Keep private evidence where no address leads; return where, and what it was called."""
    if len(content) > EVIDENCE_MAX_BYTES:
        raise TakedownRefused(
            _("This file is larger than %(size)s.") % {"size": readable_size(EVIDENCE_MAX_BYTES)},
            field="evidence",
        )
    kind = file_kind(content)
    if kind is None:
        raise TakedownRefused(
            _("This is none of the kinds of files that are taken here."), field="evidence"
        )
    place = f"{PLACE}/{new_receipt()}/evidence.{kind.ending}"
    return default_storage.save(place, ContentFile(content)), clean_line(name)[:NAME_MAX_LENGTH]


# Deciding -----------------------------------------------------------------------------------------


@transaction.atomic
def accept_takedown(takedown: Takedown, *, actor: User, reason: str) -> Takedown:
    """Hold what was asked for, for HELD_DAYS; its author and whoever asked are told.

    Raises NotAModerator, TakedownRefused, DecisionRefused, TargetGone.
    """
    require_moderator(actor)
    case, takedown = _locked(takedown)
    _require_state(takedown, State.ASKED)
    place = find_target(case.target_kind)
    if place is None or "hold" not in place.acts:
        raise TakedownRefused(
            _("This cannot be held. Decide about the person, then answer the request.")
        )
    due = timezone.now() + timedelta(HELD_DAYS)
    takedown.decision = decide(
        "hold",
        target=(case.target_kind, case.target_id),
        actor=actor,
        category=CATEGORIES.get(takedown.right, Report.Category.RIGHTS),
        text=reason,
        until=due,
        evidence={"takedown": takedown.pk},
        answers_reports=False,
    )
    takedown.reason, takedown.decided_at = takedown.decision.text, timezone.now()
    takedown.due_at = due
    takedown.save(update_fields=["decision", "reason", "decided_at", "due_at"])
    settle_case(case)
    _tell_both(takedown, "accepted")
    return _fresh(takedown)


@transaction.atomic
def refuse_takedown(takedown: Takedown, *, actor: User, reason: str) -> Takedown:
    """Leave what was asked for as it is, and tell whoever asked why.

    Raises NotAModerator, TakedownRefused.
    """
    require_moderator(actor)
    case, takedown = _locked(takedown)
    _require_state(takedown, State.ASKED)
    if case.owner is not None:
        require_may_judge(actor, case.owner)
    reason = clean(reason).strip()
    require_words(reason, TEXT_MAX_LENGTH, "reason", _("Say why."))
    takedown.decision, takedown.due_at = None, None
    takedown.reason, takedown.decided_at = reason, timezone.now()
    takedown.save(update_fields=["decision", "due_at", "reason", "decided_at"])
    settle_case(case)
    _log(case, "refuse_takedown", actor, takedown, to=State.REFUSED, reason=reason)
    queue_takedown_mail(takedown, "claimant", "refused")
    return _fresh(takedown)


@transaction.atomic
def reopen_takedown(takedown: Takedown, *, actor: User, reason: str = "") -> Takedown:
    """Take a refusal back: the request waits again. Raises NotAModerator, TakedownRefused."""
    require_moderator(actor)
    case, takedown = _locked(takedown)
    _require_state(takedown, State.REFUSED)
    if case.owner is not None:
        require_may_judge(actor, case.owner)
    takedown.reason, takedown.decided_at = "", None
    takedown.save(update_fields=["reason", "decided_at"])
    settle_case(case)
    _log(case, "reopen_takedown", actor, takedown, to=State.ASKED, reason=clean(reason))
    queue_takedown_mail(takedown, "claimant", "reopened")
    return _fresh(takedown)


# Answering ----------------------------------------------------------------------------------------


@transaction.atomic
def object_to_takedown(takedown: Takedown, *, actor: User, text: str) -> Takedown:
    """Let the author object: on the due date it is shown again. Raises TakedownRefused."""
    case, takedown = _locked(takedown)
    if takedown.decision is None or takedown.decision.owner_id != actor.pk:
        raise TakedownRefused(_("Only its author can object."))
    _require_state(takedown, State.ACCEPTED)
    text = clean(text).strip()
    require_words(text, TEXT_MAX_LENGTH, "text", _("Say why it should be shown."))
    takedown.objection, takedown.objected_at = text, timezone.now()
    takedown.save(update_fields=["objection", "objected_at"])
    settle_case(case)
    _tell_both(takedown, "objected")
    return _fresh(takedown)


@transaction.atomic
def withdraw_takedown(takedown: Takedown) -> Takedown:
    """Let whoever asked take the request back: what it holds is shown again.

    Who has the receipt may. Raises TakedownRefused.
    """
    case, takedown = _locked(takedown)
    _require_state(takedown, State.ASKED, State.ACCEPTED, State.OBJECTED)
    was_held = takedown.is_held
    takedown.withdrawn_at = timezone.now()
    takedown.save(update_fields=["withdrawn_at"])
    if was_held:
        end_decision(takedown.decision, act="withdraw_takedown")
    settle_case(case)
    queue_takedown_mail(takedown, "claimant", "withdrawn")
    if was_held:
        queue_takedown_mail(takedown, "author", "restored")
        tell_of_end(takedown.decision)
    return _fresh(takedown)


# When the time is over ----------------------------------------------------------------------------


def settle_due_takedowns() -> int:
    """Close what is due: shown again if its author objected, else removed; return how many.

    Idempotent.
    """
    due = Takedown.objects.filter(
        due_at__lte=timezone.now(), state__in=(State.ACCEPTED, State.OBJECTED)
    )
    keys = list(due.order_by("due_at").values_list("pk", flat=True)[:AT_ONCE])
    return sum(done_alone(_settle_due, pk) for pk in keys)


@transaction.atomic
def _settle_due(pk: int) -> bool:
    case, takedown = _locked(Takedown.objects.get(pk=pk))
    now = timezone.now()
    if not takedown.is_held or takedown.due_at is None or takedown.due_at > now:
        return False
    hold = takedown.decision
    takedown.closed_at = now
    if takedown.state == State.OBJECTED:
        takedown.save(update_fields=["closed_at"])
        end_decision(hold, act="restore_takedown")
        settle_case(case)
        _tell_both(takedown, "restored")
        tell_of_end(hold)
        return True
    takedown.removal = _remove(case, takedown, hold)
    takedown.save(update_fields=["closed_at", "removal"])
    Decision.objects.filter(pk=hold.pk).update(ended_at=now)
    if takedown.removal is None and (place := find_target(case.target_kind)) is not None:
        settle((case.target_kind, case.target_id), place)
    settle_case(case)
    _tell_both(takedown, "removed")
    return True


def _remove(case: Case, takedown: Takedown, hold: Decision) -> Decision | None:
    """Remove for good what nobody defended; None if its author deleted it meanwhile."""
    try:
        return decide(
            "remove",
            target=(case.target_kind, case.target_id),
            actor=None,
            category=hold.category,
            text=hold.text,
            evidence={"takedown": takedown.pk},
        )
    except TargetGone:
        return None


@transaction.atomic
def note_reading(takedown: Takedown, *, actor: User, act: str) -> None:
    """Note in the log that somebody of the staff reads what is private (SO-42).

    Raises NotAModerator.
    """
    require_moderator(actor)
    case = takedown.case
    write_log(
        act,
        actor=actor,
        target=(case.target_kind, case.target_id),
        after={"takedown": takedown.pk},
    )


@transaction.atomic
def forget_claims_of(person: User) -> None:
    """Take the name, the words and the evidence of who asked out of their requests."""
    own = Takedown.objects.filter(claimant=person)
    for stored in own.exclude(evidence="").values_list("evidence", flat=True):
        after_commit(default_storage.delete, stored)
    own.update(
        claimant=None,
        claimant_name="",
        claimant_email="",
        claim="",
        evidence="",
        evidence_name="",
    )


def require_words(text: str, limit: int, field: str, missing: str) -> None:
    """Raise TakedownRefused for a blank text and for one that is too long."""
    if is_blank(text):
        raise TakedownRefused(missing, field=field)
    if count_graphemes(text) > limit:
        raise TakedownRefused(
            _("Up to %(limit)s characters fit here.") % {"limit": limit}, field=field
        )


def _locked(takedown: Takedown) -> tuple[Case, Takedown]:
    """Return the case and the request, both held, with the state that follows from what stands."""
    case = Case.objects.get(pk=takedown.case_id)
    case = locked_case((case.target_kind, case.target_id))
    Takedown.objects.select_for_update(of=("self",)).get(pk=takedown.pk)
    held = next(one for one in settle_takedowns(case) if one.pk == takedown.pk)
    held.case = case
    return case, held


def _require_state(takedown: Takedown, *states: str) -> None:
    if takedown.state not in states:
        raise TakedownRefused(_("This request was decided before, or is over."))


def _fresh(takedown: Takedown) -> Takedown:
    return Takedown.objects.select_related("decision", "removal", "case").get(pk=takedown.pk)


def _tell_both(takedown: Takedown, event: str) -> None:
    queue_takedown_mail(takedown, "claimant", event)
    queue_takedown_mail(takedown, "author", event)


def _log(case: Case, act: str, actor: User, takedown: Takedown, *, to: str, reason: str) -> None:
    write_log(
        act,
        actor=actor,
        target=(case.target_kind, case.target_id),
        before={"takedown": takedown.pk, "state": takedown.state},
        after={"takedown": takedown.pk, "state": to},
        reason=reason,
    )
