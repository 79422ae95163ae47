"""Undoing many decisions: one after the other, newest first, each for itself (SO-41, AD-06).

Each undo is a transaction with a log row of its own, so a run that breaks off has undone what it
says, and running it again does the rest.
"""

import logging
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions import start_job
from accounts.jobs import Reporter
from accounts.models import Job, User
from config.exceptions import DomainError
from config.text import clean, count_graphemes, is_blank
from moderation.actions.chain import write_log
from moderation.actions.deciding import undo_decision
from moderation.exceptions import AlreadyUndone, DecisionRefused
from moderation.models import Decision, Rule, RuleVersion
from moderation.models.decisions import TEXT_MAX_LENGTH
from moderation.policies import require_moderator
from moderation.selectors import decisions_to_undo

logger = logging.getLogger(__name__)
JOB_KIND = "bulk-undo"
AT_ONCE = 100
"""So many are undone while the moderator waits; more become a job."""

PAGE = 200
PROGRESS = gettext_noop("%(done)s of %(total)s decisions looked at")


class BulkResult(NamedTuple):
    """What came of undoing many. ``failed``: key of a decision → code of what stood against it."""

    done: int
    failed: dict[int, str]


def undo_decisions(
    decisions: QuerySet[Decision],
    *,
    actor: User,
    reason: str,
    scope: dict[str, Any] | None = None,
    report: Reporter | None = None,
) -> BulkResult:
    """Undo what of ``decisions`` is not undone, newest first. Idempotent.

    What somebody else undoes meanwhile counts as neither done nor failed; what comes later is left
    alone. The log says first that many were to be undone and by which ``scope`` (keys and times),
    then each. Call it outside of transactions. Raises NotAModerator, DecisionRefused.
    """
    require_moderator(actor)
    reason = checked_reason(reason)
    rows = decisions.filter(undone_at=None).order_by("-pk")
    newest = rows.values_list("pk", flat=True).first()
    if newest is None:
        return BulkResult(0, {})
    total = rows.count()
    write_log(
        "bulk_undo",
        actor=actor,
        target=("decisions", newest),
        after={"count": total, "up_to": newest, **(scope or {})},
        reason=reason,
    )
    done, seen, failed = 0, 0, {}
    before = newest + 1
    while page := list(rows.filter(pk__lt=before)[:PAGE]):
        for decision in page:
            code = _undo_one(decision, actor, reason)
            done += code == ""
            if code:
                failed[decision.pk] = code
            seen += 1
            if report is not None:
                report(seen, max(total, seen), PROGRESS)
        before = page[-1].pk
    failed = {pk: code for pk, code in failed.items() if code != AlreadyUndone.code}
    return BulkResult(done, failed)


def _undo_one(decision: Decision, actor: User, reason: str) -> str:
    """Undo one decision; return "", or the code of what stood against it."""
    try:
        undo_decision(decision, actor=actor, reason=reason)
    except DomainError as error:
        return error.code
    except Exception:  # one broken row must not keep all others from coming back
        logger.exception("undo_failed", extra={"decision_id": decision.pk, "actor_id": actor.pk})
        return "error"
    return ""


def checked_reason(reason: str) -> str:
    """Return a reason as it is stored. Raises DecisionRefused without one, or if it is too long."""
    reason = clean(reason).strip()
    if is_blank(reason):
        raise DecisionRefused(_("Say why."), field="reason")
    if count_graphemes(reason) > TEXT_MAX_LENGTH:
        raise DecisionRefused(
            _("Up to %(limit)s characters fit here.") % {"limit": TEXT_MAX_LENGTH}, field="reason"
        )
    return reason


def start_bulk_undo(
    *,
    actor: User,
    reason: str,
    rule: Rule | RuleVersion | None = None,
    by: User | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> BulkResult | Job:
    """Undo everything of a rule, a moderator (``by``) or a period: up to AT_ONCE decisions now,
    more in the background; call this outside of transactions.

    Raises NotAModerator, DecisionRefused, QueueUnreachable.
    """
    require_moderator(actor)
    reason = checked_reason(reason)
    decisions = decisions_to_undo(rule=rule, actor=by, since=since, until=until)
    scope = {
        "rule": rule.pk if isinstance(rule, Rule) else None,
        "version": rule.pk if isinstance(rule, RuleVersion) else None,
        "by": by.pk if by else None,
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
    }
    if decisions[: AT_ONCE + 1].count() <= AT_ONCE:
        return undo_decisions(decisions, actor=actor, reason=reason, scope=scope)
    newest = decisions.values_list("pk", flat=True).first()
    params = {"scope": scope, "up_to": newest, "reason": reason}
    job = start_job(actor=actor, kind=JOB_KIND, params=params)
    if not job.is_new:
        raise DecisionRefused(_("You are undoing many decisions already. Wait for its end."))
    return job


def perform_bulk_undo(job: Job, report: Reporter) -> dict[str, Any]:
    """Undo in the background what ``start_bulk_undo`` was asked for; goes on where it broke off.

    Raises NotAModerator for who lost the right meanwhile.
    """
    scope = job.params["scope"]
    rule: Rule | RuleVersion | None = None
    if scope["rule"]:
        rule = Rule.objects.get(pk=scope["rule"])
    if scope["version"]:
        rule = RuleVersion.objects.get(pk=scope["version"])
    decisions = decisions_to_undo(
        rule=rule,
        actor=User.objects.get(pk=scope["by"]) if scope["by"] else None,
        since=parse_datetime(scope["since"]) if scope["since"] else None,
        until=parse_datetime(scope["until"]) if scope["until"] else None,
    ).filter(pk__lte=job.params["up_to"])
    result = undo_decisions(
        decisions, actor=job.owner, reason=job.params["reason"], scope=scope, report=report
    )
    return {"done": result.done, "failed": {str(pk): code for pk, code in result.failed.items()}}
