"""Likes and bookmarks by programs."""

import pytest

from accounts.tests.factories import make_unconfirmed_person
from blog import actions
from blog.models import Bookmark, PostLike
from blog.tests.factories import make_article, make_note, make_person
from blog.tests.talk.factories import say
from config.tests.api_client import api_client, matches_stored
from social.actions import block_person, follow_person, unfollow_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def minah():
    return make_person("minah", "미나")


@pytest.fixture
def junho():
    return make_person("junho", "준호")


@pytest.fixture
def article(minah):
    return make_article(minah)


@pytest.mark.behaviour("AP-41")
def test_a_like_is_given_and_taken_back_as_often_as_one_asks(minah, junho, article):
    client, path = api_client(junho), f"posts/{article.pk}/like/"
    for _time in range(2):
        response = client.put(path)
        assert response.status_code == 200
        assert response.json()["like_count"] == 1
        assert response.json()["viewer"] == {"liked": True, "bookmarked": False}
    matches_stored(response, "like")
    for _time in range(2):
        assert client.delete(path).status_code == 204
    assert client.get(f"posts/{article.pk}/").json()["like_count"] == 0


@pytest.mark.behaviour("AP-41")
def test_a_comment_is_liked(minah, junho, article):
    comment = say(minah, article, "말")
    client, path = api_client(junho), f"comments/{comment.pk}/like/"
    for _time in range(2):
        response = client.put(path)
        assert (response.status_code, response.json()["like_count"]) == (200, 1)
        assert response.json()["viewer"] == {"liked": True}
    people = client.get(f"comments/{comment.pk}/likes/").json()["results"]
    assert [one["handle"] for one in people] == ["junho"]
    for _time in range(2):
        assert client.delete(path).status_code == 204
    assert client.get(f"comments/{comment.pk}/").json()["like_count"] == 0


@pytest.mark.behaviour("AP-41")
def test_members_read_who_likes_a_post(minah, junho, article, django_assert_num_queries):
    taeo = make_person("taeo", "태오")
    reader, path = api_client(junho), f"posts/{article.pk}/likes/"
    for person in (taeo, minah, junho):
        actions.like_post(article, actor=person)
        with django_assert_num_queries(3):
            response = reader.get(path)
    assert [one["handle"] for one in response.json()["results"]] == ["junho", "minah", "taeo"]
    matches_stored(response, "likers")
    block_person(taeo, actor=junho)
    assert [one["handle"] for one in reader.get(path).json()["results"]] == ["junho", "minah"]
    assert api_client().get(path).status_code == 401
    assert api_client(junho, scopes=["reactions"]).get(path).status_code == 403


@pytest.mark.behaviour("AP-41")
def test_bookmarks_are_kept_read_and_put_back(minah, junho, article):
    client = api_client(junho)
    for _time in range(2):
        kept = client.put(f"posts/{article.pk}/bookmark/")
        assert (kept.status_code, kept.json()["viewer"]["bookmarked"]) == (200, True)
    client.put(f"posts/{make_note(minah).pk}/bookmark/")
    response = client.get("me/bookmarks/")
    note, first = response.json()["results"]
    assert (note["post"]["kind"], first["post"]["id"]) == ("note", article.pk)
    matches_stored(response, "bookmarks")
    for _time in range(2):
        assert client.put(f"{first['url']}read/").status_code == 204
    assert client.get(first["url"]).json()["is_read"] is True
    for show, expected in (("unread", [note]), ("read", [client.get(first["url"]).json()])):
        assert client.get(f"me/bookmarks/?show={show}").json()["results"] == expected
    assert client.delete(f"{first['url']}read/").status_code == 204
    assert client.get(first["url"]).json()["read_at"] is None
    for _time in range(2):
        assert client.delete(f"posts/{article.pk}/bookmark/").status_code == 204
    assert client.get(first["url"]).status_code == 404
    assert client.get("me/bookmarks/?show=some").json()["errors"][0]["field"] == "show"


def test_what_cannot_be_read_any_more_stays_as_an_empty_bookmark(minah, junho):
    follow_person(minah, actor=junho)
    post = make_article(minah, visibility="followers")
    client = api_client(junho)
    client.put(f"posts/{post.pk}/bookmark/")
    client.put(f"posts/{post.pk}/like/")
    unfollow_person(minah, actor=junho)
    kept = client.get("me/bookmarks/").json()["results"][0]
    assert kept["post"] is None
    assert client.put(f"posts/{post.pk}/like/").status_code == 404
    assert client.delete(f"posts/{post.pk}/like/").status_code == 204
    assert client.delete(f"posts/{post.pk}/like/").status_code == 404
    assert client.delete(f"posts/{post.pk}/bookmark/").status_code == 204
    assert not PostLike.objects.exists()
    assert not Bookmark.objects.exists()


def test_bookmarks_are_nobody_else_s(minah, junho, article):
    actions.bookmark_post(article, actor=junho)
    kept = Bookmark.objects.get()
    for client, status in ((api_client(), 401), (api_client(minah), 404)):
        assert client.get(f"me/bookmarks/{kept.pk}/").status_code == status
        assert client.put(f"me/bookmarks/{kept.pk}/read/").status_code == status
        assert client.delete(f"me/bookmarks/{kept.pk}/read/").status_code == status
    assert api_client(minah).get("me/bookmarks/").json()["results"] == []


def test_reacting_needs_a_token_its_scope_and_what_is_seen(minah, junho, article):
    comment = say(minah, article, "말")
    hidden = make_article(minah, "숨은 글", visibility="private")
    paths = [f"posts/{article.pk}/like/", f"posts/{article.pk}/bookmark/"]
    paths.append(f"comments/{comment.pk}/like/")
    for path in paths:
        assert api_client().put(path).status_code == 401
        assert api_client(junho, scopes=["read"]).put(path).status_code == 403
        assert api_client(junho, scopes=["reactions"]).put(path).status_code == 200
    client = api_client(make_unconfirmed_person())
    assert client.put(paths[0]).json()["code"] == "email_unconfirmed"
    assert api_client(junho).put(f"posts/{hidden.pk}/like/").status_code == 404
    assert api_client(junho).put("comments/999999/like/").status_code == 404
    taeo = make_person("taeo")
    block_person(taeo, actor=minah)
    for path in paths:
        assert api_client(taeo).put(path).status_code == 404


def test_reactions_are_limited_as_on_the_page(junho, article, monkeypatch):
    monkeypatch.setattr("blog.limits.REACTIONS_AN_HOUR", 1)
    client = api_client(junho)
    assert client.put(f"posts/{article.pk}/like/").status_code == 200
    assert client.put(f"posts/{article.pk}/bookmark/").status_code == 429


def test_a_long_list_of_bookmarks_asks_as_little_as_a_short_one(
    minah, junho, django_assert_num_queries
):
    client = api_client(junho)
    for number in range(3):
        actions.bookmark_post(make_article(minah, f"글 {number}", tags=["도커"]), actor=junho)
        with django_assert_num_queries(3):
            client.get("me/bookmarks/")
