"""What ties posts to others in an archive: translations, old addresses, quoted comments."""

import hashlib
from collections import defaultdict
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
from blog.archive_sections.post_parts import PostPart, brought_post, own_post
from blog.archive_sections.posts import own_posts
from blog.archive_sections.room import has_room
from blog.importers.planning import is_web_address
from blog.models import ImportedComment, OldPath, Post, PostRedirect, TranslationSet
from blog.models.taxonomy import SLUG_MAX_LENGTH
from blog.old_paths import is_path_of_ours

SETS_MOST = 50
PATHS_MOST = 50
"""Paths of former blogs that lead to one post."""


class Translations(Section):
    """Which posts say the same in different languages; named by the first of their GUIDs."""

    name = "translations"
    label = gettext_lazy("Linked translations")
    record = schema.table(at=schema.moment(), posts=schema.list_of(schema.guid(), SETS_MOST))

    def lines(self, departure: Departure) -> list[Line]:
        members = self._members(departure)
        rows = TranslationSet.objects.filter(pk__in=members).values_list("pk", "created_at")
        return [Line(from_moment(at), members[pk][0], pk) for pk, at in rows]

    @staticmethod
    def _members(departure: Departure) -> dict[int, list[str]]:
        def find() -> dict[int, list[str]]:
            members: dict[int, list[str]] = defaultdict(list)
            rows = own_posts(departure).exclude(translations=None)
            for pk, guid in rows.values_list("translations_id", "guid"):
                members[pk].append(str(guid))
            return {pk: sorted(guids) for pk, guids in members.items()}

        return departure.once("translations", find)

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        members = self._members(departure)
        rows = TranslationSet.objects.filter(pk__in=pks).values_list("pk", "created_at")
        return {pk: {"at": from_moment(at), "posts": members[pk]} for pk, at in rows}

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        if not record["posts"]:
            raise RecordRefused("a set of translations needs posts")
        if all(arrival.is_foreseen("posts", guid) for guid in record["posts"]):
            return Outcome.ADDED
        posts = [own_post(arrival, guid) for guid in record["posts"]]
        if any(post is None for post in posts):
            return Outcome.CARRIED
        if any(post.translations_id for post in posts):
            return Outcome.KNOWN
        if len({post.language for post in posts}) != len(posts):
            return Outcome.CARRIED
        is_new = all(actions.is_made_by(arrival.run, post) for post in posts)
        return Outcome.ADDED if is_new else Outcome.KNOWN

    def store(self, arrival: Arrival, record: Record) -> None:
        actions.bring_translations(
            arrival, self, record["posts"], created_at=to_moment(record["at"])
        )

    def undo(self, owner, row) -> bool:
        return actions.take_row_back(TranslationSet, owner, row, owner_field="author")


