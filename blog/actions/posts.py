"""Articles from the first word to publication, and the life of any post."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import require_can_take_part
from blog.actions.comment_news import queue_names, queue_withdrawal
from blog.actions.counts import counted
from blog.actions.drafts import note_other_door, require_lengths
from blog.actions.machine import drop_stale_translations, drop_translations
from blog.actions.revisions import keep_published
from blog.actions.screening import screen_post
from blog.actions.series import find_or_create_series, place_in_series
from blog.actions.tags import set_tags
from blog.actions.telling import take_back_from_unseeing
from blog.actions.translations import free_language
from blog.exceptions import (
    AddressRefused,
    EmptyPost,
    ImageMissing,
    LanguageTaken,
    NotTheAuthor,
    PostNotDeleted,
    SlugTaken,
)
from blog.models import (
    Bookmark,
    Draft,
    ImportedComment,
    MachineTranslation,
    OldPath,
    Post,
    PostDay,
    PostLike,
    PostRedirect,
    PostTag,
    PreviewLink,
    TrendingPost,
)
from blog.newcomers import require_few_links, require_room_for_post
from blog.policies import can_delete_post, can_edit_post, can_publish_post
from blog.rendering import apply_rendering
from blog.slugs import clean_slug, slug_for
from blog.unfinished import unfinished_image
from blog.working_copy import changes_for_post, draft_of, working_copy
from config.text import clean, clean_line, is_blank

PLAIN_FIELDS = frozenset(
    "topic cover visibility language canonical_url license is_open_to_comments".split()
)
RESTORABLE = timedelta(days=30)
validate_address = URLValidator(schemes=["http", "https"])


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
    """Change an article of ``actor`` past its draft layer, at once for its readers too.

    ``is_edit`` tells whether readers hear of it. Editors that are open notice at their next save.
    ``changes``: title, source, excerpt, tags (list of names), slug, series, topic, cover,
    visibility, language, canonical_url, license, is_open_to_comments; what is absent stays.
    Raises NotTheAuthor, TextTooLong, SlugRefused, SlugTaken, TagRefused, TooManyTags,
    AddressRefused, LanguageTaken, and EmptyPost if a published article would lose its text.
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if not can_edit_post(actor, post):
        raise NotTheAuthor(_("Only its author can change this."))
    if post.has_gone_out:
        require_can_take_part(actor)
    stored = _store(post, changes, is_edit=is_edit)
    note_other_door(stored, changes)
    if is_edit:
        queue_names(stored)
        screen_post(stored)
    return stored


def _store(post: Post, changes: dict[str, Any], *, is_edit: bool = True) -> Post:
    before, former_html = (post.title, post.source, post.excerpt), post.html
    former_circle = post.visibility
    with counted(post, is_news=is_edit):
        _apply_texts(post, changes)
        for field in PLAIN_FIELDS & changes.keys():
            setattr(post, field, changes[field])
        if "series" in changes:
            place_in_series(post, changes["series"])
        _apply_slug(post, changes.get("slug"))
        if post.has_gone_out:
            require_text(post)
            if is_edit and (post.title, post.source, post.excerpt) != before:
                post.edited_at = timezone.now()
        rendering = apply_rendering(post)
        if post.has_gone_out and is_edit:
            require_few_links(post.author, post.html, former_html)
        free_language(post)
        post.updated_at = timezone.now()
        try:
            with transaction.atomic():
                post.save()
        except IntegrityError as error:
            if "slug" in str(error):
                raise SlugTaken(
                    _("You already have a post at this address."), field="slug"
                ) from error
            if "translation" in str(error):
                raise LanguageTaken(
                    _("Another of the linked translations has this language already."),
                    field="language",
                ) from error
            raise
        drop_stale_translations(post)
        if "tags" in changes:
            set_tags(post, changes["tags"])
        post.images.set(rendering.image_ids)
    if post.is_published and post.visibility != former_circle:
        take_back_from_unseeing(post)
    return post


def _apply_texts(post: Post, changes: dict[str, Any]) -> None:
    if "title" in changes:
        post.title = clean_line(changes["title"])
    if "source" in changes:
        post.source = clean(changes["source"])
    if "excerpt" in changes:
        post.excerpt = clean_line(changes["excerpt"])
    require_lengths(post.title, post.source, {"excerpt": post.excerpt})
    if changes.get("canonical_url"):
        try:
            validate_address(changes["canonical_url"])
        except ValidationError as error:
            raise AddressRefused(
                _("The original address is not a web address."), field="canonical_url"
            ) from error


