"""What waits at the desk because of rules: what staff were told of, and first words."""

from datetime import datetime, timedelta

from moderation import waiting
from moderation.models import Case, Decision, Screening
from moderation.rule_names import FIRST_WORDS
from moderation.waiting import Moments

DUE = timedelta(days=1)


def register() -> None:
    """Make both reasons known to cases."""
    waiting.register("has_hold", moments_of_told)
    waiting.register("has_first", moments_of_first_words)


def moments_of_told(case: Case) -> Moments:
    """Return when rules told staff of a thing that nobody looked at since."""
    rows = Screening.objects.filter(
        target_kind=case.target_kind,
        target_id=case.target_id,
        outcome=Screening.Outcome.TOLD,
    )
    answered = _answered(case)
    if answered is not None:
        rows = rows.filter(created_at__gt=answered)
    return [(at, at + DUE) for at in rows.order_by("pk").values_list("created_at", flat=True)[:20]]


def moments_of_first_words(case: Case) -> Moments:
    """Return since when the words of somebody new wait for approval."""
    held = (
        Decision.objects.about(case.target_kind, case.target_id)
        .standing()
        .filter(kind="hold", rule_version__rule__name=FIRST_WORDS)
    )
    answered = _answered(case)
    if answered is not None:
        held = held.filter(created_at__gt=answered)
    return [(at, at + DUE) for at in held.values_list("created_at", flat=True)]


def _answered(case: Case) -> datetime | None:
    """Return when a person last decided about it."""
    judging = Decision.objects.about(case.target_kind, case.target_id).judging()
    times = judging.filter(undone_at=None).order_by("-created_at")
    return times.values_list("created_at", flat=True).first()
