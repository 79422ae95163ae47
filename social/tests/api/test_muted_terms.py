"""Muted words and tags by programs."""

import pytest

from config.tests.api_client import api_client, matches_stored
from social import actions
from social.models import MutedTerm


@pytest.mark.behaviour("SO-09")
def test_a_member_mutes_a_word_and_finds_it_in_the_list(minah):
    client = api_client(minah)
    made = client.post("me/muted-terms/", {"text": "정치", "days": 7})
    assert made.status_code == 201
    assert made.headers["Location"] == made.json()["url"]
    matches_stored(made, "muted_term")
    assert client.get(made.json()["url"]).json() == made.json()
    assert client.get("me/muted-terms/").json()["results"] == [made.json()]
    again = client.post("me/muted-terms/", {"text": "정치"})
    assert (again.json()["id"], again.json()["until"]) == (made.json()["id"], None)


@pytest.mark.behaviour("AP-08")
@pytest.mark.parametrize(
    ("sent", "stored"),
    [({"text": "정치"}, ("word", "정치")), ({"text": "#도 커", "kind": "tag"}, ("tag", "도-커"))],
    ids=["nfd", "tag"],
)
def test_words_arrive_as_on_the_page(minah, as_user, sent, stored):
    assert api_client(minah).post("me/muted-terms/", sent).status_code == 201
    made = MutedTerm.objects.get()
    assert (made.kind, made.text) == stored
    made.delete()
    as_user(minah).post("/settings/people/", {"kind": "word"} | sent)
    made = MutedTerm.objects.get()
    assert (made.kind, made.text) == stored


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "text"),
        ({"text": "  "}, "text"),
        ({"text": "가" * 51}, "text"),
        ({"text": "#", "kind": "tag"}, "text"),
        ({"text": "말", "kind": "모름"}, "kind"),
        ({"text": "말", "days": 2}, "days"),
    ],
    ids=["missing", "blank", "long", "empty tag", "kind", "days"],
)
def test_what_is_no_word_is_refused(minah, sent, field):
    refused = api_client(minah).post("me/muted-terms/", sent)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)
    assert not MutedTerm.objects.exists()


def test_only_its_owner_finds_and_removes_a_word(minah, junho):
    term = actions.mute_term("정치", kind="word", actor=minah)
    path = f"me/muted-terms/{term.pk}/"
    for stranger, status in ((api_client(), 401), (api_client(junho), 404)):
        assert stranger.get(path).status_code == status
        assert stranger.delete(path).status_code == status
    narrow = api_client(minah, scopes=["read"])
    assert narrow.get("me/muted-terms/").status_code == 403
    assert narrow.post("me/muted-terms/", {"text": "말"}).status_code == 403
    client = api_client(minah)
    stale = client.get(path).headers["ETag"]
    actions.mute_term("정치", kind="word", actor=minah, days=1)
    assert client.delete(path, HTTP_IF_MATCH=stale).status_code == 412
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404


def test_a_longer_list_makes_no_more_queries(minah, queries_of):
    for number in range(6):
        actions.mute_term(f"말-{number}", kind="word", actor=minah)
    assert queries_of(api_client(minah), "me/muted-terms/") == 2
