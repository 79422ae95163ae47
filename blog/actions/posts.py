"""Articles from the first word to publication, and the life of any post."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import require_can_take_part
from blog.actions.counts import counted
from blog.actions.series import place_in_series
from blog.actions.tags import set_tags
from blog.exceptions import EmptyPost, NotTheAuthor, PostNotDeleted, SlugTaken, TextTooLong
from blog.models import OldPath, Post, PostRedirect, PostTag
from blog.policies import can_delete_post, can_edit_post, can_publish_post
from blog.rendering import apply_rendering
from blog.slugs import clean_slug, slug_for
from config.text import clean, clean_line, count_graphemes, is_blank

PLAIN_FIELDS = frozenset(
    {"topic", "cover", "visibility", "language", "canonical_url", "is_open_to_comments"}
)


def create_article(
    *,
    actor: User,
    origin_key: str = "",
    created_at: datetime | None = None,
    edited_at: datetime | None = None,
    **changes: Any,
) -> Post:
    """Store a new draft of ``actor``; ``changes`` as in change_article.

    ``created_at`` and ``edited_at`` are for texts that are older than their row. ``origin_key``
    names where the text came from (a form sent once, an imported file): a second call with the
    same key returns the first post unchanged.
    """
    if origin_key:
        held = Post.objects.filter(author=actor, origin_key=origin_key).first()
        if held:
            return held
    post = Post(author=actor, kind=Post.Kind.ARTICLE, origin_key=origin_key)
    post.visibility = actor.default_visibility
    post.language = actor.default_language
    post.created_at, post.edited_at = created_at or post.created_at, edited_at
    try:
        with transaction.atomic():
            return _store(post, changes)
    except IntegrityError:
        if origin_key:
            return Post.objects.get(author=actor, origin_key=origin_key)
        raise


@transaction.atomic
def change_article(post: Post, *, actor: User, is_edit: bool = True, **changes: Any) -> Post:
    """Change an article of ``actor`` in place; ``is_edit`` tells whether readers hear of it.

    ``changes``: title, source, excerpt, tags (list of names), slug, series, topic, cover,
    visibility, language, canonical_url, is_open_to_comments; what is absent stays.
    Raises NotTheAuthor, TextTooLong, SlugRefused, SlugTaken, TagRefused, TooManyTags, and
    EmptyPost if a published article would lose its title or text.
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if not can_edit_post(actor, post):
        raise NotTheAuthor(_("Only its author can change this."))
    if post.is_published:
        require_can_take_part(actor)
    return _store(post, changes, is_edit=is_edit)


def _store(post: Post, changes: dict[str, Any], *, is_edit: bool = True) -> Post:
    before = (post.title, post.source, post.excerpt)
    with counted(post):
        _apply_texts(post, changes)
        for field in PLAIN_FIELDS & changes.keys():
            setattr(post, field, changes[field])
        if "series" in changes:
            place_in_series(post, changes["series"])
        _apply_slug(post, changes.get("slug"))
        if post.is_published:
            _require_text(post)
            if is_edit and (post.title, post.source, post.excerpt) != before:
                post.edited_at = timezone.now()
        rendering = apply_rendering(post)
        post.updated_at = timezone.now()
        try:
            with transaction.atomic():
                post.save()
        except IntegrityError as error:
            if "slug" in str(error):
                raise SlugTaken(
                    _("You already have a post at this address."), field="slug"
                ) from error
            raise
        if "tags" in changes:
            set_tags(post, changes["tags"])
        post.images.set(rendering.image_ids)
    return post


def _apply_texts(post: Post, changes: dict[str, Any]) -> None:
    if "title" in changes:
        post.title = clean_line(changes["title"])
        _require_length(post.title, settings.TITLE_MAX_LENGTH, "title")
    if "source" in changes:
        post.source = clean(changes["source"])
        _require_length(post.source, settings.ARTICLE_MAX_LENGTH, "source")
    if "excerpt" in changes:
        post.excerpt = clean_line(changes["excerpt"])
        _require_length(post.excerpt, settings.EXCERPT_MAX_LENGTH, "excerpt")


