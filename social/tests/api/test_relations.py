"""Follow, block and mute by programs, and the lists of people."""

import pytest
from django.test import override_settings

from accounts import actions as account_actions
from accounts.tests.factories import make_person, make_unconfirmed_person
from config.tests.api_client import api_client, matches_stored
from social import actions, limits
from social.api.shapes import viewer_relations
from social.models import Block, Follow, Mute

NOBODY = {"following": False, "followed_by": False, "blocked": False, "muted": False}


def names(response) -> list[str]:
    return [one["handle"] for one in response.json()["results"]]


# Following --------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-32")
@pytest.mark.parametrize("named", ["key", "handle"])
def test_a_member_follows_and_unfollows_as_often_as_they_like(minah, stranger, named):
    who = minah.pk if named == "key" else "@minah"
    client = api_client(stranger)
    for _time in range(2):
        response = client.put(f"users/{who}/follow/")
        assert response.status_code == 200
        assert response.json() == {"viewer": NOBODY | {"following": True}}
    assert Follow.objects.filter(follower=stranger, followed=minah).count() == 1
    for _time in range(2):
        assert client.delete(f"users/{who}/follow/").status_code == 204
    minah.refresh_from_db()
    assert minah.follower_count == 0


@pytest.mark.behaviour("AP-32")
def test_nobody_follows_themselves(minah):
    refused = api_client(minah).put(f"users/{minah.pk}/follow/")
    assert (refused.status_code, refused.json()["code"]) == (400, "cannot_follow_self")


@pytest.mark.behaviour("AP-03")
@pytest.mark.parametrize("act", ["follow", "block", "mute"])
def test_ties_need_a_token_of_their_scope(minah, stranger, act):
    for method in ("put", "delete"):
        assert getattr(api_client(), method)(f"users/{minah.pk}/{act}/").status_code == 401
        narrow = api_client(stranger, scopes=["read", "posts"])
        refused = getattr(narrow, method)(f"users/{minah.pk}/{act}/")
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert not Follow.objects.exists()


@pytest.mark.behaviour("AP-19")
def test_the_unconfirmed_do_not_follow_and_closed_accounts_do_nothing(minah, stranger):
    newcomer = make_unconfirmed_person()
    with override_settings(MAIL_ENABLED=True):
        refused = api_client(newcomer).put("users/@minah/follow/")
    assert (refused.status_code, refused.json()["code"]) == (403, "email_unconfirmed")
    client = api_client(stranger)
    account_actions.set_state(stranger, "suspended", actor=None)
    refused = client.put("users/@minah/follow/")
    assert (refused.status_code, refused.json()["code"]) == (403, "account_inactive")


@pytest.mark.behaviour("AP-07")
@pytest.mark.parametrize("who", ["999999", "@없는사람", "@" + "가" * 150], ids=str)
def test_whom_there_is_not_is_404(minah, who):
    client = api_client(minah)
    for method, act in (("put", "follow"), ("put", "block"), ("delete", "mute")):
        assert getattr(client, method)(f"users/{who}/{act}/").status_code == 404


@pytest.mark.behaviour("SO-07")
def test_a_block_hides_the_two_from_each_other(minah, taeo):
    client = api_client(taeo)
    for who in ("@minah", minah.pk):
        assert client.put(f"users/{who}/follow/").status_code == 404
        assert client.put(f"users/{who}/mute/").status_code == 404
        assert client.put(f"users/{who}/block/").status_code == 404
        assert client.get(f"users/{who}/followers/").status_code == 404
    assert api_client(minah).put("users/@taeo/follow/").status_code == 404


@pytest.mark.behaviour("SO-11")
def test_pages_and_programs_count_together(minah, junho, stranger, as_user, monkeypatch):
    monkeypatch.setattr(limits, "FOLLOWS_AN_HOUR", 1)
    as_user(stranger).post("/@minah/follow/")
    refused = api_client(stranger).put("users/@junho/follow/")
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert int(refused.headers["Retry-After"]) > 0
    assert not Follow.objects.filter(follower=stranger, followed=junho).exists()


@pytest.mark.behaviour("SO-06")
def test_a_follower_is_removed_and_a_stranger_removes_nobody(minah, junho, stranger):
    assert api_client(stranger).delete("users/@junho/follower/").status_code == 204
    assert Follow.objects.filter(follower=junho, followed=minah).exists()
    client = api_client(minah)
    for _time in range(2):
        assert client.delete("users/@junho/follower/").status_code == 204
    assert not Follow.objects.filter(follower=junho).exists()
    assert api_client(minah, scopes=["read"]).delete("users/@junho/follower/").status_code == 403
    assert api_client().delete("users/@junho/follower/").status_code == 401


# Blocks and mutes -------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-33")
def test_a_member_blocks_and_unblocks(minah, junho):
    client = api_client(minah)
    for _time in range(2):
        response = client.put("users/@junho/block/")
        assert response.json() == {"viewer": NOBODY | {"blocked": True}}
    assert not Follow.objects.exists()
    for _time in range(2):
        assert client.delete("users/@junho/block/").status_code == 204
    assert not Block.objects.exists()


