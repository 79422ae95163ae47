"""The text of a page in a hurry: what a hit shows of a post, read from its stored HTML.

``search.analysis.plain_text`` reads the same with a parser, for the index; twenty hits of a page
cannot wait for that. The HTML is our own and clean, so patterns are enough.
"""

import re
from html import unescape

from config.text import nfc

ATTRIBUTES = r"""(?:"[^"]*"|'[^']*'|[^'">])*"""
NOT_READ = re.compile(r"<(script|style|svg|math|template|noscript)\b.*?</\1>", re.DOTALL)
MACHINERY = re.compile(
    r"""<(\w+)(?: [\w-]+="[^"]*")*? class="[^"]*"""
    r"""(?:footnote-(?:ref|backref)|code-block__language|heading-anchor)"""
    r"""[^"]*"[^>]*>.*?</\1>""",
    re.DOTALL,
)
"""Signs beside the text that nobody wrote."""

WITHIN_WORDS = re.compile(
    rf"</?(?:a|abbr|b|code|del|em|i|ins|kbd|mark|s|small|span|strong|sub|sup|u|wbr)\b{ATTRIBUTES}>"
)
TAG = re.compile(rf"<{ATTRIBUTES}>|<[^>]*$")
SPACES = re.compile(r"\s+")


def read(html: str) -> str:
    """Return what is read in ``html`` as one line; it may end in the middle of a tag."""
    html = NOT_READ.sub("", html)
    if "class=" in html:
        html = MACHINERY.sub("", html)
    text = TAG.sub(" ", WITHIN_WORDS.sub("", html))
    return nfc(SPACES.sub(" ", unescape(text)).strip())