def _require_length(text: str, limit: int, field: str) -> None:
    # A grapheme is at least one code point, so short texts need no segmentation.
    if len(text) > limit and count_graphemes(text) > limit:
        raise TextTooLong(
            _("This text is longer than %(limit)s characters.") % {"limit": limit}, field=field
        )


def _require_text(post: Post) -> None:
    if is_blank(post.title):
        raise EmptyPost(_("Give your article a title before publishing."), field="title")
    if is_blank(post.source):
        raise EmptyPost(_("Write something before publishing."), field="source")


def _apply_slug(post: Post, typed: str | None) -> None:
    """The slug follows the title until first publication, then only its author moves it."""
    old = post.slug
    if typed and typed != old:
        post.slug = clean_slug(typed, post)
    elif post.published_at is None and not typed:
        post.slug = slug_for(post) if post.title else ""
    if post.published_at and old and old != post.slug:
        PostRedirect.objects.filter(author_id=post.author_id, slug=post.slug).delete()
        PostRedirect.objects.update_or_create(
            author_id=post.author_id, slug=old, defaults={"post": post}
        )


@transaction.atomic
def publish_post(post: Post, *, actor: User, published_at: datetime | None = None) -> Post:
    """Make ``post`` public within its visibility. Idempotent.

    The first publication date stays when a post is published again. ``published_at`` is for
    imports. Raises EmptyPost, NotTheAuthor, PermissionRefused (see accounts.policies).
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if post.author_id != actor.pk:
        raise NotTheAuthor(_("Only its author can publish this."))
    require_can_take_part(actor)
    if not can_publish_post(actor, post):
        raise NotTheAuthor(_("This post cannot be published now."))
    if post.is_published:
        return post
    if not post.is_note:
        _require_text(post)
    with counted(post):
        post.status = Post.Status.PUBLISHED
        post.published_at = post.published_at or published_at or timezone.now()
        if not post.is_note and not post.slug:
            post.slug = slug_for(post)
        post.updated_at = timezone.now()
        post.save(update_fields=["status", "published_at", "slug", "updated_at"])
        PostTag.objects.filter(post=post).update(published_at=post.published_at)
    return post


@transaction.atomic
def unpublish_post(post: Post, *, actor: User) -> Post:
    """Make a draft of a published post again; its address answers 404. Idempotent."""
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if not can_edit_post(actor, post):
        raise NotTheAuthor(_("Only its author can change this."))
    if post.is_published:
        with counted(post):
            post.status = Post.Status.DRAFT
            post.updated_at = timezone.now()
            post.save(update_fields=["status", "updated_at"])
    return post


@transaction.atomic
def delete_post(post: Post, *, actor: User) -> Post:
    """Delete a post of ``actor``: 410 at its address, restorable for 30 days. Idempotent."""
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if not can_delete_post(actor, post):
        raise NotTheAuthor(_("Only its author can delete this."))
    if post.status != Post.Status.DELETED:
        with counted(post):
            post.status = Post.Status.DELETED
            post.deleted_at = post.updated_at = timezone.now()
            post.save(update_fields=["status", "deleted_at", "updated_at"])
    return post


@transaction.atomic
def restore_post(post: Post, *, actor: User) -> Post:
    """Bring a deleted post back as a draft. Raises NotTheAuthor, PostNotDeleted."""
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if not can_delete_post(actor, post):
        raise NotTheAuthor(_("Only its author can restore this."))
    if post.status != Post.Status.DELETED:
        raise PostNotDeleted(_("This post is not deleted."))
    post.status, post.deleted_at, post.updated_at = Post.Status.DRAFT, None, timezone.now()
    post.save(update_fields=["status", "deleted_at", "updated_at"])
    return post


@transaction.atomic
def remember_old_path(post: Post, path: str, *, actor: User) -> None:
    """Let ``path`` of a former blog lead to ``post``; a path that is taken stays as it is."""
    OldPath.objects.get_or_create(path=clean_line(path)[:500], defaults={"post": post})
