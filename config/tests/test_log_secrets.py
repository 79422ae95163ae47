"""What people write, search and are called stands in no line of the log, whatever goes wrong (OP-21)."""

import json
import logging
import time

import pytest
from django.conf import settings as site
from django.db import DataError, IntegrityError, OperationalError
from django.test import Client
from django.urls import path

from accounts.tests.factories import PASSWORD, make_person
from config import log
from config.scrubbing import format_trace, scrub_message, scrub_text, scrub_value
from config.tests.test_error_pages import (  # noqa: F401 - the site's own handlers of errors
    handler400,
    handler403,
    handler404,
    handler500,
)
from config.urls import urlpatterns as site_urls

pytestmark = [
    pytest.mark.behaviour("OP-21"),
    pytest.mark.urls("config.tests.test_log_secrets"),
]
TEXT, MESSAGE, SOUGHT = "아무도 못 볼 비밀 일기", "둘만 아는 쪽지 내용", "혼자서만 찾아 본 말"
ADDRESS, WRONG = "sora.secret@example.com", "틀린-열쇠-말-4242"
ROW = f"""duplicate key value violates unique constraint "accounts_user_email"
DETAIL:  Key (email)=({ADDRESS}) already exists.
CONTEXT:  COPY accounts_user, line 1: "{TEXT}"
"""


def crash(request):
    form, text, token = dict(request.POST), TEXT, request.headers.get("Authorization")
    raise {
        "value": ValueError(f"invalid literal for int(): {text!r} {len(form)} {len(token or '')}"),
        "row": IntegrityError(ROW),
        "bare": RuntimeError(f"{text} of {ADDRESS} in /search/?q={SOUGHT}"),
        "away": OperationalError(f"connection refused: {TEXT}"),
        "long": DataError("Failing row contains " + "x" * 5000),
    }[request.GET["kind"]]


urlpatterns = [path("crash/", crash), *site_urls]


