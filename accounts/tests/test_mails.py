import re
import smtplib
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, transaction
from django.utils import timezone

from accounts import actions, mails
from accounts.actions.mails import GIVE_UP_AFTER, LEASE, PAUSES
from accounts.jobs import stopping
from accounts.mails import EVENTS
from accounts.models import DelayedMail
from accounts.tasks import send_due_mails, send_mail
from accounts.tests.factories import make_person
from accounts.tests.letters import html_of
from config.actions import change_site_settings
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


class Server(BaseEmailBackend):
    """A mail server that fails ``left`` times with ``error``."""

    error: Exception = smtplib.SMTPServerDisconnected("가버림")
    left = 0
    tries = 0
    opened = 0
    lets_in = True
    took: list = []

    def open(self):
        Server.opened += 1
        if not Server.lets_in:
            raise Server.error

    def send_messages(self, messages):
        Server.tries += 1
        if Server.left:
            Server.left -= 1
            raise Server.error
        Server.took += messages
        return len(messages)


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    Server.tries, Server.left, Server.took = 0, 0, []
    Server.opened, Server.lets_in = 0, True
    Server.error = smtplib.SMTPServerDisconnected("가버림")
    return Server


@pytest.fixture
def waiting(haru):
    """A notice whose message never reached a worker."""
    actions.queue_mail("security_notice", user=haru, event="password_changed")
    return DelayedMail.objects.get()


def sweep_for(hours: float) -> None:
    """Let the schedule's minutes go by."""
    now = timezone.now()
    for minute in range(int(hours * 60) + 1):
        actions.send_due_mails(now + timedelta(minutes=minute))


@pytest.mark.behaviour("AC-34", "OP-17")
def test_a_mail_whose_message_is_lost_leaves_within_a_minute_and_takes_its_row_along(
    waiting, server
):
    send_due_mails()
    assert [mail.to for mail in server.took] == [["haru@example.com"]]
    assert not DelayedMail.objects.exists()
    send_due_mails()
    assert server.tries == 1


def test_what_is_rolled_back_leaves_no_row(haru):
    class Broken(Exception):
        pass

    with pytest.raises(Broken), transaction.atomic():
        actions.queue_mail("security_notice", user=haru, event="password_changed")
        raise Broken
    assert not DelayedMail.objects.exists()


@pytest.mark.behaviour("AC-34")
def test_five_tries_within_an_hour(waiting, server):
    assert len(PAUSES) == 4
    server.left = 4
    sweep_for(hours=1)
    assert server.tries == 5
    assert len(server.took) == 1


@pytest.mark.behaviour("OP-17")
def test_a_server_that_is_away_for_a_day_delays_and_loses_nothing(waiting, server):
    server.left = 10_000
    sweep_for(hours=24)
    assert 5 < server.tries < 35
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    server.left = 0
    actions.send_due_mails(timezone.now() + timedelta(hours=26))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.data) == ("sent", {})
    assert len(server.took) == 1


def test_after_two_days_it_waits_for_staff(waiting, server):
    server.left = 10_000
    DelayedMail.objects.update(created_at=timezone.now() - GIVE_UP_AFTER)
    sweep_for(hours=1.5)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == ("failed", 5)


@pytest.mark.behaviour("AC-34", "OP-15")
@pytest.mark.parametrize(
    ("code", "state"), [(550, "failed"), (451, "waiting")], ids=["for good", "for now"]
)
def test_who_is_refused_for_good_is_given_up_after_five_tries(waiting, server, code, state):
    server.left = 10_000
    server.error = smtplib.SMTPRecipientsRefused({"haru@example.com": (code, b"5.7.1 no")})
    sweep_for(hours=1.5)
    waiting.refresh_from_db()
    assert waiting.state == state
    assert "SMTPRecipientsRefused" in waiting.error


def test_one_who_is_refused_does_not_hold_up_the_others(waiting, server, haru):
    actions.queue_mail("security_notice", user=haru, event="totp_activated")
    server.left = 1
    server.error = smtplib.SMTPRecipientsRefused({"haru@example.com": (550, b"no")})
    assert actions.send_due_mails() == 1
    assert DelayedMail.objects.get() == waiting


def test_while_the_server_is_away_messages_do_not_ask_it_again_and_again(waiting, server, haru):
    server.left = 10_000
    actions.queue_mail("security_notice", user=haru, event="totp_activated")
    for mail in DelayedMail.objects.all():
        send_mail(mail.pk)
    assert server.tries == 1


@pytest.mark.behaviour("OP-15")
def test_two_workers_send_a_mail_once_and_one_that_died_leaves_it_to_the_next(waiting, server):
    class Killed(BaseException):
        pass

    server.error, server.left = Killed(), 1
    with pytest.raises(Killed):
        send_mail(waiting.pk)
    send_mail(waiting.pk)
    send_due_mails()
    assert not server.took  # the first one may be at it still
    actions.send_due_mails(timezone.now() + LEASE)
    assert len(server.took) == 1


def test_a_mistake_of_ours_is_kept_at_once(waiting, server):
    server.error, server.left = ZeroDivisionError("한가운데"), 1
    send_due_mails()
    waiting.refresh_from_db()
    assert waiting.state == "failed"
    assert "ZeroDivisionError: 한가운데" in waiting.error


