"""What reports, decisions, appeals, cases and the log look like in answers to the staff."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from accounts.api.shapes import PersonShortShape, person_short
from accounts.models import User
from config.api import Addresses, Shape
from config.clock import iso
from moderation.desk.queue import REASONS
from moderation.desk.texts import PRIVATE
from moderation.models import Appeal, Case, Decision, LogEntry
from social.models import Report


class ModerationTargetShape(Shape):
    """What something is about."""

    kind = serializers.CharField()
    id = serializers.IntegerField()


class ModerationReportShape(Shape):
    """A report as the staff read it. ``copy`` is the text as it was; empty of messages."""

    id = serializers.IntegerField()
    target = ModerationTargetShape()
    category = serializers.ChoiceField(choices=Report.Category.choices)
    note = serializers.CharField(allow_blank=True)
    copy = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=Report.State.choices)
    reporter = PersonShortShape(allow_null=True)
    owner = PersonShortShape(allow_null=True)
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    html_url = serializers.URLField(help_text="The report in the administration.")


class DecisionRuleShape(Shape):
    """Which version of which rule decided."""

    name = serializers.CharField()
    version = serializers.IntegerField()


class DecisionLinksShape(Shape):
    """Where to go on."""

    self = serializers.URLField()
    undo = serializers.URLField()


class DecisionShape(Shape):
    """One decision; ``actor`` is null where a rule decided, or somebody who is gone."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Decision.Kind.choices)
    target = ModerationTargetShape()
    title = serializers.CharField(allow_blank=True)
    owner = PersonShortShape(allow_null=True)
    actor = PersonShortShape(allow_null=True)
    rule = DecisionRuleShape(allow_null=True)
    category = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True, help_text="What the author reads.")
    note = serializers.CharField(allow_blank=True, help_text="What the staff alone reads.")
    report_ids = serializers.ListField(child=serializers.IntegerField())
    until = serializers.DateTimeField(allow_null=True)
    is_undone = serializers.BooleanField()
    undone_at = serializers.DateTimeField(allow_null=True)
    undone_by = PersonShortShape(allow_null=True)
    created_at = serializers.DateTimeField()
    url = serializers.URLField()
    links = DecisionLinksShape()


