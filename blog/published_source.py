"""What of a Markdown text its readers may have: not the remarks that its author wrote for nobody."""

import re
from collections.abc import Iterator

BEGINNING = re.compile(
    # A fence that begins its line holds what readers see, also where that looks like a remark.
    r"^(?P<fence>`{3,}|~{3,})[^`\n]*\n"
    # CommonMark 4.6: what begins a block, in a list or quotation too, may never end.
    r"|^[ \t>*+\-0-9.)]*(?P<block><!--)"
    r"|(?P<remark><!--)"
    # A link definition that leads nowhere: [//]: # (like this)
    r"|^[ ]{0,3}\[[^\]\n]*\]:[ \t]*(?:#|<#?>)(?=[ \t]|$)[^\n]*$",
    re.MULTILINE,
)
END = "-->"


def published_source(source: str) -> str:
    """Return ``source`` without HTML comments and link definitions that lead nowhere.

    In doubt more goes than needed: what looks like a remark in a code span is missing.
    """
    if "<!--" not in source and "]:" not in source:
        return source
    return "".join(_pieces(source))


def _pieces(source: str) -> Iterator[str]:
    """Yield what stays, in one walk: texts of others may be long, and made to take long."""
    shown, at = 0, 0
    last_end = source.rfind(END)
    while found := BEGINNING.search(source, at):
        at = found.end()
        if fence := found["fence"]:
            closing = re.compile(rf"^{fence}[`~]*[ \t]*$", re.MULTILINE).search(source, at)
            at = closing.end() if closing else len(source)
            continue
        if found["block"] or found["remark"]:
            if at <= last_end:
                at = source.index(END, at) + len(END)
            elif found["block"]:
                at = len(source)
            else:
                continue
        yield source[shown : found.start()]
        shown = at
    yield source[shown:]
