"""`#태그` becomes a link to the tag's page.

A tag is letters, digits, marks and `_` of any script, at most 30 characters as people count them,
not digits alone (`#1` is a number). It stands at the beginning, after a space or after punctuation
other than `/`, `&` and `#`. A particle glued to it is a part of it: only the writer can tell.
"""

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from config.text import count_graphemes

from .mentions import is_word_character

#: Longest tag, in grapheme clusters.
MAX_TAG_LENGTH = 30
# Marks stack; this bounds the scan, not the tag.
_MAX_RUN = 8 * MAX_TAG_LENGTH
_NOT_BEFORE = frozenset("/&#_")


def scan_tag(text: str, at: int, limit: int | None = None) -> int | None:
    """Return the end of the tag whose `#` is at `at`, or None if there is none."""
    limit = len(text) if limit is None else limit
    if at and (is_word_character(text[at - 1]) or text[at - 1] in _NOT_BEFORE):
        return None
    end = at + 1
    while end < limit and (text[end] == "_" or is_word_character(text[end])):
        end += 1
        if end - at - 1 > _MAX_RUN:
            return None
    name = text[at + 1 : end]
    if not any(character.isalpha() for character in name):
        return None
    return end if count_graphemes(name) <= MAX_TAG_LENGTH else None


def _hashtag_rule(state: StateInline, silent: bool) -> bool:
    """Inline rule at `#`."""
    if state.src[state.pos] != "#" or state.linkLevel > 0:
        return False
    end = scan_tag(state.src, state.pos, state.posMax)
    if end is None:
        return False
    if not silent:
        token = state.push("hashtag", "", 0)
        token.content = state.src[state.pos : end]
    state.pos = end
    return True


def hashtags_plugin(md: MarkdownIt) -> None:
    """Install the rule."""
    md.inline.ruler.push("hashtag", _hashtag_rule)