class Redirects(PostPart):
    """Addresses that posts had: here under another name, and on a former blog."""

    name = "redirects"
    label = gettext_lazy("Old addresses")
    record = schema.table(
        at=schema.maybe(schema.moment()), post=schema.guid(), address=schema.text(500)
    )

    def lines(self, departure: Departure) -> list[Line]:
        slugs = PostRedirect.objects.filter(post__in=own_posts(departure))
        paths = OldPath.objects.filter(post__in=own_posts(departure))
        return [
            Line(from_moment(at), f"slug:{slug}", ("slug", pk))
            for pk, slug, at in slugs.values_list("pk", "slug", "created_at")
        ] + [
            Line("", _path_key(path), ("path", pk)) for pk, path in paths.values_list("pk", "path")
        ]

    def load(self, departure: Departure, pks: list[Any]) -> dict[Any, Record]:
        slugs = PostRedirect.objects.filter(pk__in=[pk for kind, pk in pks if kind == "slug"])
        paths = OldPath.objects.filter(pk__in=[pk for kind, pk in pks if kind == "path"])
        return {
            ("slug", pk): {"at": from_moment(at), "post": str(guid), "address": slug}
            for pk, slug, at, guid in slugs.values_list("pk", "slug", "created_at", "post__guid")
        } | {
            ("path", pk): {"at": None, "post": str(guid), "address": path}
            for pk, path, guid in paths.values_list("pk", "path", "post__guid")
        }

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        outcome = super().foresee(arrival, record)
        if outcome == Outcome.ADDED and self._is_taken(arrival, record):
            return Outcome.CARRIED
        return outcome

    @staticmethod
    def _is_taken(arrival: Arrival, record: Record) -> bool:
        address, guid = record["address"], record["post"]
        if record["key"].startswith("path:"):
            return (
                not address.startswith("/")
                or is_path_of_ours(address, arrival.owner)
                or OldPath.objects.filter(path=address).exists()
                or not has_room(
                    arrival,
                    f"paths of {guid}",
                    held=OldPath.objects.filter(post__guid=guid).count(),
                    most=PATHS_MOST,
                )
            )
        return (
            record["at"] is None
            or len(address) > SLUG_MAX_LENGTH
            or PostRedirect.objects.filter(author=arrival.owner, slug=address).exists()
            or Post.objects.by(arrival.owner).filter(slug=address).exists()
        )

    def is_here(self, post: Post, record: Record) -> bool:
        address = record["address"]
        if record["key"].startswith("path:"):
            return OldPath.objects.filter(post=post, path=address).exists()
        return PostRedirect.objects.filter(post=post, slug=address).exists()

    def store(self, arrival: Arrival, record: Record) -> None:
        actions.bring_redirect(
            arrival,
            self,
            brought_post(arrival, record["post"]),
            address=record["address"],
            created_at=to_moment(record["at"]),
            is_path=record["key"].startswith("path:"),
        )


def _path_key(path: str) -> str:
    """Return a key of a path that may be longer than keys are."""
    return f"path:{hashlib.sha256(path.encode()).hexdigest()}"


class QuotedComments(PostPart):
    """What others said under posts on a former blog: quoted by name, nobody's account."""

    name = "quoted_comments"
    label = gettext_lazy("Comments from former blogs")
    record = schema.table(
        at=schema.moment(),
        post=schema.guid(),
        origin=schema.text(200),
        parent=schema.maybe(schema.text(200)),
        author=schema.text(200),
        address=schema.text(500),
        text=schema.text(),
    )

    def lines(self, departure: Departure) -> list[Line]:
        rows = ImportedComment.objects.filter(post__in=own_posts(departure))
        found = list(rows.values_list("pk", "parent_id", "post__guid", "origin_key", "created_at"))
        parents = {pk: parent for pk, parent, *_rest in found}
        return [
            Line(from_moment(at), _quote_key(guid, _depth(pk, parents), origin), pk)
            for pk, _parent, guid, origin, at in found
        ]

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        rows = ImportedComment.objects.filter(pk__in=pks).select_related("parent")
        guids = dict(rows.values_list("pk", "post__guid"))
        return {
            one.pk: {
                "at": from_moment(one.created_at),
                "post": str(guids[one.pk]),
                "origin": one.origin_key,
                "parent": one.parent.origin_key if one.parent else None,
                "author": one.author_name,
                "address": one.author_url,
                "text": one.text,
            }
            for one in rows
        }

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        if record["address"] and not is_web_address(record["address"]):
            raise RecordRefused("the address is not a web address")
        return super().foresee(arrival, record)

    def is_here(self, post: Post, record: Record) -> bool:
        return ImportedComment.objects.filter(post=post, origin_key=record["origin"]).exists()

    def store(self, arrival: Arrival, record: Record) -> None:
        actions.bring_quote(
            arrival,
            self,
            brought_post(arrival, record["post"]),
            key=record["origin"],
            text=record["text"],
            author_name=record["author"],
            author_url=record["address"],
            created_at=to_moment(record["at"]),
            parent_key=record["parent"] or "",
        )


def _depth(pk: int, parents: dict[int, int | None]) -> int:
    """Return how many comments stand above one; a chain that bites its tail ends somewhere."""
    depth, above = 0, parents[pk]
    while above in parents and depth < len(parents):
        depth, above = depth + 1, parents[above]
    return depth


def _quote_key(guid: object, depth: int, origin: str) -> str:
    """Return a key by which what was answered comes before its answers of the same moment."""
    return f"{guid}/{depth:03}/{hashlib.sha256(origin.encode()).hexdigest()}"
