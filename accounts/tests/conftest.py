"""The named cast for these tests, and mails; in English, whose words the tests quote."""

import pytest
from django.utils import translation

from accounts.tests.cast import *  # noqa: F403
from accounts.tests.letters import *  # noqa: F403


@pytest.fixture(autouse=True)
def english(settings, original_language):
    """Speak English unless a person, a cookie or a browser asks for something else."""
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")
