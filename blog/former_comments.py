"""What was said under a post on its former blog, as it is shown: by name, quoted, quiet."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from blog.models import ImportedComment, Post
from config import clock

SHOWN_BELOW = 20


@dataclass(frozen=True)
class FormerComment:
    """One comment. ``answers`` is the name of whom it answers."""

    pk: int
    name: str
    url: str
    html: SafeString
    iso: str
    date: str
    answers: str


@dataclass(frozen=True)
class FormerComments:
    """The first of them, and how many there are."""

    items: list[FormerComment]
    total: int

    @property
    def has_more(self) -> bool:
        return self.total > len(self.items)


def former_comments(post: Post) -> FormerComments | None:
    """Return the first comments that ``post`` brought along; None if it is not from elsewhere.

    Whoever sees the post sees them.
    """
    if not post.origin_key:
        return None
    rows = list(comments_in_order(post)[: SHOWN_BELOW + 1])
    if not rows:
        return None
    total = len(rows)
    if total > SHOWN_BELOW:
        total = ImportedComment.objects.filter(post=post).count()
    return FormerComments(as_shown(rows[:SHOWN_BELOW]), total)


def comments_in_order(post: Post):
    """Return the comments of ``post``, oldest first."""
    rows = ImportedComment.objects.filter(post=post).select_related("parent")
    return rows.order_by("created_at", "pk")


def as_shown(rows: Iterable[ImportedComment]) -> list[FormerComment]:
    """Prepare ``rows`` for the page."""
    return [
        FormerComment(
            pk=row.pk,
            name=row.author_name,
            url=row.author_url,
            html=mark_safe(row.html),  # noqa: S308 cleaned when it was stored
            iso=clock.iso(row.created_at),
            date=clock.exact_date(row.created_at),
            answers=row.parent.author_name if row.parent else "",
        )
        for row in rows
    ]
