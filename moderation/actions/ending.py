"""Decisions whose time is over, or which are over before their time."""

import logging
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from moderation.actions.cases import locked_case, settle_case
from moderation.actions.chain import write_log
from moderation.actions.deciding import settle, state_of
from moderation.actions.telling import tell_of_end
from moderation.models import Decision
from moderation.targets import find_target

logger = logging.getLogger(__name__)
ENDS_AT_ONCE = 200


def end_decision(decision: Decision, *, act: str = "end") -> None:
    """End a decision now: what it hid is shown again unless another stands. The caller holds the
    case. Idempotent.
    """
    if decision.ended_at is not None or decision.is_undone:
        return
    target = (decision.target_kind, decision.target_id)
    before = state_of(target)
    now = timezone.now()
    decision.ended_at = now
    decision.until = min(decision.until or now, now)
    decision.save(update_fields=["ended_at", "until"])
    place = find_target(decision.target_kind)
    if place is not None:
        settle(target, place)
    write_log(
        act,
        actor=None,
        target=target,
        before=before,
        after=state_of(target) | {"ended": decision.kind},
        category=decision.category,
        rule=str(decision.rule_version) if decision.rule_version else "",
        decision_id=decision.pk,
    )


def end_due_decisions() -> int:
    """End what is over by now; return how many. Idempotent. Requests for takedowns end their own."""
    due = Decision.objects.filter(
        until__lte=timezone.now(), ended_at=None, undone_at=None, evidence__takedown__isnull=True
    )
    keys = list(due.order_by("until").values_list("pk", flat=True)[:ENDS_AT_ONCE])
    return sum(done_alone(_end_due, pk) for pk in keys)


def done_alone(settle_one: Callable[[int], bool], pk: int) -> bool:
    """Do one row of a list; one that cannot be settled is logged and does not stop the others."""
    try:
        return settle_one(pk)
    except Exception:
        logger.exception("not_settled", extra={"step": settle_one.__name__, "row": pk})
        return False


@transaction.atomic
def _end_due(pk: int) -> bool:
    decision = Decision.objects.get(pk=pk)
    case = locked_case((decision.target_kind, decision.target_id))
    decision = Decision.objects.select_for_update(of=("self",)).get(pk=pk)
    if decision.ended_at is not None or decision.is_undone:
        return False
    end_decision(decision)
    settle_case(case)
    tell_of_end(decision)
    return True
