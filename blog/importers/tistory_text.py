"""What Tistory and Textcube keep in the text of a post beside HTML.

``[##_1C|file|attributes|caption_##]`` stands for a picture (1C centred, 1L, 1R; 2C and 3C for two and
three; ``Gallery``, ``iMazing``, ``Jukebox`` for several, ``FILE`` for a download; today's editor
writes ``_Image|kage@…/img.png|CDM|1.3|{"originWidth":…}_``). ``[footnote]…[/footnote]``,
``[#M_open|close|…_M#]`` folds, ``[TITLE|…]``, ``[HTML]…[/HTML]``.
"""

import json
import re
from collections.abc import Callable
from html import escape, unescape
from itertools import pairwise

from django.utils.translation import gettext as _

Report = Callable[[int, str], None]
"""Called with the line (from 0) in the text and what was not understood."""

PLACEHOLDER = re.compile(r"\[##_(.*?)_##\]", re.S)
FOLD = re.compile(r"\[#M_(.*?)\|(.*?)\|(.*?)_M#\]", re.S)
FOOTNOTE = re.compile(r"\[footnote\](.*?)\[/footnote\]", re.S | re.I)
RAW = re.compile(r"\[/?HTML\]", re.I)
PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|avif)$", re.I)
NAMED = re.compile(r"(\w+)=\"([^\"]*)\"")
SHOWN_BY_THE_TEXT = re.compile(r"^\d[CLRA]$")
KAKAO = "https://blog.kakaocdn.net/dn/"


def tistory_html(text: str, resolve: Callable[[str], str], report: Report) -> str:
    """Return the text of a post as plain HTML; ``resolve`` gives the address of a file's name."""

    def placeholder(found: re.Match) -> str:
        line = text.count("\n", 0, max(text.find(found[0]), 0))
        return _placeholder(unescape(found[1]), resolve, lambda words: report(line, words))

    written = PLACEHOLDER.sub(placeholder, text)
    written = FOLD.sub(
        lambda m: f"<details><summary>{m[1].strip()}</summary>{m[3]}</details>", written
    )
    notes: list[str] = []

    def note(found: re.Match) -> str:
        notes.append(found[1])
        number = len(notes)
        return f'<sup id="fnref{number}"><a href="#fn{number}">{number}</a></sup>'

    written = RAW.sub("", FOOTNOTE.sub(note, written))
    if notes:
        items = "".join(
            f'<li id="fn{number}">{words}</li>' for number, words in enumerate(notes, 1)
        )
        written += f'<div class="footnotes"><ol>{items}</ol></div>'
    return written


def _placeholder(inside: str, resolve: Callable[[str], str], tell: Callable[[str], None]) -> str:
    parts = inside.split("|")
    kind = parts[0].strip()
    if kind == "Image":
        return _todays_image(parts, resolve)
    if SHOWN_BY_THE_TEXT.match(kind):
        found = []
        for at in range(1, len(parts) - 2, 3):
            found.append(_file(parts[at], parts[at + 1], parts[at + 2], resolve))
        if not found and len(parts) > 1:
            found.append(_file(parts[1], "", "", resolve))
        return "".join(found)
    if kind in {"Gallery", "iMazing", "Jukebox", "ImageGrid", "ImageSlide"}:
        names = [part for part in parts[1:] if re.search(r"\.\w{2,5}$", part.split(",")[0])]
        captions = dict(pairwise(parts))
        return "".join(
            _file(name, "", captions.get(name, "") if kind == "Gallery" else "", resolve)
            for name in names
        )
    if kind.upper() == "FILE" and len(parts) > 1:
        return _file(parts[1], parts[2] if len(parts) > 2 else "", "", resolve)
    tell(_("placeholder left out: %(text)s") % {"text": inside[:60]})
    return ""


def _todays_image(parts: list[str], resolve: Callable[[str], str]) -> str:
    name = parts[1].strip() if len(parts) > 1 else ""
    given: dict = {}
    for part in parts[2:]:
        if part.lstrip().startswith("{"):
            try:
                given = json.loads(part)
            except ValueError:
                given = {}
    given = given if isinstance(given, dict) else {}
    address = resolve(str(given.get("filename") or "")) if given.get("filename") else ""
    address = address or resolve(name)
    if not address and name.startswith("kage@"):
        address = KAKAO + name.removeprefix("kage@")
    return (
        _figure(address, str(given.get("alt") or ""), str(given.get("caption") or ""))
        if address
        else ""
    )


def _file(name: str, attributes: str, caption: str, resolve: Callable[[str], str]) -> str:
    name = name.strip()
    given = dict(NAMED.findall(attributes))
    address = resolve(name) or name
    if not name:
        return ""
    if PICTURE.search(name) or given.get("filemime", "").startswith("image/"):
        return _figure(address, given.get("alt", ""), caption)
    words = given.get("filename") or caption or name
    return f'<p><a href="{escape(address)}">{escape(words, quote=False)}</a></p>'


def _figure(address: str, alt: str, caption: str) -> str:
    words = caption.strip()
    words = f"<figcaption>{escape(words, quote=False)}</figcaption>" if words else ""
    return f'<figure><img src="{escape(address)}" alt="{escape(alt)}">{words}</figure>'
