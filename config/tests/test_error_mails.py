"""Errors reach ADMINS by mail, once in ten minutes, and never through anybody's request (OP-22)."""

import logging
import multiprocessing
import os
import socket
import threading
import time

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import path

from accounts.tests.factories import make_person
from config import error_mails
from config.celery import app as celery_app
from config.log import build_logging
from config.tests.test_error_pages import (  # noqa: F401 - the site's own handlers of errors
    handler400,
    handler403,
    handler404,
    handler500,
)
from config.urls import urlpatterns as site_urls
from tools.mail_catcher import MailCatcher

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.behaviour("OP-22"),
    pytest.mark.urls("config.tests.test_error_mails"),
]
TEXT = "아무도 못 볼 비밀 일기"
ADDRESS = "sora.secret@example.com"
PASSWORD = "hunter2-hunter2"


def crash(request, kind: str = "one"):
    password, text, form = PASSWORD, TEXT, dict(request.POST)
    if kind == "other":
        raise KeyError("another place")
    raise ValueError(f"could not use {text!r} of {ADDRESS} with {len(password)} {len(form)}")


urlpatterns = [
    path("crash/", crash),
    path("crash/<str:kind>/", crash),
    *site_urls,
]


@celery_app.task(name="config.tests.break_down")
def break_down():
    raise ArithmeticError("in a task")


@pytest.fixture(autouse=True)
def mailer(settings, monkeypatch):
    """A mailer of its own for each test, which rests for moments only."""
    fresh = error_mails.Mailer()
    monkeypatch.setattr(error_mails, "mailer", fresh)
    monkeypatch.setattr(error_mails, "REST_SECONDS", 0.1)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.ADMINS = [("", "admin@madang.example"), ("", "ops@madang.example")]
    settings.SERVER_EMAIL = "site@madang.example"
    yield fresh
    fresh.begin_anew()  # what it could not send is not sent to the server of another test


@pytest.fixture
def handler():
    """What production has and tests have not."""
    root, handler = logging.getLogger(), error_mails.ErrorMailHandler(logging.ERROR)
    disabled = root.manager.disable
    logging.disable(logging.NOTSET)
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    logging.disable(disabled)


@pytest.fixture
def server(settings):
    with MailCatcher(0) as catcher:
        settings.EMAIL_PORT = catcher.port
        thread = threading.Thread(target=catcher.serve_forever, daemon=True)
        thread.start()
        yield catcher
        catcher.shutdown()
        thread.join()


def browser() -> Client:
    return Client(raise_request_exception=False)


def text_of(mail) -> str:
    return mail.get_body(("plain",)).get_content()


def test_an_error_is_mailed_with_its_trace(handler, server, mailer):
    response = browser().get("/crash/?q=검색한말")
    assert mailer.wait(10)
    (mail,) = server.mails
    assert (
        mail["Subject"]
        .strip()
        .startswith("[마당] error: ValueError in config/tests/test_error_mails.py:")
    )
    assert mail["To"] == "admin@madang.example, ops@madang.example"
    assert mail["From"] == "site@madang.example"
    body = text_of(mail)
    assert "Traceback (most recent call last)" in body
    assert "raise ValueError" in body and "in crash" in body
    assert response.headers["X-Request-ID"] in body
    assert "GET /crash/" in body


@pytest.mark.behaviour("OP-21")
def test_nothing_personal_is_mailed(handler, server, mailer):
    sora = make_person("sora", "소라")
    client = browser()
    client.force_login(sora)
    client.post(
        "/crash/?q=검색한말",
        {"body": TEXT, "password": PASSWORD},
        headers={"Authorization": "Bearer madang_0123456789abcdef"},
    )
    assert mailer.wait(10)
    whole = server.mails[0].as_string() + text_of(server.mails[0])
    source = "password, text, form = PASSWORD, TEXT"
    assert source not in whole, "locals are not shown, nor the lines that set them"
    for secret in (
        TEXT,
        ADDRESS,
        PASSWORD,
        "검색한말",
        "madang_0123456789abcdef",
        client.session.session_key,
    ):
        assert secret not in whole


def test_the_same_error_is_mailed_once_in_ten_minutes(handler, server, mailer):
    for _ in range(5):
        browser().get("/crash/")
    browser().get("/crash/other/")
    assert mailer.wait(10)
    assert sorted(mail["Subject"].split()[2] for mail in server.mails) == ["KeyError", "ValueError"]


def test_after_ten_minutes_it_is_mailed_again_and_says_how_often(handler, server, mailer):
    for _ in range(4):
        browser().get("/crash/")
    assert mailer.wait(10)
    cache.clear()
    mailer._told_at = {key: moment - 601 for key, moment in mailer._told_at.items()}
    browser().get("/crash/")
    assert mailer.wait(10)
    assert len(server.mails) == 2
    assert "times since the last mail: 4" in text_of(server.mails[1])


