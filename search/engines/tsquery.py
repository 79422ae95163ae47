"""Queries in the language of PostgreSQL's words: quoted, so that nothing typed is a sign of it."""

from collections.abc import Sequence

from search.engines.entries import Asked
from search.plan import Alternative, Group
from search.schema.postgres import KIND_SIGN, LONGEST_KEY


def query_of(asked: Asked, kind: str) -> str:
    """Return the query of all that is asked; with ``kind`` only of entries that carry its sign."""
    parts = [quoted(KIND_SIGN + kind)] if kind else []
    parts += [_any(group) for group in asked.every]
    if asked.some:
        parts.append(some_of(asked.some))
    if asked.excluded:
        parts.append(f"!{some_of(asked.excluded)}")
    return " & ".join(parts)


def some_of(groups: Sequence[Group]) -> str:
    """Return the query of any of ``groups``."""
    return f"({' | '.join(_any(group) for group in groups)})"


def _any(group: Group) -> str:
    return _either(group.alternatives)


def _either(alternatives: Sequence[Alternative]) -> str:
    return f"({' | '.join(_all(one) for one in alternatives if one.tokens) or _NOTHING})"


def _all(alternative: Alternative) -> str:
    tokens = [quoted(token) for token in alternative.tokens]
    return tokens[0] if len(tokens) == 1 else f"({' & '.join(tokens)})"


_NOTHING = "'^'"
"""A word that no entry has."""


def quoted(token: str) -> str:
    """Return ``token`` as a word of a tsquery, whatever signs are in it."""
    plain = token.replace("\0", "")
    if not plain or len(plain.encode()) > LONGEST_KEY:
        return _NOTHING
    return "'" + plain.replace("\\", "\\\\").replace("'", "''") + "'"