class AppealShape(Shape):
    """What an author answers to a decision, and what came of it."""

    id = serializers.IntegerField()
    decision = DecisionShape()
    text = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=Appeal.State.choices)
    is_late = serializers.BooleanField()
    answer = serializers.CharField(allow_blank=True)
    decided_by = PersonShortShape(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    url = serializers.URLField()


class CaseShape(Shape):
    """Everything that waits about one thing."""

    id = serializers.IntegerField()
    target = ModerationTargetShape()
    owner = PersonShortShape(allow_null=True)
    assigned_to = PersonShortShape(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
    report_count = serializers.IntegerField()
    is_open = serializers.BooleanField()
    is_late = serializers.BooleanField()
    opened_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)


class LogEntryShape(Shape):
    """One row of the log: keys, states, times and digests, nobody's words."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    act = serializers.CharField()
    actor = serializers.IntegerField(allow_null=True, help_text="Key of a person, even if gone.")
    rule = serializers.CharField(allow_blank=True)
    target_kind = serializers.CharField()
    target_id = serializers.CharField()
    category = serializers.CharField(allow_blank=True)
    decision = serializers.IntegerField(allow_null=True)
    report_ids = serializers.ListField(child=serializers.IntegerField())
    reason_digest = serializers.CharField(allow_blank=True)
    evidence_digest = serializers.CharField(allow_blank=True)
    before = serializers.DictField()
    after = serializers.DictField()
    former_hash = serializers.CharField(allow_blank=True)
    hash = serializers.CharField()


CASE_REASONS = {column: name for name, column in REASONS.items()}
"""Column of a case → what it is called in answers and in ``?reason=``."""


def _person(person: User | None, addresses: Addresses) -> dict[str, Any] | None:
    return person_short(person, addresses) if person is not None else None


def _moment(moment: datetime | None) -> str | None:
    return iso(moment) if moment is not None else None


def report_shape(report: Report, due_at: datetime, addresses: Addresses) -> dict[str, Any]:
    """Return ``report``, loaded with its people."""
    is_private = report.target_kind in PRIVATE
    return {
        "id": report.pk,
        "target": {"kind": report.target_kind, "id": report.target_id},
        "category": report.category,
        "note": report.note,
        "copy": "" if is_private else report.copy,
        "state": report.state,
        "reporter": _person(report.reporter, addresses),
        "owner": _person(report.owner, addresses),
        "created_at": iso(report.created_at),
        "due_at": iso(due_at),
        "html_url": addresses.page(reverse("admin:social_report_change", args=[report.pk])),
    }


def decision_shape(decision: Decision, addresses: Addresses) -> dict[str, Any]:
    """Return ``decision``, loaded with its people and its rule."""
    version = decision.rule_version
    url = addresses.api(f"moderation/decisions/{decision.pk}/")
    return {
        "id": decision.pk,
        "kind": decision.kind,
        "target": {"kind": decision.target_kind, "id": decision.target_id},
        "title": "" if decision.target_kind in PRIVATE else decision.title,
        "owner": _person(decision.owner, addresses),
        "actor": _person(decision.actor, addresses),
        "rule": {"name": version.rule.name, "version": version.number} if version else None,
        "category": decision.category,
        "text": decision.text,
        "note": decision.note,
        "report_ids": decision.report_ids,
        "until": _moment(decision.until),
        "is_undone": decision.is_undone,
        "undone_at": _moment(decision.undone_at),
        "undone_by": _person(decision.undone_by, addresses),
        "created_at": iso(decision.created_at),
        "url": url,
        "links": {"self": url, "undo": f"{url}undo/"},
    }


def appeal_shape(appeal: Appeal, now: datetime, addresses: Addresses) -> dict[str, Any]:
    """Return ``appeal``, loaded with its people and its decision."""
    return {
        "id": appeal.pk,
        "decision": decision_shape(appeal.decision, addresses),
        "text": appeal.text,
        "state": appeal.state,
        "is_late": appeal.is_open and appeal.due_at < now,
        "answer": appeal.answer,
        "decided_by": _person(appeal.decided_by, addresses),
        "decided_at": _moment(appeal.decided_at),
        "created_at": iso(appeal.created_at),
        "due_at": iso(appeal.due_at),
        "url": addresses.api(f"moderation/appeals/{appeal.pk}/"),
    }


def case_shape(case: Case, addresses: Addresses) -> dict[str, Any]:
    """Return ``case``, loaded with its people."""
    return {
        "id": case.pk,
        "target": {"kind": case.target_kind, "id": case.target_id},
        "owner": _person(case.owner, addresses),
        "assigned_to": _person(case.assigned_to, addresses),
        "reasons": [name for column, name in CASE_REASONS.items() if getattr(case, column)],
        "report_count": case.report_count,
        "is_open": case.is_open,
        "is_late": case.is_late,
        "opened_at": _moment(case.opened_at),
        "due_at": _moment(case.due_at),
    }


def log_shape(entry: LogEntry) -> dict[str, Any]:
    """Return one row of the log."""
    return {
        "number": entry.number,
        "at": iso(entry.at),
        "act": entry.act,
        "actor": entry.actor_id,
        "rule": entry.rule,
        "target_kind": entry.target_kind,
        "target_id": entry.target_id,
        "category": entry.category,
        "decision": entry.decision_id,
        "report_ids": entry.report_ids,
        "reason_digest": entry.reason_digest,
        "evidence_digest": entry.evidence_digest,
        "before": entry.before,
        "after": entry.after,
        "former_hash": entry.former_hash,
        "hash": entry.hash,
    }
