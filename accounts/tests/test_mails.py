import re
import smtplib
from html.parser import HTMLParser

import pytest
from django.conf import settings as django_settings
from django.core.mail.backends.base import BaseEmailBackend

from accounts import actions
from accounts.mails import EVENTS
from accounts.tasks import MAIL_PAUSES, send_mail
from accounts.tests.factories import make_person
from accounts.tests.letters import html_of
from config.actions import change_site_settings
from config.celery import app
from config.mails import build_mail, site_link

URL = re.compile(r"https?://\S+")


@pytest.fixture
def haru(db):
    return make_person("haru", '하루 <b>"x"</b>', language="en", time_zone="Asia/Seoul")


def sent(outbox, committed, **notice):
    with committed():
        actions.queue_mail("security_notice", **notice)
    return outbox[-1]


@pytest.mark.behaviour("AC-33")
@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_notice_has_two_parts_and_says_what_happened_and_why(haru, committed, outbox, event):
    message = sent(outbox, committed, user=haru, event=event, address="new@example.com")
    assert message.subject.startswith("[마당] ")
    assert len(message.subject) > len("[마당] ")
    assert "\n" not in message.subject
    html = html_of(message)
    for part in (message.body, html):
        assert "@haru" in part
        assert "concerns the safety of your account" in part
    assert "<style" not in html
    assert "style=" in html


@pytest.mark.behaviour("AC-33")
def test_each_address_stands_alone_on_its_line(haru, committed, outbox):
    message = sent(outbox, committed, user=haru, event="password_changed")
    with committed():
        actions.queue_password_reset("haru@example.com")
    for mail in (message, outbox[-1]):
        lines = [line for line in mail.body.splitlines() if URL.search(line)]
        assert len(lines) >= 2
        assert all(URL.fullmatch(line) for line in lines)
        assert all(line.startswith("https://madang.example/") for line in lines)


@pytest.mark.behaviour("AC-33")
def test_links_begin_with_the_sites_own_address_and_prefix(settings):
    settings.SITE_URL = "https://example.org/madang"
    assert site_link("/madang/auth/login/") == "https://example.org/madang/auth/login/"


@pytest.mark.behaviour("AC-33")
def test_people_cannot_bring_html_or_headers(haru, committed, outbox):
    change_site_settings(title="마당\r\nBcc: evil@example.com")
    message = sent(outbox, committed, user=haru, event="password_changed")
    assert "<b>" not in html_of(message)
    assert '하루 <b>"x"</b>' in message.body
    assert "\n" not in message.subject
    assert "\r" not in message.subject


@pytest.mark.behaviour("AC-33")
def test_it_is_written_in_the_language_and_zone_of_whoever_gets_it(haru, committed, outbox):
    actions.change_preferences(haru, language="ko")
    korean = sent(
        outbox, committed, user=haru, event="password_changed", at="2026-11-21T05:45:00+00:00"
    )
    assert "2026년 11월 21일 오후 2:45" in korean.body
    assert '<html lang="ko"' in html_of(korean)
    actions.change_preferences(haru, language="en", time_zone="UTC")
    english = sent(
        outbox, committed, user=haru, event="password_changed", at="2026-11-21T05:45:00+00:00"
    )
    assert '<html lang="en"' in html_of(english)
    assert "5:45" in english.body


@pytest.mark.behaviour("AC-33")
def test_the_html_is_well_formed_and_loads_nothing(haru, committed, outbox):
    html = html_of(sent(outbox, committed, user=haru, event="totp_activated"))

    class Reader(HTMLParser):
        loads = []

        def handle_starttag(self, tag, attrs):
            if tag in {"img", "script", "link", "iframe"}:
                self.loads.append(tag)

    reader = Reader()
    reader.feed(html)
    assert not reader.loads


@pytest.mark.behaviour("AC-34")
def test_mail_leaves_after_the_commit_alone(haru, django_capture_on_commit_callbacks, outbox):
    with django_capture_on_commit_callbacks() as waiting:
        actions.queue_mail("security_notice", user=haru, event="password_changed")
    assert len(waiting) == 1
    assert not outbox


class Refusing(BaseEmailBackend):
    """A mail server that refuses ``left`` times."""

    left = 0
    tries = 0

    def send_messages(self, messages):
        type(self).tries += 1
        if type(self).left:
            type(self).left -= 1
            raise smtplib.SMTPServerDisconnected
        return len(messages)


@pytest.fixture
def refusing(settings):
    app.conf.task_eager_propagates = False
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    Refusing.tries = 0
    yield Refusing
    app.conf.task_eager_propagates = True
    Refusing.left = 0


@pytest.mark.behaviour("AC-34")
def test_five_tries_within_an_hour(haru, refusing):
    assert len(MAIL_PAUSES) == 4
    assert sum(MAIL_PAUSES) <= 3600
    refusing.left = 4
    data = {"user_id": haru.pk, "event": "password_changed", "at": "2026-11-21T05:45:00+00:00"}
    send_mail.apply(["security_notice", data])
    assert refusing.tries == 5


@pytest.mark.behaviour("AC-34")
def test_after_the_fifth_it_gives_up(haru, refusing):
    refusing.left = 9
    data = {"user_id": haru.pk, "event": "password_changed", "at": "2026-11-21T05:45:00+00:00"}
    outcome = send_mail.apply(["security_notice", data])
    assert outcome.failed()
    assert refusing.tries == 5


@pytest.mark.behaviour("AC-34")
def test_a_queue_that_is_down_stops_nobody(client, haru, committed, monkeypatch):
    def down(*args, **kwargs):
        raise OSError("no broker")

    monkeypatch.setattr(send_mail, "delay", down)
    with committed():
        answer = client.post("/auth/password/reset/", {"email": "haru@example.com"})
    assert answer.status_code == 302


@pytest.mark.behaviour("AC-34")
def test_files_can_go_along(haru):
    message = build_mail(
        "reset_password",
        to=haru.email,
        language="ko",
        context={"person": haru, "link": site_link("/x/"), "minutes": 10},
        attachments=(("글.json", b"{}", "application/json"),),
    )
    assert message.attachments[0].filename == "글.json"


def test_mail_that_is_off_stops_nothing(haru, settings, committed):
    settings.MAIL_ENABLED = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    with committed():
        actions.queue_mail("security_notice", user=haru, event="password_changed")


def test_no_secret_waits_in_the_queue(haru, monkeypatch, committed):
    """Links are made when the mail is sent: whoever reads the queue cannot use them."""
    queued = []
    monkeypatch.setattr(send_mail, "delay", lambda *args: queued.append(repr(args)))
    with committed():
        actions.queue_password_reset("haru@example.com")
    assert "key" not in queued[0]
    assert django_settings.SECRET_KEY not in queued[0]
    assert len(queued[0]) < 150
