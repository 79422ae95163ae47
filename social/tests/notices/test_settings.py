"""Which notifications come by mail: chosen by their reader, plain when none can come."""

import pytest
from django.utils import timezone, translation

from accounts.actions import change_address
from accounts.models import User
from accounts.tests.factories import make_unconfirmed_person
from social import actions, notices

pytestmark = pytest.mark.django_db
URL = "/settings/notifications/"


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


def page(client) -> str:
    response = client.get(URL)
    assert response.status_code == 200
    return response.content.decode()


def choices(**changed) -> dict[str, str]:
    return {kind.name: kind.mail for kind in notices.all_kinds() if kind.mail} | changed


@pytest.mark.behaviour("SO-32")
def test_what_is_mailed_unless_somebody_chooses():
    defaults = choices()
    assert {name for name, choice in defaults.items() if choice == "now"} >= {
        "message",
        "reply",
        "mention",
    }
    assert (defaults["like"], defaults["follow"]) == ("never", "never")


@pytest.mark.behaviour("SO-32")
def test_each_kind_has_its_choice(as_user, minah):
    client = as_user(minah)
    assert page(client).count("<select") == len(choices())
    response = client.post(URL, choices(like="daily", reply="never"))
    assert response.url == URL
    minah.refresh_from_db()
    assert (minah.mail_choices["like"], minah.mail_choices["reply"]) == ("daily", "never")
    html = page(client)
    assert "Your choice is saved." in html
    assert client.post(URL, choices(like="sometimes")).status_code == 422
    assert client.post(URL, {}).status_code == 422
    minah.refresh_from_db()
    assert minah.mail_choices["like"] == "daily"


@pytest.mark.behaviour("SO-33")
def test_it_says_plainly_why_no_mail_comes(as_user, minah, settings):
    client = as_user(minah)
    assert "notice--warning" not in page(client)
    settings.MAIL_ENABLED = False
    assert "This site sends no mail at the moment." in page(client)
    settings.MAIL_ENABLED = True
    assert "as soon as your address is confirmed" in page(as_user(make_unconfirmed_person("sae")))
    User.objects.filter(pk=minah.pk).update(mail_bounced_at=timezone.now())
    html = page(as_user(minah))
    assert "Mail to minah@example.com could not be delivered" in html
    response = as_user(minah).post(f"{URL}again/")
    assert response.url == URL
    assert User.objects.get(pk=minah.pk).mail_bounced_at is None


@pytest.mark.behaviour("SO-33")
def test_a_new_address_gets_mail_again(minah):
    actions.note_bounce(minah)
    minah.refresh_from_db()
    change_address(minah, "minah@new.example.com")
    assert User.objects.get(pk=minah.pk).mail_bounced_at is None


@pytest.mark.behaviour("SO-33")
def test_a_bounce_of_a_former_address_says_nothing_about_the_new_one(minah):
    former = User.objects.get(pk=minah.pk)
    change_address(minah, "minah@new.example.com")
    actions.note_bounce(former)
    assert User.objects.get(pk=minah.pk).mail_bounced_at is None


def test_members_only(client):
    assert client.get(URL).status_code == 302
    assert client.post(URL, choices()).status_code == 302
    assert client.post(f"{URL}again/").status_code == 302
    assert client.get(f"{URL}again/").status_code == 405
