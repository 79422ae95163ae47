"""Texts as the desk shows them: safe to look at, and as plain lines to compare."""

import html
import re
from typing import NamedTuple

from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString

from blog.diffs import Row, diff_rows
from blog.markdown.sanitise import sanitise, text_of
from config.text import excerpt as beginning_of
from moderation.targets import Subject

PRIVATE = frozenset({"message"})
"""Kinds whose words staff see only after the log has noted who reads them."""

IN_HTML = frozenset({"post", "comment"})
"""Kinds whose copies in reports are HTML; the others are plain text."""

END_OF_LINE = re.compile(r"</(?:p|h\d|li|blockquote|pre|div|tr|figure)>|<br\s*/?>", re.I)
MOST_COMPARED = 20_000  # characters
EXCERPT_LENGTH = 280


class Copy(NamedTuple):
    """What stood there when it was reported, beside what stands there now."""

    title: str
    html: SafeString
    source: str
    is_changed: bool
    rows: tuple[Row, ...]


def safe_html(text: str) -> SafeString:
    """Return stored HTML, cleaned once more: staff read what others wanted to hide."""
    return SafeString(sanitise(text))


def plain_lines(text: str) -> str:
    """Return HTML as lines without tags."""
    flat = html.unescape(text_of(END_OF_LINE.sub("\n", text)))
    lines = (" ".join(line.split()) for line in flat.split("\n"))
    return "\n".join(line for line in lines if line)


def flat_lines(text: str) -> str:
    """Return plain text without blank lines and doubled blanks."""
    return "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())


def copy_of(copy: str, kind: str, now: Subject | None) -> Copy | None:
    """Return the copy of a report as it is shown; None where nothing was kept."""
    if not copy:
        return None
    title, shown = "", safe_html(linebreaks(escape(copy)))
    before = flat_lines(copy)
    if kind in IN_HTML:
        head, _blank, body = copy.partition("\n\n")
        if body and kind == "post" and not head.startswith("<"):
            title, shown = head, safe_html(body)
        else:
            body, shown = copy, safe_html(copy)
        before = flat_lines(f"{title}\n{plain_lines(body)}")
    present = [] if now is None else present_texts(now)
    is_changed = bool(present) and before not in present
    rows: tuple[Row, ...] = ()
    if is_changed and max(len(before), len(present[0])) <= MOST_COMPARED:
        rows = tuple(diff_rows(before, present[0]))
    return Copy(title, shown, copy, is_changed, rows)


def present_texts(subject: Subject) -> list[str]:
    """Return the present text in each way in which a copy may have been made, likeliest first."""
    if subject.kind == "person" and subject.owner is not None:
        parts = (subject.title, subject.owner.display_name, subject.source)
        return [flat_lines("\n".join(filter(None, parts)))]
    if subject.kind not in IN_HTML:
        return [flat_lines(subject.source)]
    shown = plain_lines(subject.html)
    if subject.kind == "post":
        titled = flat_lines(f"{subject.title}\n{shown}")
        is_titled = not shown.startswith(subject.title.rstrip("…")[:40])
        return [titled, shown] if is_titled else [shown, titled]
    return [shown]


def excerpt(text: str, length: int = EXCERPT_LENGTH) -> str:
    """Return the beginning of a text on one line, as long as the desk has room for."""
    return beginning_of(text, length)
