"""Tokens to HTML, before cleaning.

Stored HTML is read by people of every language, so nothing here has words of its own: a table is
named by its header row, a task by its text, the way back from a footnote by the number it belongs
to. Names are given by `aria-labelledby`, never by `aria-label`.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from .code import code_block
from .context import Context
from .images import alt_text, image_html


class ArticleRenderer(RendererHTML):
    """HTML for articles and comments; each method is named after the token it renders."""

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render a fenced code block."""
        return code_block(tokens[idx].content, tokens[idx].info)

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render an indented code block."""
        return code_block(tokens[idx].content, "")

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render an image, or a link where it may not be loaded."""
        token, context = tokens[idx], env["context"]
        source, title = str(token.attrs.get("src", "")), str(token.attrs.get("title", ""))
        is_inside = bool(token.meta.get("in_link"))
        return image_html(source, alt_text(token), title, context, in_link=is_inside)

    def mention(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render the name of somebody who exists."""
        return mention_html(tokens[idx].content, tokens[idx].meta.get("url"))

    def hashtag(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render a tag."""
        return hashtag_html(tokens[idx].content, env["context"])

    def task_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render the box of a task inside its label."""
        checked = " checked" if tokens[idx].meta["is_done"] else ""
        return f'<label><input type="checkbox" disabled{checked}> '

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Open a table in a box that scrolls and that the keyboard reaches.

        The box is a group, not a region: a landmark for each table would drown the page's own.
        """
        name = tokens[idx].meta.get("label")
        label = f' role="group" aria-labelledby="{escape(name)}"' if name else ""
        return f'<div class="table-scroll" tabindex="0"{label}><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Close the table and its box."""
        return "</table></div>\n"

    def footnote_ref(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render the number in the text."""
        context: Context = env["context"]
        number, name = _footnote_names(tokens[idx])
        return (
            f'<sup class="footnote-ref"><a id="{context.id_attribute(name)}" '
            f'href="{context.fragment(f"fn-{number}")}" role="doc-noteref">[{number}]</a></sup>'
        )

    def footnote_block_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Open the notes at the end."""
        return '<div class="footnotes">\n<ol>\n'

    def footnote_block_close(
        self, tokens: Sequence[Token], idx: int, options: Any, env: Any
    ) -> str:
        """Close the notes."""
        return "</ol>\n</div>\n"

    def footnote_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Open one note."""
        name = f"fn-{tokens[idx].meta['id'] + 1}"
        return f'<li id="{env["context"].id_attribute(name)}">'

    def footnote_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Close one note."""
        return "</li>\n"

    def footnote_anchor(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render the way back, named by the number in the text: "[1]"."""
        context: Context = env["context"]
        token = tokens[idx]
        if (token.meta["id"], token.meta["subId"]) not in context.footnote_refs:
            return ""  # its number stands in an image's description and is not on the page
        _, name = _footnote_names(token)
        # U+FE0E keeps phones from drawing the arrow as an emoji.
        return (
            f' <a class="footnote-backref" href="{context.fragment(name)}" role="doc-backlink" '
            f'aria-labelledby="{context.id_attribute(name)}">↩\ufe0e</a>'
        )


def _footnote_names(token: Token) -> tuple[int, str]:
    number, repeat = token.meta["id"] + 1, token.meta.get("subId", 0)
    return number, f"fnref-{number}" + (f"-{repeat + 1}" if repeat else "")


def mention_html(text: str, url: str | None) -> str:
    """Return `@name` as a link, or as text without a URL."""
    if not url:
        return escape(text)
    return f'<a class="mention" href="{escape(url)}">{escape(text)}</a>'


def hashtag_html(text: str, context: Context) -> str:
    """Return `#name` as a link to the tag."""
    url = context.tag_url(text.removeprefix("#"))
    return f'<a class="hashtag" href="{escape(url)}">{escape(text)}</a>'


def place_tables(tokens: list[Token], context: Context) -> None:
    """Name tables by their header rows, align by class, and make empty header cells plain."""
    count = 0
    table: Token | None = None
    for index, token in enumerate(tokens):
        if token.type == "table_open":
            table, count = token, count + 1
            row = next((t for t in tokens[index : index + 3] if t.type == "tr_open"), None)
            if row and context.allows_ids and _row_has_text(tokens, index):
                name = context.id_attribute(f"t-{count}")
                row.attrSet("id", name)
                table.meta["label"] = name
        elif token.type in ("th_open", "td_open"):
            style = str(token.attrs.pop("style", ""))
            if style:
                token.attrSet("class", f"align-{style.removeprefix('text-align:')}")
            if token.type == "th_open":
                if tokens[index + 1].content:
                    token.attrSet("scope", "col")
                else:
                    token.tag = tokens[index + 2].tag = "td"


def _row_has_text(tokens: list[Token], index: int) -> bool:
    for token in tokens[index:]:
        if token.type == "tr_close":
            return False
        if token.type == "inline" and token.content.strip():
            return True
    return False


def note_footnotes(tokens: list[Token], context: Context) -> None:
    """Remember which footnote numbers really stand on the page."""
    for block in tokens:
        for token in block.children or ():
            if token.type == "footnote_ref":
                token.meta.setdefault("subId", 0)
                context.footnote_refs.add((token.meta["id"], token.meta["subId"]))
