"""Taking pictures in."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from accounts.models import User, new_key
from blog.models import Image
from config.images import make_picture
from config.text import clean_line


def store_image(data: bytes, *, actor: User, name: str = "", alt: str = "") -> Image:
    """Re-encode ``data`` and keep it as an image of ``actor``; the same bytes give the same image.

    Raises ImageRefused.
    """
    digest = hashlib.sha256(data).hexdigest()
    held = Image.objects.filter(owner=actor, content_hash=digest).first()
    if held:
        return held
    picture = make_picture(data)
    key = new_key()
    for width, content in picture.variants.items():
        default_storage.save(Image.file_name(key, width), ContentFile(content))
    try:
        with transaction.atomic():
            return Image.objects.create(
                owner=actor,
                key=key,
                original_name=clean_line(name)[:255],
                alt=clean_line(alt)[:500],
                width=picture.width,
                height=picture.height,
                widths=sorted(picture.variants),
                byte_count=sum(map(len, picture.variants.values())),
                content_hash=digest,
            )
    except IntegrityError:
        for width in picture.variants:
            default_storage.delete(Image.file_name(key, width))
        return Image.objects.get(owner=actor, content_hash=digest)
