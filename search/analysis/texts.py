"""Text before analysis: one form of every character, and the prose of HTML."""

import re
from html.parser import HTMLParser

from config.text import INVISIBLE, nfc

MAX_CODE_TOKENS = 3_000
"""Of all code blocks of one text; what follows is not indexed."""

_IS_WIDE = re.compile("[\uff01-\uff5e\u3000]")
_WIDE = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}
_BLOCKS = frozenset(
    "address article aside blockquote br caption dd details div dl dt figcaption figure footer "
    "h1 h2 h3 h4 h5 h6 header hr li ol p pre section summary table tbody td tfoot th thead tr ul"
    "".split()
)
_VOID = frozenset("br hr img input wbr".split())
_SKIPPED_TAGS = frozenset("script style svg math template noscript".split())
_SKIPPED_CLASSES = frozenset(
    "footnote-ref footnote-backref code-block__language heading-anchor".split()
)
_CODE_WORD = re.compile(r"\w+")
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r" ?\n\s*")


def fold(text: str) -> str:
    """Return ``text`` in lower case and of half width, code point for code point."""
    if _IS_WIDE.search(text):  # few texts are, and translating takes its time
        text = text.translate(_WIDE)
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := one.lower()) == 1 else one for one in text)


def normalize(text: str) -> str:
    """Return ``text`` as it is compared: NFC (never NFKC), half width, lower case, nothing invisible."""
    return fold(INVISIBLE.sub("", nfc(text)))


class _Reader(HTMLParser):
    """Gathers what a person reads; parts of a word in different elements stay together."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.skipped: list[str] = []  # elements that are open within one that is left out
        self.code_depth = 0
        self.code_tokens = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.skipped:
            if tag not in _VOID:
                self.skipped.append(tag)
            return
        attributes = dict(attrs)
        classes = (attributes.get("class") or "").split()
        if tag in _SKIPPED_TAGS or not _SKIPPED_CLASSES.isdisjoint(classes):
            if tag not in _VOID:
                self.skipped.append(tag)
            return
        if tag in _BLOCKS:
            self.pieces.append("\n")
        if tag == "pre":
            self.code_depth += 1
        elif tag == "img" and attributes.get("alt"):
            self.pieces.append(f" {attributes['alt']} ")

    def handle_endtag(self, tag: str) -> None:
        if self.skipped:
            if tag in self.skipped:
                while self.skipped.pop() != tag:
                    pass
            return
        if tag in _BLOCKS:
            self.pieces.append("\n")
        if tag == "pre":
            self.code_depth = max(self.code_depth - 1, 0)

    def handle_data(self, data: str) -> None:
        if self.skipped:
            return
        if self.code_depth:
            room = MAX_CODE_TOKENS - self.code_tokens
            if room <= 0:
                return
            words = 0
            for words, word in enumerate(_CODE_WORD.finditer(data), 1):
                if words > room:
                    data = data[: word.start()]
                    break
            self.code_tokens += words
        self.pieces.append(data)


def plain_text(html: str) -> str:
    """Return what is read in ``html``, one block a line; of code blocks the first 3,000 words."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = _SPACES.sub(" ", "".join(reader.pieces))
    return nfc(_BREAKS.sub("\n", text).strip())
