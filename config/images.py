"""The one way in for pictures: decode, check, turn upright, strip, re-encode.

Nothing that a person uploads is stored as it came: re-encoding drops EXIF (GPS!), comments,
trailing bytes and everything else that is not pixels or the colour profile.
"""

import io
import struct
import threading
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from config.exceptions import DomainError
from config.sizes import readable_size

READABLE_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
VARIANT_WIDTHS = (480, 960, 1600)  # pixels
WEBP_LONGEST_SIDE = 16_383  # pixels; longer comics and screenshots are made smaller
QUALITY = 82
PROFILE_MAX_BYTES = 256 * 1024
"""A larger colour profile is applied to the pixels: it would travel with each of three sizes."""

BARE_CHUNKS = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"})
"""Chunks of a WebP file that are pixels or colours; animation, EXIF, XMP and unknown ones are not."""

PICTURES_AT_A_TIME = 2
"""In one process: fifty million pixels are 200 MB, and every thread may have some at hand."""

turn = threading.BoundedSemaphore(PICTURES_AT_A_TIME)
"""Whoever decodes a picture, of whatever origin, waits for it."""


class ImageRefused(DomainError):
    """The bytes are no picture that the site takes."""

    code = "image_refused"
    status = 415


class ImageTooLarge(ImageRefused):
    """More bytes than IMAGE_MAX_BYTES, or than a purpose allows."""

    code = "image_too_large"
    status = 413

    def __init__(self, limit: int):
        super().__init__(_("This image is larger than %(size)s.") % {"size": readable_size(limit)})


class TooManyPixels(ImageRefused):
    """More than IMAGE_MAX_PIXELS, however few bytes they take."""

    code = "image_too_large"
    status = 413


@dataclass(frozen=True)
class Picture:
    """A re-encoded picture: WebP bytes per width, and the size of the largest in pixels."""

    width: int
    height: int
    variants: dict[int, bytes]


def read_image(data: bytes, *, max_bytes: int | None = None) -> Image.Image:
    """Decode ``data`` (first frame) upright, in RGB or RGBA, with its colour profile.

    Raises ImageTooLarge, TooManyPixels, or ImageRefused if it is not of READABLE_FORMATS by
    content, or is broken.
    """
    limit = max_bytes or settings.IMAGE_MAX_BYTES
    if len(data) > limit:
        raise ImageTooLarge(limit)
    try:
        file = Image.open(io.BytesIO(data), formats=READABLE_FORMATS)
        if file.width * file.height > settings.IMAGE_MAX_PIXELS:
            raise TooManyPixels(
                _("This image has more than %(count)s million pixels.")
                % {"count": settings.IMAGE_MAX_PIXELS // 1_000_000}
            )
        # A JPEG much larger than we need is read at a half, a quarter or an eighth of its size.
        file.draft(None, (max(VARIANT_WIDTHS), max(VARIANT_WIDTHS)))
        file.load()
        return _in_plain_colours(ImageOps.exif_transpose(file))
    except ImageRefused:
        raise
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        TypeError,
        SyntaxError,
        EOFError,
        RuntimeError,  # libavif
        struct.error,
    ) as error:
        raise ImageRefused(
            _("This file cannot be read as an image. JPEG, PNG, WebP, GIF and AVIF can.")
        ) from error


def _in_plain_colours(image: Image.Image) -> Image.Image:
    """Return ``image`` in RGB or RGBA; a profile that cannot stay is applied first."""
    profile = image.info.get("icc_profile")
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")  # convert() alone would clip
    kind = _colours_of(profile)
    if profile and (kind != "RGB" or len(profile) > PROFILE_MAX_BYTES):
        image, profile = _applied(image, profile, kind), None
    image = image.convert("RGBA" if has_alpha else "RGB")
    image.info = {"icc_profile": profile} if profile else {}
    return image


def _colours_of(profile: bytes | None) -> str:
    """Return the colour space that an ICC profile describes (ICC.1:2022, 7.2.8)."""
    return profile[16:20].decode("ascii", "replace").strip() if profile else ""


def _applied(image: Image.Image, profile: bytes, kind: str) -> Image.Image:
    """Return ``image`` in sRGB by its profile; as it is if that cannot be done."""
    if image.mode not in {"CMYK": ("CMYK",), "GRAY": ("L",), "RGB": ("RGB", "RGBA")}.get(kind, ()):
        return image
    try:
        applied = ImageCms.profileToProfile(
            image,
            io.BytesIO(profile),
            ImageCms.createProfile("sRGB"),
            outputMode="RGBA" if image.mode == "RGBA" else "RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return applied or image


def encode_webp(image: Image.Image) -> bytes:
    """Return ``image`` as WebP without metadata but with its colour profile."""
    out = io.BytesIO()
    image.save(out, "WEBP", quality=QUALITY, method=4, icc_profile=image.info.get("icc_profile"))
    return out.getvalue()


def make_picture(data: bytes, *, max_bytes: int | None = None) -> Picture:
    """Re-encode uploaded ``data`` at VARIANT_WIDTHS, never enlarged. Raises ImageRefused."""
    with turn:
        image = read_image(data, max_bytes=max_bytes)
        image.thumbnail((WEBP_LONGEST_SIDE, WEBP_LONGEST_SIDE), Image.Resampling.LANCZOS)
        widths = [width for width in VARIANT_WIDTHS if width < image.width]
        if not widths or len(widths) < len(VARIANT_WIDTHS):
            widths.append(image.width)
        variants = {}
        for width in widths:
            height = max(1, round(image.height * width / image.width))
            resized = (
                image
                if width == image.width
                else image.resize((width, height), Image.Resampling.LANCZOS)
            )
            resized.info = image.info
            variants[width] = encode_webp(resized)
    largest = max(variants)
    return Picture(largest, max(1, round(image.height * largest / image.width)), variants)


def _is_bare_webp(data: bytes) -> bool:
    """Return whether ``data`` is one WebP picture with no chunk but of pixels and colours.

    Source: RFC 9649, 2.3 to 2.7: chunks fill the file, each padded to an even length.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return False
    if len(data) != 8 + int.from_bytes(data[4:8], "little"):
        return False
    at = 12
    while at < len(data):
        if data[at : at + 4] not in BARE_CHUNKS:
            return False
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return at == len(data)


def check_webp(data: bytes, *, width: int, height: int | None = None) -> None:
    """Accept only what ``encode_webp`` could have made of that size: nothing but pixels and colours.

    For pictures that come back as we once gave them out. Raises ImageRefused.
    """
    refusal = ImageRefused(_("This picture was not made by this software, or was changed since."))
    if not _is_bare_webp(data):
        raise refusal
    with turn:
        try:
            file = Image.open(io.BytesIO(data), formats=("WEBP",))
            is_ours = file.width == width and file.height <= WEBP_LONGEST_SIDE
            if not is_ours or (height is not None and file.height != height):
                raise refusal
            if file.width * file.height > settings.IMAGE_MAX_PIXELS:
                raise refusal
            if len(file.info.get("icc_profile", b"")) > PROFILE_MAX_BYTES:
                raise refusal
            file.load()
        except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
            raise refusal from error


def make_square(data: bytes, sizes: tuple[int, ...], *, max_bytes: int) -> dict[int, bytes]:
    """Re-encode ``data`` as centred squares of each side in ``sizes``. Raises ImageRefused."""
    with turn:
        image = read_image(data, max_bytes=max_bytes)
        return {
            size: encode_webp(ImageOps.fit(image, (size, size), Image.Resampling.LANCZOS))
            for size in sizes
        }
