"""HTML that people write between their Markdown.

The sanitiser decides what is safe. Here only two things happen before it: a raw `<img>` follows
the same rule as a Markdown image, and form fields go, because the one `<input>` that our own
output needs is the box of a task list.
"""

import re
from html import escape
from html.parser import HTMLParser

from markdown_it.token import Token

from .context import Context
from .images import image_html
from .tokens import text_token

# An attribute value with `<` in it ends the match early; the remains are text to the sanitiser.
_TAG = re.compile(r"<(/?)(a|img|image|input)(?=[\s/>])([^<>]*)>", re.IGNORECASE)
_UNFINISHED = re.compile(r"<(?=(?:img|image|input)\b)", re.IGNORECASE)
_LITERAL_TAG = re.compile(r"<(/?)(?:code|pre|kbd|samp)\b", re.IGNORECASE)


class _Attributes(HTMLParser):
    """Reads the attributes of one tag."""

    def __init__(self, tag: str) -> None:
        super().__init__(convert_charrefs=True)
        self.values: dict[str, str] = {}
        self.feed(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the first value of each attribute, as browsers do."""
        for name, value in attrs:
            self.values.setdefault(name, value or "")


def prepare_raw_html(tokens: list[Token], context: Context) -> None:
    """Rewrite images and drop fields in all raw HTML; keep names in `<code>` plain."""
    for token in tokens:
        if token.type == "html_block":
            token.content = _rewrite(token.content, context, [0])
        elif token.type == "inline" and token.children:
            _prepare_inline(token.children, context)


def _prepare_inline(children: list[Token], context: Context) -> None:
    link_depth = [0]
    literal_depth = 0
    for index, token in enumerate(children):
        if token.type == "html_inline":
            if literal := _LITERAL_TAG.match(token.content):
                literal_depth = max(0, literal_depth + (-1 if literal.group(1) else 1))
            token.content = _rewrite(token.content, context, link_depth)
        elif literal_depth and token.type in ("mention", "hashtag"):
            children[index] = text_token(token.content, token.level)


def _rewrite(markup: str, context: Context, link_depth: list[int]) -> str:
    """Return `markup` with images resolved; `link_depth` is carried from tag to tag."""
    pieces: list[str] = []
    done = 0
    for tag in _TAG.finditer(markup):
        is_closing, name = bool(tag.group(1)), tag.group(2).lower()
        replacement = tag.group()
        if name == "a":
            link_depth[0] = max(0, link_depth[0] + (-1 if is_closing else 1))
        elif name == "input" or is_closing:
            replacement = ""
        else:
            replacement = _image(tag.group(), context, in_link=link_depth[0] > 0)
        pieces += (_UNFINISHED.sub("&lt;", markup[done : tag.start()]), replacement)
        done = tag.end()
    pieces.append(_UNFINISHED.sub("&lt;", markup[done:]))
    return "".join(pieces)


def _image(tag: str, context: Context, *, in_link: bool) -> str:
    values = _Attributes(tag).values
    source = values.get("src", "").strip()
    alt, title = values.get("alt", ""), values.get("title", "")
    if not source:
        return escape(alt)
    return image_html(source, alt, title, context, in_link=in_link)
