"""An article as one HTML file that needs nothing else: styles and pictures are inside."""

import base64
import re
from functools import lru_cache
from html import escape, unescape
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import translation
from django.utils.translation import gettext as _

from blog.rendering import image_key
from blog.takeout.addresses import outside
from blog.takeout.pictures import stored_bytes, width_near
from blog.takeout.texts import TakenText
from config import clock

STYLES = ("madang/css/tokens.css", "madang/css/prose.css", "madang/css/code.css")
OWN_STYLE = Path(__file__).with_name("page.css")
PICTURE_WIDTH = 1600  # pixels
PICTURES_MAX_BYTES = 64 * 1024 * 1024
"""Of all pictures in one file; further ones are links to where they are."""

IMAGE = re.compile(r'<img(?:\s+[\w:-]+(?:="[^"]*")?)*\s*/?>')
ATTRIBUTE = re.compile(r'\s([\w:-]+)="([^"]*)"')
LOCAL = re.compile(r'(\shref=")(/(?!/)[^"]*)(?=")')
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
KEPT = ("alt", "title", "width", "height")


@lru_cache(maxsize=1)
def styles() -> str:
    """Return the style sheets of a text, as the site has them, and those of the file itself."""
    sheets = [Path(finders.find(name) or name).read_text(encoding="utf-8") for name in STYLES]
    return "\n".join([*sheets, OWN_STYLE.read_text(encoding="utf-8")])


def write_page(file: BinaryIO, text: TakenText) -> None:
    """Write ``text`` as HTML in UTF-8. One picture is in memory at a time."""

    def write(words: str) -> None:
        file.write(words.encode())

    language = text.language or settings.LANGUAGE_CODE
    with translation.override(_interface(language)):
        write(_head(text, language))
        room = PICTURES_MAX_BYTES
        if text.cover:
            room -= _write_picture(
                file, text, text.cover.get_absolute_url(), {"alt": text.cover.alt}, room
            )
        write('<div class="prose">\n')
        position = 0
        for match in IMAGE.finditer(text.html):
            write(_with_links(text.html[position : match.start()]))
            given = {name: unescape(value) for name, value in ATTRIBUTE.findall(match[0])}
            room -= _write_picture(file, text, given.get("src", ""), given, room)
            position = match.end()
        write(_with_links(text.html[position:]))
        write("</div>\n")
        write(_foot(text))


def _interface(language: str) -> str:
    base = language.split("-")[0]
    return base if base in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _head(text: TakenText, language: str) -> str:
    title = escape(text.title or _("Untitled"))
    dates = [clock.exact_date(text.published_at)] if text.published_at else [_("Draft")]
    byline = " · ".join([escape(text.author.name), *map(escape, dates)])
    robots = "" if text.visibility == "public" and not text.is_draft else _meta("robots", "noindex")
    links = f'<link rel="canonical" href="{escape(text.canonical_url or text.url)}">\n'
    if text.license:
        links += f'<link rel="license" href="{escape(text.license.url)}">\n'
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
        f"{_meta('viewport', 'width=device-width, initial-scale=1')}<title>{title}</title>\n"
        f"{_meta('author', text.author.name)}{_meta('description', text.summary)}{robots}{links}"
        f"<style>\n{styles()}\n</style>\n</head>\n<body>\n<main>\n<article>\n"
        f'<header><h1>{title}</h1>\n<p class="byline">{byline}</p></header>\n'
    )


def _meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{escape(content)}">\n' if content else ""


def _foot(text: TakenText) -> str:
    lines = []
    if text.license:
        lines.append(f'<a rel="license" href="{escape(text.license.url)}">{text.license.name}</a>')
    if not text.is_draft:
        lines.append(f'<a href="{escape(text.url)}">{escape(text.url)}</a>')
    foot = "".join(f"<p>{line}</p>" for line in lines)
    return f"<footer>{foot}</footer>\n</article>\n</main>\n</body>\n</html>\n"


def _with_links(html: str) -> str:
    return LOCAL.sub(lambda match: f"{match[1]}{escape(outside(unescape(match[2])))}", html)


def _write_picture(
    file: BinaryIO, text: TakenText, source: str, given: dict[str, str], room: int
) -> int:
    """Write one picture, or a link to it where it does not fit; return the bytes it took."""
    image = text.images.get(image_key(source) or "")
    data = stored_bytes(image, width_near(image, PICTURE_WIDTH)) if image else None
    if image is None or data is None:
        file.write(escape(given.get("alt", "")).encode())
        return 0
    if len(data) > room:
        words = escape(given.get("alt") or image.original_name or _("Image"))
        file.write(f'<a href="{escape(outside(source))}">{words}</a>'.encode())
        return 0
    shown = {"width": str(image.width), "height": str(image.height)} | given
    attributes = "".join(
        f' {name}="{escape(shown[name])}"'
        for name in KEPT
        if shown.get(name) or (name == "alt" and name in shown)
    )
    file.write(f'<img{attributes} src="data:image/webp;base64,'.encode())
    file.write(base64.b64encode(data))
    file.write(b'">')
    return len(data)
