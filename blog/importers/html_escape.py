"""Plain words so that Markdown shows them as they are, and no other way."""

import re

from blog.markdown.links import find_links

SPACES = re.compile(r"[ \t\n\r\f\v\xa0\u200b\ufeff]+")
SPECIAL = re.compile(
    r"\\|`|\*|_|\[|\]|<(?=[A-Za-z/!?])|&(?=#?\w{1,32};)|~(?=~)|(?<=~)~|(?<![\w.])@(?=\w)|!(?=\[)"
)
HARMLESS_BRACKETS = re.compile(r"\[(?![ xX]\])(?!\^)[^\[\]\n*_`<]*\](?![(\[:])")
LINE_START = re.compile(
    r"(?:(#{1,6})(?=\s|$)|(>)|([-+*])(?=\s|$)|(\d{1,9})([.)])(?=\s|$)|([-=:|])(?=[\s|:=-]*$))"
)


def escape(text: str, *, in_link: bool = False, is_start: bool = False, follows: str = "") -> str:
    """Return plain ``text`` so that Markdown shows it as it is.

    ``is_start`` means that it begins a line, ``follows`` is the first character after it.
    """
    if in_link:
        written = _escape_run(text, in_link=True)
    else:
        written, position = "", 0
        for link in find_links(text):
            written += _escape_run(text[position : link.start])
            address = text[link.start : link.end]
            if SPECIAL.search(address) and re.fullmatch(r"https?://[^\s<>]+", address, re.I):
                written += f"<{address}>"
            else:
                written += _escape_run(address)
            position = link.end
        written += _escape_run(text[position:])
    if follows == "[" and written.endswith("!"):
        written = f"{written[:-1]}\\!"
    if is_start:
        written = LINE_START.sub(_escape_start, written, count=1) if _starts(written) else written
    return written


def _starts(text: str) -> bool:
    return LINE_START.match(text) is not None


def _escape_start(found: re.Match) -> str:
    if found[4]:
        return f"{found[4]}\\{found[5]}"
    return f"\\{found[0]}"


def _escape_run(text: str, in_link: bool = False) -> str:
    safe = set()
    if not in_link:
        for found in HARMLESS_BRACKETS.finditer(text):
            safe |= {found.start(), found.end() - 1}

    def escaped(found: re.Match) -> str:
        at, char = found.start(), found[0]
        before = text[at - 1] if at else ""
        after = text[at + 1] if at + 1 < len(text) else ""
        if char in "[]" and at in safe:
            return char
        if char in "*_" and before == " " == after:
            return char
        if char == "_" and before.isalnum() and after.isalnum():
            return char
        return f"\\{char}"

    return SPECIAL.sub(escaped, text)


def escaped_title(title: str) -> str:
    return re.sub(r'([\\"]|&(?=#?\w{1,32};))', r"\\\1", title)


def destination(url: str) -> str:
    """Return an address as it stands in the brackets of a link."""
    url = re.sub(r"[\n\r\t]", "", url.strip()).replace("\\", "%5C")
    if re.search(r"[\s<>()]", url) or not url:
        return f"<{url.replace('<', '%3C').replace('>', '%3E')}>"
    return url


def autolink(url: str) -> str:
    """Return an address that shows itself."""
    if re.fullmatch(r"(?:https?|ftp)://[^\s<>]+", url, re.I):
        return f"<{url}>"
    return f"[{escape(url, in_link=True)}]({destination(url)})"


def code_span(text: str) -> str:
    """Return ``text`` as code within a line."""
    text = SPACES.sub(" ", text)
    if not text.strip():
        return ""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1) if longest else "`"
    if text[0] in "` " or text[-1] in "` ":
        text = f" {text} "
    return f"{fence}{text}{fence}"
