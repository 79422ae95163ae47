"""Plots drawn by the server: pure functions from numbers to SVG, coloured by classes alone.

No script and no inline style (the policy of the site allows neither). Each plot has a title and a
description for those who do not see it, and stands beside a table of the same numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 480, 210  # units of the drawing
LEFT, RIGHT, TOP, BOTTOM = 40, 8, 12, 30
LINES = 4
STEPS = (1, 1.5, 2, 2.5, 5, 10)
SMALL = (200, 84)
LABELS_MOST = 12
PARITY = ("even", "odd")
"""Of labels: where there is little room every second one is left out."""


@dataclass(frozen=True)
class Series:
    """One row of numbers; ``name`` is its class in the style sheet, ``label`` what readers call it."""

    name: str
    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Plot:
    """A drawing and the same numbers as a table."""

    key: str
    title: str
    svg: SafeString
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    legend: tuple[tuple[str, str], ...] = ()

    @property
    def table(self) -> list[tuple[str, tuple[str, ...]]]:
        """The rows: what each is about, and its numbers."""
        return [(row[0], row[1:]) for row in self.rows]


def bars(
    key: str, title: str, text: str, labels: Sequence[str], series: Sequence[Series]
) -> SafeString:
    """Draw bars, one series upon the other."""
    sums = [sum(one.values[at] or 0 for one in series) for at in range(len(labels))]
    top = nice_top(max(sums, default=0))
    step = _inner_width() / max(1, len(labels))
    width = step * 0.7
    parts = []
    for at in range(len(labels)):
        below = 0.0
        for one in series:
            value = one.values[at] or 0
            if not value:
                continue
            y, y_below = _y(below + value, top), _y(below, top)
            parts.append(
                (f"plot__bar plot__bar--{one.name}", LEFT + at * step + (step - width) / 2, y)
                + (width, y_below - y, f"{labels[at]} · {one.label}: {number(value)}")
            )
            below += value
    drawn = format_html_join("", RECT, [_rounded(part) for part in parts])
    return _frame(key, title, text, _grid(top) + _labels(labels, step) + drawn)


def lines(
    key: str, title: str, text: str, labels: Sequence[str], series: Sequence[Series]
) -> SafeString:
    """Draw lines with a dot at each number; where there is none the line breaks."""
    top = nice_top(max((value or 0 for one in series for value in one.values), default=0))
    step = _inner_width() / max(1, len(labels))
    drawn = []
    for one in series:
        points = [
            (LEFT + at * step + step / 2, _y(value, top), value, labels[at])
            for at, value in enumerate(one.values)
            if value is not None
        ]
        for run in _runs(one.values):
            path = " ".join(f"{LEFT + at * step + step / 2:.1f},{_y(v, top):.1f}" for at, v in run)
            drawn.append(format_html(LINE, one.name, path))
        dots = [
            (one.name, f"{x:.1f}", f"{y:.1f}", f"{label} · {one.label}: {number(value)}")
            for x, y, value, label in points
        ]
        drawn.append(format_html_join("", DOT, dots))
    whole = format_html_join("", "{}", [(one,) for one in drawn])
    return _frame(key, title, text, _grid(top) + _labels(labels, step) + whole)


def spark(key: str, title: str, values: Sequence[float], top: float) -> SafeString:
    """Draw small bars without words; several of them share ``top``, so that they compare."""
    width, height = SMALL
    step = width / max(1, len(values))
    top = max(top, 1)
    parts = []
    for at, value in enumerate(values):
        tall = (height - 2) * value / top
        if value:
            parts.append(
                ("plot__bar", at * step + step * 0.15, height - tall, step * 0.7, tall, "")
            )
    drawn = format_html_join("", PLAIN_RECT, [_rounded(part)[:5] for part in parts])
    return format_html(
        '<svg class="plot plot--small" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title">'
        '<title id="{}-title">{}</title>'
        '<line class="plot__axis" x1="0" x2="{}" y1="{}" y2="{}"/>{}</svg>',
        *(width, height, key, key, title, width, height - 1, height - 1, drawn),
    )


def nice_top(most: float) -> float:
    """Return where the axis ends: LINES steps, each whole and one of STEPS times a power of ten."""
    least = max(1, most / LINES)
    power = 10 ** floor(log10(least))
    steps = (factor * power for factor in STEPS)
    return LINES * next(step for step in steps if step >= least and step == int(step))


def number(value: float) -> str:
    """Return ``value`` without needless decimals."""
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:,.1f}"


RECT = '<rect class="{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>'
PLAIN_RECT = '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>'
LINE = '<polyline class="plot__line plot__line--{}" points="{}"/>'
DOT = '<circle class="plot__dot plot__dot--{}" cx="{}" cy="{}" r="3"><title>{}</title></circle>'
GRID = '<line class="plot__grid" x1="{}" x2="{}" y1="{}" y2="{}"/>'
SCALE = '<text class="plot__scale" x="{}" y="{}">{}</text>'
LABEL = '<text class="plot__label plot__label--{}" x="{}" y="{}">{}</text>'


def _inner_width() -> float:
    return WIDTH - LEFT - RIGHT


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top


def _rounded(part: tuple) -> tuple:
    name, *places, text = part
    return (name, *(f"{place:.1f}" for place in places), text)


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((at, value))
    return [run for run in runs if len(run) > 1]


def _grid(top: float) -> SafeString:
    steps = [top * at / LINES for at in range(LINES + 1)]
    ends = [(LEFT, WIDTH - RIGHT, f"{_y(at, top):.1f}", f"{_y(at, top):.1f}") for at in steps]
    words = [(LEFT - 6, f"{_y(at, top) + 4:.1f}", number(at)) for at in steps]
    return format_html_join("", GRID, ends) + format_html_join("", SCALE, words)


def _labels(labels: Sequence[str], step: float) -> SafeString:
    every = ceil(len(labels) / LABELS_MOST) or 1
    words = [
        (PARITY[at % 2], f"{LEFT + at * step + step / 2:.1f}", HEIGHT - BOTTOM + 18, label)
        for at, label in enumerate(labels)
        if at % every == 0
    ]
    return format_html_join("", LABEL, words)


def _frame(key: str, title: str, text: str, drawn: SafeString) -> SafeString:
    return format_html(
        '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-desc">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>',
        *(WIDTH, HEIGHT, key, key, key, title, key, text, drawn),
    )
