"""What the database refuses by itself: changing or deleting rows of the log (SO-43).

Triggers, made after migrations and taken away before those that rebuild these tables. They stop
mistakes and stolen rights of the site; who may drop triggers is found out by the chain.
"""

# ruff: noqa: S608 names are ours

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

LOG, HEAD = "moderation_logentry", "moderation_chainhead"
PREFIX = "moderation_guard_"
REFUSAL = "The log of moderation is only ever added to."

SQLITE = {
    f"{PREFIX}update": f"BEFORE UPDATE ON {LOG}",
    f"{PREFIX}delete": f"BEFORE DELETE ON {LOG}",
    # INSERT OR REPLACE deletes without asking the trigger for deletions.
    f"{PREFIX}replace": (
        f"BEFORE INSERT ON {LOG} WHEN EXISTS (SELECT 1 FROM {LOG} WHERE number = NEW.number)"
    ),
    f"{PREFIX}head_back": f"BEFORE UPDATE ON {HEAD} WHEN NEW.number IS NOT OLD.number + 1",
    f"{PREFIX}head_gone": f"BEFORE DELETE ON {HEAD}",
}
POSTGRES = {
    f"{PREFIX}change": (LOG, "BEFORE UPDATE OR DELETE", "FOR EACH ROW"),
    f"{PREFIX}truncate": (LOG, "BEFORE TRUNCATE", "FOR EACH STATEMENT"),
    f"{PREFIX}head_back": (
        HEAD,
        "BEFORE UPDATE",
        "FOR EACH ROW WHEN (NEW.number IS DISTINCT FROM OLD.number + 1)",
    ),
    f"{PREFIX}head_gone": (HEAD, "BEFORE DELETE", "FOR EACH ROW"),
    f"{PREFIX}head_truncate": (HEAD, "BEFORE TRUNCATE", "FOR EACH STATEMENT"),
}
FUNCTION = f"""
CREATE OR REPLACE FUNCTION {PREFIX}refuse() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
  RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
END
$function$"""


def statements_to_guard(vendor: str) -> list[str]:
    """Return what makes every trigger."""
    if vendor == "postgresql":
        return [FUNCTION] + [
            f"CREATE TRIGGER {name} {when} ON {table} {each} EXECUTE FUNCTION {PREFIX}refuse()"
            for name, (table, when, each) in POSTGRES.items()
        ]
    return [
        f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for name, when in SQLITE.items()
    ]


def statements_to_unguard(vendor: str) -> list[str]:
    """Return what takes every trigger away."""
    if vendor == "postgresql":
        drops = [
            f"DROP TRIGGER IF EXISTS {name} ON {table}"
            for name, (table, _when, _each) in POSTGRES.items()
        ]
        return [*drops, f"DROP FUNCTION IF EXISTS {PREFIX}refuse()"]
    return [f"DROP TRIGGER IF EXISTS {name}" for name in SQLITE]


def missing_guards(using: str = "default") -> list[str]:
    """Return the triggers that are not there, or are switched off."""
    connection = connections[using]
    wanted = POSTGRES if connection.vendor == "postgresql" else SQLITE
    return sorted(wanted.keys() - _present(connection))


def install_guards(using: str = "default") -> None:
    """Make the triggers where they are missing. Idempotent; one look when nothing is."""
    connection = connections[using]
    if not missing_guards(using) or not _has_tables(connection):
        return
    remove_guards(using)
    _execute(connection, statements_to_guard(connection.vendor))


def remove_guards(using: str = "default") -> None:
    """Take the triggers away, so that a migration may rebuild or drop these tables. Idempotent."""
    connection = connections[using]
    if _has_tables(connection):
        _execute(connection, statements_to_unguard(connection.vendor))


def install_after_migrations(using: str = "default", **kwargs: Any) -> None:
    install_guards(using)


def remove_before_migrations(using: str = "default", plan: Any = None, **kwargs: Any) -> None:
    if plan is None or any(migration.app_label == "moderation" for migration, _back in plan):
        remove_guards(using)


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _present(connection: BaseDatabaseWrapper) -> set[str]:
    find = (
        "SELECT tgname FROM pg_trigger JOIN pg_class AS one ON one.oid = tgrelid"
        " AND relnamespace = current_schema()::regnamespace"
        " WHERE NOT tgisinternal AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(find)
        return {name for (name,) in cursor.fetchall() if name.startswith(PREFIX)}


def _has_tables(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        return {LOG, HEAD} <= set(connection.introspection.table_names(cursor))
