"""What may go wrong with accounts, each with a code that never changes."""

from config.exceptions import DomainError, PermissionRefused


class NotSignedIn(PermissionRefused):
    """An account is needed first."""

    code = "not_signed_in"


class AccountInactive(PermissionRefused):
    """The account is limited, suspended, leaving or erased."""

    code = "account_inactive"


class EmailUnconfirmed(PermissionRefused):
    """Taking part waits for the confirmation of the address (AC-06)."""

    code = "email_unconfirmed"


class TrustLimit(PermissionRefused):
    """Somebody new has done enough of it for now (SO-46)."""

    code = "trust_limit"


class SignupClosed(PermissionRefused):
    """The owner lets nobody in at the moment (AC-08)."""

    code = "signup_closed"


class HandleRefused(DomainError):
    """The handle breaks a rule; the message names it (AC-03)."""

    code = "handle_refused"


class HandleTaken(DomainError):
    """Somebody else has or had this handle."""

    code = "handle_taken"


class EmailTaken(DomainError):
    """Somebody else has this address."""

    code = "email_taken"


class RenamedTooSoon(DomainError):
    """One rename in HANDLE_RENAME_DAYS."""

    code = "renamed_too_soon"


class LinkRefused(DomainError):
    """A link of the profile is no web address, or there are too many."""

    code = "link_refused"


class TextTooLong(DomainError):
    """A name or a text about oneself passes its limit."""

    code = "text_too_long"


class LastAdministrator(DomainError):
    """Nobody would be left to administer the site."""

    code = "last_administrator"


class QueueUnreachable(DomainError):
    """The broker does not answer: nothing was queued (AC-53)."""

    code = "queue_unreachable"
    status = 503


class JobKindUnknown(DomainError):
    """Nobody registered this kind of work."""

    code = "job_kind_unknown"


class MailNotFailed(DomainError):
    """Only a mail that was given up can be tried again."""

    code = "mail_not_failed"
    status = 409


class JobNotFailed(DomainError):
    """Only a failed job can be tried again."""

    code = "job_not_failed"
    status = 409


class ArchiveBusy(DomainError):
    """Another process writes the same archive."""

    code = "archive_busy"
    status = 409


class ArchiveRefused(DomainError):
    """A file is no archive of ours, is damaged, or cannot come in now."""

    code = "archive_refused"


class ArchiveNotHere(DomainError):
    """An archive that could be fetched is not there any more."""

    code = "archive_gone"
    status = 410


class LeavingRefused(DomainError):
    """The typed handle is another, or there is nothing to take back."""

    code = "leaving_refused"


class TooManyTokens(DomainError):
    """One of the tokens has to go first."""

    code = "too_many_tokens"
    status = 409


class FactorRequired(PermissionRefused):
    """A password alone opens nothing here: the second factor is missing (AP-21)."""

    code = "mfa_required"


class FactorRefused(PermissionRefused):
    """The code of the second factor is wrong, or was used already."""

    code = "mfa_refused"


class ProofRequired(PermissionRefused):
    """The last proof of who is at the browser is too old (AC-25)."""

    code = "proof_required"


class PasswordWrong(DomainError):
    """The current password is another."""

    code = "password_wrong"


class NothingToConfirm(DomainError):
    """Every address of the account is confirmed."""

    code = "nothing_to_confirm"
    status = 409


class ScopeRefused(DomainError):
    """A token cannot be made for this."""

    code = "scope_refused"


class SourceBlocked(PermissionRefused):
    """The network, or the provider of the mail address, is kept out for the time being (AD-10)."""

    code = "source_blocked"
