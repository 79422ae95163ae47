"""Mails about notifications: when, in which language, once; and what a bad mail server does."""

import email
import email.policy
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.actions import set_state
from accounts.models import User
from accounts.tests.factories import make_person, make_unconfirmed_person
from accounts.tests.letters import html_of, text_of
from blog.tests.factories import make_article
from social import actions
from social.mail_times import next_digest
from social.models import Notification
from social.tests.notices.mail_server import MailServer
from social.tests.notices.tellings import comment_by, comment_on, like_of, mention_in_note

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo("Asia/Seoul"))


@pytest.fixture
def clock():
    """A clock that stands at noon until a test moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def minah(db):
    return make_person("minah", "미나", language="en")


def later(clock, **how_much) -> int:
    """Move the clock on and let the minute's task run; return how many mails left."""
    clock.shift(timedelta(**how_much))
    cache.clear()
    return actions.send_due_mails()


@pytest.mark.behaviour("SO-32")
def test_a_mail_leaves_after_two_minutes_if_it_is_still_unread(clock, minah, stranger, outbox):
    comment_on(minah, stranger, "감나무 아래")
    assert later(clock, minutes=1, seconds=59) == 0
    assert later(clock, seconds=1) == 1
    assert later(clock, minutes=30) == 0
    (mail,) = outbox
    assert mail.to == ["minah@example.com"]
    assert mail.subject == "[마당] 나그네 commented on “감나무 아래”."
    assert "잘 읽었어요." in text_of(mail)
    assert "잘 읽었어요." in html_of(mail)
    assert re.search(r"^https://madang\.example/comments/\d+/$", text_of(mail), re.MULTILINE)


@pytest.mark.behaviour("SO-32")
def test_what_was_read_or_undone_by_then_is_not_mailed(clock, minah, stranger, outbox):
    comment_on(minah, stranger)
    actions.mark_read(minah)
    told = mention_in_note(minah, stranger)
    actions.withdraw_target((told.target_type, told.target_id))
    assert later(clock, minutes=3) == 0
    assert outbox == []
    assert not Notification.objects.filter(mail_due_at__isnull=False).exists()


@pytest.mark.behaviour("SO-32")
def test_one_mail_about_the_same_in_fifteen_minutes(clock, minah, stranger, sora, outbox):
    post = make_article(minah, "감나무 아래")
    comment_by(stranger, post, "하나")
    assert later(clock, minutes=2) == 1
    comment_by(stranger, post, "둘")
    comment_by(sora, post, "셋")  # the third must not bring the second forward
    assert later(clock, minutes=10) == 0
    assert later(clock, minutes=5) == 1
    assert "소라 and 1 other person" in outbox[1].subject
    # What is read meanwhile counts, too.
    actions.mark_read(minah)
    comment_by(sora, post, "넷")
    assert later(clock, minutes=14) == 0
    assert later(clock, minutes=1) == 1


@pytest.mark.behaviour("SO-32")
def test_a_lively_thread_does_not_put_its_mail_off(clock, minah, stranger, outbox):
    post = make_article(minah, "감나무 아래")
    comment_by(stranger, post, "하나")
    clock.shift(timedelta(minutes=1, seconds=30))
    comment_by(stranger, post, "둘")
    assert later(clock, seconds=30) == 1
    assert later(clock, minutes=10) == 0


@pytest.mark.behaviour("SO-32")
def test_by_default_likes_and_follows_are_not_mailed(clock, minah, stranger, outbox):
    like_of(make_article(minah), stranger)
    actions.follow_person(minah, actor=stranger)
    assert later(clock, days=1) == 0


@pytest.mark.behaviour("SO-32")
def test_each_kind_can_be_switched_and_what_waits_follows(clock, minah, stranger, outbox):
    comment_on(minah, stranger)
    minah = actions.choose_mails(minah, {"comment": "never", "like": "now", "nothing": "now"})
    assert minah.mail_choices == {"comment": "never", "like": "now"}
    like_of(make_article(minah, "감나무 아래"), stranger)
    assert later(clock, minutes=3) == 1
    assert "likes “감나무 아래”" in outbox[0].subject


