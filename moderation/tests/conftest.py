"""What every test of this app has at hand."""

import pytest

from accounts.tests.factories import make_person
from accounts.tests.letters import committed, outbox  # noqa: F401
from moderation.tests.factories import make_moderator


@pytest.fixture
def minah(db):
    """Who writes."""
    return make_person("minah", "미나")


@pytest.fixture
def junho(db):
    """Who reads."""
    return make_person("junho", "준호")


@pytest.fixture
def sora(db):
    """Somebody of the staff with the role of a moderator, and no other right."""
    return make_moderator()
