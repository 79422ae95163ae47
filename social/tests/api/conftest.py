"""The named cast comes from the conftest above; here a way to hold a reading to its queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.fixture
def queries_of():
    """Return how many queries a GET makes, its token's one among them."""

    def count(client, path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    return count
