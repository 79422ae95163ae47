"""Blogs that move in: what a run keeps, and taking exactly that away again."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.html import linebreaks, urlize
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import require_can_take_part
from blog.actions.counts import counted
from blog.actions.images import delete_image
from blog.exceptions import ImportRefused
from blog.import_changes import fingerprint_of, is_changed_since
from blog.import_jobs import is_at_work, runs_at_work
from blog.models import (
    Comment,
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
from blog.old_paths import is_path_of_ours
from config.commits import after_commit
from config.sizes import readable_size
from config.text import clean, clean_line, nfc
from social.actions import forget_target, hold_inboxes
from social.models import Notification

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
            _("This file is larger than %(size)s.")
            % {"size": readable_size(settings.IMPORT_MAX_BYTES)},
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
    """Forget a run that brought nothing in, with its file; of another only the file.

    Raises ImportRefused for another's and while it is at work; what was stopped can go.
    """
    held = ImportRun.objects.select_for_update().filter(pk=run.pk, owner=actor).first()
    if held is None or is_at_work(held):
        raise ImportRefused(_("This cannot be removed now."))
    drop_archive(held)
    if not held.items.exists() and not held.comments.exists():
        held.delete()


def drop_archive(run: ImportRun) -> None:
    """Delete the stored file of ``run``; what came in stays."""
    archive = run.archive
    if not archive:
        return
    run.archive = ""
    run.save(update_fields=["archive"])
    after_commit(default_storage.delete, archive)


def clear_stale_imports(owner: User | None = None) -> int:
    """Delete the files that were uploaded a week ago and that nothing works on.

    Of ``owner``, else of everybody. Returns how many.
    """
    old = timezone.now() - timedelta(days=ARCHIVE_DAYS)
    runs = ImportRun.objects.filter(created_at__lt=old).exclude(archive="")
    if owner is not None:
        runs = runs.filter(owner=owner)
    number = 0
    for run in runs.exclude(pk__in=runs_at_work()).defer("plan", "report"):
        drop_archive(run)
        number += 1
    return number


# What came in ---------------------------------------------------------------------------------


def claim_post(run: ImportRun, post: Post) -> None:
    """Note that ``run`` made ``post``, as it is now."""
    ImportedItem.objects.update_or_create(
        post=post, defaults={"run": run, "fingerprint": fingerprint_of(post)}
    )


@transaction.atomic
def claim_image(run: ImportRun, content_hash: str, image: Image | None = None) -> bool:
    """Note, before it is stored and again with its ``image``, that ``run`` makes an image.

    False if it is not the run's: its owner had the image of those bytes already, or another run
    brought it since this one was stopped.
    """
    own = ImportedItem.objects.filter(run=run, content_hash=content_hash)
    if _is_of_another_run(run, content_hash):
        own.filter(image=None).delete()
        return False
    if image is not None:
        try:
            with transaction.atomic():
                own.filter(image=None).update(image=image)
        except IntegrityError:  # another run was faster
            own.filter(image=None).delete()
            return False
        return True
    if own.exists():
        return True
    if Image.objects.filter(owner_id=run.owner_id, content_hash=content_hash).exists():
        return False
    ImportedItem.objects.create(run=run, content_hash=content_hash)
    return True


def _is_of_another_run(run: ImportRun, content_hash: str) -> bool:
    claims = ImportedItem.objects.filter(
        image__owner_id=run.owner_id, image__content_hash=content_hash
    )
    return claims.exclude(run=run).exists()


def claim_series(run: ImportRun, series: Series) -> None:
    """Note that ``run`` made ``series``."""
    ImportedItem.objects.get_or_create(series=series, defaults={"run": run})


def claim_tags(run: ImportRun, keys: list[str]) -> None:
    """Note that ``run`` made the tags of those keys."""
    for tag in Tag.objects.filter(key__in=keys):
        ImportedItem.objects.get_or_create(tag=tag, defaults={"run": run})


def keep_old_path(post: Post, path: str) -> bool:
    """Let ``path`` of the former blog lead to ``post``; whether it does.

    Not a path of this site or of somebody else here, and not one that leads elsewhere already.
    """
    path = nfc(clean_line(path))
    if not path.startswith("/") or path == "/" or len(path) > 500:
        return False
    if is_path_of_ours(path, post.author):
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


def undo_import(
    run: ImportRun,
    *,
    actor: User,
    takes_changed: bool = False,
    tick: Callable[[], None] = lambda: None,
) -> Iterator[tuple[str, Post]]:
    """Remove what ``run`` brought, post by post, yielding ``removed`` or ``kept`` and the post.

    Posts that were changed since stay, with their pictures, unless ``takes_changed``; those under
    which others talk stay always. Can be stopped and started again; ``tick`` is called before each
    picture. Raises ImportRefused.
    """
    if run.owner_id != actor.pk:
        raise ImportRefused(_("This cannot be removed now."))
    change_import(run, state=ImportRun.State.UNDOING)
    items = run.items.filter(post__isnull=False).order_by("-pk")
    for pk in list(items.values_list("pk", flat=True)):
        post, is_removed = _undo_post(pk, takes_changed)
        if post is not None:
            yield "removed" if is_removed else "kept", post
    pictures = run.items.filter(post__isnull=True, series__isnull=True, tag__isnull=True)
    for item in pictures.select_related("image"):
        tick()
        _remove_image(run, item)
    # Comments that this run added to posts of an earlier one.
    run.comments.exclude(post__imported_as__run=run).delete()
    _remove_series_and_tags(run)
    change_import(run, state=ImportRun.State.UNDONE, undone_at=timezone.now())
    drop_archive(run)


@transaction.atomic
def _undo_post(item: int, takes_changed: bool) -> tuple[Post | None, bool]:
    """Remove the post of ``item`` unless its author worked on it; nothing if it is gone.

    Whoever is saving it holds its lock: what they write is seen here, or they find no post.
    Where others talk it stays even with ``takes_changed``: their words are not the author's to
    undo, and whoever wants it gone can still delete it.
    """
    post = (
        Post.objects.select_for_update(of=("self",))
        .select_related("author")
        .filter(imported_as=item)
        .first()
    )
    if post is None:
        return None, False
    if not takes_changed and is_changed_since(post.imported_as, post):
        return post, False
    if has_words_of_others(post):
        return post, False
    remove_brought_post(post)
    return post, True


def has_words_of_others(post: Post) -> bool:
    """Return whether anybody but its author, guests too, says something under ``post``."""
    of_others = Q(author=None) | ~Q(author=post.author_id)
    return post.comments.filter(of_others).exclude(status=Comment.Status.DELETED).exists()


def remove_brought_post(post: Post) -> None:
    """Delete a locked post without words of others, and what anybody was told of it."""
    pk, said = post.pk, list(post.comments.values_list("pk", flat=True))
    with counted(post, is_news=False):
        post.status = Post.Status.DELETED
        post.save(update_fields=["status"])
    post.delete()
    told = Notification.objects.filter(
        Q(target_type="post", target_id=pk) | Q(target_type="comment", target_id__in=said)
    )
    hold_inboxes(User.objects.filter(pk__in=told.values("person")))
    for target in (("post", pk), *(("comment", one) for one in said)):
        forget_target(target)


@transaction.atomic
def _remove_image(run: ImportRun, item: ImportedItem) -> None:
    images = Image.objects.select_for_update(of=("self",))
    image = (item.image and images.filter(pk=item.image.pk).first()) or images.filter(
        owner_id=run.owner_id, content_hash=item.content_hash
    ).first()
    if image is None or _is_of_another_run(run, item.content_hash):
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
