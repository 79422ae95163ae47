"""What follows from a report: a case, and a hold where trusted people agree (SO-37)."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from moderation.actions.cases import locked_case, note_owner, settle_case
from moderation.actions.deciding import decide
from moderation.actions.rules import built_in_version
from moderation.models import Decision
from moderation.querysets import HIDING
from moderation.targets import find_target
from social.models import Report

TRUSTED_LEVEL = 2
TRUSTED_REPORTS = 3
TRUSTED_WITHIN = timedelta(hours=24)


def hold_case(kind: str, pk: int) -> None:
    """Hold the case of what is going to be reported, before the reports are."""
    if find_target(kind) is not None:
        locked_case((kind, pk))


@transaction.atomic
def take_in_report(pk: int) -> None:
    """Bring the case of a reported thing in step; hold it when enough trusted people agree.

    What a trusted member or staff wrote only waits at the desk (SO-48).
    """
    report = Report.objects.select_related("owner").get(pk=pk)
    target = (report.target_kind, report.target_id)
    place = find_target(report.target_kind)
    if place is None:
        return
    case = locked_case(target)
    note_owner(case, report.owner)
    settle_case(case)
    if "hold" in place.acts and not _is_trusted(report.owner) and _do_trusted_people_agree(target):
        decide(
            "hold",
            target=target,
            actor=None,
            category=report.category,
            text="",
            rule_version=built_in_version("three-reports"),
            evidence={"reports": TRUSTED_REPORTS},
        )


def _is_trusted(owner: User | None) -> bool:
    """Whether nothing of ``owner`` is hidden without a person who decides."""
    return owner is not None and (owner.trust_level >= TRUSTED_LEVEL or owner.is_staff)


def _do_trusted_people_agree(target: tuple[str, int]) -> bool:
    """Whether TRUSTED_REPORTS of trusted people wait, and no decision about it was made since."""
    if Decision.objects.about(*target).standing().filter(kind__in=HIDING).exists():
        return False
    waiting = Report.objects.filter(
        target_kind=target[0],
        target_id=target[1],
        state=Report.State.OPEN,
        created_at__gt=timezone.now() - TRUSTED_WITHIN,
        reporter__trust_level__gte=TRUSTED_LEVEL,
        reporter__state="active",
    )
    return waiting.values("reporter").distinct().count() >= TRUSTED_REPORTS
