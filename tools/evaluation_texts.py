"""Text of handbooks that Debian ships, as posts for the evaluation set of search.

    apt-get download gnome-user-docs libreoffice-help-ko libreoffice-help-ja debian-handbook
    for package in *.deb; do dpkg -x "$package" unpacked; done
    python -m tools.evaluation_set --gather unpacked

Only free text under licences that allow to pass it on; search/evaluation/README.md names them.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

MIN_LETTERS = 220
MAX_CHARACTERS = 2200
FIRST_DAY = datetime(2024, 1, 3, tzinfo=UTC)
DAYS = 1000

TITLES = {"h1", "h2", "h3", "h4", "title"}
BLOCKS = {"p", "li", "item", "td", "dt", "dd", "screen", "pre", "tr", "ol", "ul", "table", "steps"}
SILENT = {"head", "script", "style", "aside", "header", "nav", "footer", "info", "button", "table"}
SILENT_XML = {"info", "table", "links"}
OWN_SCRIPT = {
    "ko": re.compile(r"[가-힣]"),
    "ja": re.compile(r"[ぁ-ヿ一-龥]"),
    "es": re.compile(r"[a-záéíóúñü]", re.I),
    "en": re.compile(r"[a-z]", re.I),
}
NOISE = re.compile(r"이 명령을 사용하려면|^@@@|관련 항목|このコマンド")
LETTER = re.compile(r"[^\W\d_]")
SPANISH = re.compile(r"\b(?:el|la|los|las|de|que|para|con|una?)\b", re.I)


@dataclass(frozen=True)
class Shelf:
    """One handbook: where its pages are, and how they are named and tagged."""

    name: str
    language: str
    pattern: str
    tags: tuple[str, ...]
    limit: int


SHELVES = (
    Shelf("gnome", "ko", "usr/share/help/ko/*/*.page", ("그놈", "리눅스"), 400),
    Shelf(
        "handbook",
        "ko",
        "usr/share/doc/debian-handbook/html/ko-KR/sect.*.html",
        ("데비안", "서버"),
        400,
    ),
    Shelf(
        "writer", "ko", "usr/share/libreoffice/help/ko/text/swriter/*/*.html", ("문서작성",), 150
    ),
    Shelf(
        "calc", "ko", "usr/share/libreoffice/help/ko/text/scalc/*/*.html", ("스프레드시트",), 150
    ),
    Shelf(
        "draw", "ko", "usr/share/libreoffice/help/ko/text/s[di]*/guide/*.html", ("발표자료",), 90
    ),
    Shelf("office", "ko", "usr/share/libreoffice/help/ko/text/shared/*/*.html", ("오피스",), 200),
    Shelf(
        "writer-ja", "ja", "usr/share/libreoffice/help/ja/text/swriter/guide/*.html", ("文書",), 35
    ),
    Shelf("gnome-es", "es", "usr/share/help/es/gnome-help/*.page", ("escritorio",), 40),
    Shelf("gnome-en", "en", "usr/share/help/C/gnome-help/*.page", ("desktop",), 40),
)

PEOPLE = (
    ("haneul", "이하늘"), ("dohyun", "박도현"), ("sua", "최수아"), ("jiwoo", "정지우"),
    ("minseo", "강민서"), ("yejun", "조예준"), ("haeun", "윤하은"), ("siwoo", "장시우"),
    ("jian", "임지안"), ("eunseo", "한은서"), ("geonu", "오건우"), ("dain", "서다인"),
    ("woojin", "신우진"), ("yuna", "권유나"), ("taeyang", "황태양"), ("bora", "안보라"),
    ("namu", "송나무"), ("byeol", "유별"), ("sol", "홍솔"), ("garam", "전가람"),
)  # fmt: skip


class Page(HTMLParser):
    """Read the title and the blocks of a page of a handbook; markup within a block is dropped."""

    def __init__(self, is_xml: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.silent = SILENT_XML if is_xml else SILENT
        self.title = ""
        self.blocks: list[tuple[str, str]] = []
        self._kind, self._silence = "p", 0
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = dict(attrs).get("class") or ""
        if tag in self.silent:
            self._silence += 1
        elif tag in TITLES or tag in BLOCKS or (tag == "div" and "para" in classes):
            self._end()
            self._kind = tag

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            self._silence = max(0, self._silence - 1)
        elif tag in TITLES or tag in BLOCKS or tag == "div":
            self._end()

    def handle_data(self, data: str) -> None:
        if not self._silence:
            self._words.append(data)

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        is_code = self._kind in {"screen", "pre"}
        text = "".join(self._words)
        text = text.strip("\n") if is_code else " ".join(text.split()).replace("<", "&lt;")
        kind = (
            "title"
            if self._kind in TITLES
            else "code"
            if is_code
            else "item"
            if self._kind in {"li", "item"}
            else "p"
        )
        if text.strip() and kind == "title" and not self.title:
            self.title = re.sub(r"^[\d.]+\s*", "", text)
        elif text.strip():
            self.blocks.append((kind, text))
        self._kind, self._words = ("item" if self._kind in {"li", "item"} and not text else "p"), []


def gather(unpacked: Path) -> Iterator[dict[str, Any]]:
    """Yield the posts of every shelf below this folder, always the same ones in the same order."""
    for shelf in SHELVES:
        seen: set[str] = set()
        posts = []
        for path in sorted(unpacked.glob(shelf.pattern)):
            for post in _posts_of(shelf, path):
                marks = {post["id"], post["body"][:80]}
                if not marks & seen:
                    seen |= marks
                    posts.append(post)
        posts.sort(key=lambda post: _number(post["id"]))
        yield from sorted(posts[: shelf.limit], key=lambda post: post["id"])


def _posts_of(shelf: Shelf, path: Path) -> Iterator[dict[str, Any]]:
    page = Page(is_xml=path.suffix == ".page")
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    own = OWN_SCRIPT[shelf.language]
    if not own.search(page.title):
        return
    parts = list(_parts(page, shelf.language))
    for number, (heading, blocks) in enumerate(parts):
        body = "\n\n".join(blocks)
        if len(own.findall(body)) < MIN_LETTERS:
            continue
        title = page.title if not heading or len(parts) == 1 else f"{page.title}: {heading}"
        folder = f"{path.parent.name}-" if path.parent.name.isdigit() else ""
        name = f"{shelf.name}-{folder}{path.stem.removeprefix('sect.')}" + f"-{number}" * (
            number > 0
        )
        yield dated(name, title[:120], body, list(shelf.tags), shelf.language)


def _parts(page: Page, language: str) -> Iterator[tuple[str, list[str]]]:
    """Yield pieces of a page of a length of a post, cut at headings and between paragraphs."""
    heading, size = "", 0
    blocks: list[str] = []
    for kind, text in page.blocks:
        if NOISE.search(text) or (kind != "code" and not _speaks(text, language)):
            continue
        if blocks and blocks[-1].lstrip("#- ") == text:
            continue
        if kind == "title" or size + len(text) > MAX_CHARACTERS:
            if size > MAX_CHARACTERS / 2 or (kind != "title" and blocks):
                yield heading, blocks
                heading, blocks, size = (text if kind == "title" else ""), [], 0
                if kind == "title":
                    continue
        if kind == "title":
            blocks.append(f"## {text}")
        elif kind == "code":
            blocks.append(f"```\n{text[:600]}\n```")
        else:
            blocks.append(f"- {text}" if kind == "item" else text)
        size += len(text)
    if blocks:
        yield heading, blocks


def _speaks(text: str, language: str) -> bool:
    letters = LETTER.findall(text)
    if language == "es":
        return len(SPANISH.findall(text)) * 12 >= len(text.split())
    own = OWN_SCRIPT[language].findall(text)
    return bool(letters) and len(own) >= 0.4 * len(letters)


def dated(
    name: str, title: str, body: str, tags: list[str], language: str, author: str = ""
) -> dict[str, Any]:
    """Return a post with an author and a moment that always are the same for the same name."""
    number = _number(name)
    handle = author or PEOPLE[number % len(PEOPLE)][0]
    moment = FIRST_DAY + timedelta(minutes=number // 32 % (DAYS * 24 * 60))
    return {
        "id": name,
        "title": title,
        "body": body,
        "tags": tags,
        "author": handle,
        "author_name": dict(PEOPLE)[handle],
        "lang": language,
        "published_at": moment.isoformat(timespec="minutes"),
    }


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])
