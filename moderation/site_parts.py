"""What of moderation is in an export of the whole site: its log, which holds nobody's words."""

from accounts import site_export
from accounts.site_export import rows_of
from moderation.models import LogEntry


def register() -> None:
    """Make the log known."""
    columns = [field.attname for field in LogEntry._meta.concrete_fields]
    site_export.register("moderation_log", lambda: rows_of(LogEntry.objects.all(), columns))
