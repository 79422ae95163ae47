"""What a person said, liked and kept, in an archive."""

from typing import Any

from django.utils.translation import gettext_lazy

from accounts.archive import schema
from accounts.archive.schema import from_moment, to_moment
from accounts.archive.sections import (
    Arrival,
    Departure,
    Line,
    Outcome,
    Record,
    RecordRefused,
    Section,
)
from blog import actions
from blog.archive_sections.post_parts import own_post
from blog.archive_sections.posts import is_published_in
from blog.models import Bookmark, Comment, CommentLike, Post, PostLike

COMMENT_MOST = 200_000  # code points
TEXTS_MOST = 1000


class Comments(Section):
    """Comments that the person wrote, with how they read before edits.

    Under own posts they come in again. Under posts of others they are carried along: nobody finds
    old words under a post because their author has a file that says so.
    """

    name = "comments"
    label = gettext_lazy("Comments")
    record = schema.table(
        at=schema.moment(),
        post=schema.guid(),
        parent=schema.maybe(schema.guid()),
        status=schema.choice([one for one in Comment.Status.values if one != "deleted"]),
        source=schema.text(COMMENT_MOST),
        language=schema.text(10),
        is_hidden=schema.flag(),
        pinned_at=schema.maybe(schema.moment()),
        edited_at=schema.maybe(schema.moment()),
        former_texts=schema.list_of(
            schema.table(at=schema.moment(), source=schema.text(COMMENT_MOST)), TEXTS_MOST
        ),
    )

    def lines(self, departure: Departure) -> list[Line]:
        rows = Comment.objects.filter(author=departure.person).exclude(status="deleted")
        return [
            Line(from_moment(at), str(guid), pk)
            for pk, guid, at in rows.values_list("pk", "guid", "created_at")
        ]

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        rows = Comment.objects.filter(pk__in=pks).select_related("parent")
        guids = dict(rows.values_list("pk", "post__guid"))
        return {
            comment.pk: {
                "at": from_moment(comment.created_at),
                "post": str(guids[comment.pk]),
                "parent": str(comment.parent.guid) if comment.parent else None,
                "status": comment.status,
                "source": comment.source,
                "language": comment.language,
                "is_hidden": comment.is_hidden,
                "pinned_at": from_moment(comment.pinned_at),
                "edited_at": from_moment(comment.edited_at),
                "former_texts": [
                    {"at": from_moment(text.created_at), "source": text.source}
                    for text in sorted(
                        comment.former_texts.all(), key=lambda one: (one.created_at, one.pk)
                    )
                ],
            }
            for comment in rows.prefetch_related("former_texts")
        }

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        if not schema.UUID.fullmatch(record["key"]):
            raise RecordRefused("the key is not a GUID")
        held = Comment.objects.filter(guid=record["key"]).values_list("author_id", flat=True)
        if held:
            return Outcome.KNOWN if held[0] == arrival.owner.pk else Outcome.CARRIED
        is_post_here = (
            arrival.is_foreseen("posts", record["post"])
            or own_post(arrival, record["post"]) is not None
        )
        parent = record["parent"]
        is_parent_here = (
            parent is None
            or arrival.is_foreseen("comments", parent)
            or Comment.objects.filter(guid=parent, post__guid=record["post"]).exists()
        )
        return Outcome.ADDED if is_post_here and is_parent_here else Outcome.CARRIED

    def store(self, arrival: Arrival, record: Record) -> None:
        parent, post = record["parent"], own_post(arrival, record["post"])
        others = Comment.objects.filter(post=post).exclude(pinned_at=None)
        if parent or others.exists():
            record = record | {"pinned_at": None}  # one of those that answer the post stands first
        actions.bring_comment(
            arrival,
            self,
            post,
            guid=record["key"],
            parent=parent and Comment.objects.get(guid=parent),
            former_texts=[
                (to_moment(text["at"]), text["source"]) for text in record["former_texts"]
            ],
            created_at=to_moment(record["at"]),
            pinned_at=to_moment(record["pinned_at"]),
            edited_at=to_moment(record["edited_at"]),
            **{name: record[name] for name in ("status", "source", "language", "is_hidden")},
        )

    def undo(self, owner, row) -> bool:
        return actions.take_comment_back(owner, row)


