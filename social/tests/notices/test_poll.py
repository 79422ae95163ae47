"""The news that open pages ask for: nothing lost, nothing twice, nothing of anybody else."""

import random
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_person
from social import actions
from social.cursors import cursor_at, sequence_of
from social.models import Event, Inbox, Notification
from social.news import MOST_EVENTS, news_since

pytestmark = pytest.mark.django_db
URL = "/notifications/poll/"


def send(person, number: int, name: str = "note") -> None:
    actions.send_event(person.pk, name, {"number": number}, subject=str(number))


def numbers(events) -> list[int]:
    return [event["data"]["number"] for event in events if "number" in event["data"]]


@pytest.mark.behaviour("SO-28")
def test_it_answers_what_came_after_the_cursor_oldest_first(as_user, minah, junho):
    client = as_user(minah)
    start = client.get(URL).json()["cursor"]
    send(minah, 1)
    send(junho, 9)
    send(minah, 2)
    response = client.get(URL, {"since": start})
    news = response.json()
    assert numbers(news["events"]) == [1, 2]
    assert set(news["events"][0]) == {"name", "data", "at"}
    assert news["events"][0]["at"].endswith("Z")
    assert news["reset"] is False
    assert "no-store" in response["Cache-Control"]
    again = client.get(URL, {"since": news["cursor"]}).json()
    assert again == {"events": [], "cursor": news["cursor"], "reset": False}


@pytest.mark.behaviour("SO-29")
@pytest.mark.parametrize("cursor", ["", "0", "abc", "1.x", "9" * 40 + ".x", "١.x", "\x00", "-1.x"])
def test_an_unreadable_cursor_starts_anew_with_the_numbers_of_now(as_user, minah, junho, cursor):
    send(minah, 1)
    news = as_user(minah).get(URL, {"since": cursor}).json()
    assert news["reset"] is True
    assert [(event["name"], event["data"]) for event in news["events"]] == [
        ("unread_notifications", {"count": Inbox.objects.get(pk=minah.pk).unread_notifications}),
        ("unread_messages", {"count": 0}),
    ]
    assert as_user(minah).get(URL, {"since": news["cursor"]}).json()["events"] == []


@pytest.mark.behaviour("SO-29")
def test_the_cursor_of_another_and_one_that_is_too_old_start_anew(as_user, minah, junho):
    foreign = news_since(junho, "").cursor
    assert as_user(minah).get(URL, {"since": foreign}).json()["reset"] is True
    start = news_since(minah, "").cursor
    send(minah, 1)
    Event.objects.update(created_at=timezone.now() - timedelta(days=3))
    assert actions.prune_events() >= 1
    assert news_since(minah, start).reset
    # From a backup: the page knows more than the site does.
    assert news_since(minah, cursor_at(minah, 10_000)).reset


def test_pruning_keeps_what_open_pages_can_still_ask_for(minah):
    start = news_since(minah, "").cursor
    send(minah, 1)
    assert actions.prune_events() == 0
    assert numbers(news_since(minah, start).events) == [1]


@pytest.mark.behaviour("SO-30")
def test_who_is_signed_out_gets_401_and_no_cookie(client):
    response = client.get(URL, headers={"Accept": "application/json"})
    assert response.status_code == 401
    assert response.json()["code"] == "not_signed_in"
    assert not response.cookies
    assert client.get(URL).status_code == 401


@pytest.mark.behaviour("SO-28")
def test_only_reading_is_allowed_and_nothing_is_written(as_user, stranger):
    client = as_user(stranger)
    assert client.post(URL).status_code == 405
    assert client.get(URL).status_code == 200
    assert not Inbox.objects.filter(pk=stranger.pk).exists()
    stranger.refresh_from_db()
    seen = stranger.last_seen_at
    client.get(URL)
    assert User.objects.get(pk=stranger.pk).last_seen_at == seen


