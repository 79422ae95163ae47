"""What of sites elsewhere is in an export of the whole site."""

from accounts import site_export
from accounts.site_export import rows_of
from embed.models import EmbedSite, EmbedThread


def register() -> None:
    """Make the parts of this app known."""
    site_export.register(
        "embed_sites",
        lambda: rows_of(
            EmbedSite.objects.all(),
            ("key", "owner__handle", "name", "origins", "index_url", "created_at"),
        ),
    )
    site_export.register(
        "embed_threads",
        lambda: rows_of(
            EmbedThread.objects.all(),
            ("site__key", "key", "post__guid", "page_url", "page_title", "created_at"),
        ),
    )
