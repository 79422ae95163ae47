"""What authors, reporters and moderators hear of decisions; last in a transaction.

Who cannot sign in gets no mails about notifications: they get a mail of its own, whose link opens
without a session. What a request for a takedown leads to is mailed by the request.
"""

from collections.abc import Iterable

from accounts.models import User
from moderation.actions.mails import queue_decision_mail
from moderation.models import Appeal, Decision
from moderation.targets import Subject
from social.actions import notify, withdraw
from social.actions.inbox import locked_inboxes
from social.models import Report

SILENT = ("dismiss",)
"""Kinds of which the author hears nothing: they never knew that there was something to decide."""


def hold_inboxes_of(decision: Decision) -> None:
    """Hold the inboxes of whose the thing is and of who reported it, in the one order that is safe."""
    people = set(
        Report.objects.filter(pk__in=decision.report_ids)
        .exclude(reporter=None)
        .values_list("reporter_id", flat=True)
        if decision.report_ids
        else ()
    )
    if decision.owner_id is not None:
        people.add(decision.owner_id)
    locked_inboxes(people)


def tell_of_decision(decision: Decision, subject: Subject) -> None:
    """Tell whose the thing is what was decided, and where it says why (SO-40)."""
    if subject.owner is not None and decision.kind not in SILENT:
        _tell_owner(subject.owner, decision, cause="decision")


def tell_of_end(decision: Decision) -> None:
    """Tell whose the thing is that a decision is over."""
    if decision.owner is not None and decision.kind not in SILENT:
        _tell_owner(decision.owner, decision, cause="ended")


def withdraw_decision(decision: Decision) -> None:
    """Take back what a decision told, and say so to those who may have read it."""
    target = ("decision", decision.pk)
    withdraw(_kind_of(decision), target=target, cause=("decision", decision.pk))
    for pk in decision.report_ids:
        withdraw("report", target=("report", pk), cause=("outcome", decision.pk))
    owner = decision.owner
    if owner is not None and decision.kind not in SILENT:
        _tell_owner(owner, decision, cause="undone")


def tell_reporters(decision: Decision, reports: Iterable[Report]) -> None:
    """Tell those who reported it that somebody looked, and what came of it (SO-36)."""
    reporters = [(one.reporter, one) for one in reports if one.reporter is not None]
    for person, report in reporters:
        notify(
            person,
            "report",
            actor=None,
            target=("report", report.pk),
            cause=("outcome", decision.pk),
        )


def tell_of_answer(appeal: Appeal) -> None:
    """Tell who appealed how it ended."""
    owner = appeal.decision.owner
    if owner is None:
        return
    notify(
        owner,
        "appeal",
        actor=None,
        target=("decision", appeal.decision_id),
        cause=("appeal", appeal.pk),
    )
    if appeal.state == Appeal.State.REFUSED and _is_shut_out(owner):
        queue_decision_mail(appeal.decision, "refused")


def _tell_owner(owner: User, decision: Decision, *, cause: str) -> None:
    notify(
        owner,
        _kind_of(decision),
        actor=None,
        target=("decision", decision.pk),
        cause=(cause, decision.pk),
    )
    if "takedown" not in decision.evidence and _is_shut_out(owner):
        event = "decided" if cause == "decision" else cause
        queue_decision_mail(decision, event)


def _kind_of(decision: Decision) -> str:
    """Return the kind of notice; that of requests has mails of its own, which nobody ends."""
    return "takedown" if "takedown" in decision.evidence else "decision"


def _is_shut_out(owner: User) -> bool:
    """Return whether ``owner`` cannot sign in now: the decision itself may have done that."""
    found = User.objects.filter(pk=owner.pk).only("state").first()
    return found is not None and not found.is_active
