"""SQLite: triggers, and FTS5 tables that keep no text of their own."""

# ruff: noqa: S608 names are ours

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from search.models import Document
from search.schema.watching import OUTBOX, PREFIX, WATCHES, Enqueue, Trigger

SLOTS = ("a", "b")
COLUMNS = ("title_tokens", "body_tokens", "tag_tokens", "author_tokens")
# ASCII letters, digits and the signs of search.plan; what is not ASCII belongs to tokens anyway.
TOKENIZER = "ascii tokenchars '^~#@_'"

KIND_NUMBERS = {kind: number for number, kind in enumerate(Document.Kind.values, start=1)}
KIND_SHIFT, SECONDS_SHIFT = 60, 28
OBJECT_MASK = (1 << SECONDS_SHIFT) - 1
SECONDS_MASK = (1 << (KIND_SHIFT - SECONDS_SHIFT)) - 1
"""A row's number in FTS5 is kind, second of publication and id of the object, in this order.

So FTS5's own order is "newest first" within a kind, and a search among one kind, or after a date,
reads one range of the lists of a word instead of asking each entry. It serves 268 million objects
of a kind, and dates to 2106; older than 1970 counts as 1970.
"""


def fts_of(slot: str) -> str:
    """Return the full-text table of ``slot``."""
    return f"search_fts_{slot}"


def rights_of(slot: str) -> str:
    """Return the index that tells who may see an entry without reading its long row."""
    return f"{fts_of(slot)}_rights"


def number_range(kind: str, after: int = 0, before: int = SECONDS_MASK) -> tuple[int, int]:
    """Return the smallest and largest number of entries of ``kind`` between two Unix seconds."""
    first, last = (min(max(second, 0), SECONDS_MASK) for second in (after, before))
    base = KIND_NUMBERS[kind] << KIND_SHIFT
    return base | first << SECONDS_SHIFT, base | last << SECONDS_SHIFT | OBJECT_MASK


def _number(row: str) -> str:
    kinds = " ".join(f"WHEN '{kind}' THEN {number}" for kind, number in KIND_NUMBERS.items())
    second = f"CAST(strftime('%s', {row}published_at) AS INTEGER)"
    return (
        f"(((CASE {row}kind {kinds} ELSE 0 END) << {KIND_SHIFT})"
        f" | (min(max(coalesce({second}, 0), 0), {SECONDS_MASK}) << {SECONDS_SHIFT})"
        f" | ({row}object_id & {OBJECT_MASK}))"
    )


# What there should be -----------------------------------------------------------------------------


def _tables(slot: str) -> dict[str, str]:
    """Return {name: statement} of what holds the words of ``slot``, in the order of making."""
    fts, content = fts_of(slot), f"{fts_of(slot)}_content_of"
    names = ", ".join(COLUMNS)
    return {
        rights_of(slot): f"CREATE INDEX {rights_of(slot)} ON search_document{slot}"
        " (kind, object_id, status, visibility, author_id, published_at)",
        content: f"CREATE VIEW {content} AS SELECT {_number('')} AS number, {names}"
        f" FROM search_document{slot}",
        fts: f"CREATE VIRTUAL TABLE {fts} USING fts5({names}, content='{content}',"
        f" content_rowid='number', tokenize=\"{TOKENIZER}\")",
    }


def _fts_triggers(slot: str) -> dict[str, str]:
    fts, table = fts_of(slot), f"search_document{slot}"
    names = ", ".join(COLUMNS)

    def values(row: str) -> str:
        return ", ".join([_number(row), *(f"{row}{name}" for name in COLUMNS)])

    insert = f"INSERT INTO {fts} (rowid, {names}) VALUES ({values('NEW.')});"
    # FTS5 must be told the very words that it holds: a wrong one would stay for ever.
    delete = f"INSERT INTO {fts} ({fts}, rowid, {names}) VALUES ('delete', {values('OLD.')});"
    watched = ("kind", "object_id", "published_at", *COLUMNS)
    differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in watched)
    return {
        f"{fts}_added": f"CREATE TRIGGER {fts}_added AFTER INSERT ON {table} BEGIN {insert} END",
        f"{fts}_removed": f"CREATE TRIGGER {fts}_removed AFTER DELETE ON {table}"
        f" BEGIN {delete} END",
        f"{fts}_changed": f"CREATE TRIGGER {fts}_changed AFTER UPDATE OF {', '.join(watched)}"
        f" ON {table} WHEN {differs} BEGIN {delete} {insert} END",
    }


