"""Secrets are in nobody's log: passwords, keys, links, sessions, codes; nor in reports of errors."""

import logging
import re

import pytest
from allauth.account.models import EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings as site
from django.test import Client, RequestFactory, override_settings
from django.urls import path, reverse
from django.views.debug import ExceptionReporter, get_exception_reporter_filter

from accounts.models import AccessToken
from accounts.tests.factories import PASSWORD, make_person, make_unconfirmed_person
from accounts.tests.letters import link_in
from config import errors
from config.urls import urlpatterns as site_urls

WRONG, NEW = "틀린-열쇠-말-4242", "바다-위의-달빛-31"


class Everything(logging.Handler):
    """Keeps every record whole: its line, its arguments, its extras, its traceback."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        line = site.LOGGING["formatters"]["line"]
        import structlog

        self.formatter = structlog.stdlib.ProcessorFormatter(
            processors=line["processors"], foreign_pre_chain=line["foreign_pre_chain"]
        )

    def emit(self, record: logging.LogRecord) -> None:
        whole = {name: value for name, value in vars(record).items() if name != "request"}
        self.lines += [repr(whole), self.formatter.format(record)]


@pytest.fixture
def heard():
    """All that is logged, at the most talkative level that LOG_LEVEL knows."""
    root, everything = logging.getLogger(), Everything()
    level, disabled = root.level, root.manager.disable
    logging.disable(logging.NOTSET)
    root.addHandler(everything)
    root.setLevel(logging.DEBUG)
    yield everything.lines
    root.removeHandler(everything)
    root.setLevel(level)
    logging.disable(disabled)


@pytest.fixture
def haru(db):
    return make_person("haru", "하루", password=PASSWORD)


def found(secrets: dict[str, str], lines: list[str]) -> list[str]:
    assert all(len(secret) >= 6 for secret in secrets.values()), secrets
    return [
        f"{name}: {line[:300]}"
        for line in lines
        for name, secret in secrets.items()
        if secret in line
    ]


def test_what_is_logged_would_be_heard(heard):
    logging.getLogger("blog").debug("a %s", "geheim-1")
    logging.getLogger("accounts").info("b", extra={"key": "geheim-2"})
    try:
        raise RuntimeError("geheim-3")
    except RuntimeError:
        logging.getLogger("config").exception("c")
    assert len(found({str(n): f"geheim-{n}" for n in (1, 2, 3)}, heard)) >= 3


def test_signing_in_and_up_leaves_no_secret_in_the_log(client, haru, heard):
    client.post("/auth/login/", {"login": "haru", "password": WRONG})
    client.post("/auth/login/", {"login": "haru", "password": PASSWORD})
    session = client.session.session_key
    form = {"username": "sae", "email": "sae@example.com", "password1": NEW, "password2": NEW}
    Client().post("/auth/signup/", form)
    client.post(
        "/settings/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    )
    secrets = {"wrong": WRONG, "password": PASSWORD, "new": NEW, "session": session}
    secrets["changed session"] = client.session.session_key
    assert heard
    assert not found(secrets, heard)


def test_links_of_mails_leave_no_key_in_the_log(client, haru, heard, committed, outbox):
    with committed():
        client.post("/auth/password/reset/", {"email": "haru@example.com"})
    link = link_in(outbox[-1])
    form = client.get(link)["Location"]
    client.post(form, {"password1": NEW, "password2": NEW})
    key = link.rstrip("/").rsplit("/", 1)[-1].split("-", 1)[-1]
    assert not found({"key of the link": key, "password": NEW}, heard)


def test_confirming_an_address_leaves_no_key_in_the_log(client, heard, db):
    sae = make_unconfirmed_person("sae")
    key = EmailConfirmationHMAC(sae.emailaddress_set.get()).key
    link = reverse("account_confirm_email", args=[key])
    assert client.get(link).status_code == 200
    client.post(link, headers={"Origin": "http://testserver"})
    assert heard and not found({"key": key}, heard)


def test_tokens_webhooks_and_codes_leave_no_secret_in_the_log(client, haru, heard, committed):
    client.post("/auth/login/", {"login": "haru", "password": PASSWORD})
    page = client.post(
        "/settings/tokens/",
        {"name": "밤 일꾼", "scopes": ["read", "posts"], "lifetime": str(24 * 3600)},
    )
    key = re.search(r"madang_[0-9a-f]{40,}", page.content.decode())[0]
    assert (
        Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    )
    Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {key}0"})
    Client().post(
        "/api/v1/posts/", "{", "application/json", headers={"Authorization": f"Bearer {key}"}
    )
    with committed():
        hook = client.post(
            "/settings/webhooks/new/",
            {"url": "https://receiver.example/x", "events": ["comment.created"]},
        )
    secret = re.search(r"whsec_[A-Za-z0-9+/=]{20,}", hook.content.decode())
    assert AccessToken.objects.count() == 1 and secret
    app = client.get("/settings/security/app/").context["form"].secret
    code = format_hotp_value(hotp_value(app, int(__import__("time").time() // 30)))
    client.post("/settings/security/app/", {"code": code})
    codes = client.get("/settings/security/codes/").context["unused_codes"]
    assert Authenticator.objects.filter(user=haru).exists() and codes
    secrets = {"token": key, "hook": secret[0], "app": app, "code of recovery": codes[0]}
    assert not found(secrets, heard)


# Errors ---------------------------------------------------------------------------------------------


def crash(request):
    password = request.POST["password"]
    raise RuntimeError(f"It broke after {len(password)} characters.")


urlpatterns = [path("crash/", crash), *site_urls]
handler400, handler403 = errors.bad_request, errors.permission_denied
handler404, handler500 = errors.page_not_found, errors.server_error


@override_settings(ROOT_URLCONF=__name__)
def test_a_crash_logs_its_trace_without_what_was_typed(heard, db):
    browser = Client(raise_request_exception=False)
    browser.cookies["sessionid"] = "sitzung-4711"
    answer = browser.post(
        "/crash/", {"password": WRONG}, headers={"Authorization": "Bearer madang_4711"}
    )
    assert answer.status_code == 500
    assert any("It broke after" in line for line in heard)
    for secret in (WRONG, "sitzung-4711", "madang_4711", site.SECRET_KEY):
        assert secret not in answer.content.decode()
        assert not found({"secret": secret}, heard)


def test_a_report_of_djangos_hides_settings_and_fields(settings, rf: RequestFactory):
    """Nobody gets such a report here (no mail handler, DEBUG off); if somebody adds one, it hides."""
    request = rf.post(
        "/auth/login/", {"password": WRONG, "csrfmiddlewaretoken": "x" * 32},
        HTTP_AUTHORIZATION="Bearer madang_4711", HTTP_COOKIE="sessionid=sitzung-4711",
    )  # fmt: skip
    reporter_filter = get_exception_reporter_filter(request)
    assert reporter_filter.is_active(request)
    safe = reporter_filter.get_safe_settings()
    assert safe["SECRET_KEY"] == reporter_filter.cleansed_substitute
    shown = repr({name: value for name, value in safe.items() if name != "LOGGING"})
    for name in ("SECRET_KEY", "EMAIL_HOST_PASSWORD", "TRANSLATION_KEY"):
        value = getattr(settings, name, "")
        assert not value or value not in shown
    meta = reporter_filter.get_safe_request_meta(request)
    assert "madang_4711" not in repr({k: v for k, v in meta.items() if k != "HTTP_COOKIE"})
    assert ExceptionReporter(request, None, None, None).filter is reporter_filter
    handlers = {handler["class"] for handler in settings.LOGGING["handlers"].values()}
    assert not any("AdminEmail" in name for name in handlers)


@pytest.mark.guard
def test_no_address_that_opens_by_being_known_is_logged():
    """A new route with a key or token says here whether knowing it is a right."""
    from config.middleware import SECRET_IN_PATH
    from config.tests.test_guard_urls import ROUTES

    harmless = {
        "accounts:avatar": "the version of a public picture",
        "blog:image": "the name of a picture; who may see it is asked",
        "blog:describe_image": "its owner alone",
        "blog:delete_image": "its owner alone",
        "embed:page": "the public name of a page",
        "embed:sign_in": "a public site",
        "card_image": "a public picture",
    }
    named = [
        route for route in ROUTES
        if {"key", "token", "uidb36", "receipt"} & set(route.parameters) and not route.name.startswith("v1:")
    ]  # fmt: skip
    secret = {route.name for route in named if SECRET_IN_PATH.match("/" + route.route + "x")}
    assert secret >= {
        *("account_confirm_email", "account_reset_password_from_key"),
        *("blog:preview", "social:unsubscribe", "moderation:appeal", "moderation:takedown_receipt"),
    }
    rest = {route.name for route in named} - secret - set(harmless)
    assert not rest, (
        f"Is knowing the address of {sorted(rest)} a right? Say so here or in SECRET_IN_PATH."
    )
