"""Who is told what: once, never of oneself, nothing that was undone, numbers always true."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.actions import set_state
from accounts.models import User
from accounts.tests.factories import make_person
from blog.models import Comment
from blog.tests.factories import make_article
from social import actions, tasks
from social.models import Event, Inbox, Mute, MutedTerm, Notification, NotificationCause

pytestmark = pytest.mark.django_db
POST = ("post", 7)


@pytest.fixture
def hana(db):
    return make_person("hana", "하나")


def like(person, actor) -> bool:
    return actions.notify(person, "like", actor=actor, target=POST, cause=("person", actor.pk))


def unlike(actor) -> int:
    return actions.withdraw("like", target=POST, cause=("person", actor.pk))


def unread(person) -> int:
    return Inbox.objects.get(pk=person.pk).unread_notifications


@pytest.fixture
def junho(db):
    """Somebody who does not follow 미나, so that she was told nothing yet."""
    return make_person("junho", "준호")


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
    MutedTerm.objects.create(person=minah, kind="tag", text="Django", key="django")
    said["cause"] = ("comment", 2)
    assert not actions.notify(minah, "comment", text="글", tags=["DJANGO"], **said)
    assert actions.notify(minah, "comment", text="글", tags=["장고"], **said)


@pytest.mark.behaviour("SO-26")
def test_the_day_counts_from_when_it_was_undone(minah, junho, stranger):
    """However old the first act is: undone now and done again now tells nobody."""
    like(minah, junho)
    actions.mark_read(minah)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        unlike(junho)
        assert not like(minah, junho)
    assert (Notification.objects.get().cause_count, unread(minah)) == (1, 0)


@pytest.mark.behaviour("SO-26")
def test_a_later_act_of_the_same_person_joins_what_is_still_unread(minah, junho, stranger):
    """More than a day after the first was undone: the same row tells it again."""
    like(minah, junho)
    like(minah, stranger)
    unlike(junho)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert like(minah, junho)
    told = Notification.objects.get()
    assert (told.cause_count, told.causes.count(), unread(minah)) == (2, 2, 1)


@pytest.mark.behaviour("SO-26", "SO-27")
def test_what_one_cannot_see_any_more_after_a_block_leaves_the_number(
    minah, junho, hana, committed
):
    """하나 names 준호 under a post of 미나, who blocks 준호 then."""
    post = make_article(minah)
    said = Comment.objects.create(post=post, author=hana, html="<p>@junho 보세요</p>")
    place = ("comment", said.pk)
    actions.notify(junho, "mention", actor=hana, target=place, cause=place)
    own = make_article(junho, "준호의 글")
    actions.notify(junho, "like", actor=hana, target=("post", own.pk), cause=("person", hana.pk))
    assert unread(junho) == 2
    with committed():
        actions.block_person(junho, actor=minah)
    assert unread(junho) == 1
    assert [cause.notification.kind for cause in standing_causes()] == ["like"]


@pytest.mark.behaviour("SO-26", "SO-27")
@pytest.mark.parametrize("act", ["unfollow", "remove"])
def test_what_was_for_followers_leaves_with_the_follow(minah, junho, hana, committed, act):
    actions.follow_person(minah, actor=junho)
    post = make_article(minah, visibility="followers")
    place = ("post", post.pk)
    actions.notify(junho, "mention", actor=hana, target=place, cause=place)
    assert unread(junho) == 1
    with committed():
        if act == "unfollow":
            actions.unfollow_person(minah, actor=junho)
        else:
            actions.remove_follower(junho, actor=minah)
    assert unread(junho) == 0


@pytest.mark.behaviour("SO-26", "SO-27")
def test_every_night_what_a_hidden_account_wrote_leaves_the_numbers(
    minah, junho, hana, committed, monkeypatch
):
    monkeypatch.setattr("social.actions.notifications.PEOPLE_AT_ONCE", 1)
    place = ("post", make_article(minah).pk)
    for reader in (junho, make_person("reader", "독자")):
        actions.notify(reader, "mention", actor=hana, target=place, cause=place)
    User.objects.filter(pk=minah.pk).update(state="suspended")  # typed into psql
    assert unread(junho) == 1
    with committed():
        tasks.tidy_notifications()
    assert not Inbox.objects.filter(unread_notifications__gt=0).exists()


@pytest.mark.behaviour("SO-41")
def test_what_leads_to_a_hidden_account_comes_back_with_it_also_after_a_night(
    minah, junho, hana, committed
):
    post = make_article(minah)
    said = Comment.objects.create(post=post, author=hana, html="<p>@junho 보세요</p>")
    for place in (("post", post.pk), ("comment", said.pk)):
        actions.notify(junho, "mention", actor=hana, target=place, cause=place)
    notices = list(Notification.objects.order_by("pk").values())
    with committed():
        set_state(minah, User.State.SUSPENDED, actor=None, reason="광고")
    assert unread(junho) == 0
    with committed(), time_machine.travel(timezone.now() + timedelta(days=3)):
        tasks.tidy_notifications()
    with committed():
        set_state(minah, User.State.ACTIVE, actor=None)
    assert unread(junho) == 2
    assert list(Notification.objects.order_by("pk").values()) == notices


@pytest.mark.behaviour("SO-41")
def test_a_hidden_account_is_withheld_from_a_few_people_at_a_time_and_given_back(
    minah, junho, stranger, hana, committed, monkeypatch
):
    monkeypatch.setattr("social.actions.withholding.PEOPLE_AT_ONCE", 2)
    people = (minah, junho, stranger)
    for person in people:
        like(person, hana)
    rows = list(NotificationCause.objects.order_by("pk").values())
    notices = list(Notification.objects.order_by("pk").values())
    with committed():
        set_state(hana, User.State.SUSPENDED, actor=None, reason="광고")
    assert [unread(person) for person in people] == [0, 0, 0]
    with committed():
        tasks.tidy_notifications()
        set_state(hana, User.State.ACTIVE, actor=None)
    assert [unread(person) for person in people] == [1, 1, 1]
    assert list(NotificationCause.objects.order_by("pk").values()) == rows
    assert list(Notification.objects.order_by("pk").values()) == notices


@pytest.mark.behaviour("SO-26")
def test_what_two_people_told_each_other_goes_when_a_block_comes_between(minah, junho, stranger):
    like(minah, junho)
    like(minah, stranger)
    like(junho, minah)
    actions.block_person(junho, actor=minah)
    assert [cause.actor for cause in standing_causes()] == [stranger]
    assert (unread(minah), unread(junho)) == (1, 0)


@pytest.mark.behaviour("SO-26", "SO-27")
def test_what_a_hidden_account_told_goes(minah, junho, committed):
    like(minah, junho)
    with committed():
        set_state(junho, User.State.SUSPENDED, actor=None, reason="광고")
    assert not standing_causes()
    assert unread(minah) == 0


@pytest.mark.behaviour("SO-27")
def test_taking_back_a_thousand_causes_costs_a_handful_of_statements(
    minah, django_assert_max_num_queries
):
    told = Notification.objects.create(
        person=minah, kind="like", target_type="post", target_id=7, cause_count=1000
    )
    NotificationCause.objects.bulk_create(
        NotificationCause(notification=told, object_type="person", object_id=number)
        for number in range(1000)
    )
    with django_assert_max_num_queries(20):
        actions.withdraw_target(POST)
    assert unread(minah) == 0


def test_what_was_taken_back_is_forgotten_after_a_day(minah, junho, stranger):
    like(minah, junho)
    like(minah, stranger)
    unlike(junho)
    assert actions.forget_withdrawn() == 0
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        assert actions.forget_withdrawn() == 1
        unlike(stranger)
    assert Notification.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert actions.forget_withdrawn() == 1
    assert not Notification.objects.exists()


def standing_causes():
    return list(NotificationCause.objects.filter(withdrawn_at=None))


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
