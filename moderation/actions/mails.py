"""Mails that leave whatever somebody chose: to who cannot sign in, and about requests."""

from django.utils import timezone

from accounts.actions import queue_mail
from moderation.models import Decision, Takedown, TakedownMail


def queue_decision_mail(decision: Decision, event: str) -> None:
    """Let a mail about a decision leave after commit. ``event``: decided, undone, ended, refused."""
    if decision.owner is not None and decision.owner.email:
        queue_mail("account_decision", user=decision.owner, decision_id=decision.pk, event=event)


def queue_takedown_mail(takedown: Takedown, to: str, event: str) -> None:
    """Let a mail about a request leave after commit; that it was written is noted at once."""
    is_author = to == TakedownMail.To.AUTHOR
    owner = takedown.case.owner
    if is_author and owner is None:
        return
    mail = TakedownMail.objects.create(takedown=takedown, to=to, event=event)
    name = "takedown_author" if is_author else "takedown"
    queue_mail(name, user=owner if is_author else None, mail_id=mail.pk)


def note_takedown_mail_sent(pk: int) -> None:
    """Note when a mail about a request left. Idempotent."""
    TakedownMail.objects.filter(pk=pk, sent_at=None).update(sent_at=timezone.now())
