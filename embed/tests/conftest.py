"""The named cast, and a garden site of 미나 that embeds what is said here."""

import pytest

from accounts.tests.cast import *  # noqa: F403
from embed.tests.factories import make_site
from search.tests.conftest import indexed  # noqa: F401


@pytest.fixture
def garden(minah):
    return make_site(minah)


@pytest.fixture
def wind(minah, garden):
    """A thread of the garden in which nothing is said yet."""
    from embed.actions import find_or_create_thread

    return find_or_create_thread(
        garden, "/글/바람/", page_url=f"{garden.origins[0]}/글/바람/", page_title="바람 부는 날"
    )