class Lines(logging.Handler):
    """Keeps each line as it would be written."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        config = log.build_logging(level="DEBUG", fmt="json", to_stdout=True, file=None)
        line = dict(config["formatters"]["line"])
        self.formatter = line.pop("()")(**line)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.formatter.format(record))


@pytest.fixture
def written():
    root, handler = logging.getLogger(), Lines()
    level, disabled = root.level, root.manager.disable
    logging.disable(logging.NOTSET)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler.lines
    root.removeHandler(handler)
    root.setLevel(level)
    logging.disable(disabled)


def found(secrets: list[str], lines: list[str]) -> list[str]:
    # A line of code in a traceback is ours, not anybody's.
    return [f"{one}: {line[:200]}" for line in lines for one in secrets if one in line]


@pytest.mark.django_db
def test_a_day_of_somebody_leaves_nothing_of_them(written, django_capture_on_commit_callbacks):
    sora = make_person("sora", "소라", password=PASSWORD, email_of="sora.secret")
    browser = Client(raise_request_exception=False)
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/auth/login/", {"login": ADDRESS, "password": WRONG})
        browser.post("/auth/password/reset/", {"email": ADDRESS})
        browser.post("/auth/login/", {"login": "sora", "password": PASSWORD})
        page = browser.post(
            "/settings/tokens/",
            {"name": "밤 일꾼", "scopes": ["read", "posts"], "lifetime": str(24 * 3600)},
        )
        browser.get("/search/", {"q": SOUGHT})
        browser.get("/api/v1/search/", {"q": SOUGHT})
        browser.post("/", {"source": TEXT, "visibility": "private"})
        browser.get("/explore/?next=/settings/&code=geheim-0123456789")
        for kind in ("value", "row", "bare", "long"):
            browser.post(
                f"/crash/?kind={kind}&q={SOUGHT}",
                {"body": TEXT, "password": PASSWORD},
                headers={"Authorization": "Bearer madang_0123456789abcdef"},
            )
    assert page.status_code < 400
    assert len(written) > 12 and sum("Traceback" in line for line in written) >= 4
    secrets = [TEXT, MESSAGE, SOUGHT, ADDRESS, WRONG, PASSWORD, "geheim-0123456789", "x" * 600]
    secrets += ["madang_0123456789abcdef", browser.session.session_key, "127.0.0.1"]
    assert not found(secrets, written)
    assert not found([sora.password], written)


@pytest.mark.django_db
def test_each_answer_names_its_request_and_so_does_the_log(written):
    response = Client(raise_request_exception=False).get("/crash/?kind=value")
    identifier = response.headers["X-Request-ID"]
    assert response.status_code == 500 and identifier in response.content.decode()
    lines = [json.loads(line) for line in written if identifier in line]
    assert any(
        line["level"] == "error" and "Traceback" in line.get("exception", "") for line in lines
    )


@pytest.mark.django_db
def test_a_request_is_one_line_and_a_probe_that_finds_nothing_is_none(written):
    Client().get("/healthz")
    assert not written
    Client().get("/explore/?page=2")
    (line,) = [json.loads(one) for one in written if "request" in one]
    assert (line["event"], line["code"]) == ("request_finished", 200)
    assert line["request"] == "GET /explore/?…"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("to sora@example.com at once", "to [address] at once"),
        ("소라@마당.example 에게", "[address] 에게"),
        ("postgres://madang:geheim@db/madang", "postgres://…@db/madang"),
        ("GET /search/?q=비밀&page=2 is slow", "GET /search/?… is slow"),
        ("https://x.example/a?code=1", "https://x.example/a?…"),
        ("password=hunter2, user=3", "password …, user=3"),
        ("Authorization: Bearer abcdefghijklmnopqrstuvwx", "Authorization …"),
        ("the token madang_0123456789abcdef of 3", "the token … of 3"),
        ("GET /unsubscribe/eyJ:abc/ and more", "GET /unsubscribe/… and more"),
        ("이 줄은 그대로 남아요", "이 줄은 그대로 남아요"),
        ("why is it slow? nobody knows", "why is it slow? nobody knows"),
    ],
)
def test_lines_keep_all_but_what_is_personal(text, left):
    cleaned = scrub_text(text)
    assert cleaned == left or cleaned.startswith(left)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (ROW, 'duplicate key value violates unique constraint "accounts_user_email"'),
        (f"invalid literal: '{TEXT}'", "invalid literal: '…'"),
        ("no such column: 'slug'", "no such column: 'slug'"),
        (f"{TEXT} is no number", "… is no number"),
    ],
)
def test_messages_of_exceptions_lose_the_values_that_they_quote(text, left):
    assert scrub_message(text) == left


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("postgres://u:p@ss@db.example/madang", "ss"),
        ("redis://:pa'ss@h:6379", "pa'ss"),
        ("Authorization: Bearer X", "X"),
        ("authorization=Basic dXNlcjpw", "dXNlcjpw"),
        ("sent Basic dXNlcjpwYXNzd29yZA== in vain", "dXNl"),
        ("env PGPASSWORD=hunter2 psql", "hunter2"),
        ("{'secret_key': 'two words'}", "words"),
        ("password 'hunter2' is wrong", "hunter2"),
    ],
)
@pytest.mark.parametrize("scrub", [scrub_text, scrub_message])
def test_keys_and_passwords_are_known_by_what_stands_before_them(text, hidden, scrub):
    assert hidden not in scrub(text).replace("password", "")


LONG = 100_000
HOSTILE = {
    "slashes": "/",
    "schemes": "://",
    "letters": "a",
    "rows": "DETAIL: a\n",
    "names": "token ",
    "values": "password='",
    "openers": "“",
    "addresses": "a@",
    "domains": "a@b.",
    "dots": ".",
    "basics": "basic ",
    "foreign": "가 a",
    "questions": "/?",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_nobody_keeps_the_log_busy_by_a_long_text(kind):
    text = HOSTILE[kind] * (LONG // len(HOSTILE[kind])) + "!"
    began = time.process_time()
    for scrub in (scrub_text, scrub_message):
        assert len(scrub(text)) < LONG / 5
    # Some thousandth parts of a second; what goes over it again from each letter takes many seconds.
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("before", range(3_970, 4_001, 3))
def test_what_is_cut_in_the_middle_is_no_less_hidden(before):
    """The second quotation mark, or the sign of an address, is in the part that is not read."""
    padding = "x " * (before // 2)
    assert "geheim" not in scrub_message(f"{padding}'geheim and more words' of sora").lower()
    late = "x" * 30 + " " + "y " * ((10_000 - 60 - before % 31) // 2)
    assert "sora.secret" not in scrub_text(f"{late}sora.secret.of.the.yard@example.com, {padding}")


def test_a_name_that_is_not_ours_is_a_warning_of_one_line(written):
    answer = Client(raise_request_exception=False).get("/", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    (line,) = [json.loads(one) for one in written if "HTTP_HOST" in one]
    assert line["level"] == "warning" and "exception" not in line
    assert not any('"level": "error"' in one for one in written)


def test_a_database_that_is_away_is_one_line_for_each_request_with_its_status(written):
    answer = Client(raise_request_exception=False).get("/crash/?kind=away")
    assert answer.status_code == 503
    (line,) = [json.loads(one) for one in written]
    assert (line["event"], line["level"], line["code"]) == ("database_away", "error", 503)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["request"] == "GET /crash/?…" and "exception" not in line
    assert line["error"].startswith("OperationalError: connection refused")


def test_names_that_are_secrets_have_no_values():
    line = {"user_id": 3, "email": ADDRESS, "nested": {"api_key": "k", "count": 2}, "ok": True}
    assert scrub_value(line) == {
        "user_id": 3,
        "email": "…",
        "nested": {"api_key": "…", "count": 2},
        "ok": True,
    }


def test_causes_and_notes_are_cleaned_too():
    try:
        try:
            raise KeyError(TEXT)
        except KeyError as cause:
            error = RuntimeError("could not go on")
            error.add_note(f"while at {ADDRESS}")
            raise error from cause
    except RuntimeError as error:
        trace = format_trace((type(error), error, error.__traceback__))
    assert TEXT not in trace and ADDRESS not in trace
    assert "KeyError: '…'" in trace and "direct cause" in trace


def test_tests_write_no_log():
    kinds = {handler["class"] for handler in site.LOGGING["handlers"].values()}
    assert kinds == {"logging.NullHandler"}
