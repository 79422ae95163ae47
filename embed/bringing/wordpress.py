"""Comments in an export of WordPress (WXR); the posts themselves stay where they are."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from django.utils.dateparse import parse_datetime

from blog.importers.wxr_comments import comments_of
from blog.importers.xml_stream import XmlRecords
from config.text import clean_line
from embed.bringing.records import BroughtComment, BroughtThread, Fault

RECORDS = frozenset({"item"})


def read_wordpress(opened: BinaryIO, fault: Fault) -> Iterator[BroughtComment]:
    """Yield the comments of an export, post by post.

    Raises blog.importers.xml_stream.EntityRefused.
    """
    for item in XmlRecords(opened, RECORDS, fault, skipped=frozenset({"content:encoded"})):
        problems: list[tuple[int | None, str]] = []
        thread = BroughtThread(address=item.one("link"), title=clean_line(item.one("title")))
        for comment in comments_of(item, f"wxr:{item.one('wp:post_id')}", _moment, problems):
            yield BroughtComment(
                thread=thread,
                key=comment.key,
                text=comment.text,
                name=comment.author_name,
                created_at=comment.created_at,
                parent_key=comment.parent_key,
                is_approved=comment.is_approved,
            )
        for line, why in problems:
            fault(line or item.line, why)


def _moment(utc: str, local: str) -> datetime | None:
    """Return the moment in UTC; WordPress writes zeros where it does not know it."""
    for text in (utc, local):
        try:
            moment = parse_datetime(text) if not text.startswith("0000") else None
        except ValueError:
            moment = None
        if moment is not None:
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
