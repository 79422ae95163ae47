"""The cast as fixtures: 미나 writes, 준호 follows her, 태오 is blocked by her, 소라 keeps order."""

import pytest

from accounts.tests.factories import make_person
from social.actions import block_person, follow_person
from social.models import Event, Inbox, Notification


@pytest.fixture
def minah(db):
    return make_person("minah", "미나")


@pytest.fixture
def junho(minah):
    person = make_person("junho", "준호")
    follow_person(minah, actor=person)
    # That was long ago: nobody has news when a test begins.
    for told in (Notification, Event, Inbox):
        told.objects.filter(person=minah).delete()
    return person


@pytest.fixture
def taeo(minah):
    person = make_person("taeo", "태오")
    block_person(person, actor=minah)
    return person


@pytest.fixture
def sora(db):
    return make_person("sora", "소라", is_staff=True)


@pytest.fixture
def stranger(db):
    return make_person("stranger", "나그네")


@pytest.fixture
def as_user(client):
    """Return a client that is signed in as the given person."""

    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in
