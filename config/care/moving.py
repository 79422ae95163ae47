"""The database from one engine to the other, row by row, with equal hashes at the end."""

# ruff: noqa: S608 names are the database's own

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from django.apps import apps
from django.conf import settings
from psycopg2 import Error as PostgresError
from psycopg2.extras import execute_values

from config.care.children import migrate
from config.care.databases import (
    AT_A_TIME,
    Database,
    Postgres,
    Sqlite,
    is_sqlite,
    open_database,
    quoted,
    shown_url,
    url_of,
)
from config.care.dumping import applied_migrations, need_room
from config.care.exceptions import CareRefused, NotEmpty
from config.care.restore import refuse_newer_than_code, what_is_there
from config.care.row_hashes import RowHasher, TableHash, compare, derived_tables
from config.care.values import converted, converters, holds_nul
from config.env import parse_database_url

log = structlog.get_logger(__name__)
Tell = Callable[[str], object]


class Moved(NamedTuple):
    """What was moved, and what has no counterpart over there."""

    tables: dict[str, TableHash]
    left: list[str]


def move_database(
    to: str,
    *,
    force: bool = False,
    database: Mapping[str, Any] | None = None,
    tell: Tell = lambda line: None,
) -> Moved:
    """Copy all rows of the configured database to the one at the URL ``to``; leave ours as it is.

    The target gets its tables by the migrations; its rows come in one transaction. ``force``: rows
    that are there go. Raises CareRefused, also when somebody wrote meanwhile.
    """
    source = database or settings.DATABASES["default"]
    target = parse_database_url(to, "--to")
    if url_of(source) == url_of(target):
        raise CareRefused("--to is the database that is configured already.")
    if not force and (why := what_is_there(target)):
        raise NotEmpty(f"{why} --force replaces its rows.")
    with closing(open_database(source)) as held:
        if is_sqlite(target):
            folder = Path(target["NAME"]).absolute().parent
            folder.mkdir(parents=True, exist_ok=True)
            need_room(folder, held.size())
        refuse_newer_than_code(applied_migrations(held))
        tell(f"Making the tables of {shown_url(target)}")
        migrate(target)
        held.hold()
        with closing(open_database(target, writes=True)) as taker:
            moved = _copy_all(held, taker, tell)
        held.execute("ROLLBACK")
    # Triggers and full-text tables, which were away while the rows came in.
    migrate(target)
    with closing(open_database(target)) as taker:
        taker.hold()
        if found := compare(taker, moved.tables):
            raise CareRefused("Rows differ over there: " + "; ".join(map(str, found)))
        taker.execute("ROLLBACK")
        if isinstance(taker, Postgres):
            taker.execute("ANALYZE")
    with closing(open_database(source)) as held:
        held.hold()
        if found := compare(held, moved.tables):
            raise CareRefused(
                "The site wrote while it was copied: "
                + "; ".join(map(str, found))
                + ". Stop it and move again with --force."
            )
    log.info("database_moved", to=shown_url(target), tables=len(moved.tables))
    return moved


def _copy_all(held: Database, taker: Database, tell: Tell) -> Moved:
    derived = derived_tables()
    tables = _common_tables(held, taker)
    left = sorted(set(held.tables()) - set(tables) - {"django_migrations"})
    writer = _SqliteWriter(taker) if isinstance(taker, Sqlite) else _PostgresWriter(taker)
    hashes = {}
    writer.begin(tables)
    try:
        for table in tables:
            one = _copy_table(held, table, writer)
            if table not in derived:
                hashes[table] = one
            if one.rows:
                tell(f"{one.rows:>9}  {one.sha256[:16]}  {table}")
        last_ids = held.last_ids()
        writer.finish({name: last_ids[name] for name in tables if name in last_ids})
    except BaseException as error:
        taker.execute("ROLLBACK")
        if isinstance(error, writer.errors):
            raise CareRefused(f"Nothing was moved: {str(error).strip()}") from error
        raise
    return Moved(hashes, left)


def _common_tables(held: Database, taker: Database) -> list[str]:
    """Return the tables of our models. Raises CareRefused where the two are not alike."""
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    there, here = set(taker.tables()), set(held.tables())
    if unknown := sorted((ours & there) - here):
        raise CareRefused(
            f"Here there is no table {', '.join(unknown)}: run manage.py migrate first."
        )
    found = sorted(ours & there)
    for table in found:
        if (mine := held.columns(table)) != (theirs := taker.columns(table)):
            names = sorted({name for name, _kind in mine.items() ^ theirs.items()})
            raise CareRefused(
                f"The columns {', '.join(names)} of {table} differ: run manage.py migrate first."
            )
    return found


