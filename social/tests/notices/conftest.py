"""Mails as fixtures, and what most of these tests begin with."""

import pytest

from accounts.tests.letters import *  # noqa: F403
from social.tests.notices.tellings import comment_on, mention_in_note


@pytest.fixture
def two_tellings(minah, stranger):
    """미나 was told of a comment by 나그네 and of a mention, both unread; return the two."""
    return comment_on(minah, stranger), mention_in_note(minah, stranger)
