"""Each test has a storage and a working place of its own."""

import pytest

from accounts.tests.conftest import *  # noqa: F403


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    """Keep files where nobody else's are; return the folder of the storage."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.VAR_DIR = tmp_path / "var"
    return settings.MEDIA_ROOT
