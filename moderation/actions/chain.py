"""Writing the log: rows that follow each other by hash, in the transaction of the act (SO-42)."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC
from typing import Any

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from moderation.models import ChainHead, LogEntry

COVERED = (
    *("number", "at", "act", "actor_id", "rule", "target_kind", "target_id", "category"),
    *("decision_id", "report_ids", "reason_digest", "evidence_digest", "before", "after"),
    "former_hash",
)
"""Columns that the hash of a row covers: all but the hash itself."""


@transaction.atomic
def write_log(
    act: str,
    *,
    actor: User | None,
    target: tuple[str, Any],
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    evidence: Any = None,
    category: str = "",
    rule: str = "",
    decision_id: int | None = None,
    report_ids: Iterable[int] = (),
) -> LogEntry:
    """Write the row of one act; whoever writes at the same time waits for the commit.

    ``before`` and ``after`` hold keys, states, numbers and times, never what people wrote.
    """
    ChainHead.objects.get_or_create(pk=1)
    head = ChainHead.objects.select_for_update().get(pk=1)
    entry = LogEntry(
        number=head.number + 1,
        at=timezone.now(),
        act=act,
        actor_id=actor.pk if actor else None,
        rule=rule,
        target_kind=target[0],
        target_id=str(target[1]),
        category=category,
        decision_id=decision_id,
        report_ids=sorted(report_ids),
        reason_digest=digest_of(reason) if reason else "",
        evidence_digest=digest_of(orjson.dumps(evidence).decode()) if evidence else "",
        before=_plain(before),
        after=_plain(after),
        former_hash=head.hash,
    )
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    head.number, head.hash = entry.number, entry.hash
    head.save(update_fields=["number", "hash"])
    return entry


def _plain(values: dict[str, Any] | None) -> dict[str, Any]:
    """Return ``values`` as the database gives them back, so that their hash stays the same."""
    return json.loads(json.dumps(values or {}, cls=DjangoJSONEncoder))


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(entry: LogEntry) -> str:
    """Return what the hash of a row has to be: SHA-256 over its columns as canonical JSON."""
    values = {name: getattr(entry, name) for name in COVERED}
    values["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()
