"""What may go wrong by the rules of the house, with a code that never changes."""


class DomainError(Exception):
    """A rule refused an action. HTML shows the message, the API sends it with ``code``."""

    code = "refused"
    status = 400

    def __init__(self, message: str = "", *, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.field = field


class PermissionRefused(DomainError):
    """Visible, but not allowed."""

    code = "forbidden"
    status = 403


class Gone(DomainError):
    """It was here and was deleted."""

    code = "gone"
    status = 410


class TooManyRequests(DomainError):
    """A limit was reached; ``retry_after`` is in seconds."""

    code = "throttled"
    status = 429

    def __init__(self, message: str = "", *, retry_after: int = 60):
        super().__init__(message)
        self.retry_after = retry_after


class StorageUnavailable(DomainError):
    """The disk or bucket of uploaded files does not answer."""

    code = "storage_unavailable"
    status = 503

    def __init__(self, message: str = "", *, retry_after: int = 60):
        super().__init__(message)
        self.retry_after = retry_after
