"""What is offered while somebody types: words, titles, people and tags that begin so.

No analyser is asked, so a letter costs some milliseconds. Letters are compared as they are typed,
one a stroke, so that a syllable need not be complete: 페이지넹 is on the way to 페이지네이션.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.db.models.functions import Length

from accounts.models import User
from accounts.querysets import UserQuerySet
from blog.models import Post, Tag
from search.analysis import normalize
from search.generations import document_model, live_slot
from search.hangul import (
    choseong_of,
    damerau,
    hangul_to_keys,
    has_hangul,
    is_choseong,
    keys_to_hangul,
    to_jamo,
)
from search.models import PopularQuery
from search.querysets import people_listed_to
from search.vocabulary import Vocabulary, Word
from search.vocabulary.stored import beginning

WORDS_SHOWN = 8
SHOWN = 3  # of titles, people and tags each
QUERY_MAX_LENGTH = 60  # code points; longer ones are texts that were pasted
LOOKED_AT = 40
LEAST_FOR_TITLES, LEAST_FOR_NAMES = 3, 2  # letters
LEAST_FOR_REPAIR = 4
JOINED_WEIGHT = 0.5
SEARCH_WEIGHT = 5
"""What was searched and found once counts as much as a word in so many texts."""


@dataclass(frozen=True)
class Suggestions:
    """What may be meant: words to search, and things to go to."""

    words: tuple[str, ...] = ()
    titles: tuple[Post, ...] = ()
    people: tuple[User, ...] = ()
    tags: tuple[Tag, ...] = ()


def suggest(query: str, *, viewer: User | AnonymousUser) -> Suggestions:
    """Return what ``viewer`` may mean by the beginning ``query``; at most six queries, mostly five.

    Words are those of public documents; titles, people and tags what lists would show ``viewer``.
    """
    text = " ".join(normalize(query).split())
    text = "".join(one for one in text if one.isprintable())  # no NUL, no half of a pair
    if not text or len(text) > QUERY_MAX_LENGTH:
        return Suggestions()
    slot = live_slot()
    # After a space the last word is complete and the next one has not begun.
    is_open = not query[-1:].isspace()
    words = _words(text, Vocabulary(slot)) if is_open else ()
    jamo = to_jamo(text)
    if is_choseong(text):
        return Suggestions(words=words)
    documents = document_model(slot).objects
    return Suggestions(
        words=words,
        titles=_titles(documents.listed_to(viewer, "post"), jamo),
        # Whether people and tags may be shown their own rows say, without asking twice.
        people=_people(people_listed_to(viewer), documents.of_kind("person"), jamo, text),
        tags=_tags(documents.of_kind("tag"), jamo, text),
    )


# Words ------------------------------------------------------------------------------------------


def _words(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return ``text`` with its last word completed, and what others searched that begins so."""
    before, _space, last = text.rpartition(" ")
    scores: dict[str, float] = {}
    for query, count in _searched(text):
        scores[query] = SEARCH_WEIGHT * count
    for word in _completions(last, vocabulary):
        whole = f"{before} {word.term}" if before else word.term
        weight = word.weight * JOINED_WEIGHT if word.is_joined else word.weight
        scores[whole] = scores.get(whole, 0) + weight
    scores.pop(text, None)
    ranked = sorted(scores, key=lambda one: (-scores[one], len(one), one))
    return tuple(ranked[:WORDS_SHOWN])


def _searched(text: str) -> Iterable[tuple[str, int]]:
    column, start = (
        ("choseong", choseong_of(text)) if is_choseong(text) else ("jamo", to_jamo(text))
    )
    rows = beginning(PopularQuery.objects.all(), column, start).order_by("-count", "query")
    return rows.values_list("query", "count")[:WORDS_SHOWN]


def _completions(word: str, vocabulary: Vocabulary) -> list[Word]:
    if is_choseong(word):
        return _offered(vocabulary.by_choseong(choseong_of(word), LOOKED_AT))
    found = _offered(vocabulary.starting_with(to_jamo(word), LOOKED_AT))
    return found or _offered(_other_keyboard(word, vocabulary)) or _repaired(word, vocabulary)


def _other_keyboard(word: str, vocabulary: Vocabulary) -> list[Word]:
    """Return words for what the same keys write in the other language."""
    if has_hangul(word):
        return vocabulary.starting_with(hangul_to_keys(word), LOOKED_AT)
    if word.isascii() and word.isalpha():
        return vocabulary.starting_with(to_jamo(keys_to_hangul(word)), LOOKED_AT)
    return []


def _repaired(word: str, vocabulary: Vocabulary) -> list[Word]:
    """Return words that begin like ``word`` but for one letter."""
    jamo = to_jamo(word)
    if len(jamo) < LEAST_FOR_REPAIR:
        return []
    near = _offered(vocabulary.near(word, LOOKED_AT))
    close = [(damerau(jamo, one.jamo, 2), one) for one in near]
    return [one for distance, one in close if distance <= (1 if len(jamo) < 6 else 2)]


def _offered(words: Iterable[Word]) -> list[Word]:
    """Leave out what is no word to a person: pieces of one, debris of parsing, single letters."""
    return [
        word
        for word in words
        if (len(word.term) > 1 or has_hangul(word.term))
        and not word.term.isdigit()
        and (not word.is_joined or word.df > 1 or word.title_df)
    ]


# Things -----------------------------------------------------------------------------------------


def _titles(documents: QuerySet, jamo: str) -> tuple[Post, ...]:
    if len(jamo) < LEAST_FOR_TITLES:
        return ()
    rows = beginning(documents, "title_jamo", jamo).order_by("-published_at", "-object_id")
    posts = Post.objects.filter(pk__in=rows.values("object_id")[:SHOWN])
    # Two tables have sixty columns; naming them all takes longer than finding three rows.
    lean = posts.select_related("author").only(
        "kind", "slug", "title", "author__handle", "author__display_name"
    )
    return tuple(lean.newest_first())


def _people(listed: UserQuerySet, documents: QuerySet, jamo: str, text: str) -> tuple[User, ...]:
    rows = _named(documents, jamo, text.removeprefix("@"))
    if rows is None:
        return ()
    people = listed.filter(pk__in=rows)
    return tuple(people.order_by("-follower_count", "handle_key").for_byline()[:SHOWN])


def _tags(documents: QuerySet, jamo: str, text: str) -> tuple[Tag, ...]:
    rows = _named(documents, jamo, text.removeprefix("#"))
    if rows is None:
        return ()
    tags = Tag.objects.used().filter(pk__in=rows)
    return tuple(
        tags.annotate(length=Length("name")).order_by("-post_count", "length", "key")[:SHOWN]
    )


def _named(documents: QuerySet, jamo: str, key: str) -> QuerySet | None:
    """Return the keys of those whose name begins with ``jamo`` or whose handle or key with ``key``."""
    if len(jamo) < LEAST_FOR_NAMES or not key:
        return None
    # Two ways by two indexes; one condition with OR would read all of the kind.
    by_name = beginning(documents, "title_jamo", to_jamo(key)).values("object_id")
    by_key = beginning(documents, "key", key).values("object_id")
    return by_name.union(by_key)
