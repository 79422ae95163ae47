"""Three back ends with one meaning, chosen by SEARCH_ENGINE."""

from importlib import import_module

from django.conf import settings
from django.db import connection

from search.engines.base import (
    COUNTED,
    DEEPEST,
    LIKES,
    NEWEST,
    RELEVANCE,
    Criteria,
    Engine,
    EngineDown,
)

__all__ = [
    "COUNTED",
    "DEEPEST",
    "LIKES",
    "NEWEST",
    "RELEVANCE",
    "Criteria",
    "Engine",
    "EngineDown",
    "get_engine",
]
ENGINES = {
    "sqlite": ("search.engines.sqlite", "SqliteEngine"),
    "postgres": ("search.engines.postgres", "PostgresEngine"),
    "opensearch": ("search.engines.opensearch", "OpenSearchEngine"),
}


def engine_name() -> str:
    """Return the engine of SEARCH_ENGINE, or the one that belongs to the database."""
    if settings.SEARCH_ENGINE:
        return settings.SEARCH_ENGINE
    return "postgres" if connection.vendor == "postgresql" else "sqlite"


def get_engine() -> Engine:
    """Return the engine that this site uses."""
    module, name = ENGINES[engine_name()]
    return getattr(import_module(module), name)()