@pytest.mark.behaviour("SO-32")
def test_once_a_day_comes_at_eight_in_the_morning_of_the_reader(clock, minah, stranger, outbox):
    User.objects.filter(pk=minah.pk).update(time_zone="America/New_York")
    minah.refresh_from_db()
    minah = actions.choose_mails(minah, {"comment": "daily", "mention": "daily"})
    comment_on(minah, stranger, "감나무 아래")
    mention_in_note(minah, stranger)
    at = next_digest(minah, timezone.now())
    assert at.isoformat() == "2026-03-02T08:00:00-05:00"
    clock.move_to(at - timedelta(seconds=1))
    assert actions.send_due_mails() == 0
    clock.move_to(at)
    assert actions.send_due_mails() == 1
    assert actions.send_due_mails() == 0
    (mail,) = outbox
    assert mail.subject == "[마당] 2 pieces of news for you"
    for part in (text_of(mail), html_of(mail)):
        assert "나그네 commented on “감나무 아래”." in part
        assert "나그네 mentioned you in a note." in part


@pytest.mark.behaviour("SO-32")
def test_once_a_day_is_one_mail_however_many_wait(clock, minah, stranger, outbox, monkeypatch):
    monkeypatch.setattr("social.actions.mails.MOST_AT_ONCE", 2)
    minah = actions.choose_mails(minah, {"mention": "daily"})
    for _time in range(5):
        mention_in_note(minah, stranger)
    assert later(clock, days=1) == 1
    assert later(clock, minutes=5) == 0
    assert [mail.subject for mail in outbox] == ["[마당] 5 pieces of news for you"]


