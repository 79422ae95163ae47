"""Notes: short, plain, published as they are written."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import require_can_take_part
from blog.actions.comment_news import queue_names
from blog.actions.counts import counted
from blog.actions.machine import drop_stale_translations
from blog.actions.revisions import keep_revision
from blog.actions.screening import screen_post
from blog.actions.tags import set_tags
from blog.actions.telling import take_back_from_unseeing
from blog.exceptions import EmptyPost, NotTheAuthor, TagRefused, TextTooLong
from blog.models import Post, Revision
from blog.newcomers import require_few_links, require_room_for_post
from blog.policies import can_edit_post
from blog.rendering import apply_rendering
from blog.tagging import clean_tag_name
from blog.working_copy import WorkingCopy
from config.text import clean, count_graphemes, is_blank


def write_note(
    *,
    actor: User,
    source: str,
    visibility: str = "",
    language: str = "",
    origin_key: str = "",
    published_at=None,
) -> Post:
    """Publish a note of ``actor`` at once. A second call with the same ``origin_key`` returns
    the first note: a double click posts once.

    Raises EmptyPost, TextTooLong, PermissionRefused (see accounts.policies).
    """
    require_can_take_part(actor)
    if origin_key:
        held = Post.objects.filter(author=actor, origin_key=origin_key).first()
        if held:
            return held
    post = Post(
        author=actor,
        kind=Post.Kind.NOTE,
        status=Post.Status.DRAFT,
        visibility=visibility or actor.default_visibility,
        language=language,
        origin_key=origin_key,
    )
    try:
        with transaction.atomic():
            with counted(post, is_news=published_at is None):
                if published_at is None:
                    require_room_for_post(actor)
                post.status = Post.Status.PUBLISHED
                post.published_at = published_at or timezone.now()
                _store(post, source)
                if published_at is None:
                    require_few_links(actor, post.html)
            if published_at is None:
                queue_names(post)
            screen_post(post, is_import=published_at is not None)
    except IntegrityError:
        if origin_key:
            return Post.objects.get(author=actor, origin_key=origin_key)
        raise
    return post


@transaction.atomic
def change_note(post: Post, *, actor: User, source: str, visibility: str = "") -> Post:
    """Change a note of ``actor``, marked as edited if its text differs; the old text is kept.

    Raises NotTheAuthor, EmptyPost, TextTooLong, PermissionRefused.
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if not can_edit_post(actor, post):
        raise NotTheAuthor(_("Only its author can change this."))
    require_can_take_part(actor)
    with counted(post):
        if clean(source).strip() != post.source:
            keep_revision(post, WorkingCopy(source=post.source), kind=Revision.Kind.PUBLISHED)
            post.edited_at = timezone.now()
        former_circle, former_html = post.visibility, post.html
        post.visibility = visibility or post.visibility
        _store(post, source)
        require_few_links(actor, post.html, former_html)
        if post.visibility != former_circle:
            take_back_from_unseeing(post)
    queue_names(post)
    screen_post(post)
    return post


def _store(post: Post, source: str) -> None:
    post.source = clean(source).strip()
    if is_blank(post.source):
        raise EmptyPost(_("Write something first."), field="source")
    if count_graphemes(post.source) > settings.NOTE_MAX_LENGTH:
        raise TextTooLong(
            _("A note can have up to %(limit)s characters.") % {"limit": settings.NOTE_MAX_LENGTH},
            field="source",
        )
    rendering = apply_rendering(post)
    post.updated_at = timezone.now()
    is_new = post.pk is None
    post.save()
    tags = _usable_tags(rendering.hashtags)
    if not is_new:
        drop_stale_translations(post)
    if tags or not is_new:
        set_tags(post, tags)


def _usable_tags(names: list[str]) -> list[str]:
    """What cannot be a tag stays plain text in a note; it is no reason to refuse the note."""
    usable = []
    for name in names:
        try:
            usable.append(clean_tag_name(name))
        except TagRefused:
            continue
    return usable[: settings.TAGS_PER_POST]
