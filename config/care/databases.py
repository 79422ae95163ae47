"""Both engines as care needs them: plain connections, tables, and rows as they lie there.

Nothing here asks a model: a backup is often made by newer code than its tables, and restored by
code that is newer still.
"""

# ruff: noqa: S608 names are the database's own

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from config.care.exceptions import CareRefused

AT_A_TIME = 200  # rows; an article may hold a million characters
BUSY_SECONDS = 20
POSTGRES_NAMES = {
    "NAME": "dbname",
    "USER": "user",
    "PASSWORD": "password",
    "HOST": "host",
    "PORT": "port",
}
DJANGO_OPTIONS = frozenset(
    {"pool", "isolation_level", "assume_role", "server_side_binding", "cursor_factory"}
)
POSTGRES_KINDS = {
    "boolean": "bool",
    "smallint": "int",
    "integer": "int",
    "bigint": "int",
    "double precision": "float",
    "numeric": "decimal",
    "timestamp with time zone": "datetime",
    "date": "date",
    "time without time zone": "time",
    "jsonb": "json",
    "uuid": "uuid",
    "bytea": "binary",
    "inet": "inet",
    "character varying": "text",
    "character": "text",
    "text": "text",
}
SQLITE_KINDS = {
    "bool": "bool",
    "datetime": "datetime",
    "date": "date",
    "time": "time",
    "real": "float",
    "decimal": "decimal",
    "blob": "binary",
    "char(32)": "uuid",
    "char(39)": "inet",
}
"""As Django declares columns; what has ``int`` in its name is a number, all else is text."""


