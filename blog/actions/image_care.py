"""Each night: which images are in use, and files that belong to none."""

import logging
import re
from collections import defaultdict
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from blog.actions.drafts import IMAGE_KEYS
from blog.models import Draft, Image, Post, Revision
from blog.models.images import FOLDER

logger = logging.getLogger(__name__)
KEY = re.compile(r"[0-9a-f]{32}")
POSTS_AT_A_TIME = 200
FOLDERS_AT_A_TIME = 500
GRACE = timedelta(days=1)
"""Younger files may belong to an upload that is not finished."""


def clean_images() -> int:
    """Find out which images drafts and old texts name, and delete files without an image.

    A person's image is never deleted here. Returns how many folders went. Safe to run twice.
    """
    _keep_what_is_named()
    _note_what_lies_unused()
    return _delete_lost_folders()


# Use ----------------------------------------------------------------------------------------------


def _keep_what_is_named() -> None:
    """Set ``kept_images`` of every post to what its draft and revisions name."""
    last = 0
    while authors := _authors_of_texts(last):
        last = max(authors)
        named = _keys_named(list(authors))
        own = set(
            Image.objects.filter(key__in=set().union(*named.values())).values_list(
                "owner_id", "key"
            )
        )
        kept: dict[int, set[str]] = defaultdict(set)
        through = Post.kept_images.through.objects.filter(post__in=authors)
        for pk, key in through.values_list("post_id", "image__key"):
            kept[pk].add(key)
        for pk, author in authors.items():
            if kept[pk] != {key for key in named[pk] if (author, key) in own}:
                _keep(pk)


def _authors_of_texts(after: int) -> dict[int, int]:
    """Return {post: author} of the next posts with a draft, revisions or kept images."""
    this = OuterRef("pk")
    texts = (
        Q(Exists(Draft.objects.filter(post=this)))
        | Q(Exists(Revision.objects.filter(post=this)))
        | Q(Exists(Post.kept_images.through.objects.filter(post=this)))
    )
    posts = Post.objects.filter(texts, pk__gt=after).order_by("pk")
    return dict(posts.values_list("pk", "author_id")[:POSTS_AT_A_TIME])


def _keys_named(ids: list[int]) -> dict[int, set[str]]:
    """Return {post: keys of images} that drafts and revisions of ``ids`` name."""
    keys: dict[int, set[str]] = defaultdict(set)
    for texts in (Draft.objects, Revision.objects):
        # Most texts name none: those stay in the database.
        naming = texts.filter(post__in=ids).filter(
            Q(source__contains=f"/{FOLDER}/") | Q(details__cover__isnull=False)
        )
        for pk, source, cover in naming.values_list(
            "post_id", "source", "details__cover"
        ).iterator():
            keys[pk].update(IMAGE_KEYS.findall(source))
            if isinstance(cover, str) and KEY.fullmatch(cover):
                keys[pk].add(cover)
    return keys


@transaction.atomic
def _keep(pk: int) -> None:
    # Saving a draft holds the same lock: what it names now is not lost.
    post = Post.objects.select_for_update().filter(pk=pk).first()
    if post is not None:
        keys = _keys_named([pk])[pk]
        post.kept_images.set(Image.objects.filter(owner_id=post.author_id, key__in=keys))


def _note_what_lies_unused() -> None:
    Image.objects.in_use().filter(unused_since__isnull=False).update(unused_since=None)
    Image.objects.unused().filter(unused_since=None).update(unused_since=timezone.now())


# Files --------------------------------------------------------------------------------------------


def _delete_lost_folders() -> int:
    """Delete folders of pictures that have no row: of uploads cut short, of erased accounts."""
    try:
        folders, _files = default_storage.listdir(FOLDER)
    except FileNotFoundError:  # no picture was ever stored
        return 0
    keys = [folder for folder in folders if KEY.fullmatch(folder)]
    gone = 0
    for start in range(0, len(keys), FOLDERS_AT_A_TIME):
        some = keys[start : start + FOLDERS_AT_A_TIME]
        held = set(Image.objects.filter(key__in=some).values_list("key", flat=True))
        for key in some:
            if key not in held:
                gone += _delete_folder(f"{FOLDER}/{key}")
    if gone:
        logger.info("image_folders_deleted", extra={"count": gone})
    return gone


def is_lost_folder(key: str) -> bool:
    """Return whether the folder ``key``, of which no row tells, is older than any upload takes."""
    return bool(KEY.fullmatch(key)) and timezone.now() - _newest_in(f"{FOLDER}/{key}") >= GRACE


def _newest_in(folder: str) -> datetime:
    _folders, files = default_storage.listdir(folder)
    names = [f"{folder}/{file}" for file in files]
    return max(map(default_storage.get_modified_time, names or [folder]))


def _delete_folder(folder: str) -> bool:
    """Delete a folder and its files if all are older than GRACE; return whether it went."""
    try:
        _folders, files = default_storage.listdir(folder)
        names = [f"{folder}/{file}" for file in files]
        if timezone.now() - _newest_in(folder) < GRACE:
            return False
        for name in [*names, folder]:
            default_storage.delete(name)
    except Exception:  # each storage has errors of its own; the next night tries again
        logger.warning("image_folder_not_deleted", exc_info=True, extra={"folder": folder})
        return False
    return True
