"""Private messages: what staff see of them, how one is hidden from who got it, and shown again."""

import json

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.tests.letters import *  # noqa: F403
from config.tests.api_client import api_client
from moderation.actions import decide, undo_decision
from moderation.actions.rules import built_in_version
from moderation.exceptions import TargetGone
from moderation.models import LogEntry, Screening
from moderation.rule_names import THREE_REPORTS
from moderation.subjects.messages import load_message
from moderation.tests.factories import make_decision, make_report
from social.actions import (
    clear_conversation,
    delete_message,
    erase_messages,
    mark_conversation_read,
    mark_conversation_unread,
    send_message,
)
from social.archive_sections import Messages
from social.models import ConversationSide, Inbox, Message, Notification, NotificationCause

pytestmark = pytest.mark.django_db
BAD = "당첨됐어요! https://win.example.com 눌러요 😈"


@pytest.fixture
def bad(minah, junho):
    """What 준호 wrote to 미나 between two other messages, none of them read."""
    send_message(minah, actor=junho, text="안녕하세요")
    bad = send_message(minah, actor=junho, text=BAD)
    send_message(minah, actor=junho, text="답이 없네요")
    return bad


ROWS = (ConversationSide, Message, Notification, NotificationCause)


def rows() -> dict[str, list]:
    found = {model.__name__: list(model.objects.order_by("pk").values()) for model in ROWS}
    # What a decision itself tells, and takes back, is not what was hidden.
    told = {one["id"] for one in found["Notification"] if one["kind"] != "message"}
    found["Notification"] = [one for one in found["Notification"] if one["id"] not in told]
    found["NotificationCause"] = [
        one for one in found["NotificationCause"] if one["notification_id"] not in told
    ]
    return found


def numbers(person) -> tuple[int, int]:
    inbox = Inbox.objects.get(pk=person.pk)
    return inbox.unread_messages, inbox.unread_notifications


def seen_by(client, person, other) -> str:
    client.force_login(person)
    return client.get(f"/messages/@{other.handle}/").content.decode()


# What staff see -----------------------------------------------------------------------------------


@pytest.mark.behaviour("AD-09")
def test_staff_see_no_message_that_nobody_reported(minah, junho, sora, bad):
    assert load_message(bad.pk) is None
    with pytest.raises(TargetGone):
        make_decision(sora, "hold", ("message", bad.pk))
    assert not Message.objects.filter(is_held=True).exists()
    assert LogEntry.objects.count() == 0


@pytest.mark.behaviour("AD-09", "SO-47")
def test_what_a_rule_held_is_decided_about_without_being_read(minah, junho, sora, bad):
    Screening.objects.create(target_kind="message", target_id=bad.pk, author=junho, outcome="held")
    version = built_in_version(THREE_REPORTS)
    held = decide(
        "hold", target=("message", bad.pk), actor=None, category="spam", rule_version=version
    )
    subject = load_message(bad.pk)
    assert (subject.owner, subject.source, subject.is_hidden) == (junho, "", True)
    for words in (subject.title, subject.html, held.title):
        assert "당첨" not in words and "win.example.com" not in words
    make_decision(sora, "approve", ("message", bad.pk), category="", text="")
    assert not Message.objects.get(pk=bad.pk).is_held


@pytest.mark.behaviour("AD-09", "SO-35")
def test_a_reported_message_is_seen_with_three_around_it(minah, junho, bad):
    for number in range(4):
        send_message(junho, actor=minah, text=f"뒤 {number}")
    make_report(minah, "message", bad.pk)
    subject = load_message(bad.pk)
    assert (subject.owner, subject.source, subject.is_hidden) == (junho, BAD, False)
    text = strip_tags(subject.html)
    assert [words in text for words in ("안녕하세요", "답이 없네요", "뒤 0", "뒤 1", "뒤 2")] == [
        *(True, True, True, True),
        False,
    ]
    assert subject.html.count("message-context") == 2
    assert "<script>" not in subject.html


def test_what_the_reporter_removed_or_was_deleted_is_not_shown_around(minah, junho, bad):
    conversation = bad.conversation
    clear_conversation(conversation, actor=minah)
    gone = send_message(minah, actor=junho, text="지울 말")
    delete_message(gone, actor=junho)
    worse = send_message(minah, actor=junho, text="<script>alert(1)</script>")
    make_report(minah, "message", worse.pk)
    subject = load_message(worse.pk)
    assert "답이 없네요" not in subject.html
    assert "지울 말" not in subject.html
    assert "<script>" not in subject.html


@pytest.mark.behaviour("SO-21", "SO-36")
def test_of_a_message_that_was_deleted_staff_keep_the_reported_copy(minah, junho, sora, bad):
    make_report(minah, "message", bad.pk)
    delete_message(bad, actor=junho)
    assert load_message(bad.pk).source == BAD
    assert make_decision(sora, "warn", ("message", bad.pk))


