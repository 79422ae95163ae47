"""Reading posts and comments for answers: lean rows, one statement whatever their number."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import (
    Aggregate,
    BooleanField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat, Left

from accounts.models import User
from blog.models import Comment, Draft, PostTag
from blog.querysets import CommentQuerySet

LISTED_TEXT_BYTES = 64 * 1024
"""Longer texts are left out of lists: a hundred of the longest would be more than a process has."""
START_LENGTH = 2000  # code points of a draft from which its excerpt is made

COLUMNS = (
    *("pk", "kind", "status", "visibility", "title", "slug", "excerpt", "summary", "language"),
    *("created_at", "published_at", "edited_at", "scheduled_at", "deleted_at", "pinned_at"),
    *("reading_minutes", "like_count", "comment_count", "is_open_to_comments"),
    *("canonical_url", "license", "views__count", "topic__slug", "topic__name"),
    *("series_id", "series__title", "series__slug", "series__is_held"),
    *("cover_id", "cover__key", "cover__alt", "cover__width", "cover__height", "cover__widths"),
    "cover__is_held",
    *("author_id", "author__handle", "author__display_name", "author__avatar_key"),
)
OWN_COLUMNS = ("draft__version", "draft__is_changed", "schedule_problem")
VIEWER_COLUMNS = ("is_liked", "is_bookmarked")
TEXTS = ("body", "full_html")


class OctetLength(Func):
    """How many bytes a text takes, known without reading it where the database can."""

    function = "OCTET_LENGTH"
    output_field = IntegerField()

    def as_sqlite(self, compiler, connection, **context):
        # SQLite has octet_length() only since 3.43.
        return self.as_sql(
            compiler, connection, template="LENGTH(CAST(%(expressions)s AS BLOB))", **context
        )


class Joined(Aggregate):
    """Texts one after the other, with a space between."""

    function = "GROUP_CONCAT"
    template = "%(function)s(%(expressions)s, ' ')"
    output_field = TextField()

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, function="STRING_AGG", **context)


def _tag_names() -> Subquery:
    """Return ``place:name place:name …`` of a post's tags; no tag has a space in it."""
    marks = PostTag.objects.filter(post=OuterRef("pk")).order_by().values("post")
    place = Cast("position", CharField())
    return Subquery(
        marks.annotate(names=Joined(Concat(place, Value(":"), F("tag__name")))).values("names")
    )


def _with_text(rows: QuerySet, field: str, name: str, *, is_listed: bool) -> QuerySet:
    """Annotate the text ``field`` as ``name``; in lists nothing of a very long one."""
    if not is_listed:
        return rows.annotate(**{name: F(field)})
    size = f"{field}_bytes"
    fits = When(Q(**{f"{size}__lte": LISTED_TEXT_BYTES}), then=F(field))
    text = Case(fits, default=Value(None), output_field=TextField())
    return rows.alias(**{size: OctetLength(field)}).annotate(**{name: text})


def post_rows(
    posts: QuerySet,
    viewer: User | AnonymousUser,
    *,
    is_listed: bool = True,
    with_text: bool = True,
    extra: tuple[str, ...] = (),
) -> QuerySet:
    """Return ``posts`` as rows for ``shapes.posts``: one query, tags and the viewer's marks in it.

    ``is_listed``: of texts longer than LISTED_TEXT_BYTES nothing. ``extra`` names annotations that
    the order of the list needs.
    """
    names = [*COLUMNS, *extra]
    rows = posts.annotate(tag_names=_tag_names())
    names.append("tag_names")
    if with_text:
        rows = _with_text(rows, "source", "body", is_listed=is_listed)
        rows = _with_text(rows, "html", "full_html", is_listed=is_listed)
        names.extend(TEXTS)
    if viewer.is_authenticated:
        rows = rows.with_viewer_state(viewer)
        names.extend((*OWN_COLUMNS, *VIEWER_COLUMNS))
    return rows.values_list(*names, named=True)


def drafts_over(keys: list[int], *, is_listed: bool) -> dict[int, Draft]:
    """Return {post's key: draft with ``body`` and ``start``}; the text itself is not loaded."""
    drafts = Draft.objects.defer("source").annotate(start=Left("source", START_LENGTH))
    return _with_text(drafts, "source", "body", is_listed=is_listed).in_bulk(keys)


def comment_rows(viewer: User | AnonymousUser, *, with_muted: bool = False) -> QuerySet:
    """Return comments ``viewer`` meets, and the empty places that hold an answer they meet.

    The caller sees to it that ``viewer`` may open the post. ``is_seen`` is false of empty places:
    what was deleted, is hidden, or stands across a block, which nobody can tell apart.
    """
    seen = CommentQuerySet.said_to(viewer)
    if not with_muted:
        seen &= CommentQuerySet.unmuted_for(viewer)
    in_thread = Comment.objects.filter(seen, root=OuterRef("pk"))
    below = Comment.objects.filter(parent=OuterRef("pk"))
    deeper = Comment.objects.filter(seen, root=OuterRef("root"), depth__gt=OuterRef("depth"))
    is_answered = Q(Exists(in_thread), root=None) | Q(
        Exists(below), Exists(deeper), root__isnull=False
    )
    return (
        Comment.objects.filter(seen | is_answered)
        .select_related("author")
        .defer("author__bio", "author__links", "author__password")
        .annotate(
            is_seen=ExpressionWrapper(seen, output_field=BooleanField()),
            host_id=F("post__author"),
        )
        .with_viewer_state(viewer)
    )
