"""Tistory: the ZIP of today's backup, and TTXML, the backup until 2016 (also of Textcube).

ZIP, as people who took one describe it (a folder for each post, named by its number, in it
``<number>-<title>.html`` and the pictures; addresses in words, passwords and whether a post was
hidden are not in it). The page names title, category, date and tags; their classes differ between
descriptions, so several are looked for. Not tried with a file of Tistory's own.

TTXML: the elements that Textcube writes (its service/…/export) and the fields of a real file that
doortts/tistory-backup-extractor keeps for its tests.
"""

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from blog.importers import fields
from blog.importers.bundles import Bundle, FileTooLarge
from blog.importers.frontmatter import FrontMatterError, decode
from blog.importers.html_inline import PICTURES
from blog.importers.html_text import html_to_markdown
from blog.importers.html_tree import Node, read_tree
from blog.importers.records import ImportedPost, Report
from blog.importers.rewriting import addresses
from blog.importers.tistory_text import tistory_html
from blog.importers.tistory_xml import is_ttxml, read_ttxml
from config.text import clean, clean_line, nfc

FILE_MOST = 16 * 1024 * 1024
NUMBERED = re.compile(r"(?:^|/)(\d+)/(?:\1-)?([^/]*)\.html?$", re.I)
FLAT = re.compile(r"(?:^|/)(\d+)-([^/]*)\.html?$", re.I)
OURS = re.compile(
    rb"tistory|data-ke-|contents_style|tt_article_useless|\[##_|kakaocdn|daumcdn", re.I
)
BODIES = (
    "contents_style",
    "tt_article_useless_p_margin",
    "article-view",
    "article_view",
    "entry-content",
)
TITLES = ("title-article", "title_view", "article-title", "entry-title", "tit_post")
CATEGORIES = ("category", "txt_category", "link_category")
DATES = ("date", "txt_date", "published", "entry-date")
TAGS = ("tags", "tag", "area_tag", "list_tag", "box-tag")
HIDDEN_BODY = re.compile(
    r"<(?P<tag>div|article|section)\b[^>]*\bclass=[\"'][^\"']*(?:"
    + "|".join(BODIES)
    + r")[^\"']*[\"'][^>]*>",
    re.I,
)
BODY = re.compile(r"<body\b[^>]*>(.*?)(?:</body>|\Z)", re.I | re.S)


class TistoryReader:
    """Reads both kinds of backup."""

    kind = "tistory"

    def recognises(self, bundle: Bundle) -> bool:
        """Return whether ``bundle`` is a backup of Tistory or Textcube."""
        if any(is_ttxml(bundle, name) for name in bundle.names(".xml")):
            return True
        return any(OURS.search(bundle.head(name, 65536)) for name in _pages(bundle)[:20])

    def read(
        self, bundle: Bundle, report: Report, *, zone: tzinfo | None = None
    ) -> Iterator[ImportedPost]:
        """Yield the posts by their numbers."""
        for name in bundle.names(".xml"):
            if is_ttxml(bundle, name):
                yield from read_ttxml(bundle, name, report)
        for name in _pages(bundle):
            try:
                text, encoding = decode(bundle.read(name, FILE_MOST))
            except FileTooLarge:
                report.note(name, 0, _("larger than 16 MB: not read"))
            except FrontMatterError as error:
                report.note(name, error.line, str(error))
            except OSError as error:
                report.note(name, 0, error.strerror or type(error).__name__)
            else:
                if encoding != "utf-8":
                    report.note(name, 0, _("read as %(encoding)s") % {"encoding": encoding.upper()})
                if post := _post(bundle, name, clean(text), zone):
                    yield post
                else:
                    report.skip(name, _("no text"))


def _pages(bundle: Bundle) -> list[str]:
    found = [name for name in bundle.names(".html", ".htm") if _number(name)]
    return sorted(found, key=lambda name: int(_number(name)))


def _number(name: str) -> str:
    found = NUMBERED.search(name) or FLAT.search(name)
    return found[1] if found and len(found[1]) < 12 else ""


