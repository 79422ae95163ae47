"""What an archive brings of the person and of others stays within what the site lets people do."""

from datetime import UTC, datetime

import pytest

from accounts.archive.schema import from_moment
from accounts.models import User
from accounts.tests.archive import bags
from accounts.tests.archive.bags import change_records, rewritten
from accounts.tests.factories import make_person
from config.text import clean_line
from social import actions as social
from social.models import Block, Follow, NotificationCause

pytestmark = pytest.mark.behaviour("AC-61")


@pytest.fixture
def archive(minah, tmp_path):
    """The archive of 미나, of another site."""
    path = bags.write(minah, tmp_path)
    User.objects.all().delete()
    return path


@pytest.fixture
def hana(archive):
    return make_person("hana", "하나")


@pytest.fixture
def junho(hana):
    return make_person("junho", "준호")


def brought(archive, owner, tmp_path, section, change):
    return bags.bring(
        rewritten(archive, tmp_path / "changed.zip", change_records(section, change)), owner
    )


def test_undoing_a_block_gives_back_only_the_own_follow(archive, hana, junho, tmp_path):
    social.follow_person(junho, actor=hana)
    social.follow_person(hana, actor=junho)
    at = from_moment(datetime.now(tz=UTC))

    def change(records):
        records.append({"key": "junho", "at": at, "handle": "junho"})

    run = brought(archive, hana, tmp_path, "blocks", change)
    assert Block.objects.exists() and not Follow.objects.exists()
    bags.do(run, "undo")
    assert not Block.objects.exists() and Follow.objects.get().follower == hana
    for person, numbers in ((hana, (0, 1)), (junho, (1, 0))):
        person.refresh_from_db()
        assert (person.follower_count, person.following_count) == numbers


@pytest.mark.parametrize("is_blocked", [True, False])
def test_undoing_a_block_gives_back_nothing_over_a_later_wall(
    archive, hana, junho, tmp_path, is_blocked
):
    social.follow_person(junho, actor=hana)
    at = from_moment(datetime.now(tz=UTC))

    def change(records):
        records.append({"key": "junho", "at": at, "handle": "junho"})

    run = brought(archive, hana, tmp_path, "blocks", change)
    if is_blocked:
        social.block_person(hana, actor=junho)
    else:
        User.objects.filter(pk=junho.pk).update(state="suspended")
    bags.do(run, "undo")
    assert not Follow.objects.exists()


def test_what_comes_muted_leaves_the_notifications(archive, hana, junho, tmp_path):
    social.follow_person(hana, actor=junho)
    told = NotificationCause.objects.filter(notification__person=hana, withdrawn_at=None)
    assert told.exists()
    at = from_moment(datetime.now(tz=UTC))

    def change(records):
        records.append({"key": "junho", "at": at, "handle": "junho", "until": None})

    brought(archive, hana, tmp_path, "mutes", change)
    assert not told.exists()


@pytest.mark.parametrize("wrong", ["xx", "klingon"])
def test_a_language_that_is_not_spoken_stays_outside(archive, hana, tmp_path, wrong):
    def change(records):
        records[0]["default_language"] = wrong

    run = brought(archive, hana, tmp_path, "preferences", change)
    assert run.report["counts"]["preferences"]["refused"] == 1


def test_a_profile_comes_in_clean(archive, hana, tmp_path):
    def change(records):
        records[0].update(display_name=" 하\u202e나\n ", bio=" 글\r\n")

    brought(archive, hana, tmp_path, "profile", change)
    hana.refresh_from_db()
    assert hana.display_name == clean_line(" 하\u202e나\n ") and hana.bio == "글"
