"""Is the database away? Then pages say so and ask to come again, instead of calling it a mistake."""

from django.db import Error, InterfaceError, OperationalError

RETRY_SECONDS = 10
AWAY = ("08", "57P", "53")
"""Classes of PostgreSQL's codes: connection, shutting down or starting, no room for one more."""
SQLITE_BUSY = ("database is locked", "database table is locked", "unable to open database file")


def is_database_away(error: BaseException | None) -> bool:
    """Return whether ``error``, or what it came of, says that the database cannot be used now."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, Error) and _is_away(error):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False


def _is_away(error: Error) -> bool:
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    code = getattr(error.__cause__, "pgcode", None)
    if code is not None:
        return code.startswith(AWAY)
    # Without a code it is the connection itself; SQLite has none at all.
    is_sqlite = type(error.__cause__).__module__.startswith("sqlite3")
    return not is_sqlite or str(error).startswith(SQLITE_BUSY)
