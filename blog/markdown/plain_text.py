"""The text of a rendering without marks: for summaries, language detection and search."""

from html import unescape

from markdown_it.token import Token

from .sanitise import text_of
from .tokens import inline_text


def plain_text(tokens: list[Token]) -> str:
    """Return the prose, one block a line, cells of a table row on one line.

    Code blocks are left out: they are not what a summary or a language should be guessed from.
    """
    lines: list[str] = []
    row: list[str] | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            lines.append(" ".join(row or ()))
            row = None
        elif token.type == "inline":
            text = " ".join(inline_text(token.children).split())
            (lines if row is None else row).append(text)
        elif token.type == "html_block":
            lines.append(" ".join(unescape(text_of(token.content)).split()))
    return "\n".join(line for line in lines if line.strip())
