"""What a profile offers to whom, and the pages of block and mute behind it."""

import json

import pytest
from django.utils import translation

from accounts import actions as account_actions
from blog.tests.factories import make_article
from social import actions
from social.forms.mutes import MuteForm
from social.models import Block, Follow, Mute

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
MARKS = {
    "edit": 'href="/settings/profile/">',
    "follow": 'action="/@minah/follow/"',
    "unfollow": 'action="/@minah/unfollow/"',
    "unblock": 'action="/@minah/unblock/"',
    "message": 'href="/messages/@minah/"',
    "mute": 'action="/@minah/mute/"',
    "unmute": 'action="/@minah/unmute/"',
    "block": 'href="/@minah/block/"',
}


def body(response) -> str:
    return response.content.decode()


def offers(client, path: str = "/@minah/") -> set[str]:
    page = body(client.get(path)).split("<main")[1]
    return {name for name, mark in MARKS.items() if mark in page}


@pytest.mark.behaviour("AC-41", "SO-16")
def test_each_reader_is_offered_what_fits(client, as_user, minah, junho, stranger):
    assert offers(client) == set()
    assert offers(as_user(minah)) == {"edit"}
    assert offers(as_user(stranger)) == {"follow", "message", "mute", "block"}
    assert offers(as_user(junho)) == {"unfollow", "message", "mute", "block"}
    actions.mute_person(minah, actor=junho)
    for page in ("", "notes/", "series/", "about/"):
        wanted = {"unfollow", "message", "unmute", "block"}
        assert offers(as_user(junho), f"/@minah/{page}") == wanted
    actions.block_person(minah, actor=stranger)
    assert offers(as_user(stranger)) == {"unblock"}


@pytest.mark.behaviour("AC-41", "SO-07")
def test_who_blocked_sees_the_way_back_and_nothing_else(as_user, minah, taeo):
    make_article(taeo, "태오의 글")
    client = as_user(minah)
    page = client.get("/@taeo/")
    assert page.status_code == 200
    assert 'action="/@taeo/unblock/"' in body(page)
    assert "태오의 글" not in body(page)
    for path in ("/@taeo/notes/", "/@taeo/popup/", "/@taeo/followers/"):
        assert client.get(path).status_code == 404
    assert as_user(taeo).get("/@minah/").status_code == 404
    # Both ways round: 미나 still finds the way back, and it tells her nothing of the other block.
    actions.block_person(minah, actor=taeo)
    assert body(as_user(minah).get("/@taeo/")).count("unblock") == body(page).count("unblock")
    response = as_user(minah).post("/@taeo/unblock/", follow=True)
    assert response.status_code == 404
    assert Block.objects.get().blocker == taeo


@pytest.mark.behaviour("SO-07")
def test_blocking_asks_first(as_user, client, minah, junho):
    assert client.get("/@minah/block/").status_code == 302
    visitor = as_user(junho)
    page = visitor.get("/@minah/block/")
    assert page.status_code == 200
    assert 'action="/@minah/block/"' in body(page)
    assert not Block.objects.exists()
    response = visitor.post("/@minah/block/", follow=True)
    assert response.redirect_chain == [("/@minah/", 302)]
    assert 'action="/@minah/unblock/"' in body(response)
    visitor.post("/@minah/block/")
    assert Block.objects.count() == 1
    assert not Follow.objects.exists()
    response = visitor.post("/@minah/unblock/", follow=True)
    assert 'action="/@minah/follow/"' in body(response)
    assert visitor.get("/@minah/unblock/").status_code == 405


@pytest.mark.behaviour("SO-02", "SO-07")
@pytest.mark.parametrize("act", ["block", "unblock", "mute", "unmute", "remove-follower"])
def test_the_blocked_the_unknown_and_the_hidden_are_404_alike(as_user, minah, taeo, sora, act):
    account_actions.set_state(sora, "suspended", actor=None)
    client = as_user(taeo)
    answers = [client.post(f"/@{handle}/{act}/") for handle in ("minah", "nobody", "sora")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert Block.objects.count() == 1
    assert not Mute.objects.exists()


@pytest.mark.behaviour("SO-03")
def test_nobody_blocks_or_mutes_oneself(as_user, minah):
    client = as_user(minah)
    for act in ("block", "mute"):
        assert client.post(f"/@minah/{act}/").status_code == 400
    assert client.get("/@minah/block/").status_code == 400
    assert not Block.objects.exists()
    assert not Mute.objects.exists()


@pytest.mark.behaviour("SO-08")
def test_muting_comes_back_with_a_message_or_changes_the_buttons(as_user, client, minah, junho):
    assert client.post("/@minah/mute/").status_code == 302
    assert not Mute.objects.exists()
    visitor = as_user(junho)
    response = visitor.post("/@minah/mute/", {"days": "7", "next": "/@minah/about/"})
    assert response["Location"] == "/@minah/about/"
    assert Mute.objects.get().until is not None
    response = visitor.post("/@minah/unmute/", headers=HTMX)
    assert 'action="/@minah/mute/"' in body(response)
    assert "<html" not in body(response)
    assert not Mute.objects.exists()
    response = visitor.post("/@minah/mute/", {"days": ""}, headers=HTMX)
    assert 'action="/@minah/unmute/"' in body(response)
    assert Mute.objects.get().until is None
    # They cannot tell, and direct links still open.
    assert visitor.get("/@minah/").status_code == 200
    assert offers(as_user(minah), "/@minah/") == {"edit"}


@pytest.mark.behaviour("SO-08")
def test_a_length_that_is_not_offered_is_refused(as_user, minah, junho):
    client = as_user(junho)
    assert client.post("/@minah/mute/", {"days": "3650"}).status_code == 302
    answer = client.post("/@minah/mute/", {"days": "3650"}, headers=HTMX)
    assert (answer.status_code, answer["HX-Reswap"]) == (422, "none")
    assert json.loads(answer["HX-Trigger"])["madang:notice"]["level"] == "error"
    assert not Mute.objects.exists()


@pytest.mark.behaviour("SO-08")
def test_how_long_is_said_in_the_language_of_the_reader():
    said = {}
    for language in ("en", "ko"):
        with translation.override(language):
            said[language] = str(MuteForm()["days"])
    assert ">7 days<" in said["en"]
    assert ">1 day<" in said["en"]
    assert ">7일<" in said["ko"].replace(" ", "")


@pytest.mark.behaviour("SO-08", "SO-10")
def test_a_mute_and_a_block_can_be_undone_whatever_became_of_the_account(as_user, minah, stranger):
    actions.mute_person(stranger, actor=minah)
    actions.block_person(stranger, actor=minah)
    account_actions.set_state(stranger, "suspended", actor=None)
    client = as_user(minah)
    client.post("/@stranger/unmute/", {"next": "/settings/people/"})
    client.post("/@stranger/unblock/", {"next": "/settings/people/"})
    assert not Mute.objects.exists()
    assert not Block.objects.exists()