def test_processes_that_share_a_cache_mail_it_once(handler, server, mailer, monkeypatch):
    browser().get("/crash/")
    assert mailer.wait(10)
    another = error_mails.Mailer()  # what another process has; the cache is the same
    monkeypatch.setattr(error_mails, "mailer", another)
    browser().get("/crash/")
    assert another.wait(10)
    assert len(server.mails) == 1


def test_an_error_of_a_task_is_mailed(handler, server, mailer, settings):
    settings.CELERY_TASK_EAGER_PROPAGATES = False
    celery_app.conf.task_eager_propagates = False
    try:
        break_down.apply()
    finally:
        celery_app.conf.task_eager_propagates = True
    assert mailer.wait(10)
    (mail,) = server.mails
    assert "error: ArithmeticError" in mail["Subject"]
    assert "config.tests.break_down" in text_of(mail)


def test_an_error_without_an_exception_is_mailed(handler, server, mailer):
    for number in (1, 2):
        logging.getLogger("blog").error("count_off", extra={"number": number})
    assert mailer.wait(10)
    (mail,) = server.mails
    assert "error: count_off in blog:" in mail["Subject"]


def test_what_any_scanner_can_cause_is_not_mailed(handler, server, mailer):
    assert browser().get("/", HTTP_HOST="evil.example").status_code == 400
    assert mailer.wait(10)
    assert not server.mails


def test_warnings_are_not_mailed(handler, server, mailer):
    logging.getLogger("blog").warning("nothing to get up for")
    assert mailer.wait(10)
    assert not server.mails


# The mail server is no part of an answer ----------------------------------------------------------


def timed(client: Client) -> float:
    began = time.monotonic()
    assert client.get("/crash/").status_code == 500
    return time.monotonic() - began


@pytest.fixture
def usual(mailer):
    """How long the page takes without a handler, at most of three times."""
    return max(timed(browser()) for _ in range(3))


def test_a_mail_server_that_is_down_fails_nothing(usual, handler, mailer, settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.EMAIL_PORT = closed.getsockname()[1]
    assert timed(browser()) < usual + 0.5
    assert not mailer.wait(0.3), "it is tried again"


def test_a_mail_server_that_never_answers_holds_nobody(usual, handler, mailer, settings):
    settings.EMAIL_TIMEOUT = 20
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.EMAIL_PORT = mute.getsockname()[1]
        for _ in range(4):
            assert timed(browser()) < usual + 0.5
        for number in range(error_mails.WAITING_MOST * 2):
            logging.getLogger("flood").error(f"flood_{chr(97 + number % 26)}_{number}")
        assert mailer._waiting.qsize() <= error_mails.WAITING_MOST
        assert timed(browser()) < usual + 0.5


def test_what_could_not_be_sent_is_sent_when_the_server_is_back(handler, mailer, settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = settings.EMAIL_PORT = closed.getsockname()[1]
    browser().get("/crash/")
    time.sleep(0.3)
    with MailCatcher(port) as catcher:
        thread = threading.Thread(target=catcher.serve_forever, daemon=True)
        thread.start()
        assert mailer.wait(10)
        catcher.shutdown()
        thread.join()
    assert len(catcher.mails) == 1


def test_errors_of_the_mailer_are_not_mailed(handler, server, mailer):
    logging.getLogger("config.error_mails").error("its own")
    assert mailer.wait(5)
    assert not server.mails


def test_a_cache_that_is_away_stops_no_mail(handler, server, mailer, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    logging.getLogger("blog").error("count_off")
    assert mailer.wait(10)
    assert len(server.mails) == 1


def _in_a_child(results) -> None:
    mailer = error_mails.Mailer()
    os.register_at_fork(after_in_child=mailer.begin_anew)
    mailer._ensure_thread()
    reading, writing = os.pipe()
    if os.fork() == 0:
        mailer._ensure_thread()
        os.write(writing, b"1" if mailer._thread.is_alive() else b"0")
        os._exit(0)
    results.put(os.read(reading, 1))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_process_that_was_forked_has_a_thread_of_its_own():
    """gunicorn loads the site, then forks: threads do not come along."""
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    child = context.Process(target=_in_a_child, args=(results,))
    child.start()
    assert results.get(timeout=20) == b"1"
    child.join(10)


# Where ------------------------------------------------------------------------------------------------


def test_tests_and_sites_without_admins_have_no_such_handler(settings):
    options = {"level": "INFO", "fmt": "text", "to_stdout": True, "file": None}
    assert "error_mails" not in build_logging(**options)["handlers"]
    assert "error_mails" in build_logging(**options, mails_errors=True)["root"]["handlers"]
    assert not any("ErrorMail" in one["class"] for one in settings.LOGGING["handlers"].values())


def test_django_does_not_mail_from_within_the_request():
    names = {
        type(one).__name__
        for name in ("django", "django.request")
        for one in logging.getLogger(name).handlers
    }
    assert "AdminEmailHandler" not in names
