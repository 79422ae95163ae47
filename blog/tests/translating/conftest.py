"""A provider on this machine, and the site set up to use it."""

import pytest

from blog.tests.translating.servers import KEY, KEY_ID, REGION, FakeProvider, Running


@pytest.fixture
def use(settings):
    """Return what tells the site to use a provider."""

    def tell(provider: FakeProvider) -> FakeProvider:
        settings.TRANSLATION_PROVIDER = provider.protocol
        settings.TRANSLATION_URL = provider.url
        settings.TRANSLATION_KEY = KEY
        settings.TRANSLATION_KEY_ID = KEY_ID
        settings.TRANSLATION_REGION = REGION
        settings.TRANSLATION_TIMEOUT = 2
        return provider

    return tell


@pytest.fixture
def provider(use):
    """A LibreTranslate of this machine, which the site uses."""
    with Running() as running:
        yield use(running)
