"""A receiver, and a webhook of 미나 that tells it everything."""

import pytest

from social import actions
from social.tests.webhooks.receiver import Receiver
from social.webhooks import EVENTS


@pytest.fixture
def receiver():
    started = Receiver()
    yield started
    started.stop()


@pytest.fixture
def webhook(minah, receiver):
    return actions.create_webhook(actor=minah, url=receiver.url, events=EVENTS)
