"""The one way in for pictures: upright, stripped, within limits, and broken ones refused."""

import io
import struct
import zlib

import pytest
from django.utils import translation
from PIL import Image, ImageCms, features

from config.images import (
    ImageRefused,
    ImageTooLarge,
    encode_webp,
    make_picture,
    make_square,
    read_image,
)

pytestmark = pytest.mark.one_engine

RED, GREEN, BLUE, WHITE = (250, 0, 0), (0, 250, 0), (0, 0, 250), (255, 255, 255)
GPS_IFD, ORIENTATION, MAKER, COMMENT = 0x8825, 0x0112, 0x010F, 0x9286
SEOUL = {1: "N", 2: (37.0, 33.0, 58.0), 3: "E", 4: (126.0, 58.0, 41.0)}
SECRET = b"SECRET-OF-THE-CAMERA"


def encoded(image: Image.Image, form: str = "PNG", **options) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def halves(width: int = 40, height: int = 20) -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def photograph(orientation: int = 1, size: tuple[int, int] = (40, 20)) -> bytes:
    """A JPEG as a telephone makes it: with place, maker and comment."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKER] = SECRET.decode()
    exif.get_ifd(GPS_IFD).update(SEOUL)
    return encoded(halves(*size), "JPEG", exif=exif, comment=SECRET, quality=95)


def decoded(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def is_like(pixel, colour) -> bool:
    return all(abs(a - b) < 60 for a, b in zip(pixel[:3], colour, strict=True))


@pytest.mark.behaviour("BL-48")
def test_place_and_camera_are_gone():
    source = photograph()
    assert decoded(source).getexif().get_ifd(GPS_IFD), "the photograph has no place to lose"
    for data in make_picture(source).variants.values():
        picture = decoded(data)
        assert not picture.getexif()
        assert not {"exif", "xmp", "comment"} & set(picture.info)
        assert SECRET not in data


@pytest.mark.behaviour("BL-48")
@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_other_formats_lose_their_metadata_too(form):
    exif = Image.Exif()
    exif[MAKER] = SECRET.decode()
    exif.get_ifd(GPS_IFD).update(SEOUL)
    source = encoded(halves(), form, exif=exif)
    assert SECRET in source
    assert SECRET not in make_picture(source).variants[40]


@pytest.mark.behaviour("BL-48")
def test_what_hangs_behind_a_picture_is_gone():
    data = encoded(halves()) + b"<script>alert(1)</script>" + SECRET
    assert SECRET not in make_picture(data).variants[40]


# Where the red half lies once the picture is upright, by EXIF orientation (TIFF 6.0, tag 274).
RED_SIDE = {
    1: "left",
    2: "right",
    3: "right",
    4: "left",
    5: "top",
    6: "top",
    7: "bottom",
    8: "bottom",
}


@pytest.mark.behaviour("BL-48")
@pytest.mark.parametrize(("orientation", "side"), RED_SIDE.items())
def test_pictures_are_turned_upright(orientation, side):
    picture = make_picture(photograph(orientation))
    is_turned = orientation >= 5
    assert (picture.width, picture.height) == ((20, 40) if is_turned else (40, 20))
    image = decoded(picture.variants[picture.width]).convert("RGB")
    spot = {
        "left": (3, image.height // 2),
        "right": (image.width - 4, image.height // 2),
        "top": (image.width // 2, 3),
        "bottom": (image.width // 2, image.height - 4),
    }[side]
    assert is_like(image.getpixel(spot), RED)


@pytest.mark.behaviour("BL-48")
def test_the_colour_profile_is_kept():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = make_picture(encoded(halves(), "JPEG", icc_profile=profile))
    assert decoded(picture.variants[40]).info["icc_profile"] == profile


def test_a_profile_that_does_not_fit_the_pixels_is_not_carried_on():
    """Ink and grey become RGB: their profile would now say something else about the numbers."""
    other = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for source in (halves(), halves().convert("CMYK"), halves().convert("L")):
        data = encoded(source, "JPEG", icc_profile=other, quality=95)
        assert b"ICC_PROFILE" in data
        assert "icc_profile" not in decoded(make_picture(data).variants[40]).info


def test_a_huge_profile_is_applied_and_left_behind():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    size = (len(profile) + 300 * 1024).to_bytes(4, "big")
    huge = size + profile[4:] + bytes(300 * 1024)
    for source in (halves(), halves().convert("RGBA")):
        found = decoded(make_picture(encoded(source, "PNG", icc_profile=huge)).variants[40])
        assert "icc_profile" not in found.info
        assert is_like(found.convert("RGB").getpixel((3, 10)), RED)


def test_sixteen_bits_of_grey_become_eight():
    image = Image.new("I;16", (40, 20), 0x8080)
    pixel = read_image(encoded(image)).getpixel((5, 5))
    assert pixel == (128, 128, 128)


def test_the_two_pictures_of_a_stereo_camera_are_one():
    other = halves().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    data = encoded(halves(), "MPO", save_all=True, append_images=[other])
    found = decoded(make_picture(data).variants[40]).convert("RGB")
    assert is_like(found.getpixel((3, 10)), RED)


def test_large_photographs_are_read_at_a_fraction_of_their_size():
    image = read_image(encoded(halves(8000, 4000), "JPEG"))
    assert min(image.size) >= 1600
    assert image.width < 8000
    assert is_like(image.getpixel((3, 10)), RED)


@pytest.mark.behaviour("BL-48")
@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (300, {300}),
        (480, {480}),
        (700, {480, 700}),
        (1600, {480, 960, 1600}),
        (3000, {480, 960, 1600}),
    ],
)
def test_variants_are_made_and_never_enlarged(width, widths):
    picture = make_picture(encoded(Image.new("RGB", (width, width // 2), GREEN), "JPEG"))
    assert set(picture.variants) == widths
    assert picture.width == max(widths)
    for each, data in picture.variants.items():
        image = decoded(data)
        assert image.format == "WEBP"
        assert image.size == (each, round(width // 2 * each / width))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_each_format_is_read(form):
    if form == "AVIF" and not features.check("avif"):
        pytest.fail("This Pillow reads no AVIF.")
    image = decoded(make_picture(encoded(halves(), form)).variants[40]).convert("RGB")
    assert is_like(image.getpixel((3, 10)), RED)
    assert is_like(image.getpixel((36, 10)), BLUE)


@pytest.mark.parametrize("form", ["BMP", "TIFF", "ICO", "PPM", "PDF", "EPS"])
def test_other_formats_are_refused_whatever_their_name(form):
    with pytest.raises(ImageRefused):
        make_picture(encoded(halves(), form))


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_of_a_moving_picture_the_first_frame_is_taken(form):
    frames = [Image.new("RGB", (30, 30), colour) for colour in (RED, GREEN, BLUE)]
    data = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
    picture = decoded(make_picture(data).variants[30])
    assert getattr(picture, "n_frames", 1) == 1
    assert is_like(picture.convert("RGB").getpixel((15, 15)), RED)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA", "I;16", "CMYK", "YCbCr"])
def test_every_kind_of_pixel_becomes_plain(mode):
    form = "JPEG" if mode in {"CMYK", "YCbCr"} else "TIFF" if mode == "PA" else "PNG"
    if form == "TIFF":
        source = encoded(halves().convert("RGBA").quantize(8), "PNG")
    else:
        source = encoded(halves().convert("L" if mode == "I;16" else mode).convert(mode), form)
    assert read_image(source).mode in {"RGB", "RGBA"}
    assert make_picture(source).variants


def test_transparency_is_kept():
    image = halves().convert("RGBA")
    image.putalpha(0)
    assert decoded(make_picture(encoded(image)).variants[40]).getpixel((5, 5))[3] == 0


def png_claiming(width: int, height: int) -> bytes:
    """A small file that says it is a huge picture."""
    data = bytearray(encoded(Image.new("1", (1, 1))))
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    return bytes(data)


def test_too_many_pixels_are_refused_before_they_are_unpacked(settings):
    settings.IMAGE_MAX_PIXELS = 1000
    with translation.override("en"), pytest.raises(ImageRefused, match="million pixels"):
        make_picture(encoded(Image.new("RGB", (40, 26))))
    make_picture(encoded(Image.new("RGB", (40, 25))))


@pytest.mark.behaviour("X-14")
@pytest.mark.parametrize(
    ("width", "height"), [(60_000, 60_000), (2**31 - 1, 2**31 - 1), (0, 1), (2**31, 1)]
)
def test_a_bomb_is_refused(width, height):
    with pytest.raises(ImageRefused):
        make_picture(png_claiming(width, height))


def test_too_many_bytes_are_refused(settings):
    data = encoded(halves())
    with translation.override("en"), pytest.raises(ImageTooLarge, match="larger than 98"):
        make_picture(data, max_bytes=98)
    make_picture(data, max_bytes=len(data))
    settings.IMAGE_MAX_BYTES = 10
    with pytest.raises(ImageRefused):
        make_picture(data)


JPEG, PNG = photograph(), encoded(halves())
BROKEN = {
    "nothing": b"",
    "text": "그림이 아니다".encode(),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html": b"<html><script>alert(1)</script></html>",
    "half a jpeg": JPEG[: len(JPEG) // 2],
    "half a png": PNG[: len(PNG) // 2],
    "the head of a png": PNG[:20],
    "a png with broken sums": PNG[:40] + b"\x00\x00" + PNG[42:],
    "the head of a gif": b"GIF89a\x01\x00\x01\x00",
    "the head of a webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    "the head of an avif": b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1",
    "zeros": bytes(5000),
}


@pytest.mark.behaviour("X-14")
@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused_politely(data):
    with pytest.raises(ImageRefused):
        make_picture(data)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data", "ignore:Truncated File Read")
@pytest.mark.behaviour("X-14")
@pytest.mark.parametrize(
    "source", [JPEG, PNG, *(encoded(halves(), form) for form in ("WEBP", "GIF", "AVIF"))]
)
def test_any_broken_byte_is_read_or_refused(source):
    for at in range(0, len(source), max(1, len(source) // 150)):
        damaged = source[:at] + bytes([source[at] ^ 0xFF]) + source[at + 1 :]
        try:
            make_picture(damaged)
        except ImageRefused:
            continue


def test_avatars_are_centred_squares():
    wide = Image.new("RGB", (300, 100), WHITE)
    wide.paste(RED, (100, 0, 200, 100))
    squares = make_square(encoded(wide), (36, 64, 128, 256), max_bytes=10**6)
    assert set(squares) == {36, 64, 128, 256}
    for size, data in squares.items():
        image = decoded(data).convert("RGB")
        assert image.size == (size, size)
        assert is_like(image.getpixel((2, size // 2)), RED)
        assert is_like(image.getpixel((size - 3, size // 2)), RED)


def test_a_thin_line_of_a_picture_keeps_a_height():
    picture = make_picture(encoded(Image.new("RGB", (4000, 1), RED)))
    assert picture.height == 1
    assert all(decoded(data).height == 1 for data in picture.variants.values())


@pytest.mark.parametrize("size", [(40, 20_000), (20_000, 40), (1, 60_000)])
def test_a_very_long_picture_is_made_smaller(size):
    """WebP ends at 16,383 pixels; long comics and screenshots do not."""
    picture = make_picture(encoded(Image.new("RGB", size, RED)))
    assert max(picture.width, picture.height) <= 16_383
    for data in picture.variants.values():
        assert is_like(decoded(data).convert("RGB").getpixel((0, 0)), RED)


def test_webp_has_no_metadata_of_its_own():
    image = decoded(encode_webp(Image.new("RGB", (5, 5))))
    assert not {"exif", "icc_profile", "xmp"} & set(image.info)
