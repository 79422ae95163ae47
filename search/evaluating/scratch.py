"""A database that is made for an evaluation and thrown away after it."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.test.utils import override_settings

from search.engines import engine_name

MEMORY = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@contextlib.contextmanager
def scratch_database(**settings: object) -> Iterator[None]:
    """Work on a new, empty database of the site's kind, with ``settings`` in place of the site's.

    The site's own data, cache and queue are never touched. Raises DatabaseError where the
    database user may not create one.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(override_settings(CACHES=MEMORY, SEARCH_WAKES_WORKER=False, **settings))
        if engine_name() == "opensearch":
            from search.engines.opensearch import scratch_indexes

            stack.enter_context(scratch_indexes())
        test = connection.settings_dict["TEST"]
        before = (connection.settings_dict["NAME"], test["NAME"])
        if connection.vendor == "sqlite":
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="search-eval-"))
            test["NAME"] = str(Path(folder) / "eval.sqlite3")
        else:
            test["NAME"] = f"test_{before[0]}_search_eval"
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(str(before[0]), verbosity=0)
            test["NAME"] = before[1]