@pytest.mark.behaviour("OP-15")
@pytest.mark.parametrize("by", ["its message", "the sweep"])
def test_whose_time_is_over_while_a_mail_leaves_gives_it_back_and_takes_no_other(
    waiting, server, haru, by
):
    actions.queue_mail("security_notice", user=haru, event="totp_activated")
    server.error, server.left = SoftTimeLimitExceeded(240), 1
    with pytest.raises(SoftTimeLimitExceeded):
        send_due_mails() if by == "the sweep" else send_mail(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.error) == ("waiting", 0, "")
    assert (server.tries, server.took) == (1, [])
    send_due_mails()
    assert len(server.took) == 2
    assert not DelayedMail.objects.exists()


def test_a_sweep_ends_with_the_mail_it_is_at_when_its_worker_is_being_stopped(
    waiting, server, haru
):
    actions.queue_mail("security_notice", user=haru, event="totp_activated")
    stopping.set()
    try:
        assert actions.send_due_mails() == 1
    finally:
        stopping.clear()
    assert actions.send_due_mails() == 1


@pytest.mark.behaviour("OP-17")
def test_a_database_that_fails_for_a_moment_gives_no_mail_up(waiting, server, monkeypatch):
    def locked(*args):
        raise OperationalError("database is locked")

    monkeypatch.setitem(mails.COMPOSERS, "security_notice", locked)
    send_mail(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    assert "database is locked" in waiting.error
    monkeypatch.undo()
    actions.send_due_mails(waiting.due_at)
    assert len(server.took) == 1


@pytest.mark.parametrize("error", [OperationalError("locked"), KeyError("mail_id")], ids=repr)
def test_a_mail_that_left_is_not_tried_again_because_nobody_could_note_it(
    waiting, server, monkeypatch, caplog, error
):
    def refuse(data):
        raise error

    monkeypatch.setitem(mails._sent, "security_notice", refuse)
    send_mail(waiting.pk)
    assert len(server.took) == 1
    assert not DelayedMail.objects.exists()
    assert "mail_sent_not_noted" in [line.message for line in caplog.records]


@pytest.mark.behaviour("OP-17")
@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPAuthenticationError(535, b"5.7.8 bad credentials"),
        smtplib.SMTPConnectError(554, b"no service"),
        smtplib.SMTPHeloError(550, b"who are you"),
        smtplib.SMTPSenderRefused(550, b"not yours", "site@madang.example"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_server_that_does_not_want_us_is_asked_once_a_round_and_gives_nobody_up(
    waiting, server, haru, error
):
    for _number in range(8):
        actions.queue_mail("security_notice", user=haru, event="totp_activated")
    server.error, server.lets_in = error, False
    assert actions.send_due_mails() == 0
    assert server.opened == 1
    sweep_for(hours=3)
    assert set(DelayedMail.objects.values_list("state", flat=True)) == {"waiting"}
    server.lets_in = True
    assert actions.send_due_mails(timezone.now() + timedelta(hours=5)) == 9


def test_a_message_of_a_version_without_rows_is_sent_as_well(haru, server):
    data = {"user_id": haru.pk, "event": "password_changed", "at": timezone.now().isoformat()}
    server.error, server.left = smtplib.SMTPDataError(451, b"later"), 1
    for _again in range(2):
        send_mail.apply(args=("security_notice", data), task_id="of-before", throw=True)
    held = DelayedMail.objects.get()
    assert (held.state, held.person, held.data["event"]) == ("waiting", haru, "password_changed")
    actions.send_due_mails(timezone.now() + timedelta(minutes=2))
    assert [mail.to for mail in server.took] == [["haru@example.com"]]
    send_mail.apply(args=("reset_password", {"email": "haru@example.com"}), throw=True)
    assert len(server.took) == 2


def test_a_row_that_an_older_process_wrote_without_a_time_is_swept(waiting, server):
    DelayedMail.objects.update(due_at=None)
    send_due_mails()
    assert len(server.took) == 1
    assert not DelayedMail.objects.exists()


@pytest.mark.behaviour("AC-34", "OP-17")
def test_a_queue_that_is_down_stops_nobody_and_the_mail_leaves_later(
    client, haru, committed, monkeypatch, outbox
):
    def down(*args, **kwargs):
        raise OSError("no broker")

    monkeypatch.setattr(send_mail, "apply_async", down)
    with committed():
        answer = client.post("/auth/password/reset/", {"email": "haru@example.com"})
    assert answer.status_code == 302
    assert not outbox
    send_due_mails()
    assert [mail.to for mail in outbox] == [["haru@example.com"]]


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


def test_no_secret_waits_in_the_queue_or_at_rest(haru, monkeypatch, committed):
    """Links are made when the mail is sent: whoever reads queue or rows cannot use them."""
    queued = []
    monkeypatch.setattr(send_mail, "apply_async", lambda *args, **kwargs: queued.append(args))
    with committed():
        actions.queue_password_reset("haru@example.com")
    mail = DelayedMail.objects.get()
    assert queued == [((mail.pk,),)]
    assert set(mail.data) == {"email", "at"}


def test_an_address_that_nobody_has_is_forgotten_at_once(db, committed, outbox):
    with committed():
        actions.queue_password_reset("stranger@example.com")
    assert not outbox
    assert not DelayedMail.objects.exists()
