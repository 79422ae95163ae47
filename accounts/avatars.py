"""The picture of whoever has uploaded none: a patchwork cloth (조각보) sewn from the handle.

The same handle gives the same cloth everywhere. Drawn once at 256 px and scaled down, so that all
sizes show the same thing.
"""

import re

from PIL import Image, ImageDraw

from accounts.models import AVATAR_SIZES, GENERATED_AVATAR
from config.images import encode_webp

SIDE = max(AVATAR_SIZES)
SEAM = 5  # pixels at full size
LEAST_PATCH = 0.22  # of the side
VERSION = re.compile(rf"{GENERATED_AVATAR}[0-9a-f]{{16}}")

CLOTHS = (
    # seam, then patches: the colours of dyed ramie
    ("#f4efe4", "#0b6e5f", "#7fb7a4", "#d9c79a", "#2f4f4a"),
    ("#f6ede6", "#c03a27", "#e9a58c", "#f0d7a9", "#6b2f2a"),
    ("#eef0ea", "#2d5b8a", "#8fb4cf", "#e6d8b8", "#1f3550"),
    ("#f5eee7", "#b5762a", "#ecc679", "#9bb08a", "#5a4122"),
    ("#f1edf3", "#6d4b86", "#b9a0cc", "#e9cdb4", "#3b2a4d"),
    ("#eff1e6", "#55722c", "#a9bd75", "#ead9a0", "#33431c"),
    ("#f6eef0", "#a83f67", "#e3a3b8", "#d8cfa8", "#5b2238"),
    ("#edf2f2", "#1f7a8c", "#8cc5c9", "#f1d3a8", "#16434d"),
)


def is_generated(version: str) -> bool:
    """Return whether ``version`` names a picture that is drawn, not one that was uploaded."""
    return bool(VERSION.fullmatch(version))


def draw_avatar(version: str, size: int) -> bytes:
    """Return the WebP picture of ``version`` (User.avatar_version), ``size`` pixels a side."""
    picture = _sew(version)
    if size != SIDE:
        picture = picture.resize((size, size), Image.LANCZOS)
    return encode_webp(picture)


def _sew(version: str) -> Image.Image:
    seed = _Seed(version.removeprefix(GENERATED_AVATAR))
    seam, *colours = CLOTHS[seed.below(len(CLOTHS))]
    picture = Image.new("RGB", (SIDE, SIDE), seam)
    draw = ImageDraw.Draw(picture)
    last = -1
    for left, top, right, bottom in _patches(seed, (0.0, 0.0, 1.0, 1.0), 3):
        choice = seed.below(len(colours))
        if choice == last:
            choice = (choice + 1) % len(colours)
        last = choice
        draw.rectangle(
            (
                round(left * SIDE) + SEAM // 2 + 1,
                round(top * SIDE) + SEAM // 2 + 1,
                round(right * SIDE) - SEAM // 2 - 1,
                round(bottom * SIDE) - SEAM // 2 - 1,
            ),
            fill=colours[choice],
        )
    return picture


class _Seed:
    """Small numbers out of 16 hexadecimal digits, the same on every machine."""

    def __init__(self, digits: str):
        self.state = int(digits, 16)

    def below(self, limit: int) -> int:
        # Knuth's MMIX generator; the upper bits are the good ones.
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % limit


def _patches(seed: _Seed, box: tuple[float, float, float, float], depth: int):
    """Cut ``box`` (left, top, right, bottom; 0 to 1) in two, and the pieces again."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if depth == 0 or max(width, height) < 2 * LEAST_PATCH:
        return [box]
    share = (0.38, 0.5, 0.62)[seed.below(3)]
    cuts_across = width > height or (width == height and seed.below(2))
    if cuts_across:
        middle = left + width * share
        pieces = ((left, top, middle, bottom), (middle, top, right, bottom))
    else:
        middle = top + height * share
        pieces = ((left, top, right, middle), (left, middle, right, bottom))
    return [patch for piece in pieces for patch in _patches(seed, piece, depth - 1)]
