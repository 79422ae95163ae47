"""Taking pictures in, describing them, removing them."""

import hashlib
import logging
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User, new_key
from blog.exceptions import ImageNotFetched, ImageNotStored, ImageSpaceFull, NotTheOwner
from blog.models import Image, Post
from blog.models.images import ALT_LENGTH, NAME_LENGTH, UNUSED_DAYS
from blog.querysets import ImageQuerySet
from config.commits import after_commit
from config.exceptions import Gone
from config.fetch import FetchRefused, fetch
from config.images import Picture, make_picture
from config.sizes import readable_size
from config.text import clean_line

logger = logging.getLogger(__name__)
FETCH_SECONDS = 15
REDIRECTS = 3
PLAIN_HTTP = re.compile(r"^http://", re.IGNORECASE)


def store_image(data: bytes, *, actor: User, name: str = "", alt: str = "") -> Image:
    """Re-encode ``data`` and keep it as an image of ``actor``; the same bytes give the same image.

    Decoding and writing files take time and happen before anything is locked; call it outside of
    a transaction. Raises ImageRefused, ImageTooLarge, ImageSpaceFull, ImageNotStored.
    """
    digest = hashlib.sha256(data).hexdigest()
    alt = clean_line(alt)[:ALT_LENGTH]
    if held := _taken_again(actor, digest, alt):
        return held
    _require_space(actor, 1)  # who has none left need not wait for the rest
    picture = make_picture(data)
    image = Image(
        owner=actor,
        key=new_key(),
        original_name=clean_line(name)[:NAME_LENGTH],
        alt=alt,
        width=picture.width,
        height=picture.height,
        widths=sorted(picture.variants),
        byte_count=sum(map(len, picture.variants.values())),
        content_hash=digest,
    )
    _write_files(image, picture)
    try:
        _add_row(image)
    except IntegrityError as error:
        delete_image_files(image.file_names)
        if held := _taken_again(actor, digest, alt):
            return held
        raise ImageNotStored(_try_again()) from error  # taken in and deleted meanwhile
    except Exception:
        delete_image_files(image.file_names)
        raise
    return image


def keep_image(
    picture: Picture,
    *,
    actor: User,
    content_hash: str,
    created_at: datetime,
    name: str,
    alt: str,
    note: Callable[[Image], None],
) -> Image:
    """Keep an encoded ``picture`` byte for byte as the image of ``actor`` that had that hash.

    For what comes back as it once went out; the caller has checked it. ``note`` is called in the
    transaction that makes the row; call this one outside of any. Raises ImageSpaceFull,
    ImageNotStored.
    """
    image = Image(
        owner=actor,
        key=new_key(),
        original_name=clean_line(name)[:NAME_LENGTH],
        alt=clean_line(alt)[:ALT_LENGTH],
        width=picture.width,
        height=picture.height,
        widths=sorted(picture.variants),
        byte_count=sum(map(len, picture.variants.values())),
        content_hash=content_hash,
        created_at=created_at,
    )
    _write_files(image, picture)
    try:
        with transaction.atomic():
            _add_row(image)
            note(image)
    except IntegrityError as error:
        delete_image_files(image.file_names)
        raise ImageNotStored(_try_again()) from error
    except Exception:
        delete_image_files(image.file_names)
        raise
    return image


def _taken_again(actor: User, digest: str, alt: str) -> Image | None:
    """Return the image that ``actor`` has of these bytes; None if there is none (any more).

    Sent once more, it counts as new for whoever asks what lies unused.
    """
    image = Image.objects.filter(owner=actor, content_hash=digest).first()
    if image is None:
        return None
    changed: dict[str, Any] = {}
    if alt and not image.alt:
        changed["alt"] = alt
    if image.unused_since:
        changed["unused_since"] = timezone.now()
    for name, value in changed.items():
        setattr(image, name, value)
    # No save(): the row may have been deleted since it was read.
    is_there = not changed or Image.objects.filter(pk=image.pk).update(**changed)
    return image if is_there else None


def _try_again() -> str:
    return _("The image could not be stored just now. Please try again in a moment.")


def _write_files(image: Image, picture: Picture) -> None:
    try:
        for width, content in picture.variants.items():
            default_storage.save(Image.file_name(image.key, width), ContentFile(content))
    except Exception as error:  # each storage has errors of its own
        logger.exception("image_not_stored")
        delete_image_files(image.file_names)
        raise ImageNotStored(_try_again()) from error


@transaction.atomic
def _add_row(image: Image) -> None:
    # Two uploads at once must not both take the last space.
    User.objects.select_for_update().only("pk").get(pk=image.owner_id)
    _require_space(image.owner, image.byte_count)
    image.save()


