"""Noting that staff read what is private, before they see it."""

from django.db import transaction

from accounts.models import User
from moderation.actions.chain import write_log
from moderation.policies import require_moderator


@transaction.atomic
def note_message_read(target: tuple[str, int], *, actor: User) -> None:
    """Note in the log that somebody of the staff reads a reported message. Raises NotAModerator."""
    require_moderator(actor)
    write_log("read_message", actor=actor, target=target)
