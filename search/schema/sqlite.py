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

RIGHTS = (
    "kind",
    "object_id",
    "status",
    "visibility",
    "author_id",
    "language",
    "form",
    "topic_id",
    "published_at",
    "like_count",
)
"""What a search asks of an entry beside its words: repeated in a narrow table of places."""

KIND_NUMBERS = {kind: number for number, kind in enumerate(Document.Kind.values)}
KIND_SHIFT, UNIT_SHIFT = 30, 4
LAST_UNIT = (1 << (KIND_SHIFT - 1)) - 1
TRIES = 28
"""An entry's place is its number in FTS5: its kind, then units of 16 seconds since 1970.

So FTS5's own order is "newest first" within a kind, and a search among one kind, or after a date,
reads one range of the lists of a word. Where a unit is taken, an entry has a free place behind it:
it never stands before its time. Small numbers pay: a list keeps the distance to the next entry.
"""


def fts_of(slot: str) -> str:
    """Return the full-text table of ``slot``."""
    return f"search_fts_{slot}"


def places_of(slot: str) -> str:
    """Return the narrow table that says who may see what stands at a place."""
    return f"{fts_of(slot)}_places"


def unit_of(second: int) -> int:
    """Return the unit of time of a Unix second."""
    return min(max(second, 0) >> UNIT_SHIFT, LAST_UNIT)


def first_place(kind: str, second: int = 0) -> int:
    """Return the first place of what is of ``kind`` and of this Unix second or later."""
    return KIND_NUMBERS[kind] << KIND_SHIFT | unit_of(second)


def last_place(kind: str) -> int:
    """Return the last place of ``kind``."""
    return (KIND_NUMBERS[kind] + 1 << KIND_SHIFT) - 1


def _wanted_place(row: str) -> str:
    kinds = " ".join(f"WHEN '{kind}' THEN {number}" for kind, number in KIND_NUMBERS.items())
    second = f"CAST(strftime('%s', {row}published_at) AS INTEGER)"
    # Without a date nothing is new: these stand in 1970, in the order of their ids.
    unit = f"coalesce(max({second}, 0) >> {UNIT_SHIFT}, {row}object_id)"
    base = f"(CASE {row}kind {kinds} ELSE {len(KIND_NUMBERS)} END) << {KIND_SHIFT}"
    return f"(({base}) | min({unit}, {LAST_UNIT}))"


# What there should be -----------------------------------------------------------------------------


def _tables(slot: str) -> dict[str, str]:
    """Return {name: statement} of what holds the words of ``slot``, in the order of making."""
    fts, content, places = fts_of(slot), f"{fts_of(slot)}_content_of", places_of(slot)
    names = ", ".join(COLUMNS)
    return {
        places: f"CREATE TABLE {places} (place INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE,"
        f" {', '.join(RIGHTS)})",
        content: f"CREATE VIEW {content} AS SELECT place, {names} FROM {places} AS held"
        f" CROSS JOIN search_document{slot} AS entry ON entry.id = held.id",
        fts: f"CREATE VIRTUAL TABLE {fts} USING fts5({names}, content='{content}',"
        f" content_rowid='place', tokenize=\"{TOKENIZER}\")",
    }


def _refill(slot: str) -> list[str]:
    """Return the statements that give all entries their places and read all words once."""
    fts, table, places = fts_of(slot), f"search_document{slot}", places_of(slot)
    rights = ", ".join(RIGHTS)
    in_order = f"OVER (PARTITION BY kind ORDER BY {_wanted_place('')}, published_at, object_id)"
    return [
        f"DELETE FROM {places}",
        # Each has its unit or the place after the one before it, whichever is later.
        f"INSERT INTO {places} (place, id, {rights})"
        f" SELECT nth + max(wanted - nth) OVER (PARTITION BY kind ORDER BY nth), id, {rights}"
        f" FROM (SELECT *, {_wanted_place('')} AS wanted, row_number() {in_order} AS nth"
        f" FROM (SELECT id, {rights} FROM {table}))",
        f"INSERT INTO {fts} ({fts}) VALUES ('rebuild')",
    ]


