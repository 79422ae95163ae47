"""Finding words of like spelling by pieces of them, with what each database has by itself.

A word and its correction share at least one of ``edits + 1`` pieces of the word. Pieces are looked
up as all of their trigrams at once, among words of about the same length: some hundred candidates
at a hundred thousand words.
"""

from collections.abc import Iterable, Iterator

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from search.generations import table_of, term_model

SIZE = 3
START, END = "^", "$"
LONGEST = 60  # letters; nobody expects longer words to be corrected
SLOTS = ("a", "b")
PENDING_KB = 128


def edits_allowed(jamo: str) -> int:
    """Return how many letters of a word of these letters may be wrong."""
    if jamo.isascii():
        return 1 if len(jamo) <= 4 else 2 if len(jamo) <= 9 else 3
    return 1 if len(jamo) <= 5 else 2 if len(jamo) <= 11 else 3


def trigrams(text: str) -> list[str]:
    return [text[at : at + SIZE] for at in range(len(text) - SIZE + 1)]


def is_spelled(jamo: str) -> bool:
    """Return whether a word of these letters can be misspelled: Hangul or Latin, with a letter."""
    return (
        1 < len(jamo) <= LONGEST
        and jamo.isalnum()
        and not jamo.isdigit()
        and all(one.isascii() or "ㄱ" <= one <= "ㅣ" for one in jamo)
    )


def grams_of(jamo: str) -> str:
    """Return what the column ``grams`` of a word holds; empty for what is never corrected."""
    if not is_spelled(jamo):
        return ""
    return " ".join([f"{len(jamo)}{END}", *dict.fromkeys(trigrams(START + jamo + END))])


def pieces_of(jamo: str) -> Iterator[str]:
    """Return pieces of the word, of which one is whole in each word that is meant."""
    edits = edits_allowed(jamo)
    text = START + jamo + END
    yield from _cut(text, edits + 1)
    # Two letters swapped where one piece ends and the next begins would break both.
    for at in range(2, len(text) - 2):
        if text[at - 1] != text[at] and at in _borders(len(text), edits + 1):
            swapped = text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
            yield from _cut(swapped, edits + 1)


