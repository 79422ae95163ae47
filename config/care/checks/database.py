"""The database: version, encoding, order of letters, clock, its file."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from config.care.doctor import SERIOUS, WARNING, Finding
from config.care.preparing import pending_migrations, unknown_migrations

CLOCK_SECONDS = 5
CLOCK_SECONDS_SERIOUS = 60
NAMED_AT_MOST = 5


def look() -> Iterator[Finding]:
    """Yield what is wrong with the database itself."""
    yield from _look_at_version()
    if connection.vendor == "postgresql":
        yield from _look_at_encoding()
        yield from _look_at_collation()
        yield from _look_at_time()
    else:
        yield from _look_at_file()


def look_at_migrations() -> Iterator[Finding]:
    """Yield what the tables lack, or have too much, for this code."""
    if pending := pending_migrations():
        yield Finding(
            SERIOUS,
            _("%(count)d migrations are not applied, the first is %(name)s.")
            % {"count": len(pending), "name": pending[0]},
            _("The code expects tables that are not there: pages fail."),
            _("Run manage.py upgrade (or manage.py prepare) and restart all processes."),
        )
    if unknown := unknown_migrations():
        yield Finding(
            WARNING,
            _("The database has migrations that this code does not know: %(names)s.")
            % {"names": ", ".join(unknown[:NAMED_AT_MOST])},
            _("This code is older than the database."),
            _("Put the newer code back, or restore the backup made before the upgrade."),
        )


def _ask(sql: str) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone() or (None,)


def _look_at_version() -> Iterator[Finding]:
    least, found = (
        connection.features.minimum_database_version,
        connection.get_database_version(),
    )
    if least and found < least:
        yield Finding(
            SERIOUS,
            _("The database has version %(found)s; at least %(least)s is needed.")
            % {"found": ".".join(map(str, found)), "least": ".".join(map(str, least))},
            _("Older versions lack what queries use."),
            _("Upgrade the database server, or Python for another SQLite."),
        )


def _look_at_encoding() -> Iterator[Finding]:
    (encoding,) = _ask("SHOW server_encoding")
    if encoding != "UTF8":
        yield Finding(
            SERIOUS,
            _("The database stores text as %(encoding)s, not as UTF-8.") % {"encoding": encoding},
            _("Hangul and emoji cannot be stored."),
            _(
                "Make a database with ENCODING 'UTF8' TEMPLATE template0, restore a backup there"
                " and let DATABASE_URL name it."
            ),
        )


def _look_at_collation() -> Iterator[Finding]:
    (kind,) = _ask("SELECT datctype FROM pg_database WHERE datname = current_database()")
    if kind in {"C", "POSIX"}:
        yield Finding(
            WARNING,
            _("The database's locale is %(name)s.") % {"name": kind},
            _("Letters outside of ASCII are no letters to it: upper and lower case differ."),
            _(
                "Make a database with LOCALE 'C.UTF-8' (or 'ko_KR.UTF-8') TEMPLATE template0,"
                " restore a backup there and let DATABASE_URL name it."
            ),
        )
    if connection.pg_version >= 150000:  # type: ignore[attr-defined]
        stored, actual = _ask(
            "SELECT datcollversion, pg_database_collation_actual_version(oid)"
            " FROM pg_database WHERE datname = current_database()"
        )
        if stored and actual and stored != actual:
            yield Finding(
                SERIOUS,
                _("Indexes were sorted by version %(old)s of the locale, the system has %(new)s.")
                % {"old": stored, "new": actual},
                _("Rows that are there are not found, and unique names can be taken twice."),
                _(
                    "In psql: REINDEX DATABASE %(name)s; ALTER DATABASE %(name)s REFRESH COLLATION"
                    " VERSION;"
                )
                % {"name": connection.settings_dict["NAME"]},
            )


def _look_at_time() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_timezone_names WHERE name = %s", [settings.TIME_ZONE]
        )
        (known,) = cursor.fetchone()
        if not known:
            yield Finding(
                SERIOUS,
                _("The database does not know the time zone %(name)s.")
                % {"name": settings.TIME_ZONE},
                _("Lists by day and month fail."),
                _("Install tzdata where the database runs, or set another TIME_ZONE."),
            )
        cursor.execute("SELECT clock_timestamp()")
        (told,) = cursor.fetchone()
    drift = abs((told - datetime.now(UTC)).total_seconds())
    if drift > CLOCK_SECONDS:
        yield Finding(
            SERIOUS if drift > CLOCK_SECONDS_SERIOUS else WARNING,
            _("The clocks of the database and of this machine differ by %(seconds)d seconds.")
            % {"seconds": round(drift)},
            _("Posts appear too early or too late, sessions and codes end at the wrong time."),
            _("Let both machines keep time by NTP (timedatectl set-ntp true)."),
        )


def _look_at_file() -> Iterator[Finding]:
    (mode,) = _ask("PRAGMA journal_mode")
    if mode != "wal":
        yield Finding(
            WARNING,
            _("SQLite's journal is “%(mode)s”, not a write-ahead log.") % {"mode": mode},
            _("Whoever writes stops everybody who reads."),
            _("Keep the file on a disk of this machine, not on a network drive; restart the site."),
        )
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(3)")
        said = [line for (line,) in cursor.fetchall()]
        cursor.execute("PRAGMA foreign_key_check")
        loose = cursor.fetchmany(NAMED_AT_MOST)
    if said != ["ok"]:
        yield Finding(
            SERIOUS,
            _("SQLite's file is damaged: %(detail)s") % {"detail": "; ".join(said)[:300]},
            _("Data is lost, and more will be."),
            _("Stop the site and restore the last backup (manage.py restore)."),
        )
    if loose:
        tables = ", ".join(sorted({f"{row[0]} → {row[2]}" for row in loose}))
        yield Finding(
            SERIOUS,
            _("Rows point to rows that are not there: %(tables)s.") % {"tables": tables},
            _("Pages that show them fail. Something wrote past the site, or the disk lost data."),
            _("Stop the site and restore the last backup (manage.py restore)."),
        )
    database = Path(str(connection.settings_dict["NAME"]))
    if database.is_file() and database.stat().st_mtime > time.time() + CLOCK_SECONDS_SERIOUS:
        yield Finding(
            SERIOUS,
            _("The database was changed in the future: this machine's clock is behind."),
            _("Posts appear too early or too late, sessions and codes end at the wrong time."),
            _("Let this machine keep time by NTP (timedatectl set-ntp true)."),
        )