def _statements(step: Enqueue | str) -> list[str]:
    if isinstance(step, str):
        return [step]
    # Not an upsert: a conflict clause of the statement outside would override its own.
    return [
        f"DELETE FROM {OUTBOX} WHERE kind = '{step.kind}' AND object_id IN ({step.ids})",
        f"INSERT INTO {OUTBOX} (kind, object_id, attempts, not_before, error, created_at)"
        f" SELECT '{step.kind}', found.id, 0, '1970-01-01 00:00:00', '',"
        f" strftime('%Y-%m-%d %H:%M:%f', 'now') FROM ({step.ids}) AS found",
    ]


def _watch(trigger: Trigger) -> str:
    when = f" WHEN {trigger.when.format(differs='IS NOT')}" if trigger.when else ""
    body = " ".join(f"{line};" for step in trigger.body for line in _statements(step))
    return (
        f"CREATE TRIGGER {trigger.name} AFTER {trigger.event} ON {trigger.table}"
        f" FOR EACH ROW{when} BEGIN {body} END"
    )


# Making and removing it ---------------------------------------------------------------------------


def install(connection: BaseDatabaseWrapper) -> None:
    """Make what is missing or differs; one look when nothing does."""
    watches = {trigger.name: _watch(trigger) for trigger in WATCHES}
    there = _present(connection)
    if not _has_tables(connection, there):
        return
    for slot in SLOTS:
        _install_words(connection, slot, there)
    _make(connection, watches, there)
    with connection.cursor() as cursor:
        for name in there:
            if name.startswith(PREFIX) and name not in watches:
                cursor.execute(f"DROP TRIGGER {name}")
        # Tables were emptied while triggers watched: without people nothing waits.
        cursor.execute(f"DELETE FROM {OUTBOX} WHERE NOT EXISTS (SELECT 1 FROM accounts_user)")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take away what names tables that a migration may rebuild."""
    with connection.cursor() as cursor:
        for name in _present(connection):
            if name.startswith(PREFIX):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        for slot in SLOTS:
            cursor.execute(f"DROP VIEW IF EXISTS {fts_of(slot)}_content_of")


def empty(connection: BaseDatabaseWrapper, slot: str) -> None:
    """Empty the entries of ``slot`` and their words, without unlearning them one by one."""
    with connection.cursor() as cursor:
        for name in _fts_triggers(slot):
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"DROP TABLE IF EXISTS {fts_of(slot)}")
        cursor.execute(f"DELETE FROM search_document{slot}")
    _install_words(connection, slot, _present(connection))


def _install_words(connection: BaseDatabaseWrapper, slot: str, there: dict[str, str]) -> None:
    tables, triggers = _tables(slot), _fts_triggers(slot)
    fts = fts_of(slot)
    is_complete = all(there.get(name) == sql for name, sql in (tables | triggers).items())
    if is_complete:
        return
    was_kept = there.get(fts) == tables[fts] and all(name in there for name in triggers)
    with connection.cursor() as cursor:
        if fts in there and there[fts] != tables[fts]:
            cursor.execute(f"DROP TABLE {fts}")
            del there[fts]
    _make(connection, tables, there)
    _make(connection, triggers, there)
    if not was_kept:
        # New, or the triggers were gone for a while: read everything once.
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {fts} ({fts}) VALUES ('rebuild')")


def _make(connection: BaseDatabaseWrapper, wanted: dict[str, str], there: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        for name, sql in wanted.items():
            if there.get(name) == sql:
                continue
            if name in there:
                kind = sql.split()[1].replace("VIRTUAL", "TABLE")
                cursor.execute(f"DROP {kind} IF EXISTS {name}")
            cursor.execute(sql)


def _present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Return {name: statement} of everything of search that the database has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE name GLOB 'search_*' OR name IN"
            " ('accounts_user', 'blog_post', 'blog_posttag', 'blog_comment', 'blog_tag',"
            " 'blog_series')"
        )
        return {name: sql for name, sql in cursor.fetchall() if sql}


def _has_tables(connection: BaseDatabaseWrapper, there: dict[str, str]) -> bool:
    watched = {trigger.table for trigger in WATCHES}
    needed = watched | {OUTBOX} | {f"search_document{slot}" for slot in SLOTS}
    return needed <= there.keys()


def size_of(connection: BaseDatabaseWrapper, slot: str) -> int:
    """Return about how many bytes the words of ``slot`` take."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(sum(length(block)), 0) FROM {fts_of(slot)}_data")
        return cursor.fetchone()[0]


def check_words(connection: BaseDatabaseWrapper, slot: str) -> bool:
    """Return whether FTS5 holds exactly the words of the entries."""
    fts = fts_of(slot)
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"INSERT INTO {fts} ({fts}, rank) VALUES ('integrity-check', 1)")
        except OperationalError:
            return False
        except Exception as problem:
            if "malformed" in str(problem):
                return False
            raise
    return True
