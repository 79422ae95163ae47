"""Stored pictures on their way out: as they are, or in a format that every book reader knows."""

import io
from dataclasses import dataclass

from PIL import Image as Picture

from blog.models import Image
from config import images
from config.stored_files import open_stored

BOOK_WIDTH = 960  # pixels; enough for a page of a book, and a third of the bytes of the largest
BOOK_QUALITY = 82


@dataclass(frozen=True)
class BookPicture:
    """A picture of EPUB's core media types (EPUB 3.3, 3.2; WebP is not known to older readers)."""

    data: bytes
    media_type: str
    suffix: str
    width: int
    height: int


def width_near(image: Image, most: int) -> int:
    """Return the largest stored width of ``image`` up to ``most`` pixels, else its smallest."""
    widths = [width for width in image.widths if width <= most]
    return max(widths) if widths else min(image.widths or [image.width])


def stored_bytes(image: Image, width: int) -> bytes | None:
    """Return the stored WebP of that width, or None if the file is not there.

    Raises StorageUnavailable: better no book than one that silently lacks its pictures.
    """
    try:
        with open_stored(Image.file_name(image.key, width)) as file:
            return file.read()
    except FileNotFoundError:
        return None


def for_book(image: Image, most: int = BOOK_WIDTH) -> BookPicture | None:
    """Return ``image`` as JPEG, or as PNG where it is transparent; None if it cannot be read."""
    data = stored_bytes(image, width_near(image, most))
    if data is None:
        return None
    out = io.BytesIO()
    try:
        with images.turn, Picture.open(io.BytesIO(data), formats=["WEBP"]) as held:
            profile = held.info.get("icc_profile")
            has_alpha = held.mode == "RGBA" and any(held.getchannel("A").histogram()[:255])
            shown = held.convert("RGBA" if has_alpha else "RGB")
            options = {"icc_profile": profile} if profile else {}
            if has_alpha:
                shown.save(out, "PNG", **options)
            else:
                shown.save(out, "JPEG", quality=BOOK_QUALITY, **options)
    except (OSError, ValueError):
        return None
    kind = "png" if has_alpha else "jpeg"
    return BookPicture(out.getvalue(), f"image/{kind}", "png" if has_alpha else "jpg", *shown.size)
