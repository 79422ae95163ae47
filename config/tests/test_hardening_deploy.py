"""Production as Django judges it, cookies as browsers keep them, pages of errors that hide."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as site
from django.test import Client

from accounts.actions.states import change_rights
from accounts.tests.factories import PASSWORD, make_person
from config.env import Environment
from config.tests.sources import ROOT
from config.tests.test_guard_settings import COMPLETE

pytestmark = pytest.mark.one_engine

YEAR = str(365 * 24 * 3600)
ASKED = """
from django.conf import settings as s
print(s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE,
      s.CSRF_COOKIE_SECURE, s.CSRF_COOKIE_HTTPONLY, s.CSRF_COOKIE_SAMESITE, s.SECURE_SSL_REDIRECT,
      s.SECURE_HSTS_SECONDS, s.SECURE_CONTENT_TYPE_NOSNIFF, s.X_FRAME_OPTIONS, s.DEBUG)
"""


def managed(*arguments: str, folder, **environment: str) -> subprocess.CompletedProcess:
    """Run ``manage.py`` as production does, without the ``.env`` of this machine."""
    clean = dict.fromkeys(Environment({}).names, "") | COMPLETE | environment
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=kept
        | clean
        | {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings.prod"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.guard
@pytest.mark.thorough
def test_django_has_nothing_to_say_about_production(tmp_path):
    checked = managed(
        *("check", "--deploy", "--fail-level", "WARNING"), folder=tmp_path, HSTS_SECONDS=YEAR
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout + checked.stderr


@pytest.mark.guard
@pytest.mark.thorough
def test_without_hsts_that_alone_is_named(tmp_path):
    """HSTS cannot be taken back for a year: the operator switches it on."""
    said = managed("check", "--deploy", folder=tmp_path).stderr
    assert "security.W004" in said and said.count("(security.") == 1


@pytest.mark.guard
@pytest.mark.thorough
def test_in_production_cookies_stay_on_tls_and_from_scripts(tmp_path):
    answer = managed("shell", "--no-imports", "-c", ASKED, folder=tmp_path, HSTS_SECONDS=YEAR)
    assert answer.stdout.split()[-11:] == [
        *("True", "True", "Lax"),
        *("True", "True", "Lax"),
        *("True", YEAR, "True", "DENY", "False"),
    ], answer.stderr


def test_cookies_of_preferences_are_for_the_server_alone(db, settings):
    settings.SESSION_COOKIE_SECURE = True
    here = {"Origin": "http://testserver"}
    for path, form in (
        ("/language/", {"language": "en"}),
        ("/theme/", {"theme": "dark"}),
    ):
        (cookie,) = Client().post(path, form, headers=here).cookies.values()
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")


# Sessions -------------------------------------------------------------------------------------------


@pytest.fixture
def haru(db):
    return make_person("haru", "하루", password=PASSWORD)


def key_of(client: Client) -> str:
    return client.cookies[site.SESSION_COOKIE_NAME].value


def is_alive(key: str) -> bool:
    browser = Client()
    browser.cookies[site.SESSION_COOKIE_NAME] = key
    return browser.get("/settings/account/").status_code == 200


def test_a_session_made_up_before_is_not_the_one_after_signing_in(haru):
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    planted = key_of(client) if site.SESSION_COOKIE_NAME in client.cookies else session.session_key
    client.cookies[site.SESSION_COOKIE_NAME] = planted
    client.post("/auth/login/", {"login": "haru", "password": PASSWORD})
    assert key_of(client) != planted
    assert is_alive(key_of(client)) and not is_alive(planted)


def test_a_new_password_gives_a_new_session_and_ends_the_one_that_was_copied(haru):
    client = Client()
    client.post("/auth/login/", {"login": "haru", "password": PASSWORD})
    copied = key_of(client)
    new = "바다-위의-달빛-31"
    client.post(
        "/settings/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert key_of(client) != copied
    assert is_alive(key_of(client)) and not is_alive(copied)


def test_new_rights_end_the_session_that_had_none(haru):

    client = Client()
    client.post("/auth/login/", {"login": "haru", "password": PASSWORD})
    before = key_of(client)
    change_rights(haru, is_staff=True)
    assert not is_alive(before)


def test_signing_out_ends_the_session_on_the_server(haru):
    client = Client()
    client.post("/auth/login/", {"login": "haru", "password": PASSWORD})
    copied = key_of(client)
    client.post("/auth/logout/")
    assert not is_alive(copied)


DANGEROUS = (
    *("/settings/email/", "/settings/export/", "/settings/leave/", "/settings/tokens/"),
    *(
        "/settings/security/app/",
        "/settings/security/passkeys/add/",
        "/settings/security/codes/new/",
    ),
    *("/settings/webhooks/new/",),
)


@pytest.mark.parametrize("path", DANGEROUS)
def test_an_old_session_proves_itself_before_what_is_dangerous(haru, path):
    client = Client()
    client.force_login(haru)  # without the moment of a proof, as a session of last week
    asked = client.post(path, {"email": "evil@example.com", "handle": "haru", "name": "x"})
    if path in {"/settings/export/"}:
        # The archive is asked for without a proof; fetching needs the owner's session (AC-60).
        assert asked.status_code in {302, 503}
        return
    if path == "/settings/leave/":
        assert asked.status_code in {302, 422}  # the form itself asks for the password
        haru.refresh_from_db()
        assert haru.state == "active"
        return
    assert asked.status_code == 302 and "/reauthenticate/" in asked["Location"], asked
