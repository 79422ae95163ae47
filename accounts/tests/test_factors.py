import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from accounts import actions
from accounts.tests.factories import PASSWORD, make_person

SECURITY = "/settings/security/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret: str, moment: float | None = None) -> str:
    return format_hotp_value(hotp_value(secret, int((moment or time.time()) // 30)))


@pytest.fixture
def haru(db):
    return make_person("haru", "하루", password=PASSWORD)


@pytest.fixture
def with_app(haru):
    """하루 with an authenticator app and recovery codes."""
    TOTP.activate(haru, SECRET)
    RecoveryCodes.activate(haru)
    return haru


def sign_in(client, name="haru"):
    return client.post("/auth/login/", {"login": name, "password": PASSWORD})


@pytest.mark.behaviour("AC-22")
def test_an_app_is_set_up_and_brings_ten_codes(client, haru, committed, outbox):
    sign_in(client)
    page = client.get(f"{SECURITY}app/")
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    assert "data:image/svg+xml" in page.content.decode()
    refused = client.post(f"{SECURITY}app/", {"code": "000000"})
    assert "code" in refused.context["form"].errors
    with committed():
        answer = client.post(f"{SECURITY}app/", {"code": code_of(secret)})
    assert answer["Location"] == f"{SECURITY}codes/"
    codes = client.get(f"{SECURITY}codes/").context["unused_codes"]
    assert len(set(codes)) == 10
    file = client.get(f"{SECURITY}codes/file/")
    assert file.content.decode().split() == codes
    assert file["Content-Disposition"].startswith("attachment")
    assert "authenticator app was set up" in outbox[-1].body


@pytest.mark.behaviour("AC-22")
def test_the_second_step_asks_for_a_code(client, with_app):
    answer = sign_in(client)
    assert answer["Location"] == "/auth/code/"
    assert "_auth_user_id" not in client.session
    assert client.get("/settings/profile/").status_code == 302
    page = client.get("/auth/code/").content.decode()
    assert "Second step" in page
    refused = client.post("/auth/code/", {"code": "000000"})
    assert "not right" in refused.content.decode()
    assert client.post("/auth/code/", {"code": code_of(SECRET)})["Location"] == "/"
    assert client.session["_auth_user_id"] == str(with_app.pk)


@pytest.mark.behaviour("AC-22")
def test_the_way_back_survives_the_second_step(client, with_app):
    client.post("/auth/login/", {"login": "haru", "password": PASSWORD, "next": "/explore/"})
    assert client.post("/auth/code/", {"code": code_of(SECRET)})["Location"] == "/explore/"


@pytest.mark.behaviour("AC-17", "AC-22")
def test_remember_me_survives_the_second_step(client, with_app):
    client.post("/auth/login/", {"login": "haru", "password": PASSWORD, "remember": "on"})
    answer = client.post("/auth/code/", {"code": code_of(SECRET)})
    assert answer.cookies["sessionid"]["max-age"] == 30 * 24 * 3600


@pytest.mark.behaviour("AC-22")
def test_a_recovery_code_works_once_and_without_mail(client, with_app, settings):
    settings.MAIL_ENABLED = False
    held = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
    code = held.wrap().get_unused_codes()[0]
    sign_in(client)
    assert client.post("/auth/code/", {"code": code})["Location"] == "/"
    client.post("/auth/logout/")
    sign_in(client)
    assert "not right" in client.post("/auth/code/", {"code": code}).content.decode()


@pytest.mark.behaviour("AC-22")
def test_factors_can_be_set_up_without_mail(client, haru, settings):
    settings.MAIL_ENABLED = False
    haru.emailaddress_set.update(verified=False)
    sign_in(client)
    assert client.get(f"{SECURITY}app/").status_code == 200
    assert client.get(f"{SECURITY}passkeys/add/").status_code == 200


@pytest.mark.behaviour("AC-22")
def test_guessing_codes_is_limited(client, with_app):
    sign_in(client)
    for _ in range(5):
        client.post("/auth/code/", {"code": "000000"})
    client.post("/auth/code/", {"code": code_of(SECRET)})
    assert "_auth_user_id" not in client.session


@pytest.mark.behaviour("AC-22")
def test_a_setting_obliges_staff(client, settings, db):
    settings.STAFF_REQUIRE_MFA = True
    sora = make_person("sora", "소라", password=PASSWORD, is_staff=True)
    sign_in(client, "sora")
    for page in ("/", "/admin/", "/settings/profile/"):
        assert client.get(page)["Location"] == SECURITY
    assert client.get(SECURITY).status_code == 200
    assert client.get(f"{SECURITY}app/").status_code == 200
    TOTP.activate(sora, SECRET)
    assert client.get("/").status_code == 200
    make_person("minah", password=PASSWORD)
    client.logout()
    sign_in(client, "minah")
    assert client.get("/").status_code == 200


@pytest.mark.behaviour("AC-22")
def test_the_app_is_switched_off_and_its_codes_go_along(client, with_app):
    sign_in(client)
    client.post("/auth/code/", {"code": code_of(SECRET)})
    assert client.get(f"{SECURITY}app/")["Location"] == f"{SECURITY}app/remove/"
    assert client.get(f"{SECURITY}app/remove/").status_code == 200
    client.post(f"{SECURITY}app/remove/")
    assert not Authenticator.objects.exists()


@pytest.mark.behaviour("AC-25")
@pytest.mark.parametrize(
    "page",
    [
        "/settings/email/",
        f"{SECURITY}app/",
        f"{SECURITY}passkeys/add/",
        f"{SECURITY}codes/new/",
        "/settings/password/set/",
    ],
)
def test_what_opens_the_account_asks_again_after_five_minutes(client, haru, page):
    start = time.time()
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client)
        clock.shift(4 * 60)
        assert "/auth/reauthenticate/" not in client.get(page).get("Location", "")
        clock.shift(2 * 60)
        asked = client.get(page)
        assert asked["Location"].startswith("/auth/reauthenticate/?next=")
        refused = client.post(asked["Location"], {"password": "wrong", "next": page})
        assert "password" in refused.context["form"].errors
        back = client.post(asked["Location"], {"password": PASSWORD, "next": page})
        assert back["Location"] == page
        assert "/auth/reauthenticate/" not in client.get(page).get("Location", "")


@pytest.mark.behaviour("AC-25")
def test_a_change_of_address_by_post_asks_again_too(client, haru):
    with time_machine.travel(time.time(), tick=False) as clock:
        sign_in(client)
        clock.shift(6 * 60)
        answer = client.post("/settings/email/", {"email": "new@example.com"})
        assert answer["Location"].startswith("/auth/reauthenticate/")
    assert haru.emailaddress_set.count() == 1


@pytest.mark.behaviour("AC-25")
def test_a_code_is_a_proof_as_well(client, with_app):
    with time_machine.travel(time.time(), tick=False) as clock:
        sign_in(client)
        client.post("/auth/code/", {"code": code_of(SECRET)})
        clock.shift(10 * 60)
        page = client.get("/auth/reauthenticate/?next=/settings/email/").content.decode()
        assert "/auth/code/again/?next=" in page
        form = "/auth/code/again/"
        assert client.get(form).status_code == 200
        back = client.post(form, {"code": code_of(SECRET), "next": "/settings/email/"})
        assert back["Location"] == "/settings/email/"
        assert client.get("/settings/email/").status_code == 200


@pytest.mark.behaviour("X-09")
def test_looking_at_the_codes_changes_nothing(client, with_app):
    sign_in(client)
    client.post("/auth/code/", {"code": code_of(SECRET)})
    before = list(Authenticator.objects.values())
    assert client.get(f"{SECURITY}codes/").status_code == 200
    assert list(Authenticator.objects.values()) == before


def test_the_pages_need_a_sign_in(client, db):
    pages = ("", "app/", "app/remove/", "codes/", "codes/new/", "codes/file/", "passkeys/add/")
    for page in pages:
        assert client.get(SECURITY + page)["Location"].startswith("/auth/login/?next=")


def test_somebody_elses_passkey_is_hidden(client, haru, minah):
    held = Authenticator.objects.create(
        user=minah, type=Authenticator.Type.WEBAUTHN, data={"name": "열쇠", "credential": {}}
    )
    sign_in(client)
    for page in ("edit", "remove"):
        assert client.get(f"{SECURITY}passkeys/{held.pk}/{page}/").status_code == 404
        assert client.post(f"{SECURITY}passkeys/{held.pk}/{page}/").status_code == 404


def test_clearing_removes_every_factor(with_app):
    assert actions.clear_factors(with_app) == 2
    assert not Authenticator.objects.exists()


@pytest.mark.behaviour("AC-11", "AC-22", "AC-25")
@pytest.mark.django_db(transaction=True)
def test_a_passkey_in_a_real_browser(chromium_page, live_server):
    """Added, used as the second step, as a fresh proof, and alone: with a virtual authenticator."""
    haru = make_person("haru", "하루", password=PASSWORD)
    page = chromium_page
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )

    def sign_in_by_password():
        page.goto("/auth/login/")
        page.fill("[name=login]", "haru")
        page.fill("[name=password]", PASSWORD)
        page.locator("form:has([name=password]) button[type=submit]").click()

    sign_in_by_password()
    page.goto("/settings/security/passkeys/add/")
    page.fill("[name=name]", "내 노트북")
    page.locator("[data-passkey=create] button[type=submit]").click()
    page.wait_for_url("**/settings/security/codes/")
    held = Authenticator.objects.get(user=haru, type=Authenticator.Type.WEBAUTHN)
    assert held.wrap().name == "내 노트북"
    assert held.wrap().is_passwordless

    page.context.clear_cookies()
    sign_in_by_password()
    page.wait_for_url("**/auth/code/")
    page.locator("[data-passkey=get] button").click()
    page.wait_for_url(live_server.url + "/")

    page.context.clear_cookies()
    page.goto("/auth/login/?next=/settings/profile/")
    page.locator("[data-passkey=get] button").click()
    page.wait_for_url(f"{live_server.url}/settings/profile/")
    assert "@haru" in page.content()

    page.goto("/auth/passkey/again/?next=/settings/email/")
    page.locator("[data-passkey=get] button").click()
    page.wait_for_url(f"{live_server.url}/settings/email/")


def test_the_passkey_page_of_a_closed_browser_says_what_it_needs(client, haru):
    sign_in(client)
    assert "<noscript>" in client.get(f"{SECURITY}passkeys/add/").content.decode()
    assert Client().get("/auth/passkey/")["Location"] == "/auth/login/"
