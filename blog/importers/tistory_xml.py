"""TTXML: one XML file with posts, categories, comments and the attachments themselves in Base64.

Attachments are written to disk while the file is read; nothing but one post is held at a time.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from html import escape
from itertools import count
from typing import BinaryIO
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from blog.importers.bundles import Bundle, FileTooLarge
from blog.importers.html_text import html_to_markdown
from blog.importers.records import ImportedComment, ImportedPost, Report
from blog.importers.rewriting import addresses
from blog.importers.tistory_text import tistory_html
from blog.importers.xml_stream import Element, EntityRefused, XmlRecords
from config.text import clean_line, nfc

RECORDS = frozenset({"post", "page", "notice", "keyword", "setting"})
LOST = frozenset({"trackback", "logs", "guestbook", "ip", "statistics"})
VISIBILITIES = {"public": "", "syndicated": "", "private": "private", "protected": "private"}
OTHERS = {
    "page": gettext_noop("page, not a post"),
    "notice": gettext_noop("notice, not a post"),
    "keyword": gettext_noop("keyword, not a post"),
}
NO_SPACE = re.compile(r"\s+")


def is_ttxml(bundle: Bundle, name: str) -> bool:
    """Return whether a member is TTXML."""
    head = bundle.head(name, 2048)
    return b"<blog" in head and b"tattertools/" in head


class _Base64:
    """Takes text in pieces and gives bytes: Base64 goes by fours."""

    def __init__(self, opened: BinaryIO):
        self.opened = opened
        self.rest = ""
        self.is_broken = False

    def __call__(self, text: str) -> None:
        self.rest += NO_SPACE.sub("", text)
        whole = len(self.rest) // 4 * 4
        self._write(self.rest[:whole])
        self.rest = self.rest[whole:]

    def end(self) -> bool:
        """Write what is left; returns whether all of it was Base64."""
        self._write(self.rest + "=" * (-len(self.rest) % 4))
        self.opened.close()
        return not self.is_broken

    def _write(self, text: str) -> None:
        try:
            self.opened.write(base64.b64decode(text))
        except (binascii.Error, ValueError):
            self.is_broken = True


class _Attachments:
    """What the attachments of the post at hand became: members of the bundle by their names."""

    def __init__(self, bundle: Bundle, file: str):
        self.bundle = bundle
        self.file = file
        self.numbers = count(1)
        self.taken: list[tuple[Element, str, _Base64]] = []

    def sink(self, element: Element, above: list[Element]):
        """Give the content of an attachment a file of its own."""
        if element.tag != "content" or above[-1].tag != "attachment":
            return None
        name = above[-1].one("name") or "file"
        member, opened = self.bundle.begin(f"{self.file}/{next(self.numbers)}/{name}")
        writer = _Base64(opened)
        self.taken.append((above[-1], member, writer))
        return writer

    def finish(self, post: Element) -> list[tuple[Element, str, bool]]:
        """Return (attachment, member, whether it is whole) for one post, and forget them."""
        own = {id(element) for element in post.every("attachment")}
        found = [one for one in self.taken if id(one[0]) in own]
        self.taken = [one for one in self.taken if id(one[0]) not in own]
        return [(element, member, writer.end()) for element, member, writer in found]

    def close(self) -> None:
        """Let go of what no post took: of records that were broken."""
        for _element, _member, writer in self.taken:
            writer.end()


def read_ttxml(bundle: Bundle, name: str, report: Report) -> Iterator[ImportedPost]:
    """Yield the posts of one file."""
    attachments = _Attachments(bundle, name)
    blog = ""
    with bundle.open(name) as opened, closing(attachments):
        try:
            for element in _records(opened, name, report, attachments):
                files = attachments.finish(element)
                if element.tag == "setting":
                    blog = element.one("name") or blog
                    if element.one("defaultDomain") and element.one("secondaryDomain"):
                        report.host(element.one("secondaryDomain").lower())
                elif element.tag == "post":
                    yield _post(element, name, blog, files, report)
                else:
                    title = clean_line(element.one("title") or element.one("name"))
                    report.skip(
                        f"{name}#{element.tag}-{element.one('id')}",
                        f"{title}: {_(OTHERS[element.tag])}",
                    )
        except EntityRefused:
            report.note(name, 0, _("it declares entities, which no export does: not read"))
        except FileTooLarge as error:
            report.note(name, 0, _("an attachment is too large: %(name)s") % {"name": error})


def _records(
    opened: BinaryIO, name: str, report: Report, attachments: _Attachments
) -> Iterator[Element]:
    yield from XmlRecords(
        opened,
        RECORDS,
        lambda line, text: report.note(name, line, text),
        skipped=LOST,
        sink=attachments.sink,
    )


def _post(
    post: Element, name: str, blog: str, files: list[tuple[Element, str, bool]], report: Report
) -> ImportedPost:
    number = post.one("id") or str(post.line)
    problems: list[tuple[int | None, str]] = []
    found: dict[str, str] = {}
    references: dict[str, str] = {}
    for element, member, is_whole in files:
        label = element.one("label") or element.one("name")
        if not is_whole:
            problems.append((element.line, _("attachment damaged: %(name)s") % {"name": label}))
        address = f"/attachment/{element.one('name')}"
        found[address] = member
        references[nfc(element.one("name"))] = references[nfc(label)] = address
    for element in post.every("attachment"):
        if nfc(element.one("name")) not in references:
            label = element.one("label") or element.one("name")
            problems.append(
                (element.line, _("its file is not in the backup: %(name)s") % {"name": label})
            )
    content = post.child("content")
    text, line = (content.text, content.line) if content is not None else ("", post.line)
    written = tistory_html(
        text,
        lambda wished: references.get(nfc(wished), ""),
        lambda at, words: problems.append((line + at, words)),
    )
    written = _with_addresses(written, references)
    source = html_to_markdown(written, lambda at, words: problems.append((line + at, words)))
    used = [one.url for one in addresses(source) if one.url in found]
    pictures = {
        one.url: one.url
        for one in addresses(source)
        if one.is_picture and one.url.startswith("http")
    }
    if post.one("visibility") == "protected":
        problems.append((None, _("it was behind a password: only you can read it here")))
    slogan = nfc(post.attributes.get("slogan", "")).strip()
    published = _moment(post.one("published"))
    created = _moment(post.one("created")) or published
    edited = _moment(post.one("modified"))
    is_draft = post.one("draft") == "1"
    is_appointed = post.one("appointed").lower() == "true" or post.one("visibility") == "appointed"
    status = (
        "draft"
        if is_draft
        else "scheduled"
        if is_appointed and _is_ahead(published)
        else "published"
    )
    label = post.one("category")
    key = f"tistory:{blog[:100]}:{number}"
    if post.one("starred") == "2":
        problems.append((None, _("it was kept at the top: pin it here if you want that")))
    return ImportedPost(
        key=key,
        path=f"{name}#{number}",
        title=clean_line(post.one("title")) or _("Untitled"),
        source=source,
        created_at=created,
        published_at=None if status == "draft" else published or created,
        edited_at=edited
        if published and edited and (edited - published).total_seconds() > 60
        else None,
        status=status,
        visibility=""
        if status == "scheduled"
        else VISIBILITIES.get(post.one("visibility"), "private"),
        slug=slogan,
        tags=list(dict.fromkeys(one.text.strip() for one in post.every("tag") if one.text.strip())),
        categories=[part.strip() for part in label.split("/") if part.strip()],
        is_open_to_comments=post.one("acceptComment") != "0",
        old_paths=[f"/{number}", *([f"/entry/{slogan}"] if slogan else [])],
        names=[one for one in (number, slogan) if one],
        comments=_comments(post, key, problems),
        attachments={**pictures, **{url: found[url] for url in used}},
        problems=problems,
    )


def _with_addresses(text: str, references: dict[str, str]) -> str:
    """Pictures named in HTML: Tistory wrote ``[##_ATTACH_PATH_##]`` or its own host before them."""

    def place(matched: re.Match) -> str:
        url = matched[2]
        try:
            file = nfc(urlsplit(url).path.rpartition("/")[2])
        except ValueError:
            return matched[0]
        known = references.get(file)
        return f'{matched[1]}"{escape(known)}"' if known else matched[0]

    return re.sub(r"(\b(?:src|href)=)[\"']([^\"']+)[\"']", place, text)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromtimestamp(int(text), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.year > 1980 else None


def _is_ahead(moment: datetime | None) -> bool:
    return moment is not None and moment > datetime.now(UTC)


def _comments(
    post: Element, key: str, problems: list[tuple[int | None, str]]
) -> list[ImportedComment]:
    kept: list[ImportedComment] = []
    hidden = 0
    numbers = count(1)

    def take(elements: list[Element], parent: str) -> None:
        nonlocal hidden
        for element in elements:
            number = next(numbers)
            if element.one("isFiltered") not in {"", "0"}:
                continue
            if element.one("secret") == "1":
                # Only its writer and the owner were to see it.
                hidden += 1
                continue
            commenter = element.child("commenter")
            own = f"{key}:{element.one('id') or number}"
            kept.append(
                ImportedComment(
                    key=own,
                    text=nfc(element.one("content").replace("\r\n", "\n")).strip(),
                    created_at=_moment(element.one("written")),
                    author_name=clean_line(commenter.one("name")) if commenter else "",
                    author_url=commenter.one("homepage") if commenter else "",
                    parent_key=parent,
                )
            )
            take(element.every("comment"), own)

    take(post.every("comment"), "")
    if hidden:
        words = ngettext(
            "%(count)s secret comment left out", "%(count)s secret comments left out", hidden
        )
        problems.append((None, words % {"count": hidden}))
    return kept
