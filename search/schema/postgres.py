"""PostgreSQL: triggers, and an index of the words that are in the columns of tokens."""

# ruff: noqa: S608 names are ours

import hashlib

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from search.schema.watching import OUTBOX, PREFIX, WATCHES, Enqueue, Trigger

SLOTS = ("a", "b")
POSITIONS = 3  # of one word in one entry: more would not rank it higher
LEXEMES = 6_000
LONGEST_WORD = 150  # bytes; with as many words as there may be, a tsvector stays under its 1 MB
LONGEST_REST = 16  # bytes of words beyond LEXEMES, so that the longest text still fits
LONGEST_KEY = 2_000  # bytes of the token of a tag or handle

NARROW = 400  # bytes of a row, its texts left out

SIGNATURE = "search_vector(kind text, title text, body text, tags text, author text)"
# The cost is what it is: nothing but the index shall ever ask it of many rows.
KIND_OF_FUNCTION = "LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000"

VECTOR = f"""
CREATE OR REPLACE FUNCTION {SIGNATURE} RETURNS tsvector {KIND_OF_FUNCTION} AS $function$
DECLARE
  words text[] := string_to_array(concat_ws(' ', title, tags, author, body), ' ');
BEGIN
  -- GIN keeps neither positions nor weights.
  RETURN array_to_tsvector(ARRAY['!' || kind] || ARRAY(
    SELECT word FROM unnest(words[:{LEXEMES}]) AS one (word)
    WHERE octet_length(word) BETWEEN 1 AND {LONGEST_WORD} OR (
      octet_length(word) BETWEEN 1 AND {LONGEST_KEY} AND left(word, 1) IN ('#', '@'))
  ) || ARRAY(
    SELECT DISTINCT word FROM unnest(words[{LEXEMES + 1}:]) AS one (word)
    WHERE octet_length(word) BETWEEN 1 AND {LONGEST_REST} LIMIT {LEXEMES}
  ));
END
$function$"""

PLACED_VECTOR = f"""
CREATE OR REPLACE FUNCTION {SIGNATURE} RETURNS tsvector {KIND_OF_FUNCTION} AS $function$
BEGIN
  RETURN (
    SELECT coalesce(string_agg(line, ' '), '')::tsvector FROM (
      SELECT '''' || replace(replace(word, '\\', '\\\\'), '''', '''''') || ''':'
        || array_to_string((array_agg(least(place, 16383) || weight))[1:{POSITIONS}], ',') AS line
      FROM (
        SELECT at AS place, 'A' AS weight, word, {LONGEST_WORD} AS longest
        FROM unnest(string_to_array(title, ' ')) WITH ORDINALITY AS one (word, at)
        UNION ALL
        SELECT 400 + at, 'B', word, {LONGEST_KEY}
        FROM unnest(string_to_array(tags || ' ' || author, ' '))
             WITH ORDINALITY AS one (word, at)
        UNION ALL
        SELECT 800 + at, 'D', word, {LONGEST_WORD}
        FROM unnest(string_to_array(body, ' ')) WITH ORDINALITY AS one (word, at)
      ) AS said
      WHERE octet_length(word) BETWEEN 1 AND longest
      GROUP BY word ORDER BY min(place) LIMIT {LEXEMES}
    ) AS lines
  ) || array_to_tsvector(ARRAY['!' || kind]);
END
$function$"""
"""RUM ranks by places and weights."""

WORDS_OF_ROW = "search_vector(kind, title_tokens, body_tokens, tag_tokens, author_tokens)"

KIND_SIGN = "!"
"""A word that says the kind, so that the index of words alone finds those of one kind."""

ENQUEUE = f"""
CREATE OR REPLACE FUNCTION search_enqueue(thing text, ids bigint[])
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $function$
BEGIN
  -- Older rows go if nobody holds them: this never waits for another transaction. By the index
  -- alone: what a queue forgot lies in its table for a while, and statistics call it empty.
  DELETE FROM {OUTBOX} WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM {OUTBOX} WHERE kind = thing AND object_id = ANY(ids) FOR UPDATE SKIP LOCKED
  ));
  INSERT INTO {OUTBOX} (kind, object_id, attempts, not_before, error, created_at)
  SELECT thing, found.id, 0, 'epoch', '', clock_timestamp() FROM unnest(ids) AS found (id);
END
$function$"""


def words_index_of(slot: str) -> str:
    return f"search_doc_{slot}_words"


# What there should be -----------------------------------------------------------------------------


def _body(step: Enqueue | str) -> str:
    if isinstance(step, str):
        return f"{step};"
    return f"PERFORM search_enqueue('{step.kind}', ARRAY({step.ids})::bigint[]);"


def _function(trigger: Trigger) -> str:
    body = "\n  ".join(_body(step) for step in trigger.body)
    return (
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $function$\nBEGIN\n  {body}\n  RETURN NULL;\nEND\n$function$"
    )


def _watch(trigger: Trigger) -> str:
    when = f" WHEN ({trigger.when.format(differs='IS DISTINCT FROM')})" if trigger.when else ""
    return (
        f"CREATE TRIGGER {trigger.name} AFTER {trigger.event} ON {trigger.table}"
        f" FOR EACH ROW{when} EXECUTE FUNCTION {trigger.name}()"
    )


