"""Comments in a file of WordPress."""

import html
from collections.abc import Callable
from datetime import datetime

from django.utils.translation import ngettext

from blog.importers.html_text import plain_text
from blog.importers.records import ImportedComment
from blog.importers.xml_stream import Element
from config.text import clean_line


def comments_of(
    item: Element,
    key: str,
    moment: Callable[[str, str], datetime | None],
    problems: list[tuple[int | None, str]],
) -> list[ImportedComment]:
    """Return what people said under a post; notices of links elsewhere are counted, not kept."""
    kept: list[ImportedComment] = []
    pings = 0
    parents: dict[str, str] = {}
    numbers = set()
    for element in item.every("wp:comment"):
        number, parent = element.one("wp:comment_id"), element.one("wp:comment_parent")
        parents[number] = parent
        if element.one("wp:comment_type") in {"pingback", "trackback"}:
            pings += 1
            continue
        if element.one("wp:comment_approved") not in {"0", "1"}:
            continue  # spam, or in the bin
        numbers.add(number)
        while parent and parent != "0" and parent not in numbers:
            parent = parents.get(parent, "")
        kept.append(
            ImportedComment(
                key=f"{key}:{number}",
                text=plain_text(_breaks(element.one("wp:comment_content"))),
                created_at=moment(
                    element.one("wp:comment_date_gmt"), element.one("wp:comment_date")
                ),
                author_name=clean_line(html.unescape(element.one("wp:comment_author"))),
                author_url=element.one("wp:comment_author_url"),
                parent_key=f"{key}:{parent}" if parent and parent != "0" else "",
                is_approved=element.one("wp:comment_approved") == "1",
            )
        )
    if pings:
        words = ngettext(
            "%(count)s notice of a link elsewhere left out",
            "%(count)s notices of links elsewhere left out",
            pings,
        )
        problems.append((None, words % {"count": pings}))
    return kept


def _breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "<br>")
