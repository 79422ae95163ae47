"""Posts in an archive, each with the layer that its author was writing on."""

import uuid
from typing import Any

import regex
from django.core.exceptions import ValidationError
from django.utils import timezone
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
from blog.actions.pins import PINS_MAX
from blog.actions.posts import validate_address
from blog.archive_sections.documents import markdown_of
from blog.archive_sections.images import image_hashes, own_images, text_in, text_out
from blog.archive_sections.series import series_numbers, series_slugs
from blog.models import Image, Post
from blog.models.posts import WRITTEN_KINDS
from blog.models.taxonomy import SLUG_MAX_LENGTH, TAG_MAX_LENGTH, TITLE_COLUMN_LENGTH
from blog.slugs import ROUTE_WORDS
from blog.working_copy import TAG_COUNT_KEPT, Details, clean_details
from config.text import nfc

SLUG = regex.compile(r"[\p{L}\p{M}\p{N}-]+")
WITHOUT_REFERENCES = frozenset({"topic", "series", "cover"})
PLAIN = (
    "kind status visibility title slug excerpt language license canonical_url is_open_to_comments"
    " origin_key schedule_problem"
).split()
MOMENTS = "published_at edited_at deleted_at scheduled_at pinned_at updated_at".split()
DRAFT = schema.table(
    title=schema.text(),
    source=schema.text(),
    details={"type": "object", "properties": {}, "required": []},
    version=schema.number(),
    is_changed=schema.flag(),
    updated_at=schema.moment(),
)


class Posts(Section):
    """Notes and articles in every state but erased."""

    name = "posts"
    label = gettext_lazy("Posts")
    has_files = True  # the Markdown for people
    record = schema.table(
        at=schema.moment(),
        kind=schema.choice([kind.value for kind in WRITTEN_KINDS]),
        status=schema.choice(Post.Status.values),
        visibility=schema.choice(Post.Visibility.values),
        title=schema.text(TITLE_COLUMN_LENGTH),
        slug=schema.text(SLUG_MAX_LENGTH),
        source=schema.text(),
        excerpt=schema.text(),
        language=schema.text(10),
        tags=schema.list_of(schema.text(8 * TAG_MAX_LENGTH), TAG_COUNT_KEPT),
        series=schema.maybe(schema.text(SLUG_MAX_LENGTH)),
        series_position=schema.number(),
        cover=schema.maybe(schema.content_hash()),
        license=schema.choice(["", *Post.License.values]),
        canonical_url=schema.text(500),
        is_open_to_comments=schema.flag(),
        origin_key=schema.text(300),
        schedule_problem=schema.text(40),
        published_at=schema.maybe(schema.moment()),
        edited_at=schema.maybe(schema.moment()),
        deleted_at=schema.maybe(schema.moment()),
        scheduled_at=schema.maybe(schema.moment(is_past=False)),
        pinned_at=schema.maybe(schema.moment()),
        updated_at=schema.moment(),
        draft=schema.maybe(DRAFT),
    )

    def lines(self, departure: Departure) -> list[Line]:
        rows = own_posts(departure).values_list("pk", "guid", "created_at")
        return [Line(from_moment(at), str(guid), pk) for pk, guid, at in rows]

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        posts = Post.objects.filter(pk__in=pks, is_erased=False)
        posts = posts.select_related("draft", "cover").prefetch_related("posttag_set__tag")
        return {post.pk: self._record(departure, post) for post in posts}

    def _record(self, departure: Departure, post: Post) -> Record:
        tags = sorted(post.posttag_set.all(), key=lambda row: (row.position, row.pk))
        draft = getattr(post, "draft", None)
        cover = post.cover.key if post.cover else ""
        return {
            **{name: getattr(post, name) for name in PLAIN},
            **{name: from_moment(getattr(post, name)) for name in MOMENTS},
            "at": from_moment(post.created_at),
            "source": text_out(departure, post.source),
            "tags": [row.tag.name for row in tags],
            "series": series_slugs(departure).get(post.series_id),
            "series_position": post.series_position,
            "cover": image_hashes(departure).get(cover),
            "draft": draft
            and {
                "title": draft.title,
                "source": text_out(departure, draft.source),
                "details": details_out(departure, draft.details),
                "version": draft.version,
                "is_changed": draft.is_changed,
                "updated_at": from_moment(draft.updated_at),
            },
        }

    def documents(self, departure: Departure, record: Record) -> list[tuple[str, bytes]]:
        return markdown_of(record)

    # Coming in

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        _require_whole(record)
        author = Post.objects.filter(guid=record["key"]).values_list("author_id", flat=True).first()
        if author is None:
            if arrival.is_dry and record["status"] == Post.Status.PUBLISHED:
                _foreseen_out(arrival).add(record["key"])
            return Outcome.ADDED
        # Somebody else's post has this name: nobody's to change.
        return Outcome.KNOWN if author == arrival.owner.pk else Outcome.CARRIED

    def store(self, arrival: Arrival, record: Record) -> None:
        fields: dict[str, Any] = {name: record[name] for name in PLAIN}
        fields |= {name: to_moment(record[name]) for name in MOMENTS}
        if record["status"] == Post.Status.SCHEDULED and fields["scheduled_at"] <= timezone.now():
            # Its moment has passed elsewhere: nothing goes out by surprise.
            fields |= {"status": Post.Status.DRAFT, "scheduled_at": None}
        slug = record["slug"]
        if slug and (not SLUG.fullmatch(slug) or nfc(slug) != slug or slug in ROUTE_WORDS):
            fields["slug"] = ""
        fields |= {
            "guid": uuid.UUID(record["key"]),
            "created_at": to_moment(record["at"]),
            "source": text_in(arrival, record["source"]),
            "series_id": series_numbers(arrival).get(record["series"]),
            "series_position": record["series_position"],
            "cover": cover_in(arrival, record["cover"]),
        }
        pins = Post.objects.by(arrival.owner).exclude(pinned_at=None)
        if fields["pinned_at"] and pins.count() >= PINS_MAX:
            fields["pinned_at"] = None  # the post comes in, in its own place
        draft = record["draft"]
        if draft is not None:
            draft = {
                "title": draft["title"],
                "source": text_in(arrival, draft["source"]),
                "details": details_in(arrival, draft["details"]),
                "version": draft["version"],
                "is_changed": draft["is_changed"],
                "updated_at": to_moment(draft["updated_at"]),
            }
        actions.bring_post(arrival, self, fields, tags=record["tags"], draft=draft)

    def undo(self, owner, row) -> bool:
        return actions.take_post_back(owner, row)


