"""Which changes of which tables concern the index, said once for both databases.

A trigger does two things in the transaction of the change: it copies who may see a post into its
entries, so that what is hidden is hidden at once, and it puts what changed into the outbox
(``Waiting``), from which a worker indexes it. What else says the name of a person or tag, the worker
finds out itself: nobody who takes another name shall wait for a thousand posts. ``{differs}`` is
the database's comparison that knows NULL.
"""

from dataclasses import dataclass

DOCUMENT_TABLES = ("search_documenta", "search_documentb")
OUTBOX = "search_waiting"
PREFIX = "search_watch_"

IS_OUT = "(OLD.status = 'published' OR NEW.status = 'published')"
WAS_OUT, COMES_OUT = "OLD.status = 'published'", "NEW.status = 'published'"
# Of a post: threads under pages of other sites are not found here, and no post becomes one.
NEW_IS_WRITTEN, OLD_IS_WRITTEN = "NEW.kind <> 'thread'", "OLD.kind <> 'thread'"


@dataclass(frozen=True)
class Enqueue:
    """Put things of ``kind`` into the outbox; ``ids`` is a SELECT of one column named id."""

    kind: str
    ids: str


@dataclass(frozen=True)
class Trigger:
    """What happens after ``event`` (INSERT, DELETE or UPDATE OF …) on a row of ``table``."""

    name: str
    table: str
    event: str
    body: tuple[Enqueue | str, ...]
    when: str = ""


def _differs(*columns: str) -> str:
    return "(" + " OR ".join(f"OLD.{name} {{differs}} NEW.{name}" for name in columns) + ")"


def _changed(
    name: str,
    table: str,
    columns: tuple[str, ...],
    *body: Enqueue | str,
    when: str = "",
    differs: str = "",
) -> Trigger:
    condition = differs or _differs(*columns)
    return Trigger(
        PREFIX + name,
        table,
        f"UPDATE OF {', '.join(columns)}",
        body,
        f"{when} AND {condition}" if when else condition,
    )


def _added(name: str, table: str, *body: Enqueue, when: str = "") -> Trigger:
    return Trigger(PREFIX + name, table, "INSERT", body, when)


def _removed(name: str, table: str, *body: Enqueue | str, when: str = "") -> Trigger:
    return Trigger(PREFIX + name, table, "DELETE", body, when)


# Posts ------------------------------------------------------------------------------------------

# What an entry repeats of its post: {column of the entry: column of the post}.
COPIED = {
    "status": "status",
    "visibility": "visibility",
    "author_id": "author_id",
    "language": "language",
    "form": "kind",
    "topic_id": "topic_id",
    "published_at": "published_at",
    "like_count": "like_count",
}
_COPY = tuple(
    f"UPDATE {table} SET {', '.join(f'{own} = NEW.{other}' for own, other in COPIED.items())}"  # noqa: S608
    " WHERE kind = 'post' AND object_id = NEW.id"
    for table in DOCUMENT_TABLES
)
_FORGET = tuple(
    f"UPDATE {table} SET status = 'deleted' WHERE kind = 'post' AND object_id = OLD.id"  # noqa: S608
    for table in DOCUMENT_TABLES
)
INDEXED = (
    "author_id",
    "status",
    "visibility",
    "title",
    "html",
    "language",
    "kind",
    "topic_id",
    "published_at",
)
_POST, _OLD_POST = Enqueue("post", "SELECT NEW.id AS id"), Enqueue("post", "SELECT OLD.id AS id")
_SERIES = Enqueue("series", "SELECT NEW.series_id AS id WHERE NEW.series_id IS NOT NULL")
_OLD_SERIES = Enqueue("series", "SELECT OLD.series_id AS id WHERE OLD.series_id IS NOT NULL")

