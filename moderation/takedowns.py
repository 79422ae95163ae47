"""Reading requests for takedowns: who is held, and what each side may take along."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config import clock
from moderation.exceptions import HeldByTakedown
from moderation.models import Decision, LogEntry, Takedown, TakedownMail

Right = Takedown.Right
State = Takedown.State

CLAIMS = {
    Right.HONOUR: gettext_lazy("Somebody says that it violates their honour."),
    Right.PRIVACY: gettext_lazy("Somebody says that it violates their privacy."),
    Right.COPYRIGHT: gettext_lazy("Somebody says that it violates their copyright."),
    Right.PORTRAIT: gettext_lazy("Somebody says that it shows them without their consent."),
    Right.OTHER: gettext_lazy("Somebody says that it violates their rights."),
}
"""Right → what is said of the claim to everybody: never who claims it."""


def claim_in_words(takedown: Takedown) -> str:
    """Return what everybody may know of the claim."""
    return str(CLAIMS.get(takedown.right, CLAIMS[Right.OTHER]))


def absence_of(kind: str, pk: int) -> HeldByTakedown | None:
    """Return why a thing is not shown if a request holds it now, and until when."""
    held = (
        Takedown.objects.filter(
            case__target_kind=kind,
            case__target_id=pk,
            state__in=(State.ACCEPTED, State.OBJECTED),
        )
        .order_by("-due_at")
        .first()
    )
    if held is None or held.due_at is None:
        return None
    words = _("It is held until %(date)s.") % {"date": clock.exact_date(held.due_at)}
    return HeldByTakedown(f"{claim_in_words(held)} {words}")


def takedown_of(decision: Decision) -> Takedown | None:
    """Return the request that a decision answers, also after it was undone."""
    pk = decision.evidence.get("takedown")
    rows = Takedown.objects.select_related("case", "decision", "removal")
    return rows.filter(pk=pk).first() if pk else None


def takedown_of_receipt(receipt: str) -> Takedown | None:
    """Return the request of a receipt."""
    rows = Takedown.objects.select_related("case", "decision", "removal")
    return rows.filter(receipt=receipt).first()


# What each side may take along --------------------------------------------------------------------


def case_file(takedown: Takedown) -> dict[str, Any]:
    """Return everything about a request, for staff: claim, decisions, log, when mails left."""
    case = takedown.case
    decisions = Decision.objects.about(case.target_kind, case.target_id)
    entries = LogEntry.objects.filter(
        target_kind=case.target_kind, target_id=str(case.target_id)
    ).order_by("number")
    return claimant_part(takedown) | {
        "target": {"kind": case.target_kind, "id": case.target_id, "owner": case.owner_id},
        "decisions": [_decision_lines(one) | {"actor": one.actor_id} for one in decisions],
        "log": [
            {
                "number": one.number,
                "at": _iso(one.at),
                "act": one.act,
                "actor": one.actor_id,
                "before": one.before,
                "after": one.after,
                "hash": one.hash,
            }
            for one in entries
        ],
        "mails": _mail_lines(takedown, *TakedownMail.To.values),
    }


def claimant_part(takedown: Takedown) -> dict[str, Any]:
    """Return what whoever asked may take along: their claim, and what came of it."""
    return _shared_part(takedown) | {
        "receipt": takedown.receipt,
        "claimant": {"name": takedown.claimant_name, "email": takedown.claimant_email},
        "claim": takedown.claim,
        "evidence": takedown.evidence_name,
        "answer": takedown.reason if takedown.state == State.REFUSED else "",
        "mails": _mail_lines(takedown, TakedownMail.To.CLAIMANT),
    }


def author_part(takedown: Takedown) -> dict[str, Any]:
    """Return what the author may take along: the decisions, and their own objection.

    Never who asked, nor what they wrote and sent.
    """
    decisions = [one for one in (takedown.decision, takedown.removal) if one is not None]
    return _shared_part(takedown) | {
        "decisions": [_decision_lines(one) for one in decisions],
        "objection": takedown.objection,
        "mails": _mail_lines(takedown, TakedownMail.To.AUTHOR),
    }


def _shared_part(takedown: Takedown) -> dict[str, Any]:
    return {
        "number": takedown.pk,
        "state": takedown.state,
        "right": takedown.right,
        "address": takedown.address,
        "asked_at": _iso(takedown.created_at),
        "decided_at": _iso(takedown.decided_at),
        "held_until": _iso(takedown.due_at),
        "objected_at": _iso(takedown.objected_at),
        "withdrawn_at": _iso(takedown.withdrawn_at),
        "closed_at": _iso(takedown.closed_at),
    }


def _decision_lines(decision: Decision) -> dict[str, Any]:
    return {
        "number": decision.pk,
        "kind": decision.kind,
        "category": decision.category,
        "reason": decision.text,
        "decided_at": _iso(decision.created_at),
        "until": _iso(decision.until),
        "undone_at": _iso(decision.undone_at),
    }


def _mail_lines(takedown: Takedown, *to: str) -> list[dict[str, Any]]:
    return [
        {
            "to": one.to,
            "about": one.event,
            "written_at": _iso(one.created_at),
            "sent_at": _iso(one.sent_at),
        }
        for one in takedown.mails.filter(to__in=to)
    ]


def _iso(moment: datetime | None) -> str | None:
    return clock.iso(moment) if moment else None
