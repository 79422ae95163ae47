"""Notes: plain text in which addresses, names and tags are links (BL-02).

Lines stay: one line end is a `<br>`, an empty line begins a paragraph. Everything else is escaped.
"""

import re
from html import escape

from .context import Context
from .hashtags import scan_tag
from .links import find_links
from .mentions import resolve_runs, scan_run
from .renderer import hashtag_html, mention_html

_SIGN = re.compile(r"[@#]")
_PARAGRAPH_END = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")


def note_html(text: str, context: Context) -> str:
    """Return the note as HTML, not yet cleaned; fills `context` with names and tags."""
    pieces = _pieces(text)
    found = resolve_runs([piece[1:] for kind, piece, _ in pieces if kind == "@"], context)
    html: list[str] = []
    for kind, piece, url in pieces:
        if kind == "link":
            html.append(f'<a href="{escape(url)}">{escape(piece)}</a>')
        elif kind == "#":
            context.note_hashtag(piece[1:])
            html.append(hashtag_html(piece, context))
        elif kind == "@" and (hit := found.get(piece[1:])):
            name, person_url = hit
            html.append(mention_html(f"@{name}", person_url) + escape(piece[1 + len(name) :]))
        else:
            html.append(escape(piece))
    paragraphs = _PARAGRAPH_END.split("".join(html).strip())
    return "\n".join(f"<p>{lines.replace(chr(10), '<br>')}</p>" for lines in paragraphs)


def _pieces(text: str) -> list[tuple[str, str, str]]:
    """Return (kind, text, url) in order; kind is text, link, @ or #."""
    pieces: list[tuple[str, str, str]] = []
    done = 0
    for link in find_links(text):
        _split_signs(text, done, link.start, pieces)
        pieces.append(("link", text[link.start : link.end], link.url))
        done = link.end
    _split_signs(text, done, len(text), pieces)
    return pieces


def _split_signs(text: str, start: int, end: int, pieces: list[tuple[str, str, str]]) -> None:
    done = start
    for sign in _SIGN.finditer(text, start, end):
        at = sign.start()
        if at < done:
            continue
        scan = scan_run if sign.group() == "@" else scan_tag
        stop = scan(text, at, end)
        if stop is None:
            continue
        if at > done:
            pieces.append(("text", text[done:at], ""))
        pieces.append((sign.group(), text[at:stop], ""))
        done = stop
    if done < end:
        pieces.append(("text", text[done:end], ""))
