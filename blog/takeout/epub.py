"""Books: EPUB 3.3 with the contents of EPUB 2 beside its own, for older readers.

Sources: EPUB 3.3 (https://www.w3.org/TR/epub-33/), Open Packaging Format 2.0.1 for toc.ncx.
"""

import threading
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from blog.cards import absolute
from blog.models import Image, Series
from blog.rendering import image_key
from blog.takeout.addresses import as_uri, outside
from blog.takeout.cover import draw_cover
from blog.takeout.pictures import for_book
from blog.takeout.texts import TakenText
from blog.takeout.tree import NOT_XML
from blog.takeout.xhtml import Conversion, Shown, as_xhtml
from config import clock
from config.selectors import site_settings
from config.text import clean_line

PICTURES_MAX = 400
PICTURES_MAX_BYTES = 120 * 1024 * 1024
"""In one book; further pictures are their descriptions, with the address of the original below."""

CHAPTERS_AT_A_TIME = 2
"""In one process: the largest article is 200 MB while it is taken apart."""

_turn = threading.BoundedSemaphore(CHAPTERS_AT_A_TIME)
STYLE = Path(__file__).with_name("epub.css")
CONTAINER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="EPUB/package.opf" '
    'media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)
FIRST_YEAR_OF_ZIP = 1980


@dataclass(frozen=True)
class Book:
    """What stands on the cover and in the records of a book."""

    identifier: str
    title: str
    author: User
    language: str
    modified_at: datetime
    url: str
    description: str = ""
    published_at: datetime | None = None
    rights: str = ""
    subjects: list[str] = field(default_factory=list)
    cover: Image | None = None
    places: dict[str, str] = field(default_factory=dict)
    """{path on the site: file of the chapter}, so that links between chapters stay inside"""


@dataclass
class Entry:
    """A chapter that was written: its file, title, language, and headings inside."""

    file: str
    title: str
    headings: list[tuple[int, str, str]]


@dataclass(frozen=True)
class Item:
    """A line of the manifest."""

    id: str
    href: str
    media_type: str
    properties: str = ""


def article_book(text: TakenText) -> Book:
    """Return the book that one article makes."""
    return Book(
        identifier=f"urn:uuid:{text.guid}",
        title=_line(text.title) or _("Untitled"),
        author=text.author,
        language=text.language or settings.LANGUAGE_CODE,
        modified_at=text.updated_at,
        url=text.url,
        description=_line(text.summary),
        published_at=text.published_at,
        rights=_rights(text),
        subjects=text.tags,
        cover=text.cover,
    )


def series_book(series: Series, posts: list[tuple[str, str, datetime]]) -> Book:
    """Return the book of ``series``; ``posts`` are (path, language, changed at) of its chapters."""
    languages = [language for _path, language, _changed in posts if language]
    name = absolute(f"/series/{series.pk}/")
    return Book(
        identifier=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}",
        title=_line(series.title),
        author=series.author,
        language=max(languages, key=languages.count, default=settings.LANGUAGE_CODE),
        modified_at=max((changed for *_rest, changed in posts), default=series.created_at),
        url=absolute(series.get_absolute_url()),
        description=_line(series.description),
        places={unquote(path): _chapter_file(number) for number, (path, *_) in enumerate(posts, 1)},
    )


def _line(text: str) -> str:
    return NOT_XML.sub("", clean_line(text))


def _rights(text: TakenText) -> str:
    if text.license:
        return f"{text.license.name} ({text.license.url})"
    year = (text.published_at or text.created_at).year
    return f"© {year} {text.author.name}"


def _chapter_file(number: int) -> str:
    return f"chapter-{number:03}.xhtml"


def write_book(file: BinaryIO, book: Book, texts: Iterable[TakenText]) -> None:
    """Write ``book`` with ``texts`` as its chapters, one chapter and one picture in memory."""
    base = book.language.split("-")[0]
    words = base if base in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with zipfile.ZipFile(file, "w") as archive, translation.override(words):
        _Writer(archive, book).write(texts)


