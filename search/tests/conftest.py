"""The named cast, and an index that is up to date."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.tests.cast import *  # noqa: F403


@pytest.fixture
def indexed(db):
    """Return a function that brings into the index what was changed so far."""
    from search.actions import drain_outbox

    drain_outbox()
    return drain_outbox


@pytest.fixture
def find(indexed):
    """Return a function that indexes, searches, and returns the ids of the hits in order.

    By a visitor for posts, unless ``viewer`` and ``kind`` say otherwise; related hits are left out.
    """
    from search.selectors import search

    def find_ids(query: str, viewer=None, **options) -> list[int]:
        indexed()
        return list(search(query, viewer=viewer or AnonymousUser(), **options).ids)

    return find_ids
