"""Plain text out of what is stored, in portions that a provider takes, and back in its places.

Blocks of code stay at home; a word of code within a sentence goes along, for the sentence's sake.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from blog.models import Comment, Post
from blog.translating.base import NONSENSE, Provider, ProviderFailed
from config.services import Service
from config.text import INVISIBLE, clean, clean_line, is_blank

MOST_CHARACTERS = 40_000
"""Longer texts are not translated: they would take longer than anybody waits."""

HEADING, ITEM, TEXT = "heading", "item", "text"
PARAGRAPH = "\n\n"
CELL = " · "

_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6 summary".split())
_ITEMS = frozenset("li dt dd".split())
_BLOCKS = (
    _HEADINGS
    | _ITEMS
    | frozenset(
        "p div section blockquote ul ol dl details figure figcaption table caption thead tbody tfoot "
        "tr hr".split()
    )
)
_CELLS = frozenset("td th".split())
_VOID = frozenset("br hr img input wbr".split())
_LEFT_OUT_TAGS = frozenset("pre rt rp".split())
_LEFT_OUT_CLASSES = frozenset("code-block footnote-backref".split())
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)]*\s+|[。！？]+[」』]*\s*")
_ADDRESS = re.compile(r"https?://\S+|@[\w.-]+")
_BLANK_LINES = re.compile(r"\s*\n\s*")


@dataclass(frozen=True)
class Block:
    """A paragraph, an item of a list or a heading; ``\\n`` is a line break."""

    kind: str
    text: str


@dataclass(frozen=True)
class Original:
    """What is to be translated of one thing, and the name of exactly this text."""

    language: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def texts(self) -> list[str]:
        return [self.title] * bool(self.title) + [block.text for block in self.blocks]

    @property
    def sent(self) -> list[str]:
        """The texts with words in them; smileys and addresses stay as they are."""
        return [text for text in self.texts if has_words(text)]

    @property
    def characters(self) -> int:
        """What is sent, as providers count: code points."""
        return sum(map(len, self.sent))

    @property
    def text_hash(self) -> str:
        """The same for the same text in the same language, and for no other."""
        parts = [self.language, self.title, *(block.text for block in self.blocks)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def has_words(text: str) -> bool:
    """Return whether there is anything to translate in ``text``."""
    return any(character.isalpha() for character in _ADDRESS.sub("", text))


def base_language(code: str) -> str:
    """Return what is left of ``es-MX`` without its region."""
    return code.replace("_", "-").split("-")[0].lower()


def original_of(subject: Post | Comment, *, is_card: bool = False) -> Original:
    """Return what is to be translated of a post or comment; of an article's card what it shows."""
    language = base_language(subject.language)
    if isinstance(subject, Comment):
        return Original(language, "", tuple(blocks_of(subject.html)))
    if is_card and not subject.is_note:
        summary = [Block(TEXT, subject.summary)] if subject.summary else []
        return Original(language, subject.title, tuple(summary))
    return Original(language, subject.title, tuple(blocks_of(subject.html)))


# Plain text ---------------------------------------------------------------------------------------