def _require_space(owner: User, wanted: int) -> None:
    used = Image.objects.by(owner).aggregate(total=Sum("byte_count"))["total"] or 0
    if used + wanted > settings.IMAGE_QUOTA_BYTES:
        raise ImageSpaceFull(
            _("Your images may take %(limit)s in all. Delete some that you no longer need.")
            % {"limit": readable_size(settings.IMAGE_QUOTA_BYTES)}
        )


def bring_image_in(url: str, *, actor: User, alt: str = "") -> Image:
    """Fetch the picture at ``url`` from its server and keep a copy as an image of ``actor``.

    Raises ImageNotFetched, which never tells what the other side is, and what store_image raises.
    """
    refusal = _("The image could not be fetched from there.")
    try:
        # What was copied from an old page; a server without https is not asked at all.
        url = PLAIN_HTTP.sub("https://", url)
        name = unquote(urlsplit(url).path.rpartition("/")[2])
        status, body = fetch(
            url,
            max_bytes=settings.IMAGE_MAX_BYTES,
            seconds=FETCH_SECONDS,
            redirects=REDIRECTS,
        )
    except (FetchRefused, httpx.HTTPError, ValueError) as error:
        logger.info("image_not_fetched", extra={"reason": f"{type(error).__name__}: {error}"})
        raise ImageNotFetched(refusal, field="url") from error
    if status != httpx.codes.OK:
        raise ImageNotFetched(refusal, field="url")
    return store_image(body, actor=actor, name=name, alt=alt)


@transaction.atomic
def describe_image(image: Image, *, actor: User, alt: str) -> Image:
    """Change the description of an image of ``actor``; after commit the posts with it follow.

    Raises NotTheOwner, Gone if it was deleted in the meantime.
    """
    held = Image.objects.select_for_update(of=("self",)).filter(pk=image.pk).first()
    if held is None:
        raise Gone(_("This image was deleted in the meantime."))
    _require_owner(held, actor)
    alt = clean_line(alt)[:ALT_LENGTH]
    if alt != held.alt:
        held.alt = alt
        held.save(update_fields=["alt"])
        _render_later(Post.objects.filter(images=held))
    return held


@transaction.atomic
def delete_image(image: Image, *, actor: User) -> None:
    """Delete an image of ``actor`` for good; posts that used it show its description instead.

    After commit its files go and the posts are rendered again. Idempotent. Raises NotTheOwner.
    """
    for held in _locked_with_posts(Image.objects.filter(pk=image.pk)):
        _require_owner(held, actor)
        _delete([held])


@transaction.atomic
def delete_unused_images(*, actor: User) -> int:
    """Delete the images of ``actor`` that nothing has used for UNUSED_DAYS; return how many."""
    images = _locked_with_posts(Image.objects.by(actor).unused_for_days(UNUSED_DAYS))
    _delete(images)
    return len(images)


def _require_owner(image: Image, actor: User) -> None:
    if image.owner_id != actor.pk:
        raise NotTheOwner(_("Only its owner can change this."))


def _locked_with_posts(images: ImageQuerySet) -> list[Image]:
    """Lock ``images`` and return them; before them the posts that use them.

    Saving and publishing hold the post when they come to its images, and deleting an image also
    changes the posts whose cover it is.
    """
    keys = list(images.values_list("pk", flat=True))
    shown = Post.images.through.objects.filter(image__in=keys).values_list("post_id")
    kept = Post.kept_images.through.objects.filter(image__in=keys).values_list("post_id")
    covers = Post.objects.filter(cover__in=keys).values_list("pk")
    ids = {pk for (pk,) in shown.union(kept, covers)}
    posts = Post.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    list(posts.values_list("pk", flat=True))
    return list(images.order_by("pk").select_for_update(of=("self",)))


def _delete(images: list[Image]) -> None:
    keys = [image.pk for image in images]
    names = [name for image in images for name in image.file_names]
    _render_later(Post.objects.filter(images__in=keys))
    Image.objects.filter(pk__in=keys).delete()
    after_commit(delete_image_files, names)


def _render_later(posts) -> None:
    from blog.tasks import render_posts

    if ids := sorted(set(posts.values_list("pk", flat=True))):
        render_posts.delay_on_commit(ids)


def delete_image_files(names: list[str]) -> None:
    """Delete ``names`` and the folders they were in; what cannot be deleted now goes at night."""
    folders = dict.fromkeys(name.rpartition("/")[0] for name in names)
    for name in [*names, *folders]:
        try:
            default_storage.delete(name)
        except Exception:  # each storage has errors of its own
            logger.warning("image_file_not_deleted", exc_info=True, extra={"file": name})