class OfPosts(Section):
    """Rows that point at posts of anybody, by their GUID."""

    def post(self, arrival: Arrival, guid: str) -> Post | None:
        """Return a post that whoever brings the archive in may see here."""
        return Post.objects.visible_to(arrival.owner).filter(guid=guid).first()

    def is_post_there(self, arrival: Arrival, guid: str) -> bool:
        return arrival.is_foreseen("posts", guid) or self.post(arrival, guid) is not None


class Likes(OfPosts):
    """What the person liked: posts and comments."""

    name = "likes"
    label = gettext_lazy("Likes")
    record = schema.table(
        at=schema.moment(), kind=schema.choice(["post", "comment"]), guid=schema.guid()
    )

    def lines(self, departure: Departure) -> list[Line]:
        posts = PostLike.objects.filter(person=departure.person)
        comments = CommentLike.objects.filter(person=departure.person)
        return [
            Line(from_moment(at), f"post:{guid}", ("post", str(guid), at))
            for guid, at in posts.values_list("post__guid", "created_at")
        ] + [
            Line(from_moment(at), f"comment:{guid}", ("comment", str(guid), at))
            for guid, at in comments.values_list("comment__guid", "created_at")
        ]

    def load(self, departure: Departure, pks: list[Any]) -> dict[Any, Record]:
        return {pk: {"kind": pk[0], "guid": pk[1], "at": from_moment(pk[2])} for pk in pks}

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        if record["key"] != f"{record['kind']}:{record['guid']}":
            raise RecordRefused("the key does not name what is liked")
        guid = record["guid"]
        if record["kind"] == "post":
            if PostLike.objects.filter(person=arrival.owner, post__guid=guid).exists():
                return Outcome.KNOWN
            is_there = is_published_in(arrival, guid) or self._post(arrival, guid)
        else:
            if CommentLike.objects.filter(person=arrival.owner, comment__guid=guid).exists():
                return Outcome.KNOWN
            is_there = arrival.is_foreseen("comments", guid) or self._comment(arrival, guid)
        return Outcome.ADDED if is_there else Outcome.CARRIED

    @staticmethod
    def _post(arrival: Arrival, guid: str) -> Post | None:
        """Return a post that can be liked: one that is out."""
        found = Post.objects.visible_to(arrival.owner).filter(guid=guid)
        return found.filter(status=Post.Status.PUBLISHED).first()

    @staticmethod
    def _comment(arrival: Arrival, guid: str) -> Comment | None:
        """Return a comment that can be liked: an own one, or one across no block."""
        found = Comment.objects.filter(guid=guid, status="published", is_hidden=False)
        return found.visible_to(arrival.owner).first() or found.filter(author=arrival.owner).first()

    def store(self, arrival: Arrival, record: Record) -> None:
        is_post = record["kind"] == "post"
        find = self._post if is_post else self._comment
        actions.bring_like(
            arrival, self, find(arrival, record["guid"]), created_at=to_moment(record["at"])
        )

    def undo(self, owner, row) -> bool:
        return actions.take_like_back(owner, row)


class Bookmarks(OfPosts):
    """Posts that the person kept for later."""

    name = "bookmarks"
    label = gettext_lazy("Bookmarks")
    record = schema.table(at=schema.moment(), read_at=schema.maybe(schema.moment()))

    def lines(self, departure: Departure) -> list[Line]:
        rows = Bookmark.objects.filter(person=departure.person)
        return [
            Line(from_moment(at), str(guid), pk)
            for pk, guid, at in rows.values_list("pk", "post__guid", "created_at")
        ]

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        rows = Bookmark.objects.filter(pk__in=pks).values_list("pk", "created_at", "read_at")
        return {pk: {"at": from_moment(at), "read_at": from_moment(read)} for pk, at, read in rows}

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        guid = record["key"]
        if not schema.UUID.fullmatch(guid):
            raise RecordRefused("the key is not a GUID")
        if Bookmark.objects.filter(person=arrival.owner, post__guid=guid).exists():
            return Outcome.KNOWN
        return Outcome.ADDED if self.is_post_there(arrival, guid) else Outcome.CARRIED

    def store(self, arrival: Arrival, record: Record) -> None:
        actions.bring_row(
            arrival,
            self,
            Bookmark(
                person=arrival.owner,
                post=self.post(arrival, record["key"]),
                created_at=to_moment(record["at"]),
                read_at=to_moment(record["read_at"]),
            ),
        )

    def undo(self, owner, row) -> bool:
        return actions.take_row_back(Bookmark, owner, row, owner_field="person")
