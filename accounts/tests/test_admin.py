import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions
from accounts.models import User
from accounts.policies import is_email_confirmed
from accounts.tests.factories import PASSWORD, make_person, make_unconfirmed_person

PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def boss(as_user, db):
    return as_user(make_person("boss", is_staff=True, is_superuser=True))


@pytest.fixture
def moderator(as_user, sora):
    """소라, who may change people and nothing else."""
    sora.user_permissions.set(Permission.objects.filter(codename__in=("change_user", "view_user")))
    return as_user(sora)


def filled(person, **changes) -> dict[str, str]:
    """The form of a person as the page sends it."""
    form = {
        "handle": person.handle,
        "email": person.email,
        "display_name": person.display_name,
        "bio": person.bio,
        "links": "[]",
        "state": person.state,
        "state_reason": person.state_reason,
        "state_until_0": "",
        "state_until_1": "",
        "language": person.language,
        "time_zone": person.time_zone,
        "theme": person.theme,
        "default_visibility": person.default_visibility,
        "default_language": person.default_language,
        "who_may_message": person.who_may_message,
        "shows_last_seen": "on",
    }
    return form | changes


@pytest.mark.behaviour("AD-01")
def test_it_opens_for_staff_alone(client, as_user, minah):
    way = client.get(PEOPLE, follow=True).redirect_chain
    assert way[-1][0] == "/auth/login/?next=%2Fadmin%2Faccounts%2Fuser%2F"
    assert as_user(minah).get(PEOPLE, follow=True).status_code == 403


@pytest.mark.behaviour("AD-09")
@pytest.mark.parametrize("words", ["미나", "MINAH".lower(), "minah@ex"])
def test_people_are_found_by_handle_address_and_name(boss, minah, junho, words):
    body = boss.get(PEOPLE, {"q": words}).content.decode()
    assert "minah@example.com" in body
    assert "junho@example.com" not in body


@pytest.mark.behaviour("AD-09")
def test_secrets_of_factors_and_keys_of_sessions_are_not_shown(boss):
    index = boss.get("/admin/").content.decode()
    for app in ("mfa", "usersessions", "account", "socialaccount"):
        assert f"/admin/{app}/" not in index
        assert boss.get(f"/admin/{app}/").status_code == 404


@pytest.mark.behaviour("AD-09", "AC-09")
def test_no_password_hash_is_shown_whole(boss, minah):
    actions.set_password(minah, PASSWORD)
    body = boss.get(f"{PEOPLE}{minah.pk}/change/").content.decode()
    assert minah.password not in body
    assert PASSWORD not in body


@pytest.mark.behaviour("AD-11")
def test_changes_go_the_way_of_the_site(boss, minah):
    answer = boss.post(
        f"{PEOPLE}{minah.pk}/change/",
        filled(minah, handle="미나리", email="New@Example.com", bio="소개", theme="dark"),
    )
    assert answer.status_code == 302
    minah.refresh_from_db()
    assert (minah.handle, minah.handle_key) == ("미나리", "미나리")
    assert minah.email == "new@example.com"
    assert minah.former_handles.get().handle == "minah"
    assert minah.emailaddress_set.get().email == "new@example.com"
    assert (minah.bio, minah.theme) == ("소개", "dark")


@pytest.mark.behaviour("AD-11")
@pytest.mark.parametrize(
    "changes", [{"handle": "junho"}, {"email": "JUNHO@example.com"}, {"handle": "a b"}]
)
def test_taken_names_are_field_errors(boss, minah, junho, changes):
    answer = boss.post(f"{PEOPLE}{minah.pk}/change/", filled(minah, **changes))
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == list(changes)


@pytest.mark.behaviour("AD-09")
def test_a_state_is_set_with_its_reason(boss, minah):
    boss.post(f"{PEOPLE}{minah.pk}/change/", filled(minah, state="suspended", state_reason="광고"))
    minah.refresh_from_db()
    assert (minah.state, minah.state_reason) == ("suspended", "광고")


@pytest.mark.behaviour("AC-10")
def test_a_person_made_here_is_confirmed(boss):
    boss.post(
        f"{PEOPLE}add/",
        {
            "handle": "admin2",
            "email": "A2@example.com",
            "display_name": "둘째",
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )
    person = User.objects.by_handle("admin2").get()
    assert person.check_password(PASSWORD)
    assert is_email_confirmed(person)


def test_a_password_set_here_ends_the_sessions(boss, client, db):
    from django.test import Client

    person = make_person("haru", password=PASSWORD)
    elsewhere = Client()
    elsewhere.post("/auth/login/", {"login": "haru", "password": PASSWORD})
    other = "바다-위의-달빛-31"
    boss.post(
        f"{PEOPLE}{person.pk}/password/",
        {"usable_password": "true", "password1": other, "password2": other},
    )
    person.refresh_from_db()
    assert person.check_password(other)
    assert elsewhere.get("/settings/profile/").status_code == 302


@pytest.mark.behaviour("AD-09")
@pytest.mark.parametrize(
    ("action", "state"),
    [("limit_people", "limited"), ("suspend_people", "suspended"), ("restore_people", "active")],
)
def test_many_at_once(boss, minah, junho, action, state):
    people = [minah.pk, junho.pk]
    boss.post(PEOPLE, {"action": action, "_selected_action": people})
    assert set(User.objects.filter(pk__in=people).values_list("state", flat=True)) == {state}


@pytest.mark.behaviour("AD-09")
def test_factors_are_reset_and_addresses_confirmed(boss):
    sae = make_unconfirmed_person("sae")
    TOTP.activate(sae, "JBSWY3DPEHPK3PXP")
    for action in ("reset_factors", "confirm_addresses", "sign_people_out"):
        boss.post(PEOPLE, {"action": action, "_selected_action": [sae.pk]})
    assert not sae.authenticator_set.exists()
    assert is_email_confirmed(User.objects.get(handle="sae"))


def test_who_is_no_administrator_makes_none_and_touches_none(moderator, minah, boss_person):
    moderator.post(
        f"{PEOPLE}{minah.pk}/change/", filled(minah, is_superuser="on", is_staff="on", bio="x")
    )
    minah.refresh_from_db()
    assert (minah.is_superuser, minah.is_staff, minah.bio) == (False, False, "x")
    moderator.post(PEOPLE, {"action": "suspend_people", "_selected_action": [boss_person.pk]})
    boss_person.refresh_from_db()
    assert boss_person.state == "active"


@pytest.fixture
def boss_person(db):
    make_person("second", is_staff=True, is_superuser=True)
    return make_person("boss", is_staff=True, is_superuser=True)


def test_nobody_is_deleted_here(boss, minah):
    assert boss.get(f"{PEOPLE}{minah.pk}/delete/").status_code == 403


def test_the_last_administrator_cannot_be_demoted(boss):
    person = User.objects.get(handle="boss")
    page = boss.post(f"{PEOPLE}{person.pk}/change/", filled(person, is_staff="on"), follow=True)
    assert 'class="error"' in page.content.decode()
    person.refresh_from_db()
    assert person.is_superuser


@pytest.mark.behaviour("AD-12")
def test_the_lists_cost_the_same_however_many(boss, minah):
    def cost(page) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert boss.get(page).status_code == 200
        return len(queries)

    actions.rename_handle(minah, "미나리")
    pages = (PEOPLE, "/admin/accounts/formerhandle/")
    [cost(page) for page in pages]
    before = [cost(page) for page in pages]
    for number in range(6):
        actions.rename_handle(make_person(f"friend{number}"), f"friend-{number}")
    assert [cost(page) for page in pages] == before
