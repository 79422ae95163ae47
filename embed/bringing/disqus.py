"""The XML that Disqus exports.

Source: Disqus help, "Comments export" (schema disqus.com/disqus-internals): ``thread`` elements with
``id`` (the page's own identifier), ``link`` and ``title``; ``post`` elements that name thread and
parent by ``dsq:id``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from blog.importers.html_text import html_to_markdown
from blog.importers.xml_stream import Element, XmlRecords
from config.text import clean_line
from embed.bringing.records import BroughtComment, BroughtThread, Fault

RECORDS = frozenset({"thread", "post"})
ID = "dsq:id"


def read_disqus(opened: BinaryIO, fault: Fault) -> Iterator[BroughtComment]:
    """Yield the comments of an export; spam and what was deleted stay behind.

    The file is read twice: an answer to spam answers what the spam answered, wherever that stands.
    Raises blog.importers.xml_stream.EntityRefused.
    """
    parents, threads = _outline(opened)
    opened.seek(0)
    for post in XmlRecords(opened, frozenset({"post"}), fault):
        number = post.attributes.get(ID, "")
        if number not in parents or _is_left_behind(post):
            continue
        thread = threads.get(_named(post, "thread"))
        if thread is None:
            fault(post.line, _("a comment whose page is not in the file"))
            continue
        author = post.child("author")
        parent = _standing(parents, _named(post, "parent"))
        yield BroughtComment(
            thread=thread,
            key=f"disqus:{number}",
            text=html_to_markdown(post.one("message")).strip(),
            name=clean_line(author.one("name")) if author is not None else "",
            created_at=_moment(post.one("createdAt")),
            parent_key=f"disqus:{parent}" if parent else "",
        )


@dataclass(frozen=True)
class _Parent:
    """What a comment answers, and whether it comes along itself."""

    number: str
    comes_along: bool


def _outline(opened: BinaryIO) -> tuple[dict[str, _Parent], dict[str, BroughtThread]]:
    threads: dict[str, BroughtThread] = {}
    parents: dict[str, _Parent] = {}
    for record in XmlRecords(opened, RECORDS, lambda line, why: None):
        number = record.attributes.get(ID, "")
        if record.tag == "post":
            parents[number] = _Parent(_named(record, "parent"), not _is_left_behind(record))
        else:
            threads[number] = BroughtThread(
                address=record.one("link"),
                names=tuple(filter(None, [clean_line(record.one("id"))])),
                title=clean_line(record.one("title")),
            )
    return parents, threads


def _is_left_behind(post: Element) -> bool:
    return "true" in (post.one("isDeleted"), post.one("isSpam"))


def _named(record: Element, tag: str) -> str:
    child = record.child(tag)
    return child.attributes.get(ID, "") if child is not None else ""


def _standing(parents: dict[str, _Parent], number: str) -> str:
    """Return the nearest ancestor that comes along; empty if there is none."""
    seen: set[str] = set()
    while number in parents and number not in seen:
        if parents[number].comes_along:
            return number
        seen.add(number)
        number = parents[number].number
    return ""


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None
