"""What a query means, as every engine understands it: words of tokens, joined by AND, OR and NOT.

Tokens are what ``search.analysis`` makes: lower case, without spaces. Some have a sign before them:

    ^word     stands in a title
    ~stem     stem of a Latin word (English or Spanish)
    #key      the post has this tag (``exact_token``)
    @handle   is by this person (``exact_token``)

No engine knows Korean; what one must know beyond tokens (weights, rarity) is a number here.
"""

from dataclasses import dataclass, field
from datetime import datetime

TYPED, MEANT = 0, 1
"""Tiers of alternatives: what was typed (or corrected), and what means the same (synonyms)."""


@dataclass(frozen=True)
class Alternative:
    """One way to say a word: all of ``tokens``; ``boost`` scales its part of the score."""

    tokens: tuple[str, ...]
    boost: float = 1.0
    tier: int = TYPED


@dataclass(frozen=True)
class Group:
    """One word of the query: any of ``alternatives``.

    ``df``: about how many public documents say it (the largest of its alternatives, at least 0).
    ``idf``: how much it says, ≥ 0. What is not required only lifts the score; a filter
    (``tag:``, ``author:``) is required and never scored.
    """

    label: str
    alternatives: tuple[Alternative, ...]
    is_required: bool = True
    is_filter: bool = False
    df: int = 0
    idf: float = 1.0


@dataclass(frozen=True)
class Plan:
    """A whole query.

    ``text`` is what was typed, cleaned. ``corrected`` is what is searched instead, as a person would
    type it (empty: nothing was corrected); ``literal`` is then the plan of what was typed.
    ``suggestions`` are other queries worth offering when there are no hits (did you mean).
    ``phrases`` must stand in title or text word for word (white space and case aside).
    ``is_empty``: nothing to search and no filter.
    """

    text: str
    groups: tuple[Group, ...] = ()
    excluded: tuple[Group, ...] = ()
    phrases: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    after: datetime | None = None
    before: datetime | None = None
    corrected: str = ""
    literal: "Plan | None" = None
    suggestions: tuple[str, ...] = ()
    explain: tuple[str, ...] = field(default=(), compare=False)

    @property
    def required(self) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if group.is_required)

    @property
    def scored(self) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if not group.is_filter)

    @property
    def has_words(self) -> bool:
        """Whether anything can be ranked; filters alone are listed newest first."""
        return bool(self.scored)

    @property
    def is_empty(self) -> bool:
        return not (
            self.groups
            or self.excluded
            or self.phrases
            or self.languages
            or self.after
            or self.before
        )


def exact_token(sign: str, key: str) -> str:
    """Return the token of a whole tag key or handle: letters and digits stay, others as ``_hex_``.

    ``exact_token("#", "c++")`` is ``"#c_2b__2b_"``.
    """
    return sign + "".join(one if one.isalnum() else f"_{ord(one):x}_" for one in key)