class _Writer:
    def __init__(self, archive: zipfile.ZipFile, book: Book):
        self.archive = archive
        self.book = book
        self.items: list[Item] = []
        self.entries: list[Entry] = []
        self.pictures: dict[str, Shown] = {}
        self.picture_bytes = 0
        self.moment = max(
            book.modified_at.astimezone(UTC), datetime(FIRST_YEAR_OF_ZIP, 1, 1, tzinfo=UTC)
        )

    def write(self, texts: Iterable[TakenText]) -> None:
        # The first entry says what the file is, uncompressed (EPUB 3.3, 4.2.4).
        self._put("mimetype", b"application/epub+zip", is_compressed=False)
        self._put("META-INF/container.xml", CONTAINER)
        self._put("EPUB/style.css", STYLE.read_bytes())
        self.items.append(Item("style", "style.css", "text/css"))
        self._write_cover()
        for number, text in enumerate(texts, 1):
            self._write_chapter(number, text)
        self._put("EPUB/nav.xhtml", self._nav())
        self._put("EPUB/toc.ncx", self._ncx())
        self._put("EPUB/package.opf", self._package())

    def _put(self, name: str, data: str | bytes, *, is_compressed: bool = True) -> None:
        entry = zipfile.ZipInfo(name, self.moment.timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED if is_compressed else zipfile.ZIP_STORED
        entry.external_attr = 0o644 << 16
        self.archive.writestr(entry, data)

    # Cover and chapters

    def _write_cover(self) -> None:
        picture = for_book(self.book.cover, 1600) if self.book.cover else None
        if picture:
            name = f"cover.{picture.suffix}"
            self._put(f"EPUB/{name}", picture.data, is_compressed=False)
            kind = picture.media_type
        else:
            name, kind = "cover.svg", "image/svg+xml"
            site = site_settings().title
            self._put(f"EPUB/{name}", draw_cover(self.book.title, self.book.author.name, site))
        self.items.append(Item("cover-image", name, kind, "cover-image"))
        body = (
            '<section class="cover" epub:type="cover">'
            f"<img src={quoteattr(name)} alt={quoteattr(self.book.title)}/></section>"
        )
        self._put("EPUB/cover.xhtml", _document(_("Cover"), self.book.language, body))
        self.items.append(Item("cover", "cover.xhtml", "application/xhtml+xml"))

    def _write_chapter(self, number: int, text: TakenText) -> None:
        conversion = Conversion(self._show_image(text), self._resolve(text))
        name = _chapter_file(number)
        picture = self._picture_of(text, conversion)
        with _turn:
            inside = as_xhtml(text.html, conversion)
        title = _line(text.title) or _("Untitled")
        language = text.language or self.book.language
        body = (
            f'<section epub:type="chapter">\n<header><h1>{escape(title)}</h1>'
            f'<p class="byline">{escape(_byline(text))}</p></header>\n'
            f"{picture}{inside}\n{_colophon(text)}</section>"
        )
        self._put(f"EPUB/{name}", _document(title, language, body))
        self.items.append(Item(f"chapter-{number}", name, "application/xhtml+xml"))
        self.entries.append(Entry(name, title, conversion.headings))

    def _picture_of(self, text: TakenText, conversion: Conversion) -> str:
        """Return the cover of a chapter, unless it is on the cover of the book."""
        if text.cover is None or self.book.cover is not None:
            return ""
        shown = conversion.show_image(text.cover.get_absolute_url())
        if shown is None:
            return ""
        return (
            f'<figure><img src="{shown.address}" alt={quoteattr(_line(text.cover.alt))} '
            f'width="{shown.width}" height="{shown.height}"/></figure>\n'
        )

    def _show_image(self, text: TakenText) -> Callable[[str], Shown | None]:
        def show(source: str) -> Shown | None:
            key = image_key(source) or ""
            if key not in self.pictures:
                image = text.images.get(key)
                if image is None or not self._has_room():
                    return None
                picture = for_book(image)
                if picture is None:
                    return None
                name = f"images/{key}.{picture.suffix}"
                # Written as it is met: the chapter itself comes after its pictures.
                self._put(f"EPUB/{name}", picture.data, is_compressed=False)
                self.picture_bytes += len(picture.data)
                self.items.append(Item(f"image-{key}", name, picture.media_type))
                self.pictures[key] = Shown(name, picture.width, picture.height)
            return self.pictures[key]

        return show

    def _has_room(self) -> bool:
        return len(self.pictures) < PICTURES_MAX and self.picture_bytes < PICTURES_MAX_BYTES

    def _resolve(self, text: TakenText) -> Callable[[str], str | None]:
        def resolve(href: str) -> str | None:
            address = outside(href)
            chapter = self._chapter_at(address)
            return chapter or as_uri(address)

        return resolve

    def _chapter_at(self, address: str) -> str | None:
        if not self.book.places or not address.startswith(f"{settings.SITE_URL}/"):
            return None
        return self.book.places.get(unquote(urlsplit(address).path))

    # Contents

    def _nav(self) -> str:
        points = "".join(self._nav_points())
        body = (
            f'<nav epub:type="toc" id="toc"><h1>{escape(_("Contents"))}</h1>\n<ol>{points}</ol></nav>\n'
            '<nav epub:type="landmarks" id="landmarks" hidden="hidden"><ol>'
            f'<li><a epub:type="cover" href="cover.xhtml">{escape(_("Cover"))}</a></li>'
            f'<li><a epub:type="bodymatter" href="{self.entries[0].file if self.entries else "cover.xhtml"}">'
            f"{escape(self.book.title)}</a></li></ol></nav>"
        )
        return _document(self.book.title, self.book.language, body)

    def _nav_points(self) -> Iterator[str]:
        if not self.entries:
            yield f'<li><a href="cover.xhtml">{escape(self.book.title)}</a></li>'
        for entry in self.entries:
            yield f'<li><a href="{entry.file}">{escape(entry.title)}</a>'
            inner = [
                f'<li><a href="{entry.file}#{anchor}">{escape(words)}</a></li>'
                for level, anchor, words in entry.headings
                if level == 2
            ]
            yield f"<ol>{''.join(inner)}</ol></li>" if inner else "</li>"

    def _ncx(self) -> str:
        points, order = [], 0
        entries = self.entries or [Entry("cover.xhtml", self.book.title, [])]
        for entry in entries:
            order += 1
            number = order
            inner = []
            for level, anchor, words in entry.headings:
                if level == 2:
                    order += 1
                    inner.append(_ncx_point(order, words, f"{entry.file}#{anchor}"))
            points.append(_ncx_point(number, entry.title, entry.file, "".join(inner)))
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" '
            f"xml:lang={quoteattr(self.book.language)}><head>"
            f'<meta name="dtb:uid" content={quoteattr(self.book.identifier)}/>'
            '<meta name="dtb:depth" content="2"/><meta name="dtb:totalPageCount" content="0"/>'
            '<meta name="dtb:maxPageNumber" content="0"/></head>'
            f"<docTitle><text>{escape(self.book.title)}</text></docTitle>"
            f"<navMap>{''.join(points)}</navMap></ncx>\n"
        )

    def _package(self) -> str:
        book = self.book
        manifest = "".join(
            f'<item id="{item.id}" href={quoteattr(item.href)} media-type="{item.media_type}"'
            + (f' properties="{item.properties}"' if item.properties else "")
            + "/>\n"
            for item in self.items
        )
        spine = "".join(
            f'<itemref idref="chapter-{number}"/>' for number in range(1, len(self.entries) + 1)
        )
        # One article needs no page of contents before it; a series does.
        nav = '<itemref idref="nav"/>' if len(self.entries) != 1 else ""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" '
            f"xml:lang={quoteattr(book.language)}>\n"
            '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
            f"{''.join(self._metadata())}</metadata>\n"
            '<manifest>\n<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" '
            'properties="nav"/>\n'
            '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>\n'
            f"{manifest}</manifest>\n"
            f'<spine toc="ncx"><itemref idref="cover" linear="no"/>{nav}{spine}</spine>\n'
            "</package>\n"
        )

    def _metadata(self) -> Iterator[str]:
        book = self.book

        def line(name: str, value: str, attributes: str = "") -> str:
            return f"<dc:{name}{attributes}>{escape(value)}</dc:{name}>\n" if value else ""

        yield line("identifier", book.identifier, ' id="id"')
        yield line("title", book.title)
        yield line("creator", _line(book.author.name) or book.author.handle, ' id="creator"')
        yield '<meta refines="#creator" property="role" scheme="marc:relators">aut</meta>\n'
        yield line("language", book.language)
        yield line("date", clock.iso(book.published_at) if book.published_at else "")
        yield line("publisher", _line(site_settings().title))
        yield line("description", book.description)
        yield line("rights", _line(book.rights))
        yield line("source", book.url)
        for subject in book.subjects:
            yield line("subject", _line(subject))
        yield f'<meta property="dcterms:modified">{clock.iso(book.modified_at)}</meta>\n'
        yield '<meta name="cover" content="cover-image"/>\n'


def _ncx_point(order: int, words: str, address: str, inside: str = "") -> str:
    return (
        f'<navPoint id="p{order}" playOrder="{order}"><navLabel><text>{escape(words)}</text>'
        f'</navLabel><content src="{address}"/>{inside}</navPoint>'
    )


def _document(title: str, language: str, body: str) -> str:
    lang = quoteattr(language)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        f"lang={lang} xml:lang={lang}>\n<head><title>{escape(title)}</title>"
        '<link rel="stylesheet" type="text/css" href="style.css"/></head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _byline(text: TakenText) -> str:
    when = clock.exact_date(text.published_at) if text.published_at else _("Draft")
    return f"{_line(text.author.name)} · {when}"


def _colophon(text: TakenText) -> str:
    """Return the licence and the address of the original, below a chapter."""
    lines = []
    if text.license:
        lines.append(f'<a href="{text.license.url}">{escape(text.license.name)}</a>')
    address = None if text.is_draft else as_uri(text.url)
    if address:
        lines.append(f"<a href={quoteattr(address)}>{escape(_line(unquote(text.url)))}</a>")
    return f'<footer class="colophon"><p>{"<br/>".join(lines)}</p></footer>\n' if lines else ""