def _words(slot: str, *, has_rum: bool, has_lz4: bool) -> list[str]:
    """Return the statements that index the words of the entries of ``slot``."""
    table, index = f"search_document{slot}", words_index_of(slot)
    method = f"rum (({WORDS_OF_ROW}) rum_tsvector_ops)" if has_rum else f"gin (({WORDS_OF_ROW}))"
    return [
        # Kept with each row before the index had it all.
        f"ALTER TABLE {table} DROP COLUMN IF EXISTS tsv",
        # Texts out of the row: rights are asked of thousands of rows, texts are read of few. Room
        # on each page lets a like change its row without a look at any index.
        f"ALTER TABLE {table} SET (toast_tuple_target = {NARROW}, fillfactor = 90)",
        # Read twice as fast as what the default packs.
        f"ALTER TABLE {table} ALTER COLUMN body_tokens"
        f" SET COMPRESSION {'lz4' if has_lz4 else 'pglz'}",
        f"DROP INDEX IF EXISTS {index}",
        PLACED_VECTOR if has_rum else VECTOR,
        f"CREATE INDEX {index} ON {table} USING {method}",
        # Statistics would compute the words of thousands of rows again and again.
        f"ALTER INDEX {index} ALTER COLUMN 1 SET STATISTICS 0",
    ]


def _digest(statements: list[str]) -> str:
    return hashlib.sha256("\n".join(statements).encode()).hexdigest()


# Making and removing it ---------------------------------------------------------------------------


def has_rum(connection: BaseDatabaseWrapper) -> bool:
    """Return whether the extension RUM was created in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'rum')")
        return cursor.fetchone()[0]


def _has_lz4(connection: BaseDatabaseWrapper) -> bool:
    """Return whether this PostgreSQL was built with LZ4."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'lz4' = ANY (enumvals) FROM pg_settings"
            " WHERE name = 'default_toast_compression'"
        )
        return cursor.fetchone()[0]


def install(connection: BaseDatabaseWrapper) -> None:
    """Make what is missing or differs; two looks when nothing does."""
    watches = [line for trigger in WATCHES for line in (_function(trigger), _watch(trigger))]
    known = _digest([ENQUEUE, *watches])
    is_rum, is_lz4 = has_rum(connection), _has_lz4(connection)
    words = {slot: _words(slot, has_rum=is_rum, has_lz4=is_lz4) for slot in SLOTS}
    marks, triggers, tables = _present(connection)
    watched = {trigger.table for trigger in WATCHES} | {OUTBOX}
    if not (watched | {f"search_document{slot}" for slot in SLOTS}) <= tables:
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for slot in SLOTS:
            mark = _digest(words[slot])
            if marks.get(words_index_of(slot)) != mark:
                for line in words[slot]:
                    cursor.execute(line)
                cursor.execute(f"COMMENT ON INDEX {words_index_of(slot)} IS '{mark}'")
        if marks.get("search_enqueue") != known or triggers != {one.name for one in WATCHES}:
            _drop_triggers(cursor)
            cursor.execute(ENQUEUE)
            for line in watches:
                cursor.execute(line)
            cursor.execute(f"COMMENT ON FUNCTION search_enqueue(text, bigint[]) IS '{known}'")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: a column that one watches could not change its type."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        _drop_triggers(cursor)


def empty(connection: BaseDatabaseWrapper, slot: str) -> None:
    """Empty the entries of ``slot``."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE search_document{slot}")


def _drop_triggers(cursor) -> None:
    cursor.execute(
        "SELECT tgname, tgrelid::regclass::text FROM pg_trigger JOIN pg_class AS one"
        " ON one.oid = tgrelid AND relnamespace = current_schema()::regnamespace"
        f" WHERE tgname LIKE '{PREFIX.replace('_', chr(92) + '_')}%%' AND NOT tgisinternal"
    )
    for name, table in cursor.fetchall():
        cursor.execute(f"DROP TRIGGER {name} ON {table}")
        cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")


def _present(
    connection: BaseDatabaseWrapper,
) -> tuple[dict[str, str], set[str], set[str]]:
    """Return the marks of what was made, the triggers, and the tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'mark', relname, obj_description(oid, 'pg_class') FROM pg_class"
            " WHERE relname = ANY(%s) AND relnamespace = current_schema()::regnamespace"
            " UNION ALL SELECT 'mark', 'search_enqueue', obj_description("
            "to_regprocedure('search_enqueue(text, bigint[])'), 'pg_proc')"
            " UNION ALL SELECT 'trigger', tgname, '' FROM pg_trigger JOIN pg_class AS one"
            " ON one.oid = tgrelid AND one.relnamespace = current_schema()::regnamespace"
            " WHERE tgname LIKE %s AND NOT tgisinternal"
            " UNION ALL SELECT 'table', tablename, '' FROM pg_tables"
            " WHERE schemaname = current_schema()",
            [[words_index_of(slot) for slot in SLOTS], PREFIX.replace("_", r"\_") + "%"],
        )
        rows = cursor.fetchall()
    marks = {name: text for what, name, text in rows if what == "mark" and text}
    return (
        marks,
        {name for what, name, _text in rows if what == "trigger"},
        {name for what, name, _text in rows if what == "table"},
    )


def size_of(connection: BaseDatabaseWrapper, slot: str) -> int:
    """Return how many bytes the entries of ``slot`` take, with all of their indexes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s)", [f"search_document{slot}"])
        return cursor.fetchone()[0]
