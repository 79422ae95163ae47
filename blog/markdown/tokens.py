"""Small questions and walks over markdown-it token streams."""

import re
from collections.abc import Iterator

from markdown_it.token import Token

_RAW_LINK_OPEN = re.compile(r"<a[\s>/]", re.IGNORECASE)
_RAW_LINK_CLOSE = re.compile(r"</a\s*>", re.IGNORECASE)


def text_token(content: str, level: int = 0) -> Token:
    """Return a text token."""
    return Token("text", "", 0, content=content, level=level)


def is_raw_link_open(token: Token) -> bool:
    """Whether a token is a raw `<a …>` tag inside a paragraph."""
    return token.type == "html_inline" and bool(_RAW_LINK_OPEN.match(token.content))


def is_raw_link_close(token: Token) -> bool:
    """Whether a token is a raw `</a>` tag inside a paragraph."""
    return token.type == "html_inline" and bool(_RAW_LINK_CLOSE.match(token.content))


def inline_blocks(tokens: list[Token]) -> Iterator[Token]:
    """Yield the tokens that hold inline children, in document order."""
    return (token for token in tokens if token.type == "inline" and token.children)


def inline_text(children: list[Token] | None) -> str:
    """Return what a reader reads: text and code without marks, alt texts, one space per break."""
    parts: list[str] = []
    for token in children or ():
        if token.type in ("text", "code_inline", "mention", "hashtag", "text_special"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak", "figcaption_open"):
            parts.append(" ")
        elif token.type == "image":
            parts.append(inline_text(token.children))
    return "".join(parts)
