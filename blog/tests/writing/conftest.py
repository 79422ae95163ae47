"""The cast, and the doors of the editor's scripts."""

import json

import pytest

from accounts.tests.cast import *  # noqa: F403


@pytest.fixture
def send():
    """Return a function that posts JSON as the scripts of the write page do."""

    def post(client, path, data, version=None, **headers):
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return client.post(
            path,
            json.dumps(data),
            content_type="application/json",
            headers={"Accept": "application/json", **headers},
        )

    return post
