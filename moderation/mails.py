"""What mails about decisions and requests say; made when they are sent."""

from functools import partial
from typing import Any

from django.urls import reverse

from accounts import mails
from accounts.mails import Letter
from accounts.models import User
from config import clock
from config.mails import site_link
from moderation import actions
from moderation.appeal_tokens import appeal_path
from moderation.models import Decision, Takedown, TakedownMail


def register() -> None:
    """Make the mails of this app known."""
    mails.register("account_decision", _decision_letter)
    for name in ("takedown", "takedown_author"):
        mails.register(name, _takedown_letter, sent=_note_sent)


def _decision_letter(data: dict[str, Any]) -> Letter | None:
    decision = Decision.objects.select_related("owner").filter(pk=data["decision_id"]).first()
    if decision is None or decision.owner is None or not decision.owner.email:
        return None
    if data["event"] == "decided" and decision.is_undone:
        return None
    owner = decision.owner
    return Letter(
        owner.email,
        owner.language,
        owner.time_zone,
        {
            "person": owner,
            "decision": decision,
            "event": data["event"],
            "answer": decision.appeal.answer if data["event"] == "refused" else "",
            "link": site_link(path_for(owner, decision)),
            "can_sign_in": owner.is_active,
            # Called by the template: in the language and the zone of whoever reads it.
            "until": partial(clock.exact, decision.until) if decision.until else "",
        },
    )


def _takedown_letter(data: dict[str, Any]) -> Letter | None:
    rows = TakedownMail.objects.select_related(
        "takedown__decision", "takedown__removal", "takedown__case__owner"
    )
    mail = rows.filter(pk=data["mail_id"], sent_at=None).first()
    if mail is None:
        return None
    takedown = mail.takedown
    owner = takedown.case.owner if mail.to == TakedownMail.To.AUTHOR else None
    to = owner.email if owner else takedown.claimant_email
    if not to or (owner is None and mail.to == TakedownMail.To.AUTHOR):
        return None
    return Letter(
        to,
        owner.language if owner else takedown.language,
        owner.time_zone if owner else "",
        {
            "person": owner,
            "takedown": takedown,
            "event": mail.event,
            "title": takedown.decision.title if takedown.decision else "",
            "due": partial(clock.exact, takedown.due_at) if takedown.due_at else "",
            "link": site_link(_takedown_path(takedown, owner)),
        },
    )


def _note_sent(data: dict[str, Any]) -> None:
    actions.note_takedown_mail_sent(data["mail_id"])


def path_for(owner: User, decision: Decision) -> str:
    """Return the page of a decision, for who can sign in or cannot."""
    if owner.is_active:
        return reverse("moderation:decision", args=[decision.pk])
    return appeal_path(decision)


def _takedown_path(takedown: Takedown, owner: User | None) -> str:
    decision = takedown.removal or takedown.decision
    if owner is None or decision is None:
        return reverse("moderation:takedown_receipt", args=[takedown.receipt])
    return path_for(owner, decision)
