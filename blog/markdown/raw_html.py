"""HTML that people write between their Markdown.

The sanitiser decides what is safe. Before it, three things happen here: a raw `<img>` follows the
same rule as a Markdown image; form fields go, because the one `<input>` that our own output needs
is the box of a task list; and tags are kept in bounds, because a browser's parser reopens unclosed
marks in every later paragraph and works in the square of the nesting.
"""

import re
from html import escape
from html.parser import HTMLParser

from markdown_it.token import Token

from .context import Context
from .images import image_html
from .sanitise import ARTICLE_TAGS, GONE_WITH_CONTENT, words
from .tokens import text_token

#: Most raw elements open at one time in a text; tags beyond are shown as text.
MAX_OPEN_ELEMENTS = 60

# An attribute value with `<` in it ends the match early; the remains are text to the sanitiser.
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)(?=[\s/>])([^<>]*)>")
_UNFINISHED = re.compile(r"<(?=(?:img|image|input)\b)", re.IGNORECASE)
_IMAGES = words("img image")
_VOID = _IMAGES | words("br hr input wbr")
# What HTML calls formatting elements, and ours that hold words: none may leave its block.
_MARKS = words(
    "a abbr b bdi bdo cite code del dfn em i ins kbd label mark q s samp small span strong sub "
    "sup time u var"
)
_LITERAL = words("code kbd samp")
# Their end tags may be left out; the next one closes them, so they do not pile up.
_SELF_ENDING = words("dd dt li p rp rt tbody td tfoot th thead tr")
# Other elements can change how a parser nests what follows; they go before it sees them.
_KNOWN = ARTICLE_TAGS | GONE_WITH_CONTENT


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


class _Rewriter:
    """Rewrites the raw tags of one text in order."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.blocks: list[str] = []
        self.marks: list[str] = []

    def close_marks(self) -> str:
        """Return closing tags for the marks left open, and forget them."""
        closing = "".join(f"</{name}>" for name in reversed(self.marks))
        self.marks.clear()
        return closing

    def rewrite(self, markup: str) -> str:
        """Return `markup` with each tag judged."""
        self.context.has_raw_html = True
        pieces: list[str] = []
        done = 0
        for tag in _TAG.finditer(markup):
            pieces.append(_UNFINISHED.sub("&lt;", markup[done : tag.start()]))
            pieces.append(self._judge(tag.group(), tag.group(2).lower(), bool(tag.group(1))))
            done = tag.end()
        pieces.append(_UNFINISHED.sub("&lt;", markup[done:]))
        return "".join(pieces)

    def _judge(self, tag: str, name: str, is_closing: bool) -> str:
        if name in _IMAGES:
            return "" if is_closing else self._image(tag)
        if name == "h1":
            name, tag = "h2", f"<{'/' * is_closing}h2>"  # the page owns the first level
        if name == "input" or name not in _KNOWN:
            return ""
        if name in _VOID or name in _SELF_ENDING:
            return tag
        stack = self.marks if name in _MARKS else self.blocks
        if not is_closing:
            if len(self.marks) + len(self.blocks) >= MAX_OPEN_ELEMENTS:
                return escape(tag)
            stack.append(name)
            return tag
        if name not in stack:
            return "" if name in _MARKS else tag
        # Closing an element closes what was opened inside it.
        while stack.pop() != name:
            pass
        return tag

    def _image(self, tag: str) -> str:
        values = _Attributes(tag).values
        source = values.get("src", "").strip()
        alt, title = values.get("alt", ""), values.get("title", "")
        if not source:
            return escape(alt)
        return image_html(source, alt, title, self.context, in_link="a" in self.marks)


def prepare_raw_html(tokens: list[Token], context: Context) -> None:
    """Rewrite all raw HTML in place; keep names and tags inside `<code>` plain."""
    rewriter = _Rewriter(context)
    for token in tokens:
        if token.type == "html_block":
            token.content = rewriter.rewrite(token.content)
            token.content += rewriter.close_marks()
        elif token.type == "inline" and token.children:
            _prepare_inline(token.children, rewriter)


def _prepare_inline(children: list[Token], rewriter: _Rewriter) -> None:
    for index, token in enumerate(children):
        if token.type == "html_inline":
            token.content = rewriter.rewrite(token.content)
        elif token.type in ("mention", "hashtag") and not _LITERAL.isdisjoint(rewriter.marks):
            children[index] = text_token(token.content, token.level)
    if closing := rewriter.close_marks():
        children.append(Token("html_inline", "", 0, content=closing))
