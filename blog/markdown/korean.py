"""Emphasis that closes before a Korean particle.

CommonMark decides whether `**` opens or closes by looking at the two characters beside it. The
rule assumes words separated by spaces, so in `**장고(Django)**를` the closing run, standing between
`)` and a particle, counts as neither and the stars stay in the text. Here a CJK neighbour helps a
run to open or close exactly as punctuation would, and never hinders it.

Sources: CommonMark 0.31.2, section 6.2 (left- and right-flanking runs); Unicode UAX #11 (East
Asian Width); the discussion in commonmark-spec issue 650.
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token

# Conjoining jamo are "neutral" in UAX #11, yet they are Hangul.
_HANGUL_JAMO = ((0x1100, 0x11FF), (0xA960, 0xA97F), (0xD7B0, 0xD7FF))
# Wide characters in these blocks are emoji and symbols, which no particle is glued to.
_EMOJI_BLOCKS = ((0x2300, 0x2BFF), (0x1F000, 0x1FAFF))
_CURLY_QUOTES = "‘’“”"


def is_hangul(character: str) -> bool:
    """Whether one character is Hangul: a syllable, a conjoining or a compatibility jamo."""
    return (
        "가" <= character <= "힣"
        or "ㄱ" <= character <= "ㆎ"
        or any(low <= ord(character) <= high for low, high in _HANGUL_JAMO)
    )


@lru_cache(maxsize=4096)
def is_cjk(character: str) -> bool:
    """Whether one character is Hangul, Han, kana or CJK punctuation (emoji are not)."""
    code = ord(character)
    if code < 0x1100:
        return False
    if any(low <= code <= high for low, high in _HANGUL_JAMO):
        return True
    if any(low <= code <= high for low, high in _EMOJI_BLOCKS):
        return False
    return unicodedata.east_asian_width(character) in ("W", "F", "H")


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


class KoreanStateInline(StateInline):
    """Inline state whose delimiter runs may touch CJK text."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        """Say whether the run at `start` may open or close.

        `canSplitWord` is false for `_` alone; that mark keeps the strict rule, so snake_case in
        the middle of a Korean sentence stays text.
        """
        marker = self.src[start]
        end = start
        while end < self.posMax and self.src[end] == marker:
            end += 1
        # The edges of the text count as spaces.
        before, before_is_cjk = self._character_before(start)
        after = self.src[end] if end < self.posMax else " "

        if isWhiteSpace(ord(before)) or isWhiteSpace(ord(after)):
            opens = not isWhiteSpace(ord(after))
            closes = not isWhiteSpace(ord(before))
            return Scanned(opens, closes, end - start)

        opens = _is_punctuation(before)
        closes = _is_punctuation(after)
        if canSplitWord:
            beside_cjk = before_is_cjk or is_cjk(after)
            # Read before the next line changes them: both rules look at the same neighbours.
            after_is_punctuation, before_is_punctuation = closes, opens
            opens = opens or beside_cjk or not after_is_punctuation
            closes = closes or beside_cjk or not before_is_punctuation
        return Scanned(opens, closes, end - start)

    def _character_before(self, start: int) -> tuple[str, bool]:
        """The character before `start`, seen through a variation selector, and "is it CJK"."""
        if start == 0:
            return " ", False
        before = self.src[start - 1]
        if "\U000e0100" <= before <= "\U000e01ef":
            return before, True  # an ideographic variation selector follows only ideographs
        if "\ufe00" <= before <= "\ufe0e" and start > 1:
            base = self.src[start - 2]
            if not isWhiteSpace(ord(base)):
                # U+FE01 asks for the full-width form of a curly quotation mark.
                is_wide_quote = before == "\ufe01" and base in _CURLY_QUOTES
                return base, is_cjk(base) or is_wide_quote
        return before, is_cjk(before)


class KoreanParserInline(ParserInline):
    """Inline parser that works on `KoreanStateInline`."""

    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        """Parse one paragraph's text into `tokens` and return them."""
        state = KoreanStateInline(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class KoreanMarkdownIt(MarkdownIt):
    """MarkdownIt with the Korean inline parser."""

    def __init__(
        self, config: str = "commonmark", options: Mapping[str, Any] | None = None, **extra: Any
    ) -> None:
        super().__init__(config, options, **extra)
        self.inline = KoreanParserInline()
        # A fresh inline parser has every rule on; apply the preset to it once more.
        self.configure(config, options)
