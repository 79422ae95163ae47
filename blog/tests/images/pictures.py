"""Pictures as telephones and strangers make them."""

import io
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

SECRET = "SECRET-OF-THE-CAMERA"
GPS_IFD, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F
SEOUL = {1: "N", 2: (37.0, 33.0, 58.0), 3: "E", 4: (126.0, 58.0, 41.0)}
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{SECRET}</x:xmpmeta>'.encode()
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
UPRIGHT = 1
TURNED = 6  # the camera was held with its right side down
RED, BLUE = (250, 0, 0), (0, 0, 250)


def drawn(width: int = 60, height: int = 30) -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def png(width: int = 64, height: int = 32, colour=(11, 110, 95)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def photograph(form: str = "JPEG", *, orientation: int = TURNED, size=(60, 30)) -> bytes:
    """A picture that knows where, by what and how it was taken, with bytes behind its end."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKER] = SECRET
    exif.get_ifd(GPS_IFD).update(SEOUL)
    options = {"exif": exif, "xmp": XMP, "icc_profile": PROFILE}
    if form == "GIF":
        options = {"comment": SECRET.encode()}
    if form == "JPEG":
        options |= {"comment": SECRET.encode(), "quality": 95}
    out = io.BytesIO()
    drawn(*size).save(out, form, **options)
    return out.getvalue() + f"<script>{SECRET}</script>".encode()


def uploaded(data: bytes, name: str = "그림.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, kind)


@dataclass(frozen=True)
class Found:
    """What a stored picture still tells."""

    size: tuple[int, int]
    has_exif: bool
    names: frozenset[str]
    profile: bytes | None
    top: tuple[int, ...]


def looked_at(data: bytes) -> Found:
    image = Image.open(io.BytesIO(data))
    image.load()
    return Found(
        size=image.size,
        has_exif=bool(image.getexif()),
        names=frozenset(image.info),
        profile=image.info.get("icc_profile"),
        top=image.convert("RGB").getpixel((image.width // 2, 2)),
    )
