"""Deciding and undoing: the only code that changes how things are for reasons of moderation.

A decision never puts a thing into a state by itself. It becomes a row, and ``settle`` looks at all
rows that stand and makes the thing be as the hardest of them says. Undoing takes a row out and
settles again, so the order in which decisions are undone cannot matter (X-03).

Held in this order: the thing, the case, people, inboxes, the log.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.commits import again_after_deadlock
from config.text import clean, count_graphemes, is_blank
from moderation.actions import people
from moderation.actions.cases import locked_case, note_owner, settle_case
from moderation.actions.chain import write_log
from moderation.actions.standing import settle_trust
from moderation.actions.telling import (
    hold_inboxes_of,
    tell_of_decision,
    tell_reporters,
    withdraw_decision,
)
from moderation.exceptions import AlreadyUndone, DecisionRefused, TargetGone
from moderation.models import Decision, HiddenThing
from moderation.models.decisions import TEXT_MAX_LENGTH
from moderation.policies import require_can_decide, require_can_undo
from moderation.querysets import EFFECTIVE, HIDING
from moderation.targets import Target, find_target, load_subject
from social.models import Report

TITLE_MAX_LENGTH = 200
SAME_AGAIN_WITHIN = timedelta(minutes=5)
NEEDS_REASON = ("warn", *EFFECTIVE)
"""What the author is told, with a category and a text (SO-38)."""


@again_after_deadlock
@transaction.atomic
def decide(
    kind: str,
    *,
    target: tuple[str, int],
    actor: User | None,
    category: str = "",
    text: str = "",
    note: str = "",
    until: datetime | None = None,
    rule_version: Any = None,
    evidence: dict[str, Any] | None = None,
    answers_reports: bool = True,
) -> Decision:
    """Decide about one thing; it, its author, those who reported it and the log follow.

    The same by the same person, with nothing in between, is the same decision: a second click
    decides once. ``actor`` is None where ``rule_version`` acts; that needs nobody's confirmation and does not
    count against the author until a person confirms it. Raises NotAModerator, DecisionRefused,
    TargetGone, LastAdministrator, LeavingRefused.
    """
    place = find_target(target[0])
    if place is None or kind not in place.acts:
        raise DecisionRefused(_("This cannot be decided about such a thing."), field="kind")
    if actor is not None:
        require_can_decide(actor, kind)
    text, note = _checked(kind, category, text, note, until, is_by_rule=actor is None)
    case = locked_case(target)
    subject = load_subject(*target)
    if subject is None:
        raise TargetGone(_("It is not there any more."))
    note_owner(case, subject.owner)
    if actor is not None and subject.owner is not None:
        people.require_may_judge(actor, subject.owner)
    people.lock(subject.owner)
    reports = _open_reports(target) if actor is not None and answers_reports else []
    if actor is not None and not reports:
        said = (kind, actor.pk, category, text, note, evidence or {})
        same = _said_just_now(target, said, until)
        if same is not None:
            return same
    decision = Decision.objects.create(
        case=case,
        kind=kind,
        target_kind=target[0],
        target_id=target[1],
        owner=subject.owner,
        actor=actor,
        rule_version=rule_version,
        category=category,
        title=subject.title[:TITLE_MAX_LENGTH],
        text=text,
        note=note,
        evidence=evidence or {},
        report_ids=[report.pk for report in reports],
        until=until,
    )
    before = state_of(target)
    settle(target, place)
    settle_case(case)
    settle_trust(subject.owner)
    hold_inboxes_of(decision)
    tell_of_decision(decision, subject)
    tell_reporters(decision, reports)
    write_log(
        kind,
        actor=actor,
        target=target,
        before=before,
        after=state_of(target) | _scope(decision),
        reason=text,
        evidence=decision.evidence,
        category=category,
        rule=str(rule_version) if rule_version else "",
        decision_id=decision.pk,
        report_ids=decision.report_ids,
    )
    return decision


@again_after_deadlock
@transaction.atomic
def undo_decision(decision: Decision, *, actor: User, reason: str = "") -> Decision:
    """Take a decision out: everything is as if it had not been made, whatever came after it.

    What it told is taken back, reports it answered are open again. Raises NotAModerator,
    AlreadyUndone.
    """
    require_can_undo(actor, decision)
    case = locked_case((decision.target_kind, decision.target_id))
    decision = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    if decision.is_undone:
        raise AlreadyUndone(_("This decision was undone before."))
    target = (decision.target_kind, decision.target_id)
    people.lock(decision.owner)
    before = state_of(target)
    decision.undone_at, decision.undone_by = timezone.now(), actor
    decision.save(update_fields=["undone_at", "undone_by"])
    place = find_target(decision.target_kind)
    if place is not None:
        settle(target, place)
    settle_case(case)
    settle_trust(decision.owner)
    hold_inboxes_of(decision)
    withdraw_decision(decision)
    write_log(
        "undo",
        actor=actor,
        target=target,
        before=before,
        after=state_of(target) | {"undone": decision.kind},
        reason=reason,
        category=decision.category,
        rule=str(decision.rule_version) if decision.rule_version else "",
        decision_id=decision.pk,
        report_ids=decision.report_ids,
    )
    return decision


def settle(target: tuple[str, int], place: Target) -> None:
    """Make a thing be as the decisions that stand say. Idempotent; the caller holds the case."""
    if target[0] == "person":
        people.settle_person(target[1])
        return
    should_hide = Decision.objects.about(*target).standing().filter(kind__in=HIDING).exists()
    hidden = HiddenThing.objects.filter(target_kind=target[0], target_id=target[1]).first()
    if should_hide and hidden is None and place.hide is not None:
        former = place.hide(target[1])
        HiddenThing.objects.create(target_kind=target[0], target_id=target[1], former=former)
    elif not should_hide and hidden is not None and place.show is not None:
        hidden.delete()
        place.show(target[1], hidden.former)


def state_of(target: tuple[str, int]) -> dict[str, Any]:
    """Return how a thing is, for the log: keys and states alone."""
    if target[0] == "person":
        return people.state_of_person(target[1])
    hidden = HiddenThing.objects.filter(target_kind=target[0], target_id=target[1]).first()
    return {"hidden": hidden is not None, "former": hidden.former if hidden else ""}


def _checked(
    kind: str, category: str, text: str, note: str, until: datetime | None, *, is_by_rule: bool
) -> tuple[str, str]:
    text, note = clean(text).strip(), clean(note).strip()
    is_told = kind in NEEDS_REASON and not is_by_rule
    if is_told and category not in Report.Category.values:
        raise DecisionRefused(_("Choose what is wrong with it."), field="category")
    if is_told and is_blank(text):
        raise DecisionRefused(_("Tell the author the reason."), field="text")
    for name, value in (("text", text), ("note", note)):
        if count_graphemes(value) > TEXT_MAX_LENGTH:
            raise DecisionRefused(
                _("Up to %(limit)s characters fit here.") % {"limit": TEXT_MAX_LENGTH}, field=name
            )
    if until is not None and (kind not in EFFECTIVE or kind == "ban"):
        raise DecisionRefused(_("This decision has no end."), field="until")
    if until is not None and until <= timezone.now():
        raise DecisionRefused(_("Choose a time to come."), field="until")
    return text, note


def _said_just_now(
    target: tuple[str, int], said: tuple[Any, ...], until: datetime | None
) -> Decision | None:
    """Return the last decision about a thing if it was this one, a moment ago, and is not undone."""
    last = Decision.objects.about(*target).last()
    if last is None or last.is_undone or last.created_at < timezone.now() - SAME_AGAIN_WITHIN:
        return None
    held = (last.kind, last.actor_id, last.category, last.text, last.note, last.evidence)
    if held != said:
        return None
    # An end is counted from the click.
    if until is None or last.until is None:
        return last if until == last.until else None
    return last if abs(until - last.until) < SAME_AGAIN_WITHIN else None


def _scope(decision: Decision) -> dict[str, Any]:
    return {"until": decision.until.isoformat()} if decision.until else {}


def _open_reports(target: tuple[str, int]) -> list[Report]:
    rows = Report.objects.select_for_update(of=("self",)).select_related("reporter")
    return list(
        rows.filter(target_kind=target[0], target_id=target[1], state=Report.State.OPEN).order_by(
            "pk"
        )
    )