def quoted(name: str) -> str:
    """Return a table's or column's name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def is_sqlite(database: Mapping[str, Any]) -> bool:
    """Return whether an entry of DATABASES names an SQLite file."""
    return str(database["ENGINE"]).endswith("sqlite3")


class Sqlite:
    """An SQLite file, opened beside Django."""

    vendor = "sqlite"

    def __init__(self, path: Path | str, *, writes: bool = False):
        mode = "rwc" if writes else "ro"
        try:
            self.raw = sqlite3.connect(
                f"file:{quote(str(path))}?mode={mode}",
                uri=True,
                isolation_level=None,
                timeout=BUSY_SECONDS,
            )
        except sqlite3.Error as error:
            raise CareRefused(f"The database {path} cannot be opened: {error}.") from error
        self.path = Path(path)

    def close(self) -> None:
        """Let the file go; an open transaction is rolled back."""
        self.raw.close()

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple]:
        """Run one statement and return its rows."""
        return self.raw.execute(sql, values).fetchall()

    def hold(self) -> None:
        """See from now on the moment that is now, whatever others write."""
        self.execute("BEGIN")
        self.execute("SELECT count(*) FROM sqlite_master")

    def tables(self) -> list[str]:
        """Return every table of rows: full-text tables and their shadows are left out."""
        found = self.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        virtual = [name for name, sql in found if sql.upper().startswith("CREATE VIRTUAL")]
        return sorted(
            name
            for name, _sql in found
            if not any(name == one or name.startswith(f"{one}_") for one in virtual)
        )

    def columns(self, table: str) -> dict[str, str]:
        """Return {column: kind} in the order of names; computed columns are left out."""
        [(sql,)] = self.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", [table]
        )
        found = {}
        for _cid, name, declared, _null, _default, _key, hidden in self._columns(table):
            if hidden:
                continue
            declared = declared.lower()
            kind = SQLITE_KINDS.get(declared, "int" if "int" in declared else "text")
            if kind == "text" and f'JSON_VALID("{name}")' in sql:
                kind = "json"
            found[name] = kind
        return dict(sorted(found.items()))

    def key(self, table: str) -> list[str]:
        """Return the columns of the primary key."""
        rows = [(place, name) for _c, name, _t, _n, _d, place, _h in self._columns(table) if place]
        return [name for _place, name in sorted(rows)]

    def rows(self, table: str, columns: Mapping[str, str]) -> Iterator[tuple]:
        """Yield all rows in the order of their key, as the driver gives them."""
        order = ", ".join(map(quoted, self.key(table) or columns))
        names = ", ".join(map(quoted, columns))
        cursor = self.raw.execute(f"SELECT {names} FROM {quoted(table)} ORDER BY {order}")
        while chunk := cursor.fetchmany(AT_A_TIME):
            yield from chunk

    def last_ids(self) -> dict[str, int]:
        """Return {table: highest number that was ever given}."""
        known = self.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")
        return dict(self.execute("SELECT name, seq FROM sqlite_sequence")) if known else {}

    def size(self) -> int:
        """Return about how many bytes a copy takes."""
        [(pages,)], [(size,)] = self.execute("PRAGMA page_count"), self.execute("PRAGMA page_size")
        return pages * size

    def version(self) -> str:
        """Return what serves it."""
        return f"SQLite {sqlite3.sqlite_version}"

    def _columns(self, table: str) -> list[tuple]:
        return self.execute(f"PRAGMA table_xinfo({quoted(table)})")


class Postgres:
    """A database on a PostgreSQL server, reached beside Django."""

    vendor = "postgresql"

    def __init__(self, database: Mapping[str, Any]):
        import psycopg2
        from psycopg2.extras import register_default_json, register_default_jsonb

        try:
            self.raw = psycopg2.connect(**postgres_parameters(database))
        except psycopg2.OperationalError as error:
            raise CareRefused(f"The database cannot be reached: {str(error).strip()}") from error
        self.raw.autocommit = True
        register_default_json(self.raw, loads=lambda text: text)
        register_default_jsonb(self.raw, loads=lambda text: text)
        for line in ("TimeZone = 'UTC'", "statement_timeout = 0", "bytea_output = 'hex'"):
            self.execute(f"SET {line}")
        self.execute("SET idle_in_transaction_session_timeout = 0")

    def close(self) -> None:
        """Hang up; an open transaction is rolled back."""
        self.raw.close()

    def execute(self, sql: str, values: Sequence[Any] | None = None) -> list[tuple]:
        """Run one statement and return its rows."""
        with self.raw.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def hold(self) -> None:
        """See from now on the moment that is now, whatever others write."""
        self.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self.execute("SELECT 1")

    def schema(self) -> str:
        """Return the schema that holds the site's tables."""
        return self.execute("SELECT current_schema()")[0][0]

    def tables(self, schema: str | None = None) -> list[str]:
        """Return every table that is no extension's."""
        rows = self.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = coalesce(%s, current_schema())::regnamespace AND NOT EXISTS"
            " (SELECT 1 FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')",
            [schema],
        )
        return sorted(name for (name,) in rows)

    def columns(self, table: str) -> dict[str, str]:
        """Return {column: kind} in the order of names; computed columns are left out."""
        rows = self.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = ''",
            [quoted(table)],
        )
        return {name: POSTGRES_KINDS.get(kind, "other") for name, kind in sorted(rows)}

    def key(self, table: str) -> list[str]:
        """Return the columns of the primary key."""
        rows = self.execute(
            "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid"
            " AND attnum = ANY(indkey) WHERE indrelid = %s::regclass AND indisprimary"
            " ORDER BY array_position(indkey::int[], attnum::int)",
            [quoted(table)],
        )
        return [name for (name,) in rows]

    def rows(self, table: str, columns: Mapping[str, str]) -> Iterator[tuple]:
        """Yield all rows in the order of their key, as the driver gives them; needs ``hold()``."""
        order = ", ".join(
            # The order of bytes, as SQLite has it, and not that of a language.
            f'{quoted(name)} COLLATE "C"' if columns.get(name) == "text" else quoted(name)
            for name in self.key(table) or columns
        )
        names = ", ".join(_selected(name, kind) for name, kind in columns.items())
        # One at a time: whoever left in the middle left a cursor.
        self.execute("CLOSE ALL")
        self.execute(
            f"DECLARE care NO SCROLL CURSOR FOR SELECT {names} FROM {quoted(table)} ORDER BY {order}"
        )
        with self.raw.cursor() as cursor:
            while True:
                cursor.execute(f"FETCH {AT_A_TIME} FROM care")
                if not (chunk := cursor.fetchall()):
                    break
                yield from chunk
        self.execute("CLOSE care")

    def last_ids(self) -> dict[str, int]:
        """Return {table: highest number that was ever given}."""
        found = {}
        for table, sequence in self.sequences().items():
            [(last, is_called)] = self.execute(f"SELECT last_value, is_called FROM {sequence}")
            found[table] = last if is_called else last - 1
        return found

    def sequences(self) -> dict[str, str]:
        """Return {table: sequence of its key}, quoted."""
        rows = self.execute(
            "SELECT owner.relname, pg_get_serial_sequence(quote_ident(owner.relname), attname)"
            " FROM pg_class AS owner JOIN pg_attribute ON attrelid = owner.oid AND attnum > 0"
            " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
            " AND NOT attisdropped AND (attidentity <> '' OR atthasdef)"
            " AND pg_get_serial_sequence(quote_ident(owner.relname), attname) IS NOT NULL"
        )
        return dict(rows)

    def size(self) -> int:
        """Return about how many bytes a dump takes at most: indexes are not dumped."""
        [(size,)] = self.execute(
            "SELECT coalesce(sum(pg_table_size(oid)), 0)::bigint FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        )
        return size

    def version(self) -> str:
        """Return what serves it."""
        return f"PostgreSQL {self.execute('SHOW server_version')[0][0].split()[0]}"


def _selected(name: str, kind: str) -> str:
    if kind == "inet":
        return f"host({quoted(name)})"
    return f"{quoted(name)}::text" if kind == "other" else quoted(name)


Database = Sqlite | Postgres


def open_database(database: Mapping[str, Any], *, writes: bool = False) -> Database:
    """Return a plain connection to what an entry of DATABASES names. Raises CareRefused."""
    if not is_sqlite(database):
        return Postgres(database)
    if not writes and not Path(database["NAME"]).is_file():
        raise CareRefused(f"There is no database {database['NAME']}.")
    return Sqlite(database["NAME"], writes=writes)


def postgres_parameters(database: Mapping[str, Any]) -> dict[str, Any]:
    """Return libpq's parameters for an entry of DATABASES."""
    given = {ours: database[name] for name, ours in POSTGRES_NAMES.items() if database.get(name)}
    options = dict(database.get("OPTIONS") or {})
    return given | {name: options[name] for name in sorted(options.keys() - DJANGO_OPTIONS)}


def url_of(database: Mapping[str, Any]) -> str:
    """Return DATABASE_URL for an entry of DATABASES."""
    if is_sqlite(database):
        return f"sqlite:///{quote(str(Path(database['NAME']).absolute()))}"
    given = {name: str(value) for name, value in postgres_parameters(database).items()}
    user, password = (
        quote(given.pop("user", ""), safe=""),
        quote(given.pop("password", ""), safe=""),
    )
    host, port = given.pop("host", ""), given.pop("port", "")
    if host.startswith("/"):
        given["host"], host = host, ""
    place = f"[{host}]" if ":" in host else host
    named = f"{user}:{password}" if password else user
    url = f"postgres://{named}{'@' if named else ''}{place}{f':{port}' if port else ''}"
    url += f"/{quote(given.pop('dbname', ''), safe='')}"
    return f"{url}?{urlencode(given)}" if given else url


def shown_url(database: Mapping[str, Any]) -> str:
    """Return the URL without its password, to be printed."""
    if is_sqlite(database):
        return url_of(database)
    return url_of({**database, "PASSWORD": ""})
