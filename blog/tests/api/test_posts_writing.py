"""Posts by programs: to write, change, publish, delete and restore them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from blog import actions
from blog.models import Post, Revision, Topic
from blog.tests.factories import BODY, make_article, make_note, make_person
from config.tests.api_client import api_client, matches_stored
from config.tests.world import small_picture
from social.actions import block_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def minah():
    return make_person("minah", "미나")


@pytest.fixture
def junho():
    return make_person("junho", "준호")


def titles(response):
    return [one["title"] or one["body"] for one in response.json()["results"]]


# Writing ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-35")
def test_a_note_is_written_in_one_call(minah):
    response = api_client(minah).post(
        "posts/",
        {
            "kind": "note",
            "body": "오늘은 김밥 #점심",
            "visibility": "unlisted",
            "comments_open": False,
        },
    )
    assert response.status_code == 201
    note = response.json()
    assert response.headers["Location"] == note["url"]
    assert (note["status"], note["visibility"]) == ("published", "unlisted")
    assert (note["tags"], note["comments_open"]) == (["점심"], False)
    assert api_client(minah).get(note["url"]).json() == note


@pytest.mark.behaviour("AP-35")
def test_an_article_is_published_in_one_call_with_all_that_goes_with_it(minah):
    Topic.objects.create(slug="개발", name="개발", position=1)
    cover = actions.store_image(small_picture(), actor=minah, name="그림.png", alt="초록")
    series = actions.create_series("도커 이야기", actor=minah)
    response = api_client(minah).post(
        "posts/",
        {
            "kind": "article",
            "title": "한글 제목",
            "body": BODY,
            "status": "published",
            "visibility": "public",
            "tags": ["도커", "Django"],
            "topic": "개발",
            "series": series.pk,
            "slug": "내-주소",
            "language": "ko",
            "excerpt": "짧게",
            "cover": cover.pk,
            "canonical_url": "https://example.com/글",
            "comments_open": False,
            "license": "CC-BY-4.0",
            "like_count": 99,
        },
    )
    assert response.status_code == 201
    post = response.json()
    assert post["title"] == "한글 제목"
    assert (post["slug"], post["excerpt"], post["language"]) == ("내-주소", "짧게", "ko")
    assert (post["topic"]["slug"], post["series"]["id"]) == ("개발", series.pk)
    assert (post["cover"]["id"], post["cover"]["alt"]) == (cover.pk, "초록")
    assert (post["license"], post["comments_open"], post["like_count"]) == ("CC-BY-4.0", False, 0)
    assert "<h2" in post["html"]
    assert post["draft"] == {"version": 1, "is_changed": False}
    assert titles(api_client().get("posts/")) == ["한글 제목"]


@pytest.mark.behaviour("AP-35")
def test_an_article_is_a_draft_unless_it_is_said_otherwise(minah):
    response = api_client(minah).post("posts/", {"title": "초안", "body": "**아직**"})
    post = response.json()
    assert (post["status"], post["published_at"], post["html"]) == ("draft", None, "")
    assert (post["title"], post["body"]) == ("초안", "**아직**")
    assert post["draft"] == {"version": 1, "is_changed": True}
    matches_stored(response, "draft_post")


@pytest.mark.behaviour("AP-35")
def test_an_article_is_scheduled_in_one_call(minah):
    at = (timezone.now() + timedelta(hours=3)).replace(microsecond=0)
    data = {"title": "내일", "body": "글", "status": "scheduled", "publish_at": at.isoformat()}
    post = api_client(minah).post("posts/", data).json()
    assert (post["status"], post["publish_at"]) == ("scheduled", at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert titles(api_client().get("posts/")) == []


@pytest.mark.parametrize(
    ("data", "field", "code"),
    [
        ({"kind": "note", "body": " "}, "body", "empty_post"),
        ({"kind": "note"}, "body", "empty_post"),
        ({"kind": "note", "body": "가" * 501}, "body", "too_long"),
        ({"kind": "note", "body": "글", "status": "draft"}, "status", "invalid_choice"),
        ({"kind": "poem", "body": "글"}, "kind", "invalid_choice"),
        ({"title": "제목", "body": "", "status": "published"}, "body", "empty_post"),
        ({"body": "글", "status": "published"}, "title", "empty_post"),
        ({"title": "가" * 201, "body": "글"}, "title", "too_long"),
        ({"title": "제", "body": "글", "status": "scheduled"}, "publish_at", "required"),
        (
            {"title": "제", "body": "글", "publish_at": "2001-01-01T00:00:00Z"},
            "publish_at",
            "not_schedulable",
        ),
        ({"title": "제", "body": "글", "topic": "없는-주제"}, "topic", "invalid_choice"),
        ({"title": "제", "body": "글", "series": 999999}, "series", "invalid_choice"),
        ({"title": "제", "body": "글", "cover": 999999}, "cover", "invalid_choice"),
        ({"title": "제", "body": "글", "visibility": "secret"}, "visibility", "invalid_choice"),
        ({"title": "제", "body": "글", "language": "xx"}, "language", "invalid_choice"),
        ({"title": "제", "body": "글", "tags": "도커"}, "tags", "not_a_list"),
        (
            {"title": "제", "body": "글", "canonical_url": "글", "status": "published"},
            "canonical_url",
            "address_refused",
        ),
        (
            {"title": "제", "body": "글", "tags": [f"태그{n}" for n in range(11)]}
            | {"status": "published"},
            "tags",
            "too_many_tags",
        ),
        ({"title": ["제"], "body": "글"}, "title", "invalid"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_do_is_refused_and_nothing_of_it_stays(minah, data, field, code):
    response = api_client(minah).post("posts/", data)
    assert response.status_code == 400
    problem = response.json()
    assert (problem["errors"][0]["field"], problem["errors"][0]["code"]) == (field, code)
    assert not Post.objects.exists()


def test_what_belongs_to_others_cannot_be_taken(minah, junho):
    cover = actions.store_image(small_picture(), actor=junho, name="그림.png", alt="초록")
    series = actions.create_series("준호의 연재", actor=junho)
    for field, key in (("cover", cover.pk), ("series", series.pk)):
        response = api_client(minah).post("posts/", {"title": "제목", "body": "글", field: key})
        assert response.json()["errors"][0]["field"] == field


@pytest.mark.behaviour("AP-19")
@pytest.mark.behaviour("AP-03")
def test_writing_needs_a_token_with_its_scope_and_a_confirmed_address(minah):
    note = {"kind": "note", "body": "점심"}
    assert api_client().post("posts/", note).status_code == 401
    narrow = api_client(minah, scopes=["read"]).post("posts/", note)
    assert (narrow.status_code, narrow.json()["code"]) == (403, "insufficient_scope")
    minah.emailaddress_set.update(verified=False)
    client = api_client(minah)
    refused = client.post("posts/", note)
    assert (refused.status_code, refused.json()["code"]) == (403, "email_unconfirmed")
    assert client.post("posts/", {"title": "초안", "body": "글"}).status_code == 201
    refused = client.post("posts/", {"title": "글", "body": "글", "status": "published"})
    assert (refused.status_code, refused.json()["code"]) == (403, "email_unconfirmed")


@pytest.mark.behaviour("AP-12")
def test_a_post_is_written_once_however_often_it_is_sent(minah):
    client = api_client(minah)
    note = {"kind": "note", "body": "두 번 보낸 쪽지"}
    first, second = (
        client.post("posts/", note, headers={"idempotency-key": "쪽지".encode().hex()})
        for _time in range(2)
    )
    assert first.json() == second.json()
    assert Post.objects.count() == 1


def test_notes_are_limited_as_on_the_page(minah, monkeypatch):
    monkeypatch.setattr("blog.limits.NOTES_AN_HOUR", 1)
    client = api_client(minah)
    codes = [
        client.post("posts/", {"kind": "note", "body": f"쪽지 {n}"}).status_code for n in range(2)
    ]
    assert codes == [201, 429]


# Changing -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-36")
def test_a_change_of_a_published_article_waits_in_its_draft(minah):
    article = make_article(minah, "처음 제목")
    client = api_client(minah)
    response = client.patch(f"posts/{article.pk}/", {"title": "새 제목", "tags": ["새"]})
    assert response.status_code == 200
    assert (response.json()["title"], response.json()["tags"]) == ("처음 제목", [])
    assert response.json()["draft"]["is_changed"] is True
    assert api_client().get(f"posts/{article.pk}/").json()["title"] == "처음 제목"
    assert client.get(f"posts/{article.pk}/draft/").json()["title"] == "새 제목"
    published = client.post(f"posts/{article.pk}/publish/").json()
    assert (published["title"], published["tags"]) == ("새 제목", ["새"])
    assert published["edited_at"]


def test_a_note_is_changed_at_once(minah):
    note = make_note(minah, "처음")
    client = api_client(minah)
    changed = client.patch(f"posts/{note.pk}/", {"body": "나중", "visibility": "followers"}).json()
    assert (changed["body"], changed["visibility"]) == ("나중", "followers")
    assert Revision.objects.get(post=note).source == "처음"
    assert client.patch(f"posts/{note.pk}/", {"comments_open": False}).json()["body"] == "나중"
    note.refresh_from_db()
    assert note.is_open_to_comments is False
    assert client.patch(f"posts/{note.pk}/", {"body": ""}).json()["code"] == "empty_post"


@pytest.mark.behaviour("AP-11")
def test_a_change_of_what_was_changed_meanwhile_is_refused(minah):
    article = make_article(minah)
    client, path = api_client(minah), f"posts/{article.pk}/"
    tag = client.get(path).headers["ETag"]
    good = client.patch(path, {"title": "하나"}, headers={"if-match": tag})
    assert good.status_code == 200
    stale = client.patch(path, {"title": "둘"}, headers={"if-match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert client.delete(path, headers={"if-match": tag}).status_code == 412
    old = client.patch(path, {"title": "셋", "base_version": 0})
    assert (old.status_code, old.json()["code"]) == (409, "edit_conflict")
    assert client.delete(path, headers={"if-match": good.headers["ETag"]}).status_code == 204


def test_others_may_not_touch_it(minah, junho):
    article = make_article(minah)
    hidden = make_article(minah, "숨은 글", visibility="private")
    acts = ("publish", "unpublish", "schedule", "restore")
    for client, seen, unseen in (
        (api_client(), 401, 401),
        (api_client(junho, scopes=["read"]), 403, 403),
        (api_client(junho), 403, 404),
    ):
        for post, status in ((article, seen), (hidden, unseen)):
            path = f"posts/{post.pk}/"
            assert client.patch(path, {"title": "남의 글"}).status_code == status
            assert client.delete(path).status_code == status
            assert client.put(f"{path}pin/").status_code == status
            for act in acts[:3]:
                assert client.post(f"{path}{act}/").status_code == status
    assert api_client(junho).post(f"posts/{article.pk}/restore/").status_code == 404
    block_person(junho, actor=minah)
    assert api_client(junho).patch(f"posts/{article.pk}/", {"title": "벽"}).status_code == 404


# The life of a post -------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-39")
def test_publishing_taking_back_deleting_and_restoring_may_be_asked_twice(minah):
    client = api_client(minah)
    pk = client.post("posts/", {"title": "한살이", "body": "글"}).json()["id"]
    for act, status in (("publish", "published"), ("unpublish", "draft"), ("publish", "published")):
        for _time in range(2):
            response = client.post(f"posts/{pk}/{act}/")
            assert (response.status_code, response.json()["status"]) == (200, status)
    first = response.json()["published_at"]
    assert client.delete(f"posts/{pk}/").status_code == 204
    assert client.get(f"posts/{pk}/").status_code == 410
    for _time in range(2):
        response = client.post(f"posts/{pk}/restore/")
        assert (response.status_code, response.json()["status"]) == (200, "draft")
    assert client.post(f"posts/{pk}/publish/").json()["published_at"] == first


@pytest.mark.behaviour("AP-39")
def test_a_schedule_can_be_moved_and_taken_back(minah):
    client = api_client(minah)
    pk = client.post("posts/", {"title": "내일", "body": "글"}).json()["id"]
    for days in (1, 1, 2):
        at = (timezone.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:00:00Z")
        response = client.post(f"posts/{pk}/schedule/", {"publish_at": at})
        assert (response.status_code, response.json()["publish_at"]) == (200, at)
    assert client.post(f"posts/{pk}/schedule/", {}).json()["errors"][0]["code"] == "required"
    back = client.post(f"posts/{pk}/unpublish/").json()
    assert (back["status"], back["publish_at"]) == ("draft", None)


def test_a_text_that_cannot_go_out_stays_a_draft(minah):
    client = api_client(minah)
    pk = client.post("posts/", {"title": "제목만"}).json()["id"]
    refused = client.post(f"posts/{pk}/publish/")
    assert (refused.status_code, refused.json()["code"]) == (400, "empty_post")
    assert client.get(f"posts/{pk}/").json()["status"] == "draft"


def test_three_posts_are_pinned_and_no_more(minah):
    client = api_client(minah)
    posts = [make_article(minah, f"글 {number}") for number in range(4)]
    for post in posts[:3]:
        assert client.put(f"posts/{post.pk}/pin/").json()["is_pinned"] is True
    refused = client.put(f"posts/{posts[3].pk}/pin/")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_pins")
    for _time in range(2):
        assert client.delete(f"posts/{posts[0].pk}/pin/").status_code == 204
    assert client.put(f"posts/{posts[3].pk}/pin/").status_code == 200