def _copy_table(held: Database, table: str, writer: "_Writer") -> TableHash:
    columns = held.columns(table)
    hasher = RowHasher(columns)
    by = converters(list(columns.values()), writer.taker.vendor)
    if held.vendor == writer.taker.vendor:
        by = [None] * len(by)

    def rows() -> Iterator[tuple]:
        for row in held.rows(table, columns):
            hasher.add(row)
            yield converted(row, by)

    source = rows()
    while chunk := list(islice(source, AT_A_TIME)):
        writer.write(table, list(columns), chunk, held.key(table))
    return hasher.result()


class _Writer:
    """Takes rows into a database whose triggers rest meanwhile."""

    taker: Database
    errors: tuple[type[Exception], ...]

    def write(self, table: str, columns: list[str], rows: list[tuple], key: list[str]) -> None:
        """Write some rows. Raises CareRefused, naming the row that the database does not take."""
        try:
            self.taker.execute("SAVEPOINT chunk")
            self.insert(table, columns, rows)
            self.taker.execute("RELEASE SAVEPOINT chunk")
        except (*self.errors, ValueError, OverflowError) as error:
            self.taker.execute("ROLLBACK TO SAVEPOINT chunk")
            for row in rows:
                self._try_one(table, columns, row, key)
            raise CareRefused(f"{table}: {str(error).strip()}") from error

    def _try_one(self, table: str, columns: list[str], row: tuple, key: list[str]) -> None:
        try:
            self.insert(table, columns, [row])
        except (*self.errors, ValueError, OverflowError) as error:
            values = dict(zip(columns, row, strict=True))
            where = ", ".join(f"{name}={values[name]!r}" for name in key)
            why = str(error).strip().splitlines()[0]
            if holds_nul(row):
                names = [name for name in columns if holds_nul((values[name],))]
                why = f"{', '.join(names)} holds the character NUL, which PostgreSQL cannot keep"
            raise CareRefused(
                f"{table}, {where}: {why}. Mend this row here and move again; nothing was moved."
            ) from error

    def insert(self, table: str, columns: list[str], rows: list[tuple]) -> None:
        raise NotImplementedError


class _SqliteWriter(_Writer):
    errors = (sqlite3.Error,)

    def __init__(self, taker: Sqlite):
        self.taker = taker

    def begin(self, tables: list[str]) -> None:
        run = self.taker.execute
        run("PRAGMA foreign_keys = OFF")
        run("BEGIN IMMEDIATE")
        for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            run(f"DROP TRIGGER {quoted(name)}")
        for table in tables:
            run(f"DELETE FROM {quoted(table)}")

    def insert(self, table: str, columns: list[str], rows: list[tuple]) -> None:
        names, marks = ", ".join(map(quoted, columns)), ", ".join("?" * len(columns))
        sql = f"INSERT INTO {quoted(table)} ({names}) VALUES ({marks})"
        self.taker.raw.executemany(sql, rows)

    def finish(self, last_ids: Mapping[str, int]) -> None:
        run = self.taker.execute
        if lost := run("PRAGMA foreign_key_check"):
            table, row, other, _key = lost[0]
            raise CareRefused(f"{table}, row {row} names a row of {other} that is not there.")
        known = {name for (name,) in run("SELECT name FROM sqlite_sequence")}
        for table, last in last_ids.items():
            if table in known:
                run("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", [last, table])
            else:
                run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [table, last])
        run("COMMIT")


class _PostgresWriter(_Writer):
    errors = (PostgresError,)

    def __init__(self, taker: Postgres):
        self.taker = taker
        self.tables: list[str] = []

    def begin(self, tables: list[str]) -> None:
        run = self.taker.execute
        self.tables = tables
        run("BEGIN")
        run("SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            run(f"ALTER TABLE {quoted(table)} DISABLE TRIGGER USER")
        run(f"TRUNCATE {', '.join(map(quoted, tables))}")

    def insert(self, table: str, columns: list[str], rows: list[tuple]) -> None:
        names = ", ".join(map(quoted, columns))
        sql = f"INSERT INTO {quoted(table)} ({names}) VALUES %s"
        with self.taker.raw.cursor() as cursor:
            execute_values(cursor, sql, rows, page_size=len(rows))

    def finish(self, last_ids: Mapping[str, int]) -> None:
        run = self.taker.execute
        run("SET CONSTRAINTS ALL IMMEDIATE")
        for table in self.tables:
            run(f"ALTER TABLE {quoted(table)} ENABLE TRIGGER USER")
        for table, sequence in self.taker.sequences().items():
            if table not in self.tables:
                continue
            last = last_ids.get(table, 0)
            # Numbers are never given twice: addresses of what was deleted lead to nobody else's.
            run("SELECT setval(%s, greatest(%s, 1), %s)", [sequence, last, last > 0])
        run("COMMIT")
