"""The form that asks for a takedown: which addresses it understands, and how often one may ask."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from blog.tests.factories import make_article
from moderation import actions, limits
from moderation.models import Takedown

pytestmark = pytest.mark.django_db

FORM = "/takedown/"
CLAIM = "제 전화번호가 그대로 있어요."


@pytest.fixture
def post(minah):
    return make_article(minah, "이웃 이야기")


def send(client, to: str, **fields):
    values = {
        "address": to,
        "right": "privacy",
        "claim": CLAIM,
        "name": "한별",
        "email": "hanbyeol@example.com",
        "is_honest": "on",
    }
    return client.post(FORM, values | fields)


def problem_of(answer) -> str:
    return answer.context["form"].errors["address"][0]


@pytest.mark.parametrize("address", ["http://other.example.com/@a/b", "//other.example.com/"])
def test_an_address_of_another_site_is_called_so(client, address):
    elsewhere, nothing = send(client, address), send(client, "/@nobody/nothing/")
    assert elsewhere.status_code == nothing.status_code == 422
    assert problem_of(elsewhere) != problem_of(nothing)


@pytest.mark.parametrize("host", ["testserver", "Madang.example"])
def test_an_address_of_ours_is_understood_without_its_scheme(post, client, host):
    assert send(client, f"{host}{post.get_absolute_url()}").status_code == 302
    assert Takedown.objects.get().case.target_id == post.pk


def test_an_address_with_a_port_is_understood_without_its_scheme(minah, client, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    values = {"HTTP_HOST": "localhost:8125"}
    answer = client.post(FORM, {"address": "localhost:8125/@minah/"}, **values)
    assert "address" not in answer.context["form"].errors
    target = "localhost:8125" + minah.get_absolute_url()
    fields = {"right": "other", "claim": CLAIM, "name": "한별", "email": "h@example.com"}
    sent = client.post(FORM, fields | {"address": target, "is_honest": "on"}, **values)
    assert sent.status_code == 302
    assert Takedown.objects.get().case.target_kind == "person"


def test_mistakes_do_not_use_up_what_one_may_ask(post, client):
    bad = SimpleUploadedFile("증거.pdf", b"MZ\x00\x01", "application/pdf")
    url = post.get_absolute_url()
    for wrong in ({"email": "한별"}, {"claim": ""}, {"evidence": bad}, {"is_honest": ""}):
        assert send(client, url, **wrong).status_code == 422
    assert send(client, "/@nobody/nothing/").status_code == 422
    statuses = [send(client, url).status_code for _number in range(6)]
    assert statuses == [302] * 5 + [429]


def test_the_form_stays_with_what_was_typed_when_there_was_too_much(post, client):
    for _number in range(limits.TAKEDOWNS_AN_HOUR):
        send(client, post.get_absolute_url())
    answer = send(client, post.get_absolute_url())
    page = answer.content.decode()
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= limits.DAY
    assert CLAIM in page and "hanbyeol@example.com" in page
    assert answer.context["form"].non_field_errors()
    assert Takedown.objects.count() == limits.TAKEDOWNS_AN_HOUR


def test_mistakes_are_limited_too(client, monkeypatch):
    monkeypatch.setattr(limits, "TAKEDOWN_TRIES_AN_HOUR", 3)
    answers = [send(client, "/@nobody/nothing/") for _number in range(4)]
    assert [one.status_code for one in answers] == [422] * 3 + [429]
    assert CLAIM in answers[-1].content.decode()


def test_the_browser_may_remember_the_address(client):
    assert 'id="id_address"' in client.get(FORM).content.decode()
    assert "autocomplete" not in client.get(FORM).context["form"].fields["address"].widget.attrs


@pytest.mark.parametrize("kind", ["post", "person"])
def test_a_hold_is_offered_where_one_is_possible(post, minah, sora, client, kind):
    target = (kind, {"post": post.pk, "person": minah.pk}[kind])
    actions.ask_takedown(target, name="한별", email="h@example.com", right="privacy", claim=CLAIM)
    client.force_login(sora)
    page = client.get(reverse("admin:moderation_case_open", args=target))
    html = page.content.decode()
    assert 'name="verdict" value="refuse"' in html
    assert ('name="verdict" value="accept"' in html) == (kind == "post")
