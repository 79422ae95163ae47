"""The draft layer: what is typed reaches readers by publishing and no other way."""

import re
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from blog.actions.images import describe_image
from blog.actions.revisions import keep_before_saving, keep_revision
from blog.exceptions import NotTheAuthor, StaleVersion, TextTooLong
from blog.models import Draft, Image, Post, Revision
from blog.models.taxonomy import TITLE_COLUMN_LENGTH
from blog.policies import can_edit_post
from blog.working_copy import (
    WorkingCopy,
    blank_details,
    clean_details,
    clean_texts,
    details_of,
    draft_of,
    working_copy,
)
from config.exceptions import Gone
from config.text import count_graphemes

IMAGE_KEYS = re.compile(r"/images/([0-9a-f]{32})/")


def start_draft(*, actor: User, origin_key: str, changes: dict[str, Any]) -> WorkingCopy:
    """Store the first save of a new article of ``actor``. Returns the copy; see ``post_of``.

    ``origin_key`` names the form: the same one again saves to the article it made, so that an
    answer lost on the way makes no second article. Raises TextTooLong, StaleVersion.
    """
    held = Post.objects.filter(author=actor, origin_key=origin_key).first() if origin_key else None
    if held is None:
        post = Post(
            author=actor,
            kind=Post.Kind.ARTICLE,
            origin_key=origin_key,
            visibility=actor.default_visibility,
        )
        blank = WorkingCopy(details=blank_details(actor))
        title, source = clean_texts(changes, blank)
        details = clean_details(changes, blank.details)
        require_lengths(title, source, details)
        try:
            with transaction.atomic():
                post.save()
                draft = Draft.objects.create(post=post, title=title, source=source, details=details)
                _keep_images(post, draft)
                return working_copy(post, draft)
        except IntegrityError:
            held = Post.objects.get(author=actor, origin_key=origin_key)
    return save_draft(held, actor=actor, changes=changes, base_version=1)


def post_of(actor: User, origin_key: str) -> Post:
    """Return the article that ``start_draft`` made for that form."""
    return Post.objects.get(author=actor, origin_key=origin_key)


@transaction.atomic
def save_draft(
    post: Post,
    *,
    actor: User,
    changes: dict[str, Any],
    base_version: int | None = None,
    keeps_present: bool = False,
) -> WorkingCopy:
    """Store ``changes`` (see blog.working_copy) in the draft layer of ``post``.

    ``base_version`` is the version that the editor started from; None saves over whatever is
    there. The same content again is no change, whatever it started from. ``keeps_present`` makes
    a revision of what is replaced (after a conflict). Nothing is rendered.
    Raises NotTheAuthor, TextTooLong, StaleVersion (with the stored copy).
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if not can_edit_post(actor, post) or post.is_note:
        raise NotTheAuthor(_("Only its author can change this."))
    before = working_copy(post)
    title, source = clean_texts(changes, before)
    details = clean_details(changes, before.details)
    require_lengths(title, source, details)
    if (title, source, details) == before.content:
        return before
    if base_version is not None and base_version != before.version:
        raise StaleVersion(
            _("This text was changed elsewhere in the meantime."), stored=before, post=post
        )
    if keeps_present:
        keep_revision(post, before, kind=Revision.Kind.AUTOMATIC)
    else:
        keep_before_saving(post, before, source)
    return _put(post, before.version, title, source, details)


def _put(post: Post, version: int, title: str, source: str, details: dict) -> WorkingCopy:
    published = (post.title, post.source, details_of(post))
    draft, _created = Draft.objects.update_or_create(
        post=post,
        defaults={
            "title": title,
            "source": source,
            "details": details,
            "version": version + 1,
            "is_changed": not post.has_gone_out or (title, source, details) != published,
            "updated_at": timezone.now(),
        },
    )
    _keep_images(post, draft)
    return working_copy(post, draft)


def _keep_images(post: Post, draft: Draft) -> None:
    keys = set(IMAGE_KEYS.findall(draft.source))
    if cover := draft.details.get("cover"):
        keys.add(cover)
    if keys:
        post.kept_images.add(*Image.objects.filter(owner_id=post.author_id, key__in=keys))


@transaction.atomic
def keep_aside(post: Post, *, actor: User, changes: dict[str, Any]) -> Revision | None:
    """Keep a text that gives way to the stored one as a revision; nothing else changes. Idempotent.

    Returns None if it says nothing, or the same. Raises NotTheAuthor, TextTooLong.
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if not can_edit_post(actor, post) or post.is_note:
        raise NotTheAuthor(_("Only its author can change this."))
    present = working_copy(post)
    title, source = clean_texts(changes, WorkingCopy())
    aside = WorkingCopy(title, source, clean_details(changes, present.details))
    require_lengths(*aside.content)
    if aside.content == present.content:
        return None
    # By name, so that it is not thinned out: nothing else has it.
    name = _("Set aside for another version")
    return keep_revision(post, aside, kind=Revision.Kind.NAMED, name=name)


