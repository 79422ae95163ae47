"""Many at the same time: nobody waits for ever, nothing crosses a block, numbers stay true."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from accounts.tests.factories import make_person
from social import actions
from social.models import Inbox, Notification, NotificationCause

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(*works: Callable[[], object]) -> None:
    """Run ``works`` in threads of their own that begin together; raise what one of them raised."""
    gate = threading.Barrier(len(works))
    failures = []

    def run(work) -> None:
        try:
            gate.wait()
            work()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def recount(person) -> int:
    return Notification.objects.filter(person=person, read_at=None, cause_count__gt=0).count()


def unread(person) -> int:
    return Inbox.objects.get(pk=person.pk).unread_notifications


@pytest.mark.behaviour("SO-26")
def test_nothing_crosses_a_block_that_comes_at_the_same_moment():
    for turn in range(6):
        one = make_person(f"one{turn}", f"하나{turn}")
        two = make_person(f"two{turn}", f"두리{turn}")
        all_at_once(
            lambda one=one, two=two: actions.notify(
                one, "like", actor=two, target=("post", 1), cause=("person", two.pk)
            ),
            lambda one=one, two=two: actions.block_person(two, actor=one),
        )
        assert not NotificationCause.objects.filter(
            notification__person=one, actor=two, withdrawn_at=None
        ).exists()
        assert unread(one) == recount(one) == 0


@pytest.mark.behaviour("SO-26")
def test_nothing_of_the_muted_comes_at_the_moment_of_the_mute():
    for turn in range(6):
        one = make_person(f"one{turn}", f"하나{turn}")
        two = make_person(f"two{turn}", f"두리{turn}")
        all_at_once(
            lambda one=one, two=two: actions.notify(
                one, "like", actor=two, target=("post", 1), cause=("person", two.pk)
            ),
            lambda one=one, two=two: actions.mute_person(two, actor=one),
        )
        assert unread(one) == recount(one) == 0


@pytest.mark.behaviour("SO-27")
def test_who_tells_several_people_waits_for_nobody_for_ever():
    people = [make_person(f"reader{number}", f"독자{number}") for number in range(3)]
    writers = [make_person(f"writer{number}", f"필자{number}") for number in range(4)]

    def tell(writer, in_order) -> None:
        for turn in range(4):
            with transaction.atomic():
                actions.hold_inboxes(in_order)
                for person in in_order:
                    actions.notify(
                        person,
                        "comment",
                        actor=writer,
                        target=("post", turn),
                        cause=("comment", writer.pk * 100 + turn),
                    )

    all_at_once(
        *(
            lambda writer=writer, way=way: tell(writer, people[::way])
            for writer, way in zip(writers, (1, -1, 1, -1), strict=True)
        )
    )
    for person in people:
        assert unread(person) == recount(person) == 4
        assert set(
            Notification.objects.filter(person=person).values_list("cause_count", flat=True)
        ) == {4}


@pytest.mark.behaviour("SO-27", "SO-32")
def test_choosing_reading_and_being_told_at_once_neither_fails_nor_loses():
    minah = make_person("minah", "미나")
    people = [make_person(f"reader{number}", f"독자{number}") for number in range(3)]

    def tell(person) -> None:
        for turn in range(5):
            actions.notify(
                minah,
                "comment",
                actor=person,
                target=("post", turn),
                cause=("comment", person.pk * 100 + turn),
            )

    def choose() -> None:
        for choice in ("daily", "never", "now", "daily", "now"):
            actions.choose_mails(minah, {"comment": choice})

    def read() -> None:
        for _turn in range(5):
            actions.mark_read(minah)

    all_at_once(*(lambda person=person: tell(person) for person in people), choose, read)
    assert unread(minah) == recount(minah)
    assert NotificationCause.objects.filter(notification__person=minah).count() == 15
    for told in Notification.objects.filter(person=minah):
        assert told.cause_count == told.causes.filter(withdrawn_at=None).count()


@pytest.mark.behaviour("SO-32")
def test_two_workers_send_a_mail_once(mailoutbox):
    minah, junho = make_person("minah", "미나"), make_person("junho", "준호")
    people = [make_person(f"reader{number}", f"독자{number}") for number in range(3)]
    for person in [minah, *people]:
        actions.notify(
            person, "follow", actor=junho, target=("person", person.pk), cause=("person", junho.pk)
        )
    Notification.objects.update(mail_due_at="2026-01-01T00:00Z")
    all_at_once(*[actions.send_due_mails] * 3)
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted(
        person.email for person in [minah, *people]
    )
