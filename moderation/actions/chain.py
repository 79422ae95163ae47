"""Writing the log: rows that follow each other by hash, in the transaction of the act (SO-42)."""

import logging
from collections.abc import Iterable
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from config.commits import after_commit
from moderation.chain import digest_of, hash_of, plain
from moderation.models import ChainHead, LogEntry

__all__ = ["digest_of", "write_log"]

logger = logging.getLogger(__name__)


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
        before=plain(before),
        after=plain(after),
        former_hash=head.hash,
    )
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    head.number, head.hash = entry.number, entry.hash
    head.save(update_fields=["number", "hash"])
    after_commit(_note, entry)
    return entry


def _note(entry: LogEntry) -> None:
    """Tell the site's own log where the chain is: an anchor outside of the database."""
    logger.info("moderation_logged", extra={"number": entry.number, "hash": entry.hash})
