"""Staff sign in with a second step where the site says so (AC-22, AD-02)."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from accounts.tests.factories import make_person
from config.actions import change_site_settings
from moderation.tests.factories import make_moderator

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "바람부는날의산책"
SECURITY = "/settings/security/"
DESK = "/admin/moderation/case/"


@pytest.fixture
def sora():
    return make_moderator(password=PASSWORD)


@pytest.fixture
def wanted(db):
    change_site_settings(staff_needs_second_factor=True)


def sign_in(handle: str = "sora") -> Client:
    client = Client()
    client.post("/auth/login/", {"login": handle, "password": PASSWORD})
    return client


def give_factor(person) -> list[str]:
    """Set an app up, and return recovery codes, each of which counts as a second factor once."""
    TOTP.activate(person, SECRET)
    return RecoveryCodes.activate(person).generate_codes()


def test_off_by_default_nothing_is_asked(sora):
    assert sign_in().get(DESK).status_code == 200


@pytest.mark.behaviour("AC-22")
def test_staff_without_a_factor_are_led_to_where_it_is_set_up(sora, wanted):
    client = sign_in()
    for path in ("/admin/", DESK, "/admin/moderation/logentry/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, SECURITY)
    page = client.get("/admin/", follow=True)
    assert page.status_code == 200
    assert [str(one) for one in page.context["messages"]]
    assert client.get("/").status_code == 200  # reading and writing like everybody else


@pytest.mark.behaviour("AC-22")
def test_posting_is_refused_just_as_well(sora, wanted):
    from config.models import SiteSettings

    answer = sign_in().post("/admin/moderation/logentry/export/", {"form": "csv"})
    assert (answer.status_code, answer["Location"]) == (302, SECURITY)
    assert SiteSettings.objects.get().staff_needs_second_factor


@pytest.mark.behaviour("AC-22")
def test_a_session_that_gave_its_factor_goes_in(sora, wanted):
    codes = give_factor(sora)
    client = sign_in()
    client.post("/auth/code/", {"code": codes[0]})
    assert client.get(DESK).status_code == 200


@pytest.mark.behaviour("AC-22")
def test_a_session_from_before_gives_the_factor_once(sora, django_capture_on_commit_callbacks):
    client = sign_in()
    with django_capture_on_commit_callbacks(execute=True):
        change_site_settings(staff_needs_second_factor=True)
    codes = give_factor(sora)
    asked = client.get(f"{DESK}?state=open")
    assert asked.status_code == 302
    assert asked["Location"].startswith("/auth/code/again/?next=")
    assert client.get(asked["Location"]).status_code == 200
    given = client.post(asked["Location"], {"code": codes[1]})
    assert given["Location"].startswith(DESK)
    assert client.get(DESK).status_code == 200


def test_members_and_superusers_are_not_locked_out(wanted):
    make_person("minah", password=PASSWORD)
    assert sign_in("minah").get("/").status_code == 200
    assert sign_in("minah").get("/admin/", follow=True).status_code == 403
    chief = make_person("root", password=PASSWORD, is_staff=True, is_superuser=True)
    codes = give_factor(chief)
    client = sign_in("root")
    client.post("/auth/code/", {"code": codes[0]})
    assert client.get("/admin/config/sitesettings/").status_code == 200


@pytest.mark.behaviour("AC-22")
def test_who_lost_the_factor_is_let_in_again_from_the_command_line(wanted):
    from django.core.management import call_command

    chief = make_person("root", password=PASSWORD, is_staff=True, is_superuser=True)
    give_factor(chief)
    call_command("rescue_account", "root", "--factors")
    client = sign_in("root")
    assert client.get("/admin/")["Location"] == SECURITY
    assert client.get(SECURITY).status_code == 200