def require_text(post: Post) -> None:
    if is_blank(post.title):
        raise EmptyPost(_("Give your article a title before publishing."), field="title")
    if is_blank(post.source):
        raise EmptyPost(_("Write something before publishing."), field="source")
    if mark := unfinished_image(post.source):
        raise ImageMissing(
            _("An image never arrived: %(mark)s. Upload it again or take this mark out.")
            % {"mark": mark},
            field="source",
        )


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
    """Bring what the editor holds to the readers of ``post``, within its visibility. Idempotent.

    The first publication date stays when a post is published again. What moderators hold stays
    held: they see the new text, readers nothing. ``published_at`` is for imports. Raises what change_article raises, and PermissionRefused (see accounts.policies).
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if post.author_id != actor.pk:
        raise NotTheAuthor(_("Only its author can publish this."))
    require_can_take_part(actor)
    if not (post.is_held or can_publish_post(actor, post)):
        raise NotTheAuthor(_("This post cannot be published now."))
    if post.published_at is None and published_at is None and post.status != Post.Status.SCHEDULED:
        require_room_for_post(post.author)
    has_draft = apply_draft(post)
    if not post.has_gone_out:
        if not post.is_note:
            require_text(post)
        if published_at is None:
            require_few_links(post.author, post.html)
        with counted(post, is_news=published_at is None):
            post.status = Post.Status.PUBLISHED
            post.published_at = post.published_at or published_at or timezone.now()
            post.scheduled_at, post.schedule_problem = None, ""
            if not post.is_note and not post.slug:
                post.slug = slug_for(post)
            post.updated_at = timezone.now()
            post.save(
                update_fields=[
                    "status",
                    "published_at",
                    "scheduled_at",
                    "schedule_problem",
                    "slug",
                    "updated_at",
                ]
            )
    if has_draft:
        keep_published(post)
    if published_at is None:  # what was written elsewhere long ago calls nobody today
        queue_names(post)
    screen_post(post, is_import=published_at is not None)
    return post


def apply_draft(post: Post) -> bool:
    """Move the draft layer into the locked ``post``; return whether there was one.

    The text that readers saw until now is kept as a revision. Raises what change_article raises.
    """
    draft = draft_of(post)
    if draft is None or not draft.is_changed:
        return False
    if post.has_gone_out:
        keep_published(post)
    copy = working_copy(post, draft)
    changes = changes_for_post(copy, post.author)
    if title := copy.details.get("new_series"):
        changes["series"] = find_or_create_series(title, actor=post.author)
    _store(post, changes)
    Draft.objects.filter(post=post).update(is_changed=False)
    return True


@transaction.atomic
def unpublish_post(post: Post, *, actor: User) -> Post:
    """Make a draft of a published, held or scheduled post; its address answers 404. Idempotent.

    A post that moderators held is held again when it goes out, as long as their decision stands.
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if not can_edit_post(actor, post):
        raise NotTheAuthor(_("Only its author can change this."))
    if post.status in {Post.Status.PUBLISHED, Post.Status.HELD, Post.Status.SCHEDULED}:
        with counted(post):
            post.status = Post.Status.DRAFT
            post.scheduled_at, post.pinned_at = None, None
            post.updated_at = timezone.now()
            post.save(update_fields=["status", "scheduled_at", "pinned_at", "updated_at"])
        queue_withdrawal(post)
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
            post.scheduled_at, post.pinned_at = None, None
            post.save(
                update_fields=["status", "deleted_at", "scheduled_at", "pinned_at", "updated_at"]
            )
        queue_withdrawal(post)
    return post


@transaction.atomic
def restore_post(post: Post, *, actor: User) -> Post:
    """Bring a deleted post back as a draft. Raises NotTheAuthor, PostNotDeleted."""
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if not can_delete_post(actor, post):
        raise NotTheAuthor(_("Only its author can restore this."))
    if post.status != Post.Status.DELETED:
        raise PostNotDeleted(_("This post is not deleted."))
    if timezone.now() - (post.deleted_at or post.updated_at) > RESTORABLE:
        raise PostNotDeleted(_("This post was deleted too long ago to bring it back."))
    post.status, post.deleted_at, post.updated_at = Post.Status.DRAFT, None, timezone.now()
    post.save(update_fields=["status", "deleted_at", "updated_at"])
    return post


def erase_deleted_posts(now: datetime | None = None) -> int:
    """Erase what was deleted more than 30 days ago; returns how many posts.

    Of a post that was public stays an empty row, so that its address goes on answering 410.
    """
    cutoff = (now or timezone.now()) - RESTORABLE
    due = Post.objects.filter(status=Post.Status.DELETED, deleted_at__lt=cutoff)
    number = 0
    for pk in list(due.exclude(is_erased=True).values_list("pk", flat=True)):
        with transaction.atomic():
            post = Post.objects.select_for_update().filter(pk=pk, status="deleted").first()
            if post is None:
                continue
            number += 1
            if post.published_at is None:
                post.delete()
                continue
            empty_post(post)
    return number


def empty_post(post: Post) -> None:
    """Leave of a locked post an empty row that answers for it; the caller moved its counts."""
    Draft.objects.filter(post=post).delete()
    PreviewLink.objects.filter(post=post).delete()
    ImportedComment.objects.filter(post=post).delete()
    post.revisions.all().delete()
    drop_translations(post)
    MachineTranslation.objects.filter(comment__post=post).delete()
    for rows in (PostTag, PostLike, Bookmark, PostDay, TrendingPost):
        rows.objects.filter(post=post).delete()
    post.images.clear()
    post.kept_images.clear()
    for name in ("title", "source", "html", "excerpt", "summary", "canonical_url"):
        setattr(post, name, "")
    post.toc, post.cover, post.series, post.translations = [], None, None, None
    post.like_count = 0
    post.is_erased = True
    post.save()


@transaction.atomic
def remember_old_path(post: Post, path: str, *, actor: User) -> None:
    """Let ``path`` of a former blog lead to ``post``; a path that is taken stays as it is."""
    OldPath.objects.get_or_create(path=clean_line(path)[:500], defaults={"post": post})
