"""Who is told what: once, never of oneself, nothing that was undone, numbers always true."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import make_person
from social import actions
from social.models import Event, Inbox, Mute, MutedTerm, Notification

pytestmark = pytest.mark.django_db
POST = ("post", 7)


def like(person, actor) -> bool:
    return actions.notify(person, "like", actor=actor, target=POST, cause=("person", actor.pk))


def unlike(actor) -> int:
    return actions.withdraw("like", target=POST, cause=("person", actor.pk))


def unread(person) -> int:
    return Inbox.objects.get(pk=person.pk).unread_notifications


@pytest.mark.behaviour("SO-26", "SO-27")
def test_an_act_is_told_once_and_taken_back_when_it_is_undone(minah, junho, stranger):
    assert like(minah, junho)
    assert not like(minah, junho)
    assert like(minah, stranger)
    told = Notification.objects.get()
    assert (told.cause_count, unread(minah)) == (2, 1)
    assert unlike(junho) == 1
    assert unlike(junho) == 0
    told.refresh_from_db()
    assert (told.cause_count, unread(minah)) == (1, 1)
    unlike(stranger)
    assert unread(minah) == 0


@pytest.mark.behaviour("SO-26")
def test_undone_and_done_again_within_a_day_tells_nobody_a_second_time(minah, junho):
    like(minah, junho)
    unlike(junho)
    assert not like(minah, junho)
    told = Notification.objects.get()
    assert (told.cause_count, unread(minah)) == (1, 0)
    unlike(junho)
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        assert like(minah, junho)
        assert unread(minah) == 1


@pytest.mark.behaviour("SO-26")
def test_nobody_hears_of_oneself_of_the_muted_or_across_a_block(minah, junho, taeo):
    assert not like(minah, minah)
    assert not like(minah, taeo)  # 미나 blocked 태오
    assert not like(taeo, minah)
    Mute.objects.create(muter=minah, muted=junho)
    assert not like(minah, junho)
    Mute.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert like(minah, junho)
    MutedTerm.objects.create(person=minah, kind="word", text="정치", key="정치")
    said = {"actor": junho, "target": POST, "cause": ("comment", 1)}
    assert not actions.notify(minah, "comment", text="오늘의 정치 이야기", **said)
    assert actions.notify(minah, "comment", text="오늘의 날씨 이야기", **said)


def test_what_was_read_is_closed_and_the_next_act_opens_another(minah, junho, stranger):
    like(minah, junho)
    assert actions.mark_read(minah) == 1
    assert unread(minah) == 0
    like(minah, stranger)
    assert Notification.objects.count() == 2
    assert unread(minah) == 1
    events = Event.objects.filter(person=minah, name="unread_notifications")
    assert [event.data for event in events] == [{"count": 1}]


@pytest.mark.behaviour("SO-27", "SO-29", "X-08")
@pytest.mark.django_db(transaction=True)
def test_many_acts_at_once_leave_one_notification_and_a_true_number():
    minah = make_person("minah", "미나")
    people = [make_person(f"reader{number}", f"독자{number}") for number in range(8)]
    failures = []

    def act(person) -> None:
        try:
            for _time in range(3):
                like(minah, person)
                unlike(person)
            like(minah, person)
            actions.notify(
                minah,
                "comment",
                actor=person,
                target=("post", person.pk),
                cause=("comment", person.pk),
            )
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    real = Notification.objects.filter(person=minah, read_at=None, cause_count__gt=0).count()
    assert unread(minah) == real
    assert Notification.objects.filter(kind="comment", read_at=None).count() == 8
    last = Event.objects.order_by("-sequence").first()
    assert (last.name, last.data) == ("unread_notifications", {"count": real})
    assert Inbox.objects.get(pk=minah.pk).sequence == last.sequence
