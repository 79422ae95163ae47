"""The JSON that ``embed.taking_out`` writes: a site moves to another Madang, or to a new key."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from config.text import clean_line
from embed.bringing.records import BroughtComment, BroughtThread, Fault

FORMAT = "madang-comments"


class NotOurs(ValueError):
    """The file is not what we write."""


def read_madang(opened: BinaryIO, fault: Fault) -> Iterator[BroughtComment]:
    """Yield the comments of an export of ours. Raises NotOurs."""
    try:
        data = json.load(opened)
    except (ValueError, RecursionError) as error:
        raise NotOurs from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise NotOurs
    for number, held in enumerate(_list(data.get("threads")), 1):
        thread = BroughtThread(
            address=_text(held, "url") or _text(held, "key"),
            names=(_text(held, "key"), *_texts(held.get("aliases"))),
            title=clean_line(_text(held, "title")),
        )
        for one in _list(held.get("comments")):
            if not _text(one, "id"):
                fault(number, _("a comment that is no text"))
                continue
            yield BroughtComment(
                thread=thread,
                key=f"madang:{_text(one, 'id')}",
                text=_text(one, "body"),
                name=clean_line(_text(one, "author")),
                created_at=_moment(_text(one, "created_at")),
                parent_key=f"madang:{_text(one, 'parent')}" if _text(one, "parent") else "",
                is_approved=_text(one, "status") == "published",
            )


def _list(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _text(held: dict[str, Any], name: str) -> str:
    value = held.get(name)
    return value if isinstance(value, str) else ""


def _moment(text: str):
    try:
        return parse_datetime(text)
    except ValueError:
        return None
