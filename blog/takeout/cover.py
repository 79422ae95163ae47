"""A cover of words for a book that has no picture."""

from xml.sax.saxutils import escape

from config.text import CJK, graphemes

WIDTH, HEIGHT, MARGIN = 1200, 1600, 110  # pixels
PAPER, INK, SOFT, ACCENT = "#fbfaf7", "#1d1b18", "#5b554d", "#0b6e5f"
"""The site's light colours: a book reader knows no tokens."""

SIZES = ((104, 5), (84, 6), (66, 8))
"""Sizes of the title in pixels and how many lines each may have, largest first."""

LATIN_WIDTH = 0.56  # of the size, on average; Hangul, Han and kana are as wide as high


def draw_cover(title: str, author: str, site: str) -> str:
    """Return an SVG of WIDTH x HEIGHT pixels with the title in lines that fit."""
    for size, most in SIZES:
        lines = _lines(title, (WIDTH - 2 * MARGIN) / size)
        if len(lines) <= most:
            break
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]}…"]
    top = 330
    words = "".join(
        f'<text x="{MARGIN}" y="{top + round(number * size * 1.35)}" font-size="{size}" '
        f'font-weight="700" fill="{INK}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif">'
        f"<title>{escape(title)}</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
        f'<rect x="{MARGIN}" y="150" width="120" height="14" fill="{ACCENT}"/>'
        f"{words}"
        f'<text x="{MARGIN}" y="{HEIGHT - 190}" font-size="50" fill="{INK}">{escape(author)}</text>'
        f'<text x="{MARGIN}" y="{HEIGHT - 115}" font-size="38" fill="{SOFT}">{escape(site)}</text>'
        "</svg>\n"
    )


def _lines(text: str, room: float) -> list[str]:
    """Break ``text`` between words into lines of at most ``room`` em; a longer word anywhere."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if _width(joined) <= room:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for cluster in graphemes(word):
            if _width(lines[-1] + cluster) > room:
                lines.append("")
            lines[-1] += cluster
    return lines


def _width(text: str) -> float:
    return sum(1.0 if CJK.match(letter) or ord(letter) > 0x2E80 else LATIN_WIDTH for letter in text)
