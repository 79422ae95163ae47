"""Following and blocking: once, never oneself, counts true, a block ends everything."""

import threading

import pytest
from django.db import connection

from accounts.models import User
from accounts.tests.factories import make_person, make_unconfirmed_person
from config.exceptions import PermissionRefused
from social import actions
from social.exceptions import CannotBlockSelf, CannotFollowSelf
from social.models import Block, Follow

pytestmark = pytest.mark.django_db


def counts(person: User) -> tuple[int, int]:
    person.refresh_from_db()
    return person.follower_count, person.following_count


@pytest.mark.behaviour("SO-01", "SO-04")
def test_following_twice_counts_once_and_unfollowing_twice_too(minah, stranger):
    assert actions.follow_person(minah, actor=stranger)
    assert not actions.follow_person(minah, actor=stranger)
    assert (counts(minah), counts(stranger)) == ((1, 0), (0, 1))
    assert actions.unfollow_person(minah, actor=stranger)
    assert not actions.unfollow_person(minah, actor=stranger)
    assert (counts(minah), counts(stranger)) == ((0, 0), (0, 0))


@pytest.mark.behaviour("SO-03")
def test_nobody_follows_or_blocks_oneself(minah):
    with pytest.raises(CannotFollowSelf):
        actions.follow_person(minah, actor=minah)
    with pytest.raises(CannotBlockSelf):
        actions.block_person(minah, actor=minah)


@pytest.mark.behaviour("SO-07")
def test_a_block_ends_follows_both_ways_and_unblocking_brings_none_back(minah, junho):
    actions.follow_person(junho, actor=minah)
    actions.block_person(junho, actor=minah)
    assert not Follow.objects.exists()
    assert (counts(minah), counts(junho)) == ((0, 0), (0, 0))
    for follower, followed in ((junho, minah), (minah, junho)):
        with pytest.raises(User.DoesNotExist):
            actions.follow_person(followed, actor=follower)
    assert actions.unblock_person(junho, actor=minah)
    assert not Block.objects.exists()
    assert not Follow.objects.exists()


def test_who_may_not_take_part_may_not_follow(minah):
    with pytest.raises(PermissionRefused):
        actions.follow_person(minah, actor=make_unconfirmed_person())
    assert not Follow.objects.exists()


@pytest.mark.behaviour("X-06", "X-08")
@pytest.mark.django_db(transaction=True)
def test_many_clicks_at_once_leave_one_follow_and_true_counts():
    minah, junho = make_person("minah", "미나"), make_person("junho", "준호")
    failures = []

    def click() -> None:
        try:
            actions.follow_person(minah, actor=junho)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _click in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert Follow.objects.count() == 1
    assert (counts(minah), counts(junho)) == ((1, 0), (0, 1))
