"""What may go wrong between people."""

from config.exceptions import DomainError, PermissionRefused


class CannotFollowSelf(DomainError):
    code = "cannot_follow_self"


class CannotBlockSelf(DomainError):
    code = "cannot_block_self"


class CannotMuteSelf(DomainError):
    code = "cannot_mute_self"


class MutedTermRefused(DomainError):
    """No word, too long a word, or more words than one list holds."""

    code = "muted_term_refused"


class CannotMessageSelf(DomainError):
    code = "cannot_message_self"


class MessageRefused(DomainError):
    """Nothing was written, or too much."""

    code = "message_refused"


class RecipientUnavailable(PermissionRefused):
    """Blocked, suspended and closed mailboxes answer alike, so that none can be told (SO-17)."""

    code = "recipient_unavailable"


class NotTheSender(PermissionRefused):
    """Only who sent a message can delete it."""

    code = "not_the_sender"