def is_published_in(arrival: Arrival, guid: str) -> bool:
    """Return whether the dry run foresaw that post as one that is out."""
    return guid in _foreseen_out(arrival)


def _foreseen_out(arrival: Arrival) -> set[str]:
    return arrival.once("posts_foreseen_out", set)


def own_posts(departure: Departure):
    """Return the posts of whoever takes them along; threads belong to the sites they hang on."""
    return Post.objects.by(departure.person).written().filter(is_erased=False)


def _require_whole(record: Record) -> None:
    """Raise RecordRefused for what no post of ours can be."""
    if not schema.UUID.fullmatch(record["key"]):
        raise RecordRefused("the key is not a GUID")
    if record["status"] == Post.Status.PUBLISHED and not record["published_at"]:
        raise RecordRefused("a published post needs its date")
    if record["status"] == Post.Status.SCHEDULED and not record["scheduled_at"]:
        raise RecordRefused("a scheduled post needs its date")
    if record["canonical_url"]:
        try:
            validate_address(record["canonical_url"])
        except ValidationError as error:
            raise RecordRefused("the original address is not a web address") from error


# Details ------------------------------------------------------------------------------------------


def details_out(departure: Departure, details: Details) -> Details:
    """Return details of a draft or revision without numbers of this site.

    The topic, which belongs to the site, is kept in a section of its own.
    """
    found = {name: value for name, value in details.items() if name not in WITHOUT_REFERENCES}
    if "topic" in details:
        found["topic"] = None
    if "series" in details:
        found["series"] = series_slugs(departure).get(details["series"])
    if "cover" in details:
        found["cover"] = image_hashes(departure).get(details["cover"] or "")
    return found


def details_in(arrival: Arrival, details: Details) -> Details:
    """Return details of an archive with the numbers that they have here, and nothing unknown."""
    found = dict(details) | {"topic": None} if "topic" in details else dict(details)
    if "series" in details:
        slug = details["series"]
        found["series"] = series_numbers(arrival).get(slug) if isinstance(slug, str) else None
    if "cover" in details:
        digest = details["cover"]
        found["cover"] = own_images(arrival).get(digest) if isinstance(digest, str) else None
    return clean_details(found, {})


def cover_in(arrival: Arrival, digest: str | None) -> Image | None:
    """Return the own picture of that hash."""
    if digest is None:
        return None
    return Image.objects.filter(owner=arrival.owner, content_hash=digest).first()
