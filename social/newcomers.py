"""Whom somebody new may write to, and how much in a day (SO-46)."""

import re
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.newcomers import is_newcomer, newcomer_refused
from social.models import Conversation, Follow, Message

MESSAGES_A_DAY = 5
LINKS_A_MESSAGE = 2
DAY = timedelta(days=1)
_ADDRESS = re.compile(r"https?://|(?<![\w/.])www\.", re.IGNORECASE)


def require_may_write(
    actor: User, recipient: User, text: str, conversation: Conversation | None
) -> None:
    """Raise TrustLimit unless ``actor``, if new, may send ``text``: to who follows them or wrote to
    them, few a day, with few links. The caller holds ``actor``.
    """
    if not is_newcomer(actor):
        return
    if len(_ADDRESS.findall(text)) > LINKS_A_MESSAGE:
        raise newcomer_refused(
            _("A message can have up to %(limit)s links.") % {"limit": LINKS_A_MESSAGE},
            field="text",
        )
    if not (_was_written_to(recipient, conversation) or _is_followed_by(recipient, actor)):
        raise newcomer_refused(_("You can write to people who follow you or wrote to you first."))
    sent = Message.objects.filter(sender=actor, created_at__gt=timezone.now() - DAY)
    if sent.count() >= MESSAGES_A_DAY:
        raise newcomer_refused(
            ngettext(
                "You can send %(limit)s message a day.",
                "You can send %(limit)s messages a day.",
                MESSAGES_A_DAY,
            )
            % {"limit": MESSAGES_A_DAY}
        )


def _was_written_to(recipient: User, conversation: Conversation | None) -> bool:
    return conversation is not None and conversation.messages.filter(sender=recipient).exists()


def _is_followed_by(person: User, actor: User) -> bool:
    return Follow.objects.filter(follower=person, followed=actor).exists()
