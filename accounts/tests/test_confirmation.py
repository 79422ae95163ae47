import json
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts import actions
from accounts.exceptions import AccountInactive, EmailUnconfirmed, NotSignedIn
from accounts.models import User
from accounts.policies import can_take_part, is_email_confirmed, require_can_take_part
from accounts.tests.factories import PASSWORD, make_person, make_unconfirmed_person
from accounts.tests.letters import link_in
from config.errors import error_response
from social.actions import follow_person

RESEND = "/auth/confirm-email/"


@pytest.fixture
def sae(db) -> User:
    return make_unconfirmed_person("sae")


@pytest.fixture
def link(client, sae, committed, outbox) -> str:
    """The link in a confirmation mail to 새."""
    client.force_login(sae)
    with committed():
        client.post(RESEND, headers={"Origin": "http://testserver"})
    client.logout()
    return link_in(outbox[-1])


@pytest.mark.behaviour("AC-06")
def test_who_may_take_part(sae, minah, settings, client):
    assert can_take_part(minah)
    assert not can_take_part(sae)
    assert not can_take_part(AnonymousUser())
    with pytest.raises(EmailUnconfirmed) as refused:
        require_can_take_part(sae)
    assert refused.value.code == "email_unconfirmed"
    with pytest.raises(NotSignedIn):
        require_can_take_part(AnonymousUser())
    for state in ("limited", "suspended", "leaving"):
        minah.state = state
        with pytest.raises(AccountInactive):
            require_can_take_part(minah)
    settings.MAIL_ENABLED = False
    assert can_take_part(sae)


@pytest.mark.behaviour("AC-06")
def test_unconfirmed_people_read_and_draft_but_do_not_follow(client, sae, minah):
    client.force_login(sae)
    assert client.get("/").status_code == 200
    assert client.get("/write/").status_code == 200
    assert client.get("/settings/profile/").status_code == 200
    with pytest.raises(EmailUnconfirmed):
        follow_person(minah, actor=sae)


@pytest.mark.behaviour("AC-06")
@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/@minah/follow/", {}),
        ("/", {"source": "아직 올릴 수 없는 말", "visibility": "public"}),
        ("/write/", {"title": "제목", "source": "아직 올릴 수 없는 말", "visibility": "public"}),
    ],
)
def test_a_refused_act_answers_403_with_a_button_that_sends_again(client, sae, minah, path, typed):
    client.force_login(sae)
    answer = client.post(path, typed | {"intent": "publish"}, headers={"Accept": "text/html"})
    body = answer.content.decode()
    assert answer.status_code == 403
    assert f'method="post" action="{RESEND}"' in body
    assert typed.get("source", "") in body
    minah.refresh_from_db()
    assert minah.follower_count == sae.post_count == 0


@pytest.mark.behaviour("AC-06")
def test_scripts_are_told_the_code(client, sae, minah):
    client.force_login(sae)
    answer = client.post("/@minah/follow/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "email_unconfirmed")


@pytest.mark.behaviour("AC-06")
def test_scripts_read_the_code_of_the_refusal(rf):
    request = rf.get("/", headers={"Accept": "application/json"})
    problem = json.loads(error_response(request, 403, code="email_unconfirmed").content)
    assert (problem["status"], problem["code"]) == (403, "email_unconfirmed")


@pytest.mark.behaviour("AC-07")
def test_get_changes_nothing_and_the_button_confirms(client, sae, link):
    page = client.get(link)
    assert page.status_code == 200
    assert "Confirm" in page.content.decode()
    assert not is_email_confirmed(User.objects.get(pk=sae.pk))
    answer = client.post(link)
    assert answer.status_code == 302
    assert is_email_confirmed(User.objects.get(pk=sae.pk))


@pytest.mark.behaviour("AC-07")
def test_the_link_works_once(client, sae, link):
    client.post(link)
    assert "does not work any more" in client.get(link).content.decode()
    assert client.post(link).status_code == 404


@pytest.mark.behaviour("AC-07")
def test_the_link_works_in_a_browser_where_somebody_else_is_signed_in(client, sae, junho, link):
    client.force_login(junho)
    client.get(link)
    client.post(link)
    assert is_email_confirmed(User.objects.get(pk=sae.pk))
    assert client.session["_auth_user_id"] == str(junho.pk)


@pytest.mark.behaviour("AC-07")
@pytest.mark.parametrize(("days", "works"), [(2.9, True), (3.1, False)])
def test_the_link_lives_three_days(client, sae, link, days, works):
    later = timezone.now() + timedelta(days=days)
    with time_machine.travel(later, tick=True):
        client.post(link)
    assert is_email_confirmed(User.objects.get(pk=sae.pk)) is works


@pytest.mark.behaviour("AC-07")
def test_sent_again_at_most_once_in_three_minutes(client, sae, committed, outbox):
    client.force_login(sae)
    with time_machine.travel("2026-11-21 10:00+09:00", tick=False) as clock:
        for seconds in (0, 60, 110, 20):
            clock.shift(seconds)
            with committed():
                answer = client.post(RESEND, headers={"Origin": "http://testserver"})
            assert answer["Location"] == RESEND
    assert len(outbox) == 2


def test_another_site_cannot_press_the_button(client, sae, committed, outbox):
    client.force_login(sae)
    with committed():
        answer = client.post(RESEND, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert not outbox


def test_the_page_needs_a_sign_in_and_leads_confirmed_people_home(client, sae, minah):
    assert client.get(RESEND)["Location"].startswith("/auth/login/?next=")
    client.force_login(minah)
    assert client.get(RESEND)["Location"] == "/"


def test_without_mail_nobody_is_asked(client, db, settings, committed, outbox):
    settings.MAIL_ENABLED = False
    with committed():
        client.post(
            "/auth/signup/",
            {
                "username": "saebyeok",
                "email": "saebyeok@example.com",
                "password1": PASSWORD,
                "password2": PASSWORD,
            },
        )
    assert not outbox
    assert can_take_part(User.objects.get())


def test_two_who_want_one_address_and_the_first_to_confirm_has_it(minah, junho):
    for person in (minah, junho):
        EmailAddress.objects.create(user=person, email="shared@example.com")
    first = EmailAddress.objects.get(user=minah, email="shared@example.com")
    second = EmailAddress.objects.get(user=junho, email="shared@example.com")
    assert actions.confirm_address(first)
    assert not actions.confirm_address(second)
    assert User.objects.by_email("shared@example.com").get() == minah
    assert User.objects.get(pk=junho.pk).email == "junho@example.com"


def test_an_operator_made_account_without_address_takes_part(db):
    assert can_take_part(actions.create_member(handle="robot"))


def test_the_answer_is_asked_of_the_database_once(sae, django_assert_num_queries):
    person = make_person("haru")
    with django_assert_num_queries(1):
        assert can_take_part(person)
        assert can_take_part(person)
