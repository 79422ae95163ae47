"""Groups that filter and are never scored: by tag and author."""

from collections.abc import Iterable

from search.plan import Alternative, Group
from search.planning.operators import Parts
from search.planning.people import author_tokens, tag_token, tags_named


def filter_groups(parts: Parts) -> tuple[list[Group], list[Group]]:
    """Return what ``tag:`` and ``author:`` demand and what ``-tag:`` and ``-author:`` refuse.

    Every tag must be there; of several people any may have written it.
    """
    required = [_tag_group(name) for name in dict.fromkeys(parts.tags)]
    if parts.authors:
        tokens = [token for name in parts.authors for token in author_tokens(name)]
        required.append(_any_of(", ".join(parts.authors), tokens))
    excluded = [_tag_group(name) for name in dict.fromkeys(parts.excluded_tags)]
    for name in dict.fromkeys(parts.excluded_authors):
        excluded.append(_any_of(name, author_tokens(name)))
    return required, excluded


def scope_groups(scope: str, words: list[str]) -> list[Group]:
    """Return the filters of words that all are looked for among authors, or among tags.

    First as one name, then as the beginnings of names.
    """
    whole = " ".join(words)
    if scope == "author":
        return [_any_of(whole, author_tokens(whole, is_beginning=True))]
    token, count = tag_token(whole.lstrip("#"))
    if count:
        return [Group(whole, (Alternative((token,)),), is_filter=True, df=count)]
    names = [(word, word.lstrip("#")) for word in words]
    return [_any_of(word, tags_named(bare) or [tag_token(bare)[0]]) for word, bare in names]


def _tag_group(name: str) -> Group:
    token, count = tag_token(name)
    return Group(name, (Alternative((token,)),), is_filter=True, df=count)


def _any_of(label: str, tokens: Iterable[str]) -> Group:
    alternatives = tuple(Alternative((token,)) for token in dict.fromkeys(tokens))
    return Group(label, alternatives, is_filter=True)