def describe_cover(copy: WorkingCopy, *, actor: User, alt: str) -> None:
    """Describe the cover of ``copy`` if it is an image of ``actor``. Call after its save."""
    key = copy.details.get("cover")
    image = Image.objects.filter(owner=actor, key=key).first() if key else None
    if image is not None:
        with suppress(Gone):
            describe_image(image, actor=actor, alt=alt)


@transaction.atomic
def discard_draft(post: Post, *, actor: User) -> WorkingCopy:
    """Go back to what readers see; the unpublished changes are kept as a revision. Idempotent.

    Raises NotTheAuthor.
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if not can_edit_post(actor, post):
        raise NotTheAuthor(_("Only its author can change this."))
    draft = draft_of(post)
    if draft and draft.is_changed and post.has_gone_out:
        keep_revision(post, working_copy(post, draft), kind=Revision.Kind.AUTOMATIC)
        draft.is_changed = False
        draft.version += 1
        draft.updated_at = timezone.now()
        draft.save(update_fields=["is_changed", "version", "updated_at"])
    return working_copy(post, draft)


@transaction.atomic
def restore_revision(post: Post, revision: Revision, *, actor: User) -> WorkingCopy:
    """Bring an old text back into the editor; the present one is kept as a revision first.

    Raises NotTheAuthor.
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if not can_edit_post(actor, post) or revision.post_id != post.pk:
        raise NotTheAuthor(_("Only its author can change this."))
    before = working_copy(post)
    details = clean_details(revision.details, before.details)
    if (revision.title, revision.source, details) == before.content:
        return before
    keep_revision(post, before, kind=Revision.Kind.AUTOMATIC)
    return _put(post, before.version, revision.title, revision.source, details)


def note_other_door(post: Post, changes: dict[str, Any]) -> None:
    """Let open editors notice that ``post`` was changed past its draft layer.

    What changed besides the text is taken over into a pending draft, so that publishing it later
    does not undo, say, a new visibility, or start the series that it named before.
    """
    names = set(changes) | ({"new_series"} if "series" in changes else set())
    draft = draft_of(post)
    if draft is None:
        draft = Draft(post=post, version=0, is_changed=False)
    elif draft.is_changed:
        now = details_of(post)
        draft.details.update({name: now[name] for name in names & now.keys()})
    draft.version += 1
    draft.save()


def note_series(ids: list[int], series: int | None) -> None:
    """Do as note_other_door for posts of these numbers that are in ``series`` now, all at once."""
    drafts = Draft.objects.filter(post__in=ids)
    pending = list(drafts.filter(is_changed=True).only("details"))
    for draft in pending:
        draft.details.update(series=series, new_series="")
    Draft.objects.bulk_update(pending, ["details"], batch_size=200)
    known = set(drafts.values_list("post_id", flat=True))
    drafts.update(version=F("version") + 1)
    Draft.objects.bulk_create(
        Draft(post_id=pk, version=1, is_changed=False) for pk in ids if pk not in known
    )


def require_lengths(title: str, source: str, details: dict[str, Any]) -> None:
    """Raise TextTooLong, naming the field, for what is longer than people may write."""
    most = settings.TITLE_MAX_LENGTH
    require_length(title, most, TITLE_COLUMN_LENGTH, field="title")
    require_length(source, settings.ARTICLE_MAX_LENGTH, field="source")
    require_length(details.get("excerpt", ""), settings.EXCERPT_MAX_LENGTH, field="excerpt")
    require_length(details.get("new_series", ""), most, TITLE_COLUMN_LENGTH, field="new_series")


def require_length(text: str, limit: int, column: int | None = None, *, field: str) -> None:
    """Raise TextTooLong for more than ``limit`` graphemes, or code points than ``column`` holds."""
    # A grapheme is at least one code point, so short texts need no segmentation.
    if (column and len(text) > column) or (len(text) > limit and count_graphemes(text) > limit):
        raise TextTooLong(
            _("This text is longer than %(limit)s characters.") % {"limit": limit}, field=field
        )
