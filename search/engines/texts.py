"""PostgreSQL's functions of texts: whether padded tokens are said, how often, and where."""

from search.engines.entries import Asked
from search.plan import MEANT, Alternative, Group

SCORED_WAYS = 4  # of saying one word; the best ones
TITLE, LABELS, SATURATION, USUAL_LENGTH = 5, 3, 1.2, 230
MEANT_BOOST = 0.5


def score_of(asked: Asked, *, has_body: bool = True) -> tuple[str, list]:
    """Return an expression of the rank of what is ``told``, and its parameters.

    Without ``has_body`` texts count as if they said every word once: titles and labels, which lie
    in the row itself, make the difference.
    """
    parts: list[str] = []
    values: list[float | str] = []
    for group in asked.scored:
        found = (_way(one, has_body=has_body) for one in group.alternatives)
        ways = sorted(filter(None, found), key=lambda way: -way[0])
        if not ways:
            continue
        parts.append(
            f"%s * greatest({', '.join(f'%s * {sql}' for _boost, sql, _v in ways[:SCORED_WAYS])})"
        )
        values.append(max(group.idf, 0.01))
        for boost, _sql, tokens in ways[:SCORED_WAYS]:
            values += [boost, *tokens]
    return f"({' + '.join(parts) or '0'})", values


def _way(alternative: Alternative, *, has_body: bool) -> tuple[float, str, list[str]] | None:
    """Return weight, expression and parameters of one way to say a word: 0 where it is not said."""
    tokens = [_padded(token) for token in alternative.tokens]
    if not tokens:
        return None
    in_body = "(cardinality(string_to_array(body, %s)) - 1)" if has_body else "1"
    often = (
        f"({TITLE} * (strpos(title, %s) > 0)::int + {LABELS} * (strpos(labels, %s) > 0)::int"
        f" + {in_body} / length)"
    )
    # x / (x + s), with x said once.
    sure = f"(1 - {SATURATION}::float8 / ({often} + {SATURATION}))"
    weight = alternative.boost * (MEANT_BOOST if alternative.tier == MEANT else 1.0)
    values = [token for token in tokens for _ in range(3 if has_body else 2)]
    return weight, f"least({', '.join([sure] * len(tokens))})", values


def says(group: Group) -> tuple[str, list[str]]:
    """Return the condition that the text ``said`` has the word, and its parameters."""
    ways = [one for one in group.alternatives if one.tokens]
    conditions = [" AND ".join(["strpos(said, %s) > 0"] * len(one.tokens)) for one in ways]
    tokens = [_padded(token) for one in ways for token in one.tokens]
    return f"({' OR '.join(f'({one})' for one in conditions) or 'false'})", tokens


def says_all(asked: Asked) -> tuple[str, list[str]]:
    """Return the condition that ``said`` has the words, one of them where one will do."""
    words = [group for group in (*asked.every, *asked.some) if not group.is_filter]
    conditions = [says(group) for group in words]
    joined = (" OR " if asked.some else " AND ").join(sql for sql, _tokens in conditions)
    return f"({joined or 'false'})", [token for _sql, tokens in conditions for token in tokens]


def _padded(token: str) -> str:
    return f" {token.replace(chr(0), '')} "
