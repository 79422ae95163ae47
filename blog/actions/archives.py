"""Bringing in what an archive holds, as it was: nobody is told of it, and it can be taken back.

Each of these runs in the transaction of its caller, makes one thing and notes it with the arrival.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model

from accounts.models import ArchivedRow, ArchiveImport, User
from blog.actions.counts import counted
from blog.actions.drafts import require_length, require_lengths
from blog.actions.images import delete_image, keep_image
from blog.actions.imports import (
    has_words_of_others,
    keep_comment,
    keep_old_path,
    remove_brought_post,
)
from blog.actions.tags import set_tags
from blog.models import (
    Draft,
    Image,
    Post,
    PostRedirect,
    PostTag,
    Revision,
    Series,
    Tag,
    TagAlias,
    Topic,
    TranslationSet,
)
from blog.rendering import apply_rendering
from blog.slugs import is_free, slug_for
from blog.working_copy import Details
from config.images import Picture
from config.text import clean, clean_line, identity_key

if TYPE_CHECKING:
    from accounts.archive.sections import Arrival, Record, Section


def is_made_by(run: ArchiveImport, thing: Model) -> bool:
    """Return whether ``run`` brought that row."""
    return run.rows.filter(model=thing._meta.label_lower, object_id=str(thing.pk)).exists()


def bring_row(arrival: "Arrival", section: "Section", row: Model) -> None:
    """Store a row that concerns nobody else."""
    row.save(force_insert=True)
    arrival.made(section, row)


@transaction.atomic
def take_row_back(model: type[Model], owner: User, row: ArchivedRow, *, owner_field: str) -> bool:
    """Delete a row that an archive brought; True also if it is gone already."""
    model.objects.filter(pk=row.object_id, **{owner_field: owner}).delete()
    return True


# Pictures -----------------------------------------------------------------------------------------


def bring_image(
    picture: Picture, *, arrival: "Arrival", section: "Section", **options: Any
) -> Image:
    """Keep a picture as it was; raises what keep_image raises."""
    return keep_image(
        picture, actor=arrival.owner, note=lambda image: arrival.made(section, image), **options
    )


@transaction.atomic
def take_image_back(owner: User, pk: int) -> bool:
    """Delete a picture that an archive brought, unless something here uses it."""
    image = Image.objects.select_for_update(of=("self",)).filter(pk=pk, owner=owner).first()
    if image is None:
        return True
    if image.posts.exists() or image.covered_posts.exists() or image.keeping_posts.exists():
        return False
    named = f"/images/{image.key}/"
    texts = (Post.objects.by(owner), Draft.objects.filter(post__author=owner))
    if any(rows.filter(source__contains=named).exists() for rows in texts):
        return False
    delete_image(image, actor=owner)
    return True


# Posts --------------------------------------------------------------------------------------------


def bring_series(arrival: "Arrival", section: "Section", record: "Record") -> Series:
    """Store a series under the address it had. Raises TextTooLong."""
    from accounts.archive.schema import to_moment

    title, description = clean_line(record["title"]), clean_line(record["description"])
    require_length(title, settings.TITLE_MAX_LENGTH, field="title")
    require_length(description, settings.EXCERPT_MAX_LENGTH, field="description")
    series = Series.objects.create(
        author=arrival.owner,
        title=title,
        slug=record["key"],
        description=description,
        created_at=to_moment(record["at"]),
    )
    arrival.made(section, series)
    return series


@transaction.atomic
def take_series_back(owner: User, pk: int) -> bool:
    """Delete a series that an archive brought, unless it holds something."""
    series = Series.objects.select_for_update().filter(pk=pk, author=owner).first()
    if series is not None and series.posts.exists():
        return False
    if series is not None:
        series.delete()
    return True


def bring_post(
    arrival: "Arrival",
    section: "Section",
    fields: dict[str, Any],
    *,
    tags: list[str],
    draft: dict[str, Any] | None,
) -> Post:
    """Store a post as it was, in its state and with its dates. Raises TextTooLong, TagRefused."""
    status = fields["status"]
    post = Post(author=arrival.owner, **(fields | {"status": Post.Status.DRAFT}))
    _fit(post)
    language = post.language
    with counted(post, is_news=False):
        post.status = status
        rendering = apply_rendering(post)
        post.language = language
        post.save(force_insert=True)
        _set_tags(arrival, section, post, tags)
    post.images.set(rendering.image_ids)
    if draft is not None:
        require_lengths(draft["title"], draft["source"], draft["details"])
        Draft.objects.create(post=post, **draft)
    # What it was when it came: an author who works on it since does not lose it by undoing.
    arrival.made(section, post, before=_work_on(post))
    return post


def _work_on(post: Post) -> dict[str, Any]:
    """Return what moves when its author works on ``post``: typing moves only the draft layer."""
    versions = Draft.objects.filter(post=post).values_list("version", flat=True)
    return {"updated_at": post.updated_at.isoformat(), "draft": versions.first()}


def _fit(post: Post) -> None:
    """Make ``post`` what it may be here: its texts clean, its address and origin free."""
    post.title, post.excerpt = clean_line(post.title), clean_line(post.excerpt)
    post.source = clean(post.source)
    require_lengths(post.title, post.source, {"excerpt": post.excerpt})
    if post.is_note:
        require_length(post.source, settings.NOTE_MAX_LENGTH, field="source")
    if post.slug and not is_free(post.slug, post):
        post.slug = slug_for(post)
    if not post.is_note and post.published_at and not post.slug:
        post.slug = slug_for(post)
    same = Post.objects.filter(author=post.author, origin_key=post.origin_key)
    if post.origin_key and same.exists():
        post.origin_key = ""


def _set_tags(arrival: "Arrival", section: "Section", post: Post, names: list[str]) -> None:
    usable = [name for name in names if may_have_tag(identity_key(name))]
    keys = {identity_key(name) for name in usable}
    known = set(Tag.objects.filter(key__in=keys).values_list("key", flat=True))
    set_tags(post, usable[: settings.TAGS_PER_POST])
    for tag in Tag.objects.filter(key__in=keys - known):
        arrival.made(section, tag)


def may_have_tag(key: str) -> bool:
    """Return whether staff let people use the tag of that key."""
    is_banned = Tag.objects.filter(key=key, is_banned=True).exists()
    return not is_banned and not TagAlias.objects.filter(key=key, tag__is_banned=True).exists()


@transaction.atomic
def take_post_back(owner: User, row: ArchivedRow) -> bool:
    """Delete a post (or a tag) that an archive brought.

    A post stays that its author worked on since, or that others, guests too, talk under.
    """
    if row.model == Tag._meta.label_lower:
        drop_unused_tag(int(row.object_id))
        return True
    post = (
        Post.objects.select_for_update(of=("self",))
        .select_related("author")
        .filter(pk=row.object_id, author=owner)
        .first()
    )
    if post is None:
        return True
    came_as = {"draft": None} | (row.before or {})
    if came_as != _work_on(post) or has_words_of_others(post):
        return False
    remove_brought_post(post)
    return True


def drop_unused_tag(pk: int) -> None:
    """Delete a tag that nothing has: no post, no follower, no other name."""
    tag = Tag.objects.filter(pk=pk, is_banned=False).first()
    is_used = (
        PostTag.objects.filter(tag=pk).exists()
        or TagAlias.objects.filter(tag=pk).exists()
        or (tag is not None and tag.followers.exists())
    )
    if tag is not None and not is_used:
        tag.delete()


# Parts of posts -----------------------------------------------------------------------------------


def bring_revision(
    arrival: "Arrival", section: "Section", post: Post, *, details: Details, **fields: Any
) -> None:
    """Keep an old text of a post. Raises TextTooLong."""
    require_lengths(fields["title"], fields["source"], details)
    bring_row(arrival, section, Revision(post=post, details=details, **fields))


def bring_topic(arrival: "Arrival", section: "Section", post: Post, topic: Topic) -> None:
    """Put a post into a topic of this site."""
    Post.objects.filter(pk=post.pk).update(topic=topic)


def bring_topic_of_text(
    arrival: "Arrival", section: "Section", text: Draft | Revision, topic: Topic
) -> None:
    """Put a draft or old text into a topic of this site."""
    text.details = text.details | {"topic": topic.pk}
    text.save(update_fields=["details"])


def bring_translations(
    arrival: "Arrival", section: "Section", guids: Iterable[str], *, created_at: datetime
) -> None:
    """Link posts that say the same in different languages."""
    held = TranslationSet.objects.create(author=arrival.owner, created_at=created_at)
    Post.objects.by(arrival.owner).filter(guid__in=list(guids)).update(translations=held)
    arrival.made(section, held)


def bring_redirect(
    arrival: "Arrival",
    section: "Section",
    post: Post,
    *,
    address: str,
    created_at: datetime | None,
    is_path: bool,
) -> None:
    """Let an address that a post had lead to it; the caller saw that it is free."""
    if is_path:
        keep_old_path(post, address)
        return
    row = PostRedirect(author=arrival.owner, post=post, slug=address)
    if created_at is not None:
        row.created_at = created_at
    bring_row(arrival, section, row)


def bring_quote(arrival: "Arrival", section: "Section", post: Post, **fields: Any) -> None:
    """Quote what somebody said under a post on a former blog."""
    keep_comment(None, post, **fields)
