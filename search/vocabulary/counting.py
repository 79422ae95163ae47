"""Counting how many public documents say a word, in the transaction that stores the document."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import QuerySet

from search.generations import document_model, table_of, term_model
from search.hangul import choseong_of, to_jamo
from search.models import Document
from search.models.terms import TERM_MAX_LENGTH
from search.vocabulary.grams import grams_of
from search.vocabulary.words import ALL, TermChange

SIGNS = "^~#@"
AT_ONCE = 500
READ_AT_ONCE = 500
COUNTED_COLUMNS = ("title_tokens", "body_tokens", "tag_tokens")


def words_of(document: Document | None) -> dict[str, bool]:
    """Return {word: whether it stands in the title} of what ``document`` teaches the vocabulary.

    Nothing if not everybody may read it. Tokens with a sign, and too long ones, are no words.
    The name of a post's author belongs to the person's own document.
    """
    if document is None or not document.is_counted:
        return {}
    words = dict.fromkeys(_plain(f"{document.body_tokens} {document.tag_tokens}"), False)
    words.update(dict.fromkeys(_plain(document.title_tokens), True))
    words[ALL] = False
    return words


def _plain(tokens: str) -> Iterator[str]:
    return (
        token for token in tokens.split() if token[0] not in SIGNS and len(token) <= TERM_MAX_LENGTH
    )


def term_changes(
    old: Document | None, new: Document | None, joined: Collection[str] = ()
) -> dict[str, TermChange]:
    """Return what changes for the vocabulary when ``new`` stands where ``old`` stood.

    ``joined``: words of ``new`` that were made of several morphemes. Equal words change nothing.
    """
    before, after = words_of(old), words_of(new)
    changes = {}
    for word, in_title in after.items():
        was = before.get(word)
        if was is None:
            changes[word] = TermChange(1, int(in_title), word in joined)
        elif was != in_title:
            changes[word] = TermChange(0, int(in_title) - int(was))
    for word, in_title in before.items():
        if word not in after:
            changes[word] = TermChange(-1, -int(in_title))
    return changes


def merge_changes(many: Iterable[Mapping[str, TermChange]]) -> dict[str, TermChange]:
    """Return the sum of the changes of several documents."""
    merged: dict[str, TermChange] = {}
    for changes in many:
        for word, change in changes.items():
            other = merged.get(word)
            if other is not None:
                change = TermChange(
                    change.df + other.df,
                    change.title_df + other.title_df,
                    change.is_joined and other.is_joined,
                )
            merged[word] = change
    return merged


def count_terms(slot: str, changes: Mapping[str, TermChange]) -> None:
    """Move the counts of words by ``changes``; words that nobody says any more are deleted.

    Always in the order of the words, so that two workers never wait for each other in a circle.
    """
    wanted = sorted(
        word
        for word, change in changes.items()
        if (change.df or change.title_df) and len(word) <= TERM_MAX_LENGTH
    )
    with transaction.atomic():
        for start in range(0, len(wanted), AT_ONCE):
            _move(slot, wanted[start : start + AT_ONCE], changes)


def _move(slot: str, words: list[str], changes: Mapping[str, TermChange]) -> None:
    model = term_model(slot)
    table = table_of(model)
    values: list[object] = []
    fewer = []
    for word in words:
        change = changes[word]
        jamo = to_jamo(word) if change.df > 0 else ""
        if change.df < 0:
            fewer.append(word)
        values += [word, change.df, change.title_df, change.is_joined or change.df <= 0]
        values += [jamo, choseong_of(word) if jamo else "", grams_of(jamo)]
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(words))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (term, df, title_df, is_joined, jamo, choseong, grams)"  # noqa: S608
            f" VALUES {rows} ON CONFLICT (term) DO UPDATE SET df = {table}.df + excluded.df,"
            f" title_df = {table}.title_df + excluded.title_df,"
            f" is_joined = {table}.is_joined AND excluded.is_joined",
            values,
        )
    if fewer:
        model._default_manager.filter(term__in=fewer, df__lte=0).delete()


# Repair -------------------------------------------------------------------------------------------


def rebuild_counts(slot: str) -> int:
    """Repair the counts of a slot from its documents; return how many words were wrong.

    Documents and counts are read as of one moment and only the differences are moved, so changes
    may go on meanwhile.
    """
    with _one_moment():
        differences = _differences(slot)
    count_terms(slot, differences)
    return len(differences)


def count_differences(slot: str) -> dict[str, TermChange]:
    """Return what is missing (or too much) in the counts of a slot, by word."""
    with _one_moment():
        return _differences(slot)


def _differences(slot: str) -> dict[str, TermChange]:
    df: Counter[str] = Counter()
    title_df: Counter[str] = Counter()
    documents: QuerySet[Document] = (
        document_model(slot)
        ._default_manager.filter(is_counted=True)
        .only("is_counted", *COUNTED_COLUMNS)
        .order_by()
    )
    for document in documents.iterator(chunk_size=READ_AT_ONCE):
        words = words_of(document)
        df.update(words.keys())
        title_df.update(word for word, in_title in words.items() if in_title)
    rows = term_model(slot)._default_manager.order_by().values_list("term", "df", "title_df")
    for term, counted, counted_in_titles in rows.iterator(chunk_size=10 * READ_AT_ONCE):
        df[term] -= counted
        title_df[term] -= counted_in_titles
    return {word: TermChange(df[word], title_df[word]) for word in df if df[word] or title_df[word]}


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read everything inside as of one moment, without keeping anybody from writing."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # Django's own transactions on SQLite lock for writing from the start.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
