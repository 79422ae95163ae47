"""Code blocks: the line after the backticks, and colours by class names.

The info line may read `python`, `python title="app.py" {1,3-4}`, `python:app.py` (as Hexo and velog
write it) or `js{2}`; lines in braces are highlighted.
"""

import re
from functools import lru_cache
from html import escape
from typing import NamedTuple

from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_by_name
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

#: Longest block that is coloured, in characters; longer ones are shown plain.
MAX_HIGHLIGHTED_LENGTH = 60_000

_MAX_REMEMBERED_LENGTH = 4_000
_MAX_INFO_LENGTH = 300
_MAX_LINES = 10_000
_TITLE = re.compile(r"""\b(?:title|filename)=(?:"([^"]*)"|'([^']*)'|([^\s"'{}]+))""")
_LINES = re.compile(r"\{([\d\s,-]+)\}")
_PANDOC = re.compile(r"^\{\s*\.([\w+#-]+)[^}]*\}")
_LANGUAGE = re.compile(r"[\w.+#-]{1,40}")
_PLAIN = frozenset(("", "text", "txt", "plain", "plaintext", "none"))


class FenceInfo(NamedTuple):
    """What the info line says: language as typed, title, and line numbers from 1."""

    language: str
    title: str
    lines: tuple[int, ...]


def parse_info(info: str) -> FenceInfo:
    """Read an info line; never raises, what is not understood is ignored."""
    info = info.strip()[:_MAX_INFO_LENGTH]
    title = ""
    if found := _TITLE.search(info):
        title = next((group for group in found.groups() if group), "")
        info = info[: found.start()] + info[found.end() :]
    lines: tuple[int, ...] = ()
    if found := _LINES.search(info):
        lines = _line_numbers(found.group(1))
        info = info[: found.start()] + " " + info[found.end() :]
    if found := _PANDOC.match(info):
        return FenceInfo(found.group(1), title, lines)
    first = info.split(maxsplit=1)[0] if info.strip() else ""
    language, colon, name = first.partition(":")
    if colon and name and not title:
        title = name
    named = _LANGUAGE.fullmatch(language)
    return FenceInfo(language if named else "", title.strip(), lines)


def _line_numbers(text: str) -> tuple[int, ...]:
    numbers: set[int] = set()
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()) or len(part) > 20:
            continue
        end = int(last) if dash else int(first)
        numbers.update(range(int(first), min(end, _MAX_LINES) + 1))
    return tuple(sorted(numbers))


@lru_cache(maxsize=512)
def _lexer_class(language: str) -> type[Lexer] | None:
    try:
        return find_lexer_class_by_name(language)
    except ClassNotFound:
        return None


@lru_cache(maxsize=1)
def _plain_formatter() -> HtmlFormatter:
    # Building one computes a style sheet and costs more than colouring a short block.
    return HtmlFormatter(nowrap=True)


def highlighted(code: str, language: str, lines: tuple[int, ...] = ()) -> str:
    """Return escaped HTML of `code` with Pygments' short class names; plain if unknown."""
    lexer_class = _lexer_class(language.lower()) if language else None
    if lexer_class is None or len(code) > MAX_HIGHLIGHTED_LENGTH:
        lexer_class = TextLexer
    if lexer_class is TextLexer and not lines:
        return escape(code)
    colour = _remembered if len(code) <= _MAX_REMEMBERED_LENGTH else _coloured
    return colour(code, lexer_class, lines)


def _coloured(code: str, lexer_class: type[Lexer], lines: tuple[int, ...]) -> str:
    formatter = HtmlFormatter(nowrap=True, hl_lines=list(lines)) if lines else _plain_formatter()
    try:
        return highlight(code, lexer_class(stripnl=False), formatter)
    except Exception:  # a lexer of a third party must never keep a post from being saved
        return escape(code)


# A preview renders the same blocks at every pause in typing, and colouring is half of the work.
_remembered = lru_cache(maxsize=256)(_coloured)


def code_block(code: str, info: str) -> str:
    """Return a whole code block with its bar of title and language."""
    fence = parse_info(info)
    is_plain = fence.language.lower() in _PLAIN
    lexer_class = None if is_plain else _lexer_class(fence.language.lower())
    label = "" if is_plain else lexer_class.name if lexer_class else fence.language
    bar = ""
    if fence.title:
        bar += f'<span class="code-block__title">{escape(fence.title)}</span>'
    if label:
        bar += f'<span class="code-block__language">{escape(label)}</span>'
    language = "" if is_plain else f' data-language="{escape(fence.language.lower())}"'
    body = highlighted(code, "" if is_plain else fence.language, fence.lines)
    return (
        f'<div class="code-block"{language}><div class="code-block__bar">{bar}</div>'
        f'<pre tabindex="0"><code class="highlight">{body}</code></pre></div>\n'
    )