def _fts_triggers(slot: str) -> dict[str, str]:
    fts, table, places = fts_of(slot), f"search_document{slot}", places_of(slot)
    names = ", ".join(COLUMNS)

    def told(row: str) -> str:
        said = ", ".join(f"{row}{name}" for name in COLUMNS)
        return f"place, {said} FROM {places} WHERE id = {row}id"

    def differ(columns: tuple[str, ...]) -> str:
        return "(" + " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns) + ")"

    learn = f"INSERT INTO {fts} (rowid, {names}) SELECT {told('NEW.')};"
    # FTS5 must be told the very words that it holds: a wrong one would stay for ever.
    unlearn = f"INSERT INTO {fts} ({fts}, rowid, {names}) SELECT 'delete', {told('OLD.')};"
    leave = f"DELETE FROM {places} WHERE id = OLD.id;"
    # The wanted place, or a free one after it: one try in each of the ranges of 2, 4, 8 … places
    # behind it, where the key says. Keys follow one another, so that ranges fill up: what is
    # brought in with one date by the thousands is not walked through for each.
    tries = ", ".join(f"({(1 << power) - 1})" for power in range(TRIES))
    enter = (
        f"INSERT INTO {places} (place, id, {', '.join(RIGHTS)})"
        f" SELECT min(wanted + column1 + (NEW.id & column1)),"
        f" NEW.id, {', '.join(f'NEW.{name}' for name in RIGHTS)}"
        f" FROM (SELECT {_wanted_place('NEW.')} AS wanted), (VALUES {tries})"
        f" WHERE NOT EXISTS (SELECT 1 FROM {places}"
        " WHERE place = wanted + column1 + (NEW.id & column1));"
    )
    keys = ("id", "kind", "object_id", "published_at")
    shown = tuple(name for name in RIGHTS if name not in keys)
    rights = ", ".join(f"{name} = NEW.{name}" for name in shown)
    bodies = {
        "added": ("INSERT", "", f"{enter} {learn}"),
        "removed": ("DELETE", "", f"{unlearn} {leave}"),
        "moved": (keys, differ(keys), f"{unlearn} {leave} {enter} {learn}"),
        "changed": (COLUMNS, f"{differ(COLUMNS)} AND NOT {differ(keys)}", f"{unlearn} {learn}"),
        "shown": (
            shown,
            f"{differ(shown)} AND NOT {differ(keys)}",
            f"UPDATE {places} SET {rights} WHERE id = NEW.id;",
        ),
    }
    triggers = {}
    for end, (event, when, body) in bodies.items():
        name = f"{fts}_{end}"
        on = event if isinstance(event, str) else f"UPDATE OF {', '.join(event)}"
        condition = f" WHEN {when}" if when else ""
        triggers[name] = f"CREATE TRIGGER {name} AFTER {on} ON {table}{condition} BEGIN {body} END"
    return triggers


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
        cursor.execute(f"DROP TABLE IF EXISTS {places_of(slot)}")
    _install_words(connection, slot, _present(connection))


def _install_words(connection: BaseDatabaseWrapper, slot: str, there: dict[str, str]) -> None:
    tables, triggers = _tables(slot), _fts_triggers(slot)
    fts, kept = fts_of(slot), (fts_of(slot), places_of(slot))
    is_complete = all(there.get(name) == sql for name, sql in (tables | triggers).items())
    if is_complete:
        return
    was_kept = all(there.get(name) == tables[name] for name in kept)
    was_kept = was_kept and all(name in there for name in triggers)
    with connection.cursor() as cursor:
        # Made before there were places.
        cursor.execute(f"DROP INDEX IF EXISTS {fts}_rights")
    _make(connection, tables, there)
    _make(connection, triggers, there)
    if not was_kept:
        # New, or the triggers were gone for a while: read everything once.
        with connection.cursor() as cursor:
            for line in _refill(slot):
                cursor.execute(line)


def _make(connection: BaseDatabaseWrapper, wanted: dict[str, str], there: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        for name, sql in wanted.items():
            if there.get(name) == sql:
                continue
            if name in there:
                what = sql.split()[1].replace("VIRTUAL", "TABLE")
                cursor.execute(f"DROP {what} IF EXISTS {name}")
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
    """Return whether FTS5 holds exactly the words of the entries, and places their rights."""
    fts, table, places = fts_of(slot), f"search_document{slot}", places_of(slot)
    rights = ", ".join(("id", *RIGHTS))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT {rights} FROM {table} EXCEPT SELECT {rights} FROM {places})"
            f" OR (SELECT count(*) FROM {table}) <> (SELECT count(*) FROM {places})"
        )
        if cursor.fetchone()[0]:
            return False
        try:
            cursor.execute(f"INSERT INTO {fts} ({fts}, rank) VALUES ('integrity-check', 1)")
        except OperationalError:
            return False
        except Exception as problem:
            if "malformed" in str(problem):
                return False
            raise
    return True
