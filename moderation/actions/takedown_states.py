"""How requests for takedowns stand: set anew from times and from decisions, never by hand."""

from datetime import datetime, timedelta

from moderation.actions.mails import queue_takedown_mail
from moderation.models import Case, Decision, Takedown
from moderation.waiting import Moments

ANSWER_DUE = timedelta(days=3)

State = Takedown.State
HELD = (State.ACCEPTED, State.OBJECTED)


def settle_takedowns(case: Case) -> list[Takedown]:
    """Set the states of all requests about a locked case anew; return the requests. Idempotent.

    Both sides are told of what somebody else changed: a hold undone, a thing restored.
    """
    takedowns = list(
        Takedown.objects.filter(case=case).select_related("decision", "removal").order_by("pk")
    )
    if not takedowns:
        return []
    keys = [one.decision_id or 0 for one in takedowns] + [one.removal_id or 0 for one in takedowns]
    standing = set(Decision.objects.filter(pk__in=keys).unlifted().values_list("pk", flat=True))
    for takedown in takedowns:
        former, state = takedown.state, state_from(takedown, standing)
        if state != former:
            takedown.state = state
            takedown.save(update_fields=["state"])
            if event := event_of(takedown, former):
                queue_takedown_mail(takedown, "claimant", event)
                if event == "reopened" or former == State.REMOVED:
                    queue_takedown_mail(takedown, "author", "restored")
    return takedowns


def state_from(takedown: Takedown, standing: set[int]) -> str:
    """Return the state that follows from the times and from which decisions stand."""
    if takedown.withdrawn_at is not None:
        return State.WITHDRAWN
    if takedown.closed_at is not None:
        is_removed = (
            takedown.removal_id in standing
            if takedown.removal_id is not None
            else takedown.objected_at is None
        )
        return State.REMOVED if is_removed else State.RESTORED
    if takedown.decision is None:
        return State.REFUSED if takedown.decided_at else State.ASKED
    if takedown.decision.is_undone:
        return State.ASKED
    if takedown.decision_id not in standing:
        return State.RESTORED
    return State.OBJECTED if takedown.objected_at else State.ACCEPTED


def event_of(takedown: Takedown, former: str) -> str:
    """Return what to write of a change that no act on the request itself made; else empty."""
    state = takedown.state
    if former in HELD and state == State.ASKED:
        return "reopened"
    if former == State.RESTORED and state in HELD:
        return "accepted"
    if former == State.RESTORED and state == State.REMOVED:
        return "removed"
    is_by_staff = former == State.REMOVED or (former in HELD and takedown.closed_at is None)
    return "restored" if state == State.RESTORED and is_by_staff else ""


def moments_of_takedowns(case: Case) -> Moments:
    """Return what of the requests about a locked case waits: for an answer, or for its date."""
    found: Moments = []
    for takedown in settle_takedowns(case):
        if takedown.state == State.ASKED:
            since = _asked_since(takedown)
            found.append((since, since + ANSWER_DUE))
        elif takedown.state == State.OBJECTED and takedown.objected_at and takedown.due_at:
            found.append((takedown.objected_at, takedown.due_at))
    return found


def _asked_since(takedown: Takedown) -> datetime:
    undone_at = takedown.decision.undone_at if takedown.decision else None
    return undone_at or takedown.created_at
