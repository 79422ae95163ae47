"""What the database does for search by itself: triggers and full-text tables, made after migrations."""

from types import ModuleType
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from search.schema import postgres, sqlite


def install(using: str = "default") -> None:
    """Make triggers and full-text tables where they are missing."""
    from search.vocabulary.grams import install_grams

    connection = connections[using]
    of(connection).install(connection)
    if _has_words(connection):
        install_grams(connection)


def remove(using: str = "default") -> None:
    """Take the triggers away, so that a migration may rebuild the tables they watch."""
    from search.vocabulary.grams import remove_grams

    connection = connections[using]
    of(connection).remove(connection)
    remove_grams(connection)


def empty(slot: str, using: str = "default") -> None:
    """Empty the entries of ``slot`` quickly; its vocabulary stays."""
    connection = connections[using]
    of(connection).empty(connection, slot)


def of(connection: BaseDatabaseWrapper) -> ModuleType:
    """Return the module that speaks the language of this database."""
    return postgres if connection.vendor == "postgresql" else sqlite


def _has_words(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        columns = (
            "SELECT count(*) FROM information_schema.columns WHERE table_name = 'search_terma'"
            " AND column_name = 'grams' AND table_schema = current_schema()"
            if connection.vendor == "postgresql"
            else "SELECT count(*) FROM pragma_table_info('search_terma') WHERE name = 'grams'"
        )
        cursor.execute(columns)
        return bool(cursor.fetchone()[0])


def install_after_migrations(using: str = "default", **kwargs: Any) -> None:
    install(using)


def remove_before_migrations(using: str = "default", plan: Any = None, **kwargs: Any) -> None:
    if plan is None or plan:
        remove(using)
