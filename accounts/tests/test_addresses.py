import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts import actions
from accounts.models import User
from accounts.tests.factories import PASSWORD, make_person, make_unconfirmed_person
from accounts.tests.letters import link_in

PAGE = "/settings/email/"


@pytest.fixture
def haru(client, db) -> User:
    person = make_person("haru", "하루", password=PASSWORD)
    client.post("/auth/login/", {"login": "haru", "password": PASSWORD})
    return person


@pytest.mark.behaviour("AC-32")
def test_a_new_address_counts_after_its_own_link(client, haru, committed, outbox):
    with committed():
        answer = client.post(PAGE, {"email": "New@Example.com", "intent": "change"})
    assert answer["Location"] == PAGE
    haru.refresh_from_db()
    assert haru.email == "haru@example.com"
    told, asked = sorted(outbox, key=lambda message: message.to)
    assert told.to == ["haru@example.com"]
    assert "new@example.com" in told.body
    assert asked.to == ["new@example.com"]
    with committed():
        Client().post(link_in(asked))
    haru.refresh_from_db()
    assert haru.email == "new@example.com"
    assert [row.email for row in EmailAddress.objects.filter(user=haru)] == ["new@example.com"]
    assert outbox[-1].to == ["haru@example.com"]
    assert "does not count any more" in outbox[-1].body


@pytest.mark.behaviour("AC-32")
def test_a_second_wish_kills_the_first_link(client, haru, committed, outbox):
    for email in ("first@example.com", "second@example.com"):
        with committed():
            client.post(PAGE, {"email": email})
    first = next(message for message in outbox if message.to == ["first@example.com"])
    assert Client().post(link_in(first)).status_code == 404


@pytest.mark.behaviour("AC-32")
def test_the_wish_can_be_dropped(client, haru):
    client.post(PAGE, {"email": "new@example.com"})
    client.post(PAGE, {"intent": "drop"})
    assert [row.email for row in EmailAddress.objects.filter(user=haru)] == ["haru@example.com"]


@pytest.mark.behaviour("AC-04", "AC-32")
@pytest.mark.parametrize("email", ["MINAH@example.com", "haru@example.com", "no address", ""])
def test_taken_own_and_broken_addresses_are_field_errors(client, haru, minah, email):
    refused = client.post(PAGE, {"email": email, "intent": "change"})
    assert refused.status_code == 422
    assert "email" in refused.context["form"].errors


@pytest.mark.behaviour("AC-32")
def test_a_mistyped_address_can_be_mended_before_it_was_confirmed(client, db, committed, outbox):
    person = make_unconfirmed_person("sae", password=PASSWORD)
    client.post("/auth/login/", {"login": "sae", "password": PASSWORD})
    with committed():
        client.post(PAGE, {"email": "right@example.com"})
    person.refresh_from_db()
    assert person.email == "sae@example.com"
    asked = next(message for message in outbox if message.to == ["right@example.com"])
    client.post(link_in(asked))
    person.refresh_from_db()
    assert person.email == "right@example.com"


def test_a_wish_alone_blocks_nobody(client, haru, db):
    """Otherwise anybody could keep the owner of an address from signing up."""
    client.post(PAGE, {"email": "owner@example.com"})
    actions.sign_up(handle="owner1", email="owner@example.com", password=PASSWORD)
    assert User.objects.by_email("owner@example.com").get().handle == "owner1"


def test_the_page_needs_a_sign_in(client, db):
    assert client.get(PAGE)["Location"].startswith("/auth/login/?next=")
