"""Blogs that move in: what a run keeps, and taking exactly that away again."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.html import linebreaks, urlize
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import require_can_take_part
from blog.actions.counts import counted
from blog.actions.images import delete_image
from blog.exceptions import ImportRefused
from blog.models import (
    Draft,
    Image,
    ImportedComment,
    ImportedItem,
    ImportRun,
    OldPath,
    Post,
    PostTag,
    Series,
    Tag,
    TagAlias,
)
from config.commits import after_commit
from config.text import clean, clean_line, nfc

ARCHIVES_A_PERSON = 5
ARCHIVE_DAYS = 7
PLACES = "imports"


def open_import(
    *, actor: User, name: str, upload: File | None = None, options: dict[str, Any] | None = None
) -> ImportRun:
    """Store an upload where nobody else can read it, and the run that will read it.

    Without ``upload`` the run reads a folder or file of the server (the command). Raises
    ImportRefused if it is larger than IMPORT_MAX_BYTES or too many wait already.
    """
    require_can_take_part(actor)
    clear_stale_imports(actor)
    run = ImportRun(
        owner=actor, name=clean_line(PurePosixPath(name).name)[:255] or "?", options=options or {}
    )
    if upload is None:
        run.save()
        return run
    if (upload.size or 0) > settings.IMPORT_MAX_BYTES:
        raise ImportRefused(
            _("This file is larger than %(size)s MB.")
            % {"size": settings.IMPORT_MAX_BYTES // (1024 * 1024)},
            field="upload",
        )
    waiting = ImportRun.objects.filter(owner=actor).exclude(archive="").count()
    if waiting >= ARCHIVES_A_PERSON:
        raise ImportRefused(
            _("%(count)s files wait already. Bring them in or remove one first.")
            % {"count": waiting},
            field="upload",
        )
    ending = "".join(PurePosixPath(run.name).suffixes[-1:])[:10].lower()
    run.archive = default_storage.save(f"{PLACES}/{run.key}/archive{ending}", upload)
    try:
        run.save()
    except BaseException:
        default_storage.delete(run.archive)
        raise
    return run


def change_import(run: ImportRun, **fields: Any) -> ImportRun:
    """Note how far ``run`` is: state, kind, plan, report, options, reason."""
    for name, value in fields.items():
        setattr(run, name, value)
    if fields.get("state") == ImportRun.State.DONE:
        run.finished_at = timezone.now()
        fields["finished_at"] = run.finished_at
    run.save(update_fields=list(fields))
    return run


@transaction.atomic
def discard_import(run: ImportRun, *, actor: User) -> None:
    """Forget a run that brought nothing in, with its file; of another only the file."""
    if run.owner_id != actor.pk or run.is_busy:
        raise ImportRefused(_("This cannot be removed now."))
    drop_archive(run)
    if not run.items.exists() and not run.comments.exists():
        run.delete()


def drop_archive(run: ImportRun) -> None:
    """Delete the stored file of ``run``; what came in stays."""
    archive = run.archive
    if not archive:
        return
    run.archive = ""
    run.save(update_fields=["archive"])
    after_commit(default_storage.delete, archive)


def clear_stale_imports(owner: User | None = None) -> int:
    """Delete the files that were uploaded a week ago and that nothing was done with.

    Of ``owner``, else of everybody. Returns how many.
    """
    old = timezone.now() - timedelta(days=ARCHIVE_DAYS)
    runs = ImportRun.objects.filter(created_at__lt=old).exclude(archive="")
    if owner is not None:
        runs = runs.filter(owner=owner)
    number = 0
    for run in runs.exclude(state__in=ImportRun.UNFINISHED).defer("plan", "report"):
        drop_archive(run)
        number += 1
    return number


# What came in ---------------------------------------------------------------------------------


def fingerprint_of(post: Post) -> str:
    """Return what changes as soon as its author changes ``post``."""
    tags = PostTag.objects.filter(post=post).order_by("position").values_list("tag_id", flat=True)
    seen = [
        post.title,
        post.source,
        post.excerpt,
        post.slug,
        post.status,
        post.visibility,
        post.language,
        post.canonical_url,
        post.series_id,
        post.cover_id,
        list(tags),
    ]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode()).hexdigest()


def claim_post(run: ImportRun, post: Post) -> None:
    """Note that ``run`` made ``post``, as it is now."""
    ImportedItem.objects.update_or_create(
        post=post, defaults={"run": run, "fingerprint": fingerprint_of(post)}
    )


def claim_image(run: ImportRun, content_hash: str, image: Image | None = None) -> bool:
    """Note, before it is stored and again with its ``image``, that ``run`` makes an image.

    False if its owner has the image of those bytes already: then it is not the run's.
    """
    held = ImportedItem.objects.filter(run=run, content_hash=content_hash)
    if image is not None:
        held.filter(image=None).update(image=image)
        return True
    if held.exists():
        return True
    if Image.objects.filter(owner_id=run.owner_id, content_hash=content_hash).exists():
        return False
    ImportedItem.objects.create(run=run, content_hash=content_hash)
    return True


def claim_series(run: ImportRun, series: Series) -> None:
    """Note that ``run`` made ``series``."""
    ImportedItem.objects.get_or_create(series=series, defaults={"run": run})


def claim_tags(run: ImportRun, keys: list[str]) -> None:
    """Note that ``run`` made the tags of those keys."""
    for tag in Tag.objects.filter(key__in=keys):
        ImportedItem.objects.get_or_create(tag=tag, defaults={"run": run})


def keep_old_path(post: Post, path: str) -> bool:
    """Let ``path`` of the former blog lead to ``post``; whether it does."""
    path = nfc(clean_line(path))
    if not path.startswith("/") or path == "/" or len(path) > 500:
        return False
    held, _is_new = OldPath.objects.get_or_create(path=path, defaults={"post": post})
    return held.post_id == post.pk


def keep_comment(
    run: ImportRun,
    post: Post,
    *,
    key: str,
    text: str,
    author_name: str,
    author_url: str,
    created_at: datetime,
    parent_key: str = "",
) -> ImportedComment:
    """Quote what somebody said under ``post`` on the former blog; once for each ``key``."""
    parent = (
        ImportedComment.objects.filter(post=post, origin_key=parent_key[:200]).first()
        if parent_key
        else None
    )
    text = clean(text).strip()
    comment, _is_new = ImportedComment.objects.get_or_create(
        post=post,
        origin_key=key[:200],
        defaults={
            "run": run,
            "parent": parent,
            "author_name": clean_line(author_name)[:200],
            "author_url": author_url,
            "text": text,
            "html": _quoted(text),
            "created_at": created_at,
        },
    )
    return comment


def _quoted(text: str) -> str:
    """Return plain ``text`` as HTML with its lines and with its addresses as links."""
    linked = urlize(text, nofollow=True, autoescape=True)
    linked = linked.replace(' rel="nofollow"', ' rel="ugc nofollow noopener"')
    return str(linebreaks(linked, autoescape=False))


# Undoing --------------------------------------------------------------------------------------


def is_changed_since(item: ImportedItem) -> bool:
    """Whether the author worked on the post of ``item`` after it came in."""
    post = item.post
    if post.status == Post.Status.DELETED:
        return False
    return (
        fingerprint_of(post) != item.fingerprint
        or Draft.objects.filter(post=post, is_changed=True).exists()
    )


def undo_import(
    run: ImportRun, *, actor: User, takes_changed: bool = False
) -> Iterator[tuple[str, Post]]:
    """Remove what ``run`` brought, post by post, yielding ``removed`` or ``kept`` and the post.

    Posts that were changed since stay, with their pictures, unless ``takes_changed``. Can be
    stopped and started again.
    """
    if run.owner_id != actor.pk:
        raise ImportRefused(_("This cannot be removed now."))
    change_import(run, state=ImportRun.State.UNDOING)
    items = run.items.filter(post__isnull=False).order_by("-pk")
    for pk in list(items.values_list("pk", flat=True)):
        item = ImportedItem.objects.select_related("post", "post__author").get(pk=pk)
        post = item.post
        if not takes_changed and is_changed_since(item):
            yield "kept", post
            continue
        _remove_post(post)
        yield "removed", post
    for item in run.items.filter(post__isnull=True, series__isnull=True, tag__isnull=True):
        _remove_image(run, item)
    # Comments that this run added to posts of an earlier one.
    run.comments.exclude(post__imported_as__run=run).delete()
    _remove_series_and_tags(run)
    change_import(run, state=ImportRun.State.UNDONE, undone_at=timezone.now())
    drop_archive(run)


@transaction.atomic
def _remove_post(post: Post) -> None:
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    with counted(post):
        post.status = Post.Status.DELETED
        post.save(update_fields=["status"])
    post.delete()


@transaction.atomic
def _remove_image(run: ImportRun, item: ImportedItem) -> None:
    image = (
        item.image
        or Image.objects.filter(owner_id=run.owner_id, content_hash=item.content_hash).first()
    )
    if image is None:
        item.delete()
        return
    if image.posts.exists() or image.covered_posts.exists() or image.keeping_posts.exists():
        return
    delete_image(image, actor=run.owner)
    item.delete()


@transaction.atomic
def _remove_series_and_tags(run: ImportRun) -> None:
    for item in run.items.filter(series__isnull=False).select_related("series"):
        if not item.series.posts.exists():
            item.series.delete()
    for item in run.items.filter(tag__isnull=False).select_related("tag"):
        tag = item.tag
        is_used = PostTag.objects.filter(tag=tag).exists()
        if not is_used and not tag.is_banned and not TagAlias.objects.filter(tag=tag).exists():
            tag.delete()
