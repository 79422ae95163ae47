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


class CannotReportOwn(DomainError):
    """What is one's own can be changed or deleted."""

    code = "cannot_report_own"


class ReportRefused(DomainError):
    """No known category, or too long a note."""

    code = "report_refused"


class WebhookRefused(DomainError):
    """The address, the events or the description of a webhook do not do."""

    code = "webhook_refused"


class TooManyWebhooks(DomainError):
    code = "too_many_webhooks"
    status = 409


class WebhookTwice(DomainError):
    """The same person has a webhook of this address already."""

    code = "webhook_exists"
    status = 409


class WebhookOff(DomainError):
    """Nothing is sent to a webhook that is switched off."""

    code = "webhook_off"
    status = 409