POSTS = (
    _added(
        "post_added",
        "blog_post",
        _POST,
        _SERIES,
        when=f"{COMES_OUT} AND {NEW_IS_WRITTEN}",
    ),
    _changed("post_changed", "blog_post", INDEXED, _POST, when=f"{IS_OUT} AND {NEW_IS_WRITTEN}"),
    _changed("post_shown", "blog_post", tuple(COPIED.values()), *_COPY, when=NEW_IS_WRITTEN),
    _changed(
        "post_shelved",
        "blog_post",
        ("status", "visibility", "series_id"),
        _OLD_SERIES,
        _SERIES,
        when=IS_OUT,
    ),
    _removed(
        "post_removed",
        "blog_post",
        *_FORGET,
        _OLD_POST,
        _OLD_SERIES,
        when=f"{WAS_OUT} AND {OLD_IS_WRITTEN}",
    ),
)


def _tagged_post(row: str) -> Enqueue:
    # Of a draft nobody can find anything: its tags wait until it is published.
    is_out = f"post.id = {row}.post_id AND post.status = 'published'"
    return Enqueue("post", f"SELECT post.id AS id FROM blog_post AS post WHERE {is_out}")  # noqa: S608


TAGGED = (
    _added("tagged", "blog_posttag", _tagged_post("NEW")),
    _changed(
        "retagged",
        "blog_posttag",
        ("post_id", "tag_id"),
        _tagged_post("OLD"),
        _tagged_post("NEW"),
    ),
    _removed("untagged", "blog_posttag", _tagged_post("OLD")),
)


# What else can be found -------------------------------------------------------------------------

_COMMENT, _OLD_COMMENT = (
    Enqueue(
        "comment",
        "SELECT NEW.id AS id FROM blog_post AS post"
        " WHERE post.id = NEW.post_id AND post.kind <> 'thread'",
    ),
    Enqueue("comment", "SELECT OLD.id AS id"),
)
COMMENTS = (
    _added("comment_added", "blog_comment", _COMMENT, when=COMES_OUT),
    _changed(
        "comment_changed",
        "blog_comment",
        ("html", "status", "is_hidden", "author_id", "post_id", "language"),
        _COMMENT,
        when=IS_OUT,
    ),
    _removed("comment_removed", "blog_comment", _OLD_COMMENT, when=WAS_OUT),
)

_TAG, _OLD_TAG = Enqueue("tag", "SELECT NEW.id AS id"), Enqueue("tag", "SELECT OLD.id AS id")
TAGS = (
    _added("tag_added", "blog_tag", _TAG),
    _changed(
        "tag_changed",
        "blog_tag",
        ("name", "key", "is_banned", "post_count"),
        _TAG,
        differs=f"({_differs('name', 'key', 'is_banned')}"
        " OR (OLD.post_count > 0) {differs} (NEW.post_count > 0))",
    ),
    _removed("tag_removed", "blog_tag", _OLD_TAG),
)

_ONE_SERIES, _OLD_ONE_SERIES = (
    Enqueue("series", "SELECT NEW.id AS id"),
    Enqueue("series", "SELECT OLD.id AS id"),
)
SERIES = (
    _added("series_added", "blog_series", _ONE_SERIES),
    _changed(
        "series_changed",
        "blog_series",
        ("title", "description", "author_id", "is_held"),
        _ONE_SERIES,
    ),
    _removed("series_removed", "blog_series", _OLD_ONE_SERIES),
)

_PERSON, _OLD_PERSON = (
    Enqueue("person", "SELECT NEW.id AS id"),
    Enqueue("person", "SELECT OLD.id AS id"),
)
PEOPLE = (
    _added("person_added", "accounts_user", _PERSON),
    _changed(
        "person_changed", "accounts_user", ("handle", "display_name", "bio", "state"), _PERSON
    ),
    _removed("person_removed", "accounts_user", _OLD_PERSON),
)

WATCHES: tuple[Trigger, ...] = (*POSTS, *TAGGED, *COMMENTS, *TAGS, *SERIES, *PEOPLE)
