"""The one way in for pictures: decode, check, turn upright, strip, re-encode.

Nothing that a person uploads is stored as it came: re-encoding drops EXIF (GPS!), comments,
trailing bytes and everything else that is not pixels or the colour profile.
"""

import io
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from config.exceptions import DomainError

READABLE_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
VARIANT_WIDTHS = (480, 960, 1600)  # pixels
WEBP_LONGEST_SIDE = 16_383  # pixels; longer comics and screenshots are made smaller
QUALITY = 82


class ImageRefused(DomainError):
    """The bytes are no picture that the site takes."""

    code = "image_refused"


@dataclass(frozen=True)
class Picture:
    """A re-encoded picture: WebP bytes per width, and the size of the largest in pixels."""

    width: int
    height: int
    variants: dict[int, bytes]


def read_image(data: bytes, *, max_bytes: int | None = None) -> Image.Image:
    """Decode ``data`` (first frame) upright, in RGB or RGBA, with its colour profile.

    Raises ImageRefused if it is too large, not of READABLE_FORMATS by content, or broken.
    """
    limit = max_bytes or settings.IMAGE_MAX_BYTES
    if len(data) > limit:
        raise ImageRefused(
            _("This image is larger than %(size)s MB.") % {"size": limit // (1024 * 1024)}
        )
    try:
        image = Image.open(io.BytesIO(data), formats=READABLE_FORMATS)
        if image.width * image.height > settings.IMAGE_MAX_PIXELS:
            raise ImageRefused(
                _("This image has more than %(count)s million pixels.")
                % {"count": settings.IMAGE_MAX_PIXELS // 1_000_000}
            )
        image.load()
        profile = image.info.get("icc_profile")
        image = ImageOps.exif_transpose(image)
        has_alpha = "A" in image.getbands() or "transparency" in image.info
        image = image.convert("RGBA" if has_alpha else "RGB")
    except ImageRefused:
        raise
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
    ) as error:
        raise ImageRefused(_("This file is not an image that can be read.")) from error
    image.info = {"icc_profile": profile} if profile else {}
    return image


def encode_webp(image: Image.Image) -> bytes:
    """Return ``image`` as WebP without metadata but with its colour profile."""
    out = io.BytesIO()
    image.save(out, "WEBP", quality=QUALITY, method=4, icc_profile=image.info.get("icc_profile"))
    return out.getvalue()


def make_picture(data: bytes, *, max_bytes: int | None = None) -> Picture:
    """Re-encode uploaded ``data`` at VARIANT_WIDTHS, never enlarged. Raises ImageRefused."""
    image = read_image(data, max_bytes=max_bytes)
    image.thumbnail((WEBP_LONGEST_SIDE, WEBP_LONGEST_SIDE), Image.LANCZOS)
    widths = [width for width in VARIANT_WIDTHS if width < image.width]
    if not widths or len(widths) < len(VARIANT_WIDTHS):
        widths.append(image.width)
    variants = {}
    for width in widths:
        height = max(1, round(image.height * width / image.width))
        resized = image if width == image.width else image.resize((width, height), Image.LANCZOS)
        resized.info = image.info
        variants[width] = encode_webp(resized)
    largest = max(variants)
    return Picture(largest, max(1, round(image.height * largest / image.width)), variants)


def make_square(data: bytes, sizes: tuple[int, ...], *, max_bytes: int) -> dict[int, bytes]:
    """Re-encode ``data`` as centred squares of each side in ``sizes``. Raises ImageRefused."""
    image = read_image(data, max_bytes=max_bytes)
    return {size: encode_webp(ImageOps.fit(image, (size, size), Image.LANCZOS)) for size in sizes}
