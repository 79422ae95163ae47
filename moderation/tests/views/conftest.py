"""The named cast, and somebody who moderates."""

import pytest

from accounts.tests.cast import *  # noqa: F403
from moderation.tests.factories import make_moderator


@pytest.fixture
def sora(db):
    """Somebody of the staff with the role of a moderator."""
    return make_moderator()
