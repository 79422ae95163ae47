"""A small paper-cut toolkit on top of Pillow.

Scenes are described in a 1600 x 900 space, drawn at twice that size and scaled down, so edges
are smooth. Every sheet that is cut casts a soft shadow on the sheets behind it; that shadow and
the mottled grain added at the end are what make the pictures one family.
"""

import math
import random
from pathlib import Path

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

WIDTH, HEIGHT, SCALE = 1600, 900, 2

PAPER = "#fbfaf7"
HANJI = "#f3ede1"
SAND = "#e6dcc8"
CLAY = "#c9b698"
INK = "#1d1b18"
SOFT_INK = "#5b554d"
NIGHT = "#10221f"
JADE_DEEP = "#07483f"
JADE = "#0b6e5f"
JADE_MID = "#4d9787"
JADE_PALE = "#a5ccc0"
MIST = "#d8e7df"
VERMILION = "#c03a27"
CORAL = "#e0836c"
OCHRE = "#d8a648"
MARK = "#fff1b8"


def mix(first, second, share):
    """The colour that lies `share` of the way from first to second."""
    a, b = ImageColor.getrgb(first), ImageColor.getrgb(second)
    return "#{:02x}{:02x}{:02x}".format(
        *(round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    )


def smooth(points, closed=False, steps=16):
    """A Catmull-Rom curve through the points."""
    count = len(points)
    curve = []
    for i in range(count if closed else count - 1):
        if closed:
            p0, p1, p2, p3 = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        else:
            p0, p1 = points[max(i - 1, 0)], points[i]
            p2, p3 = points[i + 1], points[min(i + 2, count - 1)]
        for step in range(steps):
            t = step / steps
            curve.append(
                tuple(
                    0.5
                    * (
                        2 * b
                        + (c - a) * t
                        + (2 * a - 5 * b + 4 * c - d) * t**2
                        + (3 * b - a - 3 * c + d) * t**3
                    )
                    for a, b, c, d in zip(p0, p1, p2, p3, strict=True)
                )
            )
    if not closed:
        curve.append(points[-1])
    return curve


def ridge(seed, level, rise, waves=3, start=0, stop=WIDTH, floor=HEIGHT):
    """The outline of a range of hills, closed along the floor."""
    rng = random.Random(seed)  # noqa: S311 for a drawing that comes out the same each time
    terms = [
        (rise / (k**0.9), rng.uniform(0.7, 1.3) * waves * k, rng.uniform(0, math.tau))
        for k in range(1, 5)
    ]
    line = []
    for x in range(start, stop + 8, 8):
        height = sum(a * math.sin(f * x / WIDTH * math.pi + p) for a, f, p in terms)
        line.append((x, level - height * 0.6))
    return [*line, (stop + 8, floor), (start, floor)]


class Sheet:
    """A picture in the making."""

    def __init__(self, top, bottom, seed=1):
        self.rng = random.Random(seed)  # noqa: S311 for a drawing, as above
        self.size = (WIDTH * SCALE, HEIGHT * SCALE)
        self.image = self._gradient(self.size, top, bottom)

    @staticmethod
    def _gradient(size, top, bottom):
        column = Image.new("RGB", (1, 64))
        for y in range(64):
            column.putpixel((0, y), ImageColor.getrgb(mix(top, bottom, y / 63)))
        return column.resize(size, Image.Resampling.BICUBIC)

    def _mask(self):
        mask = Image.new("L", self.size, 0)
        return mask, ImageDraw.Draw(mask)

    @staticmethod
    def _scaled(points):
        return [(x * SCALE, y * SCALE) for x, y in points]

    def _paint(self, mask, top, bottom, shadow, opacity, within=None):
        if within is not None:
            mask = ImageChops.multiply(mask, within)
        box = mask.getbbox()
        if box is None:
            return
        if shadow:
            reach = 26 * SCALE
            left, upper = max(box[0] - reach, 0), max(box[1] - reach, 0)
            area = (
                left,
                upper,
                min(box[2] + reach, self.size[0]),
                min(box[3] + reach, self.size[1]),
            )
            soft = mask.crop(area)
            small = soft.resize((max(soft.width // 8, 1), max(soft.height // 8, 1)))
            small = small.filter(ImageFilter.GaussianBlur(1.1 * SCALE))
            soft = small.resize(soft.size, Image.Resampling.BICUBIC)
            soft = soft.point(lambda value: round(value * shadow))
            self.image.paste(ImageColor.getrgb("#0d1a17"), area, soft)
        part = mask.crop(box)
        if opacity < 1:
            part = part.point(lambda value: round(value * opacity))
        colour = self._gradient(part.size, top, bottom or top)
        self.image.paste(colour, box, part)

    def cut(self, points, top, bottom=None, shadow=0.22, opacity=1, within=None):
        mask, draw = self._mask()
        draw.polygon(self._scaled(points), fill=255)
        self._paint(mask, top, bottom, shadow, opacity, within)

    def disc(self, x, y, rx, top, bottom=None, ry=None, shadow=0.0, opacity=1, within=None):
        mask, draw = self._mask()
        ry = rx if ry is None else ry
        draw.ellipse([v * SCALE for v in (x - rx, y - ry, x + rx, y + ry)], fill=255)
        self._paint(mask, top, bottom, shadow, opacity, within)

    def block(self, x, y, w, h, top, bottom=None, radius=0, shadow=0.22, opacity=1, within=None):
        mask, draw = self._mask()
        box = [v * SCALE for v in (x, y, x + w, y + h)]
        draw.rounded_rectangle(box, radius * SCALE, fill=255)
        self._paint(mask, top, bottom, shadow, opacity, within)

    def ring(self, x, y, radius, width, colour, shadow=0.0):
        mask, draw = self._mask()
        box = [v * SCALE for v in (x - radius, y - radius, x + radius, y + radius)]
        draw.ellipse(box, outline=255, width=round(width * SCALE))
        self._paint(mask, colour, None, shadow, 1)

    def strokes(self, lines, width, colour, opacity=1, shadow=0.0, within=None):
        """Many lines with round ends in one go."""
        mask, draw = self._mask()
        thick = round(width * SCALE)
        for points in lines:
            scaled = self._scaled(points)
            draw.line(scaled, fill=255, width=thick, joint="curve")
            if thick > 3:
                for x, y in (scaled[0], scaled[-1]):
                    r = thick / 2
                    draw.ellipse([x - r, y - r, x + r, y + r], fill=255)
        self._paint(mask, colour, None, shadow, opacity, within)

    def shape(self, points):
        """A mask to keep later sheets within."""
        mask, draw = self._mask()
        draw.polygon(self._scaled(points), fill=255)
        return mask

    def leaf(self, x, y, length, angle, fat, top, bottom=None, shadow=0.16):
        """A pointed leaf that grows from (x, y)."""
        cos, sin = math.cos(angle), math.sin(angle)
        outline = [(0, 0), (0.35, fat), (0.75, fat * 0.7), (1, 0), (0.75, -fat * 0.7), (0.35, -fat)]
        points = [
            (x + length * (u * cos - v * sin), y + length * (u * sin + v * cos)) for u, v in outline
        ]
        self.cut(smooth(points, closed=True, steps=8), top, bottom, shadow)

    def fibres(self, count=60, colour="#ffffff", opacity=0.35, bottom=HEIGHT):
        """The threads one sees in Korean mulberry paper."""
        lines = []
        for _ in range(count):
            x, y = self.rng.uniform(0, WIDTH), self.rng.uniform(0, bottom)
            turn, length = self.rng.uniform(0, math.tau), self.rng.uniform(18, 60)
            bend = self.rng.uniform(-0.9, 0.9)
            lines.append(
                [
                    (
                        x + length * t / 6 * math.cos(turn + bend * t / 6),
                        y + length * t / 6 * math.sin(turn + bend * t / 6),
                    )
                    for t in range(7)
                ]
            )
        self.strokes(lines, 1, colour, opacity)

    def save(self, path: Path, limit=118_000):
        """Write a progressive JPEG of at most `limit` bytes."""
        picture = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        coarse = (WIDTH // 4, HEIGHT // 4)
        grain = Image.frombytes("L", coarse, self.rng.randbytes(coarse[0] * coarse[1]))
        grain = grain.filter(ImageFilter.GaussianBlur(0.8)).resize(
            picture.size, Image.Resampling.BICUBIC
        )
        grain = grain.point(lambda value: 128 + (value - 128) // 3)
        toned = ImageChops.overlay(picture, grain.convert("RGB"))
        picture = Image.blend(picture, toned, 0.35)
        for quality in (84, 80, 76, 72, 66):
            picture.save(path, quality=quality, optimize=True, progressive=True)
            if path.stat().st_size <= limit:
                break