@pytest.mark.behaviour("SO-28")
def test_while_nothing_is_new_it_says_so_in_one_query(
    as_user, minah, django_assert_max_num_queries
):
    client = as_user(minah)
    send(minah, 1)
    first = client.get(URL, {"since": news_since(minah, "").cursor})
    held = {"since": first.json()["cursor"]}
    with django_assert_max_num_queries(3):  # the session, the person, the inbox
        same = client.get(URL, held, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert "no-store" in same["Cache-Control"]
    send(minah, 2)
    more = client.get(URL, held, headers={"If-None-Match": first["ETag"]})
    assert (more.status_code, numbers(more.json()["events"])) == (200, [2])
    assert more["ETag"] != first["ETag"]


@pytest.mark.behaviour("SO-28")
def test_a_long_absence_is_told_in_parts(minah):
    cursor = cursor_at(minah, 0)
    Inbox.objects.update_or_create(pk=minah.pk, defaults={"sequence": 250})
    Event.objects.filter(person=minah).delete()
    Event.objects.bulk_create(
        Event(person=minah, sequence=at, name="note", subject=str(at), data={"number": at})
        for at in range(1, 251)
    )
    heard = []
    for expected in (MOST_EVENTS, MOST_EVENTS, 50, 0):
        news = news_since(minah, cursor)
        assert len(news.events) == expected
        heard += numbers(news.events)
        cursor = news.cursor
    assert heard == list(range(1, 251))


@pytest.mark.behaviour("SO-31")
def test_an_event_replaces_an_older_one_of_its_name_and_subject(minah):
    cursor = news_since(minah, "").cursor
    for progress in (10, 20, 30):
        actions.send_event(minah.pk, "job", {"id": 1, "number": progress}, subject="1")
    actions.send_event(minah.pk, "job", {"id": 2, "number": 5}, subject="2")
    actions.send_event(minah.pk, "wave", {"number": 7})
    assert numbers(news_since(minah, cursor).events) == [30, 5, 7]


@pytest.mark.behaviour("SO-29")
def test_a_cursor_is_signed(minah, junho):
    cursor = cursor_at(minah, 7)
    assert sequence_of(minah, cursor) == 7
    assert sequence_of(junho, cursor) is None
    assert sequence_of(minah, "8" + cursor[1:]) is None


@pytest.mark.behaviour("SO-27", "SO-29", "SO-31")
@pytest.mark.django_db(transaction=True)
def test_readers_miss_nothing_while_many_write():
    """Whoever asks again and again from the last cursor hears each subject's last word."""
    minah = make_person("minah", "미나")
    people = [make_person(f"writer{number}", f"필자{number}") for number in range(4)]
    failures = []
    writing = threading.Event()
    writing.set()

    def write(person) -> None:
        chance = random.Random(person.pk)
        try:
            for turn in range(12):
                if chance.random() < 0.5:
                    actions.send_event(
                        minah.pk, "note", {"number": turn}, subject=f"{person.pk}.{turn % 3}"
                    )
                actions.notify(
                    minah,
                    "comment",
                    actor=person,
                    target=("post", chance.randrange(6)),
                    cause=("comment", person.pk * 1000 + turn),
                )
                if chance.random() < 0.3:
                    actions.withdraw_object(("comment", person.pk * 1000 + turn))
                if chance.random() < 0.1:
                    actions.mark_read(minah)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    def listen(heard: dict, cursor: str) -> str:
        news = news_since(minah, cursor)
        for event in news.events:
            heard[event["name"], event["data"].get("number")] = True
            heard[event["name"]] = event["data"]
        assert not news.reset
        return news.cursor

    def read(heard: dict, ends: list) -> None:
        cursor = cursor_at(minah, 0)
        try:
            while writing.is_set():
                cursor = listen(heard, cursor)
            ends.append(listen(heard, cursor))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    heard, ends = {}, []
    reader = threading.Thread(target=read, args=[heard, ends])
    writers = [threading.Thread(target=write, args=[person]) for person in people]
    reader.start()
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    writing.clear()
    reader.join()
    assert not failures
    inbox = Inbox.objects.get(pk=minah.pk)
    assert sequence_of(minah, ends[0]) == inbox.sequence
    for event in Event.objects.filter(person=minah, name="note"):
        assert ("note", event.data["number"]) in heard
    recount = Notification.objects.filter(person=minah, read_at=None, cause_count__gt=0).count()
    assert inbox.unread_notifications == recount
    assert heard["unread_notifications"] == {"count": recount}
    causes = Notification.objects.filter(person=minah).aggregate(total=Sum("cause_count"))["total"]
    standing = Notification.objects.filter(person=minah, causes__withdrawn_at=None).count()
    assert causes == standing