# Hidden and shown ---------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-39", "SO-40")
def test_a_held_message_is_hidden_from_who_got_it_and_its_sender_reads_why(
    client, minah, junho, sora, bad
):
    make_report(minah, "message", bad.pk)
    assert numbers(minah) == (3, 1)
    decision = make_decision(sora, "hold", ("message", bad.pk))
    assert numbers(minah)[0] == 2
    assert "win.example.com" not in seen_by(client, minah, junho)
    own = seen_by(client, junho, minah)
    assert "win.example.com" in own
    assert f"/moderation/decisions/{decision.pk}/" in own
    told = api_client(minah).get("conversations/@junho/messages/").json()["results"]
    assert [one["body"] for one in told] == ["답이 없네요", "안녕하세요"]
    assert api_client(minah).get(f"messages/{bad.pk}/").status_code == 404
    mine = api_client(junho).get(f"messages/{bad.pk}/").json()
    assert (mine["body"], mine["is_held"]) == (BAD, True)
    client.force_login(minah)
    assert client.get(reverse("social:report", args=["message", bad.pk])).status_code == 404


@pytest.mark.behaviour("SO-41", "X-03")
def test_undoing_brings_rows_numbers_and_pages_back_exactly(client, minah, junho, sora, bad):
    make_report(minah, "message", bad.pk)
    before, counted, page = rows(), numbers(minah), seen_by(client, minah, junho)
    listed = client.get("/messages/").content.decode()
    decision = make_decision(sora, "hold", ("message", bad.pk))
    assert rows() != before
    undo_decision(decision, actor=sora)
    assert rows() == before
    assert numbers(minah)[0] == counted[0]
    assert strip_tags(seen_by(client, minah, junho)) == strip_tags(page)
    assert strip_tags(client.get("/messages/").content.decode()) == strip_tags(listed)


@pytest.mark.behaviour("SO-39", "SO-41")
def test_a_conversation_of_nothing_else_leaves_the_list_and_comes_back(client, minah, junho, sora):
    bad = send_message(minah, actor=junho, text=BAD)
    make_report(minah, "message", bad.pk)
    before, counted = rows(), numbers(minah)
    decision = make_decision(sora, "remove", ("message", bad.pk))
    assert numbers(minah)[0] == 0
    assert not Notification.objects.filter(person=minah, kind="message", cause_count__gt=0)
    client.force_login(minah)
    assert "준호" not in client.get("/messages/").content.decode()
    assert api_client(minah).get("conversations/").json()["results"] == []
    assert "win.example.com" in json.dumps(api_client(junho).get("conversations/").json())
    undo_decision(decision, actor=sora)
    assert rows() == before
    assert numbers(minah)[0] == counted[0]


def test_the_last_words_of_the_list_are_those_that_are_shown(client, minah, junho, sora):
    send_message(minah, actor=junho, text="안녕하세요")
    bad = send_message(minah, actor=junho, text=BAD)
    make_report(minah, "message", bad.pk)
    make_decision(sora, "hold", ("message", bad.pk))
    client.force_login(minah)
    body = client.get("/messages/").content.decode()
    assert "안녕하세요" in body and "당첨" not in body


def test_what_was_read_meanwhile_stays_read(minah, junho, sora, bad):
    make_report(minah, "message", bad.pk)
    decision = make_decision(sora, "hold", ("message", bad.pk))
    mark_conversation_read(bad.conversation, actor=minah, up_to=bad.pk + 100)
    assert numbers(minah)[0] == 0
    undo_decision(decision, actor=sora)
    assert numbers(minah)[0] == 0
    assert not Notification.objects.filter(person=minah, kind="message", read_at=None).exists()


def test_unread_from_there_on_does_not_count_it(minah, junho, sora, bad):
    make_report(minah, "message", bad.pk)
    make_decision(sora, "hold", ("message", bad.pk))
    first = Message.objects.order_by("pk").first()
    assert mark_conversation_unread(first, actor=minah) == 2


def test_what_its_sender_deletes_while_it_is_held_is_a_sign_afterwards(
    client, minah, junho, sora, bad
):
    make_report(minah, "message", bad.pk)
    decision = make_decision(sora, "hold", ("message", bad.pk))
    delete_message(Message.objects.get(pk=bad.pk), actor=junho)
    assert f"message-{bad.pk}" not in seen_by(client, minah, junho)
    undo_decision(decision, actor=sora)
    assert f"message-{bad.pk}" in seen_by(client, minah, junho)
    assert numbers(minah)[0] == 2


@pytest.mark.behaviour("SO-39")
def test_the_archive_of_the_sender_keeps_it_and_that_of_the_other_does_not(minah, junho, sora, bad):
    from accounts.archive.sections import Departure

    make_report(minah, "message", bad.pk)
    make_decision(sora, "hold", ("message", bad.pk))
    section = Messages()
    assert bad.pk in {line.pk for line in section.lines(Departure(junho))}
    assert bad.pk not in {line.pk for line in section.lines(Departure(minah))}


def test_when_the_sender_leaves_it_stays_hidden(client, minah, junho, sora, bad):
    make_report(minah, "message", bad.pk)
    make_decision(sora, "hold", ("message", bad.pk))
    erase_messages(junho)
    assert "win.example.com" not in seen_by(client, minah, junho)