def test_eight_in_the_morning_is_right_on_the_days_when_clocks_change(minah):
    minah.time_zone = "Europe/Berlin"
    before = datetime(2026, 3, 28, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert next_digest(minah, before).isoformat() == "2026-03-29T08:00:00+02:00"
    early = datetime(2026, 3, 29, 7, 59, tzinfo=ZoneInfo("Europe/Berlin"))
    assert next_digest(minah, early).isoformat() == "2026-03-29T08:00:00+02:00"


@pytest.mark.behaviour("SO-32")
def test_it_speaks_the_language_of_the_reader(clock, stranger, outbox):
    reader = make_person("reader", "독자", language="ko")
    comment_on(reader, stranger)
    assert later(clock, minutes=2) == 1
    assert '<html lang="ko">' in html_of(outbox[0])


@pytest.mark.behaviour("SO-32")
def test_it_can_be_ended_with_one_click(clock, minah, stranger, outbox):
    """RFC 8058, 3.1 and 3.2: an HTTPS address, both headers, a POST without cookies or token."""
    comment_on(minah, stranger)
    later(clock, minutes=2)
    sent = email.message_from_bytes(outbox[0].message().as_bytes(), policy=email.policy.default)
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(
        r"<(https://madang\.example/unsubscribe/\S+/)>", sent["List-Unsubscribe"].strip()
    )
    path = link[1].removeprefix("https://madang.example")
    assert link[1] in text_of(outbox[0])
    browser = Client(enforce_csrf_checks=True)
    assert "그만 받기" in browser.get(path).content.decode()
    minah.refresh_from_db()
    assert minah.mail_choices == {}
    response = Client(enforce_csrf_checks=True).post(
        path, b"List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 200
    minah.refresh_from_db()
    assert minah.mail_choices == {"comment": "never"}
    assert Client().post(path).status_code == 200  # twice is once
    comment_on(minah, stranger)
    assert later(clock, minutes=3) == 0
    mention_in_note(minah, stranger)
    assert later(clock, minutes=3) == 1  # of other kinds they still come


@pytest.mark.behaviour("SO-32")
def test_the_daily_mail_can_be_ended_as_well(clock, minah, stranger, outbox):
    minah = actions.choose_mails(minah, {"comment": "daily", "like": "daily", "mention": "now"})
    comment_on(minah, stranger)
    later(clock, days=1)
    path = outbox[0].extra_headers["List-Unsubscribe"].strip("<>").partition("example")[2]
    Client().post(path)
    minah.refresh_from_db()
    ended = {"comment": "never", "like": "never", "report": "never"}
    assert minah.mail_choices == ended | {"mention": "now"}


@pytest.mark.parametrize("token", ["x", "1.reply~x", "1.reply:x", "~", "%00", "가"])
def test_a_made_up_link_is_404(client, token, minah):
    assert client.get(f"/unsubscribe/{token}/").status_code == 404
    assert client.post(f"/unsubscribe/{token}/").status_code == 404


def test_a_link_of_somebody_who_is_gone_still_answers(clock, minah, stranger, outbox, client):
    comment_on(minah, stranger)
    later(clock, minutes=2)
    path = outbox[0].extra_headers["List-Unsubscribe"].strip("<>").partition("example")[2]
    minah.delete()
    assert client.post(path).status_code == 200


@pytest.mark.behaviour("SO-33")
def test_nobody_is_mailed_who_cannot_or_should_not_be(clock, stranger, outbox, settings):
    unconfirmed = make_unconfirmed_person("sae")
    suspended = make_person("gone", "떠난이")
    bounced = make_person("dead", "옛주소")
    for person in (unconfirmed, suspended, bounced):
        told = mention_in_note(person, stranger)
        assert told.mail_due_at is not None
    set_state(suspended, User.State.SUSPENDED, actor=None)
    actions.note_bounce(bounced)
    assert later(clock, minutes=3) == 0
    assert not Notification.objects.filter(mail_due_at__isnull=False).exists()


@pytest.mark.behaviour("SO-33")
def test_without_mail_everything_is_told_on_the_site(clock, minah, stranger, outbox, settings):
    settings.MAIL_ENABLED = False
    comment_on(minah, stranger)
    assert later(clock, minutes=3) == 0
    assert minah.inbox.unread_notifications == 1
    # Switched on again long after, nobody is flooded with what is old.
    settings.MAIL_ENABLED = True
    assert later(clock, days=3) == 0
    assert not Notification.objects.filter(mail_due_at__isnull=False).exists()


def test_what_came_while_a_mail_was_being_sent_is_mailed_later(
    clock, minah, stranger, sora, outbox, monkeypatch
):
    post = make_article(minah, "감나무 아래")
    comment_by(stranger, post)
    from django.core.mail import EmailMultiAlternatives

    real = EmailMultiAlternatives.send

    def send_slowly(mail, **options):
        monkeypatch.undo()
        clock.shift(timedelta(seconds=1))
        comment_by(sora, post, "그 사이에")
        return real(mail, **options)

    monkeypatch.setattr(EmailMultiAlternatives, "send", send_slowly)
    assert later(clock, minutes=2) == 1
    assert later(clock, minutes=14) == 0
    assert later(clock, minutes=1) == 1
    assert "소라" in outbox[1].subject


# A mail server that refuses -----------------------------------------------------------------------


@pytest.fixture
def server(settings):
    """A mail server of our own, which the site uses now."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = False, 5
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield server


@pytest.mark.behaviour("SO-33")
def test_a_hard_bounce_stops_the_mails_and_nothing_else(clock, minah, stranger, server, client):
    comment_on(minah, stranger)
    server.answers["RCPT"] = "550 5.1.1 no such mailbox"
    assert later(clock, minutes=2) == 0
    minah.refresh_from_db()
    assert minah.mail_bounced_at is not None
    assert minah.is_active
    assert minah.inbox.unread_notifications == 1
    server.answers.clear()
    mention_in_note(minah, stranger)
    assert later(clock, minutes=3) == 0
    client.force_login(minah)
    html = client.get("/settings/notifications/").content.decode()
    assert "Mail to minah@example.com could not be delivered" in html
    client.post("/settings/notifications/again/")
    comment_on(minah, stranger)
    assert later(clock, minutes=3) == 1
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("RCPT", "450 4.2.0 come back later"),
        ("RCPT", "554 5.7.1 relay access denied"),
        ("RCPT", "550 relay not permitted"),
        ("RCPT", "554 blocked"),
        ("RCPT", "550 5.7.1 no such user may send here"),
        ("RCPT", "552 5.2.2 mailbox full"),
        ("END", "451 4.3.0 disk full"),
        ("MAIL", "530 5.7.0 sign in first"),
        ("EHLO", "421 too busy"),
    ],
)
@pytest.mark.behaviour("SO-33")
def test_a_refusal_that_may_pass_only_delays(clock, minah, stranger, server, verb, answer):
    comment_on(minah, stranger)
    server.answers[verb] = answer
    server.answers["HELO"] = server.answers.get("EHLO", "")
    assert later(clock, minutes=2) == 0
    minah.refresh_from_db()
    assert minah.mail_bounced_at is None
    server.answers.clear()
    server.received.clear()
    assert later(clock, minutes=14) == 0
    assert later(clock, minutes=1) == 1
    assert len(server.received) == 1


def test_a_text_that_is_refused_for_good_is_not_sent_again(clock, minah, stranger, server):
    comment_on(minah, stranger)
    server.answers["END"] = "554 5.6.0 no"
    assert later(clock, minutes=2) == 0
    server.answers.clear()
    assert later(clock, minutes=20) == 0
    minah.refresh_from_db()
    assert minah.mail_bounced_at is None


@pytest.mark.parametrize(
    "answer", ["550 No such user here", "553 mailbox unavailable", "550 5.1.10 null MX"]
)
@pytest.mark.behaviour("SO-33")
def test_words_can_say_as_well_that_an_address_is_not_there(clock, minah, stranger, server, answer):
    comment_on(minah, stranger)
    server.answers["RCPT"] = answer
    assert later(clock, minutes=2) == 0
    minah.refresh_from_db()
    assert minah.mail_bounced_at is not None


@pytest.mark.behaviour("SO-33")
def test_a_server_that_is_down_is_left_alone_and_nothing_is_lost(
    clock, minah, stranger, server, settings
):
    people = [make_person(f"reader{number}", f"독자{number}") for number in range(3)]
    for person in people:
        mention_in_note(person, stranger)
    settings.EMAIL_PORT = 1  # nobody listens
    clock.shift(timedelta(minutes=2))
    assert actions.send_due_mails() == 0
    settings.EMAIL_PORT = server.port
    assert actions.send_due_mails() == 0  # not asked again at once
    assert server.visits == 0
    assert later(clock, hours=3) == 3
    assert server.visits == 1  # one connection for all
    assert later(clock, hours=1) == 0


def test_one_mail_that_breaks_does_not_keep_back_the_others(
    clock, minah, stranger, outbox, monkeypatch
):
    first = comment_on(minah, stranger)
    other = make_person("reader", "독자", language="en")
    mention_in_note(other, stranger)
    first.causes.update(actor=None)  # then the name comes from the data
    Notification.objects.filter(pk=first.pk).update(data=["broken"])
    assert later(clock, minutes=2) == 1
    assert outbox[0].to == ["reader@example.com"]
    Notification.objects.filter(pk=first.pk).update(data={})
    assert later(clock, minutes=15) == 1


@pytest.mark.parametrize("at", ["composing", "sending"])
def test_whose_time_is_over_leaves_what_did_not_leave_as_due_as_it_was(
    clock, minah, stranger, outbox, monkeypatch, at
):
    comment_on(minah, stranger)
    asked = []

    def stop(*args, **kwargs):
        asked.append(args)
        raise SoftTimeLimitExceeded(240)

    mention_in_note(make_person("reader", "독자", language="en"), stranger)
    if at == "composing":
        monkeypatch.setattr("social.mails.notice_mail", stop)
    else:
        monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", stop)
    with pytest.raises(SoftTimeLimitExceeded):
        later(clock, minutes=2)
    assert len(asked) == 1
    monkeypatch.undo()
    assert later(clock, seconds=1) == 2
