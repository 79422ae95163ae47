import threading

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection
from django.urls import reverse

from accounts import actions
from accounts.exceptions import EmailTaken, HandleTaken
from accounts.models import User
from accounts.tests.factories import PASSWORD, make_person
from config.actions import change_site_settings

SIGNUP = "/auth/signup/"


def answers(**changes) -> dict[str, str]:
    return {
        "username": "saebyeok",
        "email": "Saebyeok@Example.com",
        "password1": PASSWORD,
        "password2": PASSWORD,
    } | changes


@pytest.mark.behaviour("AC-01")
def test_account_pages_live_in_two_places(client, db):
    names = (
        "account_login account_logout account_signup account_reset_password account_email"
        " account_email_verification_sent account_change_password account_set_password"
        " account_reauthenticate mfa_index mfa_authenticate usersessions_list"
        " socialaccount_connections"
    ).split()
    assert all(reverse(name).startswith(("/auth/", "/settings/")) for name in names)
    page = client.get("/").content.decode()
    assert 'href="/auth/login/"' in page
    assert "/accounts/login" not in page


@pytest.mark.behaviour("AC-02")
def test_the_form_asks_four_things_and_all_are_required(client, db):
    page = client.get(SIGNUP)
    assert list(page.context["form"].fields) == ["username", "email", "password1", "password2"]
    refused = client.post(SIGNUP, {})
    assert set(refused.context["form"].errors) == {"username", "email", "password1", "password2"}
    assert not User.objects.exists()


@pytest.mark.behaviour("AC-02")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": f"{'a' * 250}@example.com"}, "email"),
        ({"password2": "something else entirely"}, "password2"),
        ({"username": "mi nah"}, "username"),
        ({"username": "admin"}, "username"),
    ],
)
def test_an_error_keeps_everything_but_the_passwords(client, db, changes, field):
    refused = client.post(SIGNUP, answers(**changes))
    assert field in refused.context["form"].errors
    body = refused.content.decode()
    assert PASSWORD not in body
    assert answers(**changes)["email"] in body
    assert answers(**changes)["username"] in body
    assert 'class="error-summary"' in body
    assert not User.objects.exists()


@pytest.mark.behaviour("AC-04")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "MINAH"}, "username"),
        ({"username": "옛이름"}, "username"),
        ({"email": "MINAH@Example.COM"}, "email"),
    ],
)
def test_what_is_taken_is_a_field_error(client, minah, changes, field):
    actions.rename_handle(minah, "옛이름")
    actions.rename_handle(minah, "minah", is_operator=True)
    refused = client.post(SIGNUP, answers(**changes))
    assert list(refused.context["form"].errors) == [field]
    assert User.objects.count() == 1


@pytest.mark.behaviour("AC-04")
def test_the_second_of_two_at_the_same_instant_is_told(client, db, monkeypatch):
    """Both forms have found the handle free; the database decides."""
    monkeypatch.setattr("accounts.adapter.is_handle_taken", lambda *args: False)
    make_person("saebyeok", email_of="other")
    refused = client.post(SIGNUP, answers())
    assert refused.status_code == 200
    assert list(refused.context["form"].errors) == ["username"]


@pytest.mark.behaviour("AC-04")
def test_the_action_tells_a_taken_handle_from_a_taken_address(minah):
    with pytest.raises(HandleTaken):
        actions.sign_up(handle="Minah", email="other@example.com", password=PASSWORD)
    with pytest.raises(EmailTaken):
        actions.sign_up(handle="other", email="MINAH@example.com", password=PASSWORD)
    assert User.objects.count() == 1


@pytest.mark.behaviour("AC-04")
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_the_handle():
    outcomes = []

    def sign_up(number: int) -> None:
        try:
            actions.sign_up(handle="달님", email=f"{number}@example.com", password=None)
            outcomes.append("in")
        except HandleTaken:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=sign_up, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", "told", "told", "told"]


@pytest.mark.behaviour("AC-05")
@pytest.mark.parametrize(
    ("target", "landing"),
    [("", "/"), ("/explore/", "/explore/"), ("https://evil.example/", "/"), ("//evil", "/")],
)
def test_after_sign_up_the_person_is_inside_and_asked_to_confirm(
    client, db, committed, outbox, target, landing
):
    with committed():
        answer = client.post(SIGNUP, answers(next=target))
    assert (answer.status_code, answer["Location"]) == (302, landing)
    user = User.objects.get()
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.email == "saebyeok@example.com"
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == (user.email, False, True)
    page = client.get("/").content.decode()
    assert "saebyeok@example.com" in page
    assert [message.to for message in outbox] == [["saebyeok@example.com"]]


@pytest.mark.behaviour("AC-08")
def test_closed_sign_up_says_so(client, db):
    change_site_settings(is_signup_open=False)
    for answer in (client.get(SIGNUP), client.post(SIGNUP, answers())):
        assert answer.status_code == 403
        assert "Sign-up is closed" in answer.content.decode()
    assert not User.objects.exists()
    assert SIGNUP not in client.get("/auth/login/").content.decode()


@pytest.mark.behaviour("AC-09")
@pytest.mark.parametrize(
    "password", ["short12", "password123", "20251121", "saebyeok1", "saebyeok@example.com"]
)
def test_weak_passwords_are_refused(client, db, password):
    refused = client.post(SIGNUP, answers(password1=password, password2=password))
    assert "password1" in refused.context["form"].errors
    assert not User.objects.exists()


@pytest.mark.behaviour("AC-09")
def test_passwords_are_stored_as_salted_argon2id(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    first, second = make_password(PASSWORD), make_password(PASSWORD)
    assert first != second
    assert first.startswith("argon2$argon2id$")
    assert check_password(PASSWORD, first)


@pytest.mark.behaviour("AC-09")
def test_argon2id_comes_first_in_production():
    from config.settings import base

    assert base.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


@pytest.mark.behaviour("AC-21")
def test_ten_sign_ups_an_hour_per_network(client, db):
    for number in range(10):
        client.post(SIGNUP, answers(username=f"saram{number}", email=f"{number}@example.com"))
        client.logout()
    refused = client.post(SIGNUP, answers())
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert User.objects.count() == 10


def test_the_language_of_the_page_becomes_the_persons(client, db):
    client.post(SIGNUP, answers(), headers={"Accept-Language": "es-MX"})
    assert User.objects.get().language == "es"
