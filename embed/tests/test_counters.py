"""Reactions of guests are counted anew like every other number."""

import pytest

from config.care import recounting
from embed.models import EmbedThread


@pytest.mark.behaviour("OP-30")
def test_a_number_of_guest_reactions_that_is_off_is_set_right(wind):
    EmbedThread.objects.update(guest_reaction_count=7)
    assert [(off.stored, off.counted) for off in recounting.recount()] == [(7, 0)]
    wind.refresh_from_db()
    assert wind.guest_reaction_count == 0