class _Blocks(HTMLParser):
    """Collects the prose of stored HTML, which is clean and well-formed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Block] = []
        self.open: list[str] = []
        self.words = ""
        self.left_out = 0
        self.has_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = set((dict(attrs).get("class") or "").split())
        if self.left_out or tag in _LEFT_OUT_TAGS or names & _LEFT_OUT_CLASSES:
            if tag not in _VOID:
                self.left_out += 1
        elif tag == "br":
            self.words += "\n"
        elif tag in _CELLS:
            self.words += CELL * self.has_cell
            self.has_cell = True
        elif tag in _BLOCKS:
            self.end_block()
            if tag not in _VOID:
                self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.left_out:
            self.left_out -= tag not in _VOID
        elif tag in _BLOCKS:
            self.end_block()
            if tag in self.open:
                while self.open.pop() != tag:
                    pass

    def handle_data(self, data: str) -> None:
        if not self.left_out:
            self.words += re.sub(r"\s+", " ", data)

    def end_block(self) -> None:
        lines = [" ".join(line.split()) for line in self.words.split("\n")]
        text = "\n".join(line for line in lines if line)
        self.words, self.has_cell = "", False
        if text and not is_blank(text.replace(CELL.strip(), "")):
            self.found.append(Block(self.kind(), text))

    def kind(self) -> str:
        names = set(self.open)
        return HEADING if names & _HEADINGS else ITEM if names & _ITEMS else TEXT


def blocks_of(html: str) -> list[Block]:
    """Return the prose of stored HTML, a block each; without code, pictures and ways back."""
    parser = _Blocks()
    parser.feed(html)
    parser.close()
    parser.end_block()
    return parser.found


# Portions -----------------------------------------------------------------------------------------


def pieces(text: str, limit: int) -> Iterator[tuple[str, str]]:
    """Yield ``text`` in pieces of at most ``limit`` characters, each with the space after it.

    Cut after a line or a sentence, else between words, else where it must be.
    """
    text = text.strip()
    while len(text) > limit:
        piece = text[: _place_to_cut(text, limit)].rstrip()
        rest = text[len(piece) :]
        text = rest.lstrip()
        yield piece, rest[: len(rest) - len(text)]
    if text:
        yield text, ""


def _place_to_cut(text: str, limit: int) -> int:
    head = text[:limit]
    ends = [head.rfind("\n") + 1]
    ends += [match.end() for match in _SENTENCE_END.finditer(head)]
    best = max((end for end in ends if end >= limit // 2), default=0)
    return best or head.rfind(" ") + 1 or limit


def portions(texts: list[str], most_texts: int, most_characters: int) -> Iterator[list[str]]:
    """Yield ``texts`` in lists that keep to both limits; each text keeps to the second already."""
    portion: list[str] = []
    characters = 0
    for text in texts:
        if portion and (len(portion) == most_texts or characters + len(text) > most_characters):
            yield portion
            portion, characters = [], 0
        portion.append(text)
        characters += len(text)
    if portion:
        yield portion


# The whole way ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Translated:
    title: str
    text: str
    """The blocks in the order of the original's, with a blank line between."""


class TranslationStopped(Exception):
    """A provider failed on the way; ``spent`` characters may have been counted by it."""

    def __init__(self, failure: ProviderFailed, spent: int):
        super().__init__(str(failure))
        self.reason = failure.reason
        self.detail = failure.detail
        self.spent = spent


def translate_original(
    original: Original, target: str, provider: Provider, seconds: float
) -> Translated:
    """Ask ``provider`` for ``original`` in ``target``. Raises TranslationStopped."""
    cut = [list(pieces(text, provider.most_characters)) for text in original.sent]
    waiting = [piece for text in cut for piece, _after in text]
    answers: list[str] = []
    spent = 0
    try:
        with Service(seconds) as service:
            for portion in portions(waiting, provider.most_texts, provider.most_characters):
                size = sum(map(len, portion))
                try:
                    answers += provider.translate(service, portion, original.language, target)
                except ProviderFailed as failure:
                    spent += size * failure.was_sent
                    raise
                spent += size
        return _put_together(original, cut, answers)
    except ProviderFailed as failure:
        raise TranslationStopped(failure, spent) from failure


def _put_together(
    original: Original, cut: list[list[tuple[str, str]]], answers: list[str]
) -> Translated:
    left = iter(answers)
    whole = ["".join(next(left).strip() + after for _piece, after in text) for text in cut]
    found = [_BLANK_LINES.sub("\n", INVISIBLE.sub("", clean(text)).strip()) for text in whole]
    if any(map(is_blank, found)):
        raise ProviderFailed(NONSENSE, "no text that can be seen", was_sent=True)
    if found == original.sent:
        raise ProviderFailed(NONSENSE, "the text itself", was_sent=True)
    translated = iter(found)
    texts = [next(translated) if has_words(text) else text for text in original.texts]
    title = clean_line(texts.pop(0)) if original.title else ""
    return Translated(title, PARAGRAPH.join(texts))


def beside(original: Original, text: str) -> list[Block]:
    """Return the stored translation ``text`` of ``original`` with the kinds of its blocks."""
    texts = text.split(PARAGRAPH) if text else []
    kinds = [block.kind for block in original.blocks]
    if len(texts) != len(kinds):
        kinds = [TEXT] * len(texts)
    return [Block(kind, one) for kind, one in zip(kinds, texts, strict=True)]
