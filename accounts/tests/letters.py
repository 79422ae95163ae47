"""Mails as fixtures: what was queued leaves when the transaction commits."""

import re

import pytest
from django.core import mail


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Return a context manager: what was queued inside runs at its end, as after a commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def outbox():
    """The mails that were sent."""
    return mail.outbox


def text_of(message) -> str:
    """Return the text part."""
    return message.body


def html_of(message) -> str:
    """Return the HTML part."""
    return next(part.content for part in message.alternatives if part.mimetype == "text/html")


def link_in(message) -> str:
    """Return the path of the first link in the text part that leads anywhere but home."""
    links = re.findall(r"^https://madang\.example(/\S+)$", message.body, re.MULTILINE)
    return links[0]