def _cut(text: str, number: int) -> Iterator[str]:
    size = max(SIZE, len(text) // number)
    for start in _starts(len(text), number, size):
        yield text[start : start + size]


def _starts(length: int, number: int, size: int) -> list[int]:
    last = max(length - size, 0)
    return sorted({round(index * last / (number - 1)) for index in range(number)})


def _borders(length: int, number: int) -> set[int]:
    size = max(SIZE, length // number)
    return {start for start in _starts(length, number, size) if start}


def _lengths(jamo: str) -> range:
    edits = edits_allowed(jamo)
    return range(max(2, len(jamo) - edits), len(jamo) + edits + 1)


def near_rows(connection: BaseDatabaseWrapper, slot: str, jamo: str, limit: int) -> list[tuple]:
    """Return (term, df, title_df, is_joined, jamo) of up to ``limit`` words that may be meant."""
    if not is_spelled(jamo):
        return []
    pieces = [trigrams(piece) for piece in dict.fromkeys(pieces_of(jamo))]
    lengths = [[f"{length}{END}"] for length in _lengths(jamo)]
    return _rows(connection, slot, [pieces, lengths], limit)


def rows_containing(
    connection: BaseDatabaseWrapper, slot: str, jamo: str, limit: int
) -> list[tuple]:
    """Return (term, df, title_df, is_joined, jamo) of up to ``limit`` words with these letters.

    All of their trigrams; nearly all of the words have them in a row.
    """
    if not is_spelled(jamo) or len(jamo) < SIZE:
        return []
    return _rows(connection, slot, [[trigrams(jamo)]], limit)


def _rows(
    connection: BaseDatabaseWrapper, slot: str, asked: Iterable[list[list[str]]], limit: int
) -> list[tuple]:
    """Return words for which in each of ``asked`` one list of grams is there as a whole."""
    table = table_of(term_model(slot))
    columns = "word.term, word.df, word.title_df, word.is_joined, word.jamo"
    if connection.vendor == "postgresql":
        text = _said(asked, "'", " & ", " | ")
        source = f"{table} AS word WHERE {_vector('word.grams')} @@ %s::tsquery"
    else:
        text = _said(asked, '"', " AND ", " OR ")
        source = f"{fts_of(slot)} AS found JOIN {table} AS word ON word.id = found.rowid"
        source += f" WHERE {fts_of(slot)} MATCH %s"
    # What is asked enters as a parameter; names are ours.
    sql = f"SELECT {columns} FROM {source} LIMIT %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [text, limit])
        return cursor.fetchall()


def _said(asked: Iterable[list[list[str]]], quote: str, both: str, either: str) -> str:
    def whole(grams: list[str]) -> str:
        return "(" + both.join(f"{quote}{gram}{quote}" for gram in grams) + ")"

    return both.join("(" + either.join(map(whole, choices)) + ")" for choices in asked)


# What the database keeps ------------------------------------------------------------------------


def fts_of(slot: str) -> str:
    """Return the table of grams that SQLite searches."""
    return f"search_grams_{slot}"


def _vector(column: str) -> str:
    return f"array_to_tsvector(string_to_array({column}, ' '))"


def install_grams(connection: BaseDatabaseWrapper) -> None:
    """Make what ``near_rows`` searches where it is missing; quick when nothing is."""
    for slot in SLOTS:
        model = term_model(slot)
        if connection.vendor == "postgresql":
            _install_on_postgres(connection, slot, model)
        else:
            _install_on_sqlite(connection, slot, model)


def remove_grams(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away, so that a migration may rebuild the tables of words."""
    if connection.vendor == "postgresql":
        return
    with connection.cursor() as cursor:
        for slot in SLOTS:
            for event in ("insert", "delete"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {fts_of(slot)}_{event}")
            cursor.execute(f"DROP TABLE IF EXISTS {fts_of(slot)}")


def _install_on_postgres(
    connection: BaseDatabaseWrapper, slot: str, model: type[models.Model]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE INDEX IF NOT EXISTS {fts_of(slot)} ON {table_of(model)}"
            f" USING gin ({_vector('grams')}) WITH (gin_pending_list_limit = {PENDING_KB})"
        )


def _install_on_sqlite(
    connection: BaseDatabaseWrapper, slot: str, model: type[models.Model]
) -> None:
    fts, table = fts_of(slot), table_of(model)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE name IN (%s, %s, %s)",
            [fts, f"{fts}_insert", f"{fts}_delete"],
        )
        if len(cursor.fetchall()) == 3:
            return
        remove_from = (f"{fts}_insert", f"{fts}_delete")
        for trigger in remove_from:
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        cursor.execute(f"DROP TABLE IF EXISTS {fts}")
        # The words are in the table already: the grams are kept as an index and not as text.
        cursor.execute(
            f"CREATE VIRTUAL TABLE {fts} USING"
            " fts5(grams, content='', detail=none, columnsize=0, tokenize=\"ascii tokenchars '^$'\")"
        )
        cursor.execute(
            f"INSERT INTO {fts} (rowid, grams) SELECT id, grams FROM {table} WHERE grams <> ''"  # noqa: S608
        )
        cursor.execute(
            f"CREATE TRIGGER {fts}_insert AFTER INSERT ON {table} WHEN new.grams <> '' BEGIN"  # noqa: S608
            f" INSERT INTO {fts} (rowid, grams) VALUES (new.id, new.grams); END"
        )
        cursor.execute(
            f"CREATE TRIGGER {fts}_delete AFTER DELETE ON {table} WHEN old.grams <> '' BEGIN"  # noqa: S608
            f" INSERT INTO {fts} ({fts}, rowid, grams) VALUES ('delete', old.id, old.grams); END"
        )
