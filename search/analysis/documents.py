"""All tokens of one document, as the engines store them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from search.analysis.texts import normalize
from search.analysis.units import MAX_TOKEN, Analyzer, Unit
from search.hangul import is_syllable
from search.models.terms import TERM_MAX_LENGTH
from search.plan import exact_token

MAX_TOKENS = 20_000
"""Of one document; what follows is not indexed."""

MAX_ACROSS = 16
"""Words on both sides of a space are also one word up to so many code points."""

CHUNK = 2_000
"""Texts are analysed in pieces of about so many characters, cut between lines where possible."""

SIGNS = "^~#@"


@dataclass(frozen=True)
class DocumentTokens:
    """Tokens of a document by field, separated by single spaces, in the order of the text.

    ``count`` is how many there are in all. ``words`` are the words that the vocabulary counts, each
    with whether it was joined of several; ``title_words`` those of them that stand in the title.
    The names of authors are not among them: a vocabulary that counts a person's posts says nothing.
    """

    title: str = ""
    body: str = ""
    tags: str = ""
    author: str = ""
    count: int = 0
    words: dict[str, bool] = field(default_factory=dict)
    title_words: set[str] = field(default_factory=set)


class _Field:
    """Gathers the tokens of a field, and which of them are words."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.tokens: list[str] = []
        self.words: dict[str, bool] = {}

    def add(self, token: str, *, is_joined: bool = False) -> bool:
        """Take in a token; return whether there is room for more."""
        if len(self.tokens) >= self.room:
            return False
        self.tokens.append(token)
        known = self.words.get(token)
        # What was a word of its own once, as most are, stays one.
        if known is not False and token[0] not in SIGNS and len(token) <= TERM_MAX_LENGTH:
            self.words[token] = is_joined
        return True

    def add_unit(self, unit: Unit) -> bool:
        """Take in the tokens of a word; return whether there is room for more."""
        if len(unit.tokens) == 1:
            return self.add(unit.tokens[0])
        may_join = unit.kind in {"noun", "verb"}
        for token in unit.tokens:
            if not self.add(token, is_joined=may_join and token not in unit.parts):
                return False
        return True


def across(left: Unit, right: Unit, between: str) -> tuple[str, ...]:
    """Return the tokens of two neighbouring words as if nothing stood ``between`` them.

    한글 맞춤법 is also 한글맞춤법, HTML 5 is html5, C언어 is c언어.
    """
    if between not in {"", " "}:
        return ()
    if left.kind == "noun" and right.kind == "noun" and between:
        pairs: tuple[str, ...] = (left.parts[-1] + right.parts[0], left.joined + right.joined)
        if not (left.joined and right.joined):
            pairs = pairs[:1]
    elif left.kind == "noun" and right.kind == "verb" and _is_nominal(right):
        pairs = (left.joined + right.surface,) if left.joined else ()
    elif (
        (left.kind == "number" and right.kind == "noun")
        or (left.kind == "latin" and right.kind == "number" and between)
        or (left.kind == "latin" and right.kind == "noun" and not between)
    ):
        pairs = (left.joined + right.joined,) if right.joined else ()
    else:
        return ()
    return tuple(dict.fromkeys(pair for pair in pairs if len(pair) <= MAX_ACROSS))


def _is_nominal(unit: Unit) -> bool:
    last = unit.surface[-1]
    return len(unit.surface) > 1 and (
        last == "기" or (is_syllable(last) and (ord(last) - ord("가")) % 28 == 16)
    )


LONGEST_WORD = 200
"""What has no space for longer is cut: analysers take the square of its length."""

_ENDLESS = re.compile(rf"(\S{{{LONGEST_WORD}}})(?=\S)")


def chunks_of(text: str) -> Iterator[str]:
    """Yield ``text`` in pieces that an analyser reads at once."""
    text = _ENDLESS.sub(r"\1 ", text)
    start = 0
    while start < len(text):
        end = start + CHUNK
        if end < len(text):
            cut = max(text.rfind("\n", start, end), text.rfind(". ", start, end) + 1)
            if cut <= start + CHUNK // 4:
                cut = text.rfind(" ", start, end)
            if cut > start:
                end = cut
        yield text[start:end]
        start = end


def _read(text: str, analyzer: Analyzer) -> Iterator[tuple[str, list[Unit]]]:
    """Yield the pieces of ``text`` and the words of each."""
    for chunk in chunks_of(normalize(text)):
        yield chunk, analyzer.units(chunk)


@lru_cache(maxsize=8_192)
def _read_name(name: str, analyzer: Analyzer) -> tuple[tuple[str, list[Unit]], ...]:
    # Few people write many posts, and few tags stand on most of them.
    return tuple(_read(name, analyzer))


def _fill(place: _Field, pieces: Iterable[tuple[str, list[Unit]]]) -> None:
    """Add the tokens of a text that was read."""
    for chunk, units in pieces:
        before: Unit | None = None
        for unit in units:
            if before is not None and unit.start - before.end <= 1:
                for token in across(before, unit, chunk[before.end : unit.start]):
                    place.add(token, is_joined=True)
            if not place.add_unit(unit):
                return
            before = unit


def _fill_name(place: _Field, name: str, analyzer: Analyzer) -> None:
    """Add the tokens of a short name: as analysed, and its words as they are written.

    Names are read without context, so an analyser alone is not to be trusted.
    """
    _fill(place, _read_name(name, analyzer))
    for word in normalize(name).replace("_", " ").split():
        written = "".join(one for one in word if one.isalnum())[:MAX_TOKEN]
        if written and written not in place.words:
            place.add(written)


def document_tokens(
    title: str,
    body: str,
    tags: Iterable[tuple[str, str]] = (),
    author: tuple[str, str] | None = None,
    *,
    analyzer: Analyzer | None = None,
) -> DocumentTokens:
    """Return the tokens of a document of plain texts.

    ``tags`` are pairs of name and key, ``author`` is display name and handle key; each also gives
    its exact token. Without ``analyzer`` the one of the site is used.
    """
    if analyzer is None:
        from search.analysis import get_analyzer

        analyzer = get_analyzer()
    in_title, in_tags, in_author = _Field(MAX_TOKENS), _Field(MAX_TOKENS), _Field(MAX_TOKENS)
    _fill(in_title, _read(title, analyzer))
    for name, key in tags:
        _fill_name(in_tags, name, analyzer)
        in_tags.add(exact_token("#", key))
    if author:
        name, handle_key = author
        _fill_name(in_author, name, analyzer)
        _fill_name(in_author, handle_key, analyzer)
        in_author.add(exact_token("@", handle_key))
    others = len(in_title.tokens) * 2 + len(in_tags.tokens) + len(in_author.tokens)
    in_body = _Field(max(MAX_TOKENS - others, 0))
    _fill(in_body, _read(body, analyzer))
    words: dict[str, bool] = {}
    for place in (in_title, in_tags, in_body):
        for word, is_joined in place.words.items():
            words[word] = words.get(word, True) and is_joined
    return DocumentTokens(
        title=_stored([*in_title.tokens, *(f"^{token}" for token in _once(in_title.tokens))]),
        body=_stored(in_body.tokens),
        tags=_stored(_once(in_tags.tokens)),
        author=_stored(_once(in_author.tokens)),
        count=others + len(in_body.tokens),
        words=words,
        title_words=set(in_title.words),
    )


def _once(tokens: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(tokens))


def _stored(tokens: Iterable[str]) -> str:
    return " ".join(tokens)
