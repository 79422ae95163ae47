import io

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command

from accounts import actions
from accounts.models import AccessToken, User
from accounts.policies import can_take_part, is_email_confirmed
from accounts.tests.factories import PASSWORD, make_person, make_unconfirmed_person


@pytest.fixture
def typed(monkeypatch):
    """Type something into stdin."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


@pytest.mark.behaviour("AC-10")
def test_a_member_is_made_confirmed_and_can_sign_in(db, typed, client):
    typed(f"{PASSWORD}\n")
    call_command(
        "create_member", "미나", "minah@example.com", "--password-stdin", stdout=io.StringIO()
    )
    user = User.objects.get()
    assert can_take_part(user)
    assert not user.is_staff
    assert client.post("/auth/login/", {"login": "미나", "password": PASSWORD}).status_code == 302


@pytest.mark.behaviour("AC-10")
def test_the_first_administrator_is_never_locked_out(db, typed, client):
    typed(f"{PASSWORD}\n")
    call_command(
        "create_member",
        "admin",
        "a@example.com",
        "--admin",
        "--password-stdin",
        stdout=io.StringIO(),
    )
    client.post("/auth/login/", {"login": "admin", "password": PASSWORD})
    assert client.get("/admin/").status_code == 200


@pytest.mark.behaviour("AC-10")
def test_the_password_is_asked_for_twice(db, monkeypatch):
    words = iter([PASSWORD, "something else"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(words))
    with pytest.raises(CommandError, match="not the same"):
        call_command("create_member", "minah", "minah@example.com")
    assert not User.objects.exists()


@pytest.mark.behaviour("AC-10")
@pytest.mark.parametrize(
    ("arguments", "password", "words"),
    [
        (["mi nah", "m@example.com"], PASSWORD, "no spaces"),
        (["taken", "m@example.com"], PASSWORD, "already"),
        (["minah", "no address"], PASSWORD, "no address"),
        (["minah", "m@example.com"], "short", "8"),
    ],
)
def test_it_holds_the_rules_of_sign_up(db, typed, arguments, password, words):
    make_person("taken")
    typed(password + "\n")
    with pytest.raises(CommandError, match=words):
        call_command("create_member", *arguments, "--password-stdin")
    assert User.objects.count() == 1


@pytest.mark.behaviour("AC-10")
def test_djangos_own_command_locks_nobody_out_either(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command(
        "createsuperuser",
        "--noinput",
        handle="boss1",
        email="boss@example.com",
        stdout=io.StringIO(),
    )
    boss = User.objects.get()
    assert boss.is_superuser
    assert is_email_confirmed(boss)


@pytest.mark.behaviour("AC-23")
def test_rescue_sets_a_password_clears_factors_and_confirms(db, typed, caplog, client):
    person = make_unconfirmed_person("sae")
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    actions.make_token(person)
    typed(f"{PASSWORD}\n")
    out = io.StringIO()
    call_command(
        "rescue_account",
        "SAE@example.com",
        "--password-stdin",
        "--factors",
        "--address",
        stdout=out,
    )
    assert out.getvalue().count("@sae:") == 3
    assert client.post("/auth/login/", {"login": "sae", "password": PASSWORD})["Location"] == "/"
    assert is_email_confirmed(User.objects.get())
    assert not AccessToken.objects.exists()
    assert any(record.message == "account_rescued" for record in caplog.records)


@pytest.mark.behaviour("AC-23")
@pytest.mark.parametrize("arguments", [["nobody", "--factors"], ["minah"]])
def test_rescue_says_what_is_missing(minah, arguments):
    with pytest.raises(CommandError):
        call_command("rescue_account", *arguments)