def _post(bundle: Bundle, name: str, text: str, zone: tzinfo | None) -> ImportedPost | None:
    number = _number(name)
    problems: list[tuple[int | None, str]] = []
    root = read_tree(text)
    body, line = _body(text)

    def tell(at: int, words: str) -> None:
        problems.append((line + at, words))

    source = html_to_markdown(
        tistory_html(body, lambda wished: _beside(bundle, name, wished), tell), tell
    )
    if not source.strip():
        return None
    title = _first(root, TITLES) or _title_of(text) or _name(name)
    written = _date(root, text, zone)
    if written is None:
        problems.append((None, _("its date is not in the file: that of the file is taken")))
        written = bundle.modified_at(name)
    return ImportedPost(
        key=f"tistory:{number}:{nfc(PurePosixPath(name).stem)}"[:300],
        path=name,
        title=clean_line(title),
        source=source,
        created_at=written,
        published_at=written,
        # Whether a post was hidden is not in the backup: its owner decides before it comes in.
        tags=_tags(root),
        categories=_categories(_first(root, CATEGORIES)),
        old_paths=[f"/{number}"],
        names=[number],
        attachments=_attachments(bundle, name, source, problems),
        problems=problems,
    )


def _body(text: str) -> tuple[str, int]:
    """Return the text of the post and the line on which it begins."""
    found = HIDDEN_BODY.search(text)
    if found:
        end = _end_of(text, found)
        return text[found.end() : end], text.count("\n", 0, found.end()) + 1
    whole = BODY.search(text)
    if whole:
        return whole[1], text.count("\n", 0, whole.start(1)) + 1
    return text, 1


def _end_of(text: str, opening: re.Match) -> int:
    """Return where the element that ``opening`` begins is closed."""
    depth = 1
    for found in re.finditer(rf"<(/?){opening['tag']}\b[^>]*>", text[opening.end() :], re.I):
        depth += -1 if found[1] else 1
        if not depth:
            return opening.end() + found.start()
    return len(text)


def _first(root: Node, classes: tuple[str, ...]) -> str:
    for name in classes:
        for node in root.all():
            if name in node.classes and (words := clean_line(node.text())):
                return words
    return ""


def _title_of(text: str) -> str:
    found = re.search(r"<title[^>]*>(.*?)</title>", text, re.I | re.S)
    return clean_line(read_tree(found[1]).text()) if found else ""


def _name(name: str) -> str:
    found = NUMBERED.search(name) or FLAT.search(name)
    words = (found[2] if found else PurePosixPath(name).stem).replace("_", " ").replace("-", " ")
    return clean_line(words) or _("Untitled")


def _date(root: Node, text: str, zone: tzinfo | None) -> datetime | None:
    named = _first(root, DATES)
    meta = re.search(
        r"(?:article:published_time|datePublished|regDate)[\"']?[^>\"']*[\"'](?:\s*content=)?[\"']?"
        r"(\d{4}-\d{2}-\d{2}[^\"'<]*)",
        text,
    )
    for words in (meta[1] if meta else "", named):
        spaced = re.sub(
            r"(\d{4})\s*[.년]\s*(\d{1,2})\s*[.월]\s*(\d{1,2})\s*[.일]?", r"\1-\2-\3", words
        )
        if found := fields.read_moment(spaced.strip(), zone):
            return found
    return None


def _categories(words: str) -> list[str]:
    if words in {"카테고리 없음", "분류없음", "분류 전체보기"}:
        return []
    return [part.strip() for part in words.split("/") if part.strip()]


def _tags(root: Node) -> list[str]:
    for name in TAGS:
        for node in root.all():
            if name not in node.classes:
                continue
            links = [
                one for one in node.all() if one.tag in {"a", "li", "span"} and not one.nodes()
            ]
            parts = [one.text() for one in links] or re.split(r"[,\n]|(?=#)", node.text())
            found = [clean_line(part).strip("#, ") for part in parts]
            if any(found):
                return list(dict.fromkeys(filter(None, found)))
    return []


def _attachments(
    bundle: Bundle, name: str, source: str, problems: list[tuple[int | None, str]]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in addresses(source):
        try:
            parts = urlsplit(one.url)
        except ValueError:
            continue
        if parts.scheme or parts.netloc:
            if one.is_picture:
                found[one.url] = one.url
            continue
        path = unquote(parts.path)
        is_file = one.is_picture or path.lower().endswith(PICTURES)
        if not path or not is_file or one.url in found:
            continue
        if member := _beside(bundle, name, path):
            found[one.url] = member
        else:
            problems.append((None, _("picture not found: %(name)s") % {"name": path[:120]}))
    return found


def _beside(bundle: Bundle, name: str, path: str) -> str:
    """Return the member that a name in the page means: beside it or in its folder ``img``."""
    file = PurePosixPath(path.strip() or "-").name
    ways = (path.lstrip("/"), file, f"img/{file}")
    return next(filter(None, (bundle.beside(name, way) for way in ways)), "")