@pytest.mark.behaviour("AP-33")
def test_whom_one_blocked_can_be_let_go_after_their_account_was_closed(minah, taeo):
    account_actions.set_state(taeo, "suspended", actor=None)
    assert api_client(minah).delete(f"users/{taeo.pk}/block/").status_code == 204
    assert not Block.objects.exists()


@pytest.mark.behaviour("AP-33")
def test_a_member_mutes_for_days_or_for_good(minah, junho):
    client = api_client(minah)
    response = client.put("users/@junho/mute/", {"days": 7})
    assert response.json() == {"viewer": NOBODY | {"followed_by": True, "muted": True}}
    assert Mute.objects.get().until is not None
    assert client.put("users/@junho/mute/").status_code == 200
    assert Mute.objects.get().until is None
    for _time in range(2):
        assert client.delete("users/@junho/mute/").status_code == 204
    assert not Mute.objects.exists()


@pytest.mark.parametrize("days", [3, -1, "내일", [1]], ids=["three", "minus", "word", "list"])
def test_other_times_of_muting_are_refused(minah, junho, days):
    refused = api_client(minah).put("users/@junho/mute/", {"days": days})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "days")
    assert not Mute.objects.exists()


@pytest.mark.parametrize("act", ["block", "mute"])
def test_nobody_blocks_or_mutes_themselves(minah, act):
    refused = api_client(minah).put(f"users/@minah/{act}/")
    assert (refused.status_code, refused.json()["code"]) == (400, f"cannot_{act}_self")


@pytest.mark.behaviour("AP-33")
def test_the_lists_of_blocks_and_mutes_are_ones_own(minah, junho, taeo):
    actions.mute_person(junho, actor=minah, days=1)
    client = api_client(minah)
    blocks, mutes = client.get("me/blocks/"), client.get("me/mutes/")
    assert [one["person"]["handle"] for one in blocks.json()["results"]] == ["taeo"]
    assert [one["person"]["handle"] for one in mutes.json()["results"]] == ["junho"]
    matches_stored(blocks, "blocks")
    matches_stored(mutes, "mutes")
    for path in ("me/blocks/", "me/mutes/"):
        assert api_client(taeo).get(path).json()["results"] == []
        assert api_client().get(path).status_code == 401
        assert api_client(minah, scopes=["read"]).get(path).status_code == 403
        assert client.get(path).headers["Cache-Control"] == "private, no-store"


# Who follows whom -------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-31")
def test_anyone_reads_who_follows_whom_newest_first(minah, junho, stranger):
    actions.follow_person(minah, actor=stranger)
    response = api_client().get("users/@minah/followers/")
    assert names(response) == ["stranger", "junho"]
    matches_stored(response, "followers")
    assert names(api_client().get(f"users/{junho.pk}/following/")) == ["minah"]
    assert api_client().get("users/@없는사람/followers/").status_code == 404
    assert "viewer" not in response.json()["results"][0]
    (own,) = api_client(junho).get("users/@stranger/following/").json()["results"]
    assert own["viewer"] == NOBODY | {"following": True}
    first = api_client().get("users/@minah/followers/?page_size=1")
    assert names(first) == ["stranger"]
    assert names(api_client().get(first.json()["next"])) == ["junho"]


@pytest.mark.behaviour("AP-31")
def test_whom_the_reader_may_not_meet_is_in_no_list(minah, junho, stranger):
    actions.follow_person(minah, actor=stranger)
    actions.block_person(junho, actor=stranger)
    assert names(api_client(stranger).get("users/@minah/followers/")) == ["stranger"]
    # A token that may not read sees what a visitor sees.
    assert names(api_client(stranger, scopes=["follows"]).get("users/@minah/followers/")) == [
        "stranger",
        "junho",
    ]
    account_actions.set_state(junho, "suspended", actor=None)
    assert names(api_client().get("users/@minah/followers/")) == ["stranger"]
    assert api_client().get("users/@junho/followers/").status_code == 404


def test_longer_lists_make_no_more_queries(minah, junho, queries_of):
    client = api_client(minah)
    actions.block_person(make_person("first"), actor=minah)
    actions.mute_person(junho, actor=minah)
    paths = ("users/@minah/followers/", "me/blocks/", "me/mutes/")
    few = [queries_of(client, path) for path in paths]
    for number in range(5):
        actions.follow_person(minah, actor=make_person(f"더-{number}"))
        actions.block_person(make_person(f"싫-{number}"), actor=minah)
        actions.mute_person(make_person(f"말-{number}"), actor=minah)
    assert [queries_of(client, path) for path in paths] == few
    # Of followers: token, person, block between, rows, how the reader stands to them.
    assert few == [5, 2, 2]


def test_a_page_of_people_needs_one_query_to_say_how_the_reader_stands(
    minah, junho, taeo, stranger, django_assert_num_queries
):
    actions.mute_person(stranger, actor=minah)
    with django_assert_num_queries(1):
        found = viewer_relations(minah, [minah, junho, taeo, stranger])
    assert found == {
        minah.pk: NOBODY,
        junho.pk: NOBODY | {"followed_by": True},
        taeo.pk: NOBODY | {"blocked": True},
        stranger.pk: NOBODY | {"muted": True},
    }
    assert viewer_relations(taeo, [minah]) == {minah.pk: NOBODY}  # who blocked is not told
