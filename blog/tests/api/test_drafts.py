"""What authors write, by programs: the draft and its versions, conflicts, secret addresses."""

import pytest
from django.test import Client

from blog import actions
from blog.models import Revision, Topic
from blog.tests.factories import make_article, make_draft, make_note, make_person
from config.tests.api_client import api_client, matches_stored
from config.tests.world import small_picture
from social.actions import block_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def minah():
    return make_person("minah", "미나")


@pytest.fixture
def article(minah):
    return make_article(minah, "도커로 배포하기", source="처음 글")


@pytest.mark.behaviour("AP-38")
def test_the_draft_is_read_saved_and_published(minah, article):
    client, path = api_client(minah), f"posts/{article.pk}/draft/"
    Topic.objects.create(slug="개발", name="개발", position=1)
    cover = actions.store_image(small_picture(), actor=minah, name="그림.png", alt="초록")
    series = actions.create_series("도커 이야기", actor=minah)
    first = client.get(path).json()
    assert (first["version"], first["is_changed"], first["body"]) == (0, False, "처음 글")
    changes = {"body": "나중 글", "tags": ["도커"], "topic": "개발"}
    changes |= {"series": series.pk, "cover": cover.pk, "excerpt": "짧게"}
    saved = client.put(path, {"base_version": first["version"], **changes})
    assert saved.status_code == 200
    draft = saved.json()
    assert (draft["version"], draft["is_changed"]) == (1, True)
    assert (draft["title"], draft["body"], draft["tags"]) == (
        "도커로 배포하기",
        "나중 글",
        ["도커"],
    )
    assert (draft["topic"]["slug"], draft["series"]["id"]) == ("개발", series.pk)
    assert draft["cover"]["id"] == cover.pk
    assert client.get(path).json() == draft
    matches_stored(saved, "draft")
    assert client.post(f"posts/{article.pk}/publish/").json()["body"] == "나중 글"


@pytest.mark.behaviour("AP-38")
def test_a_save_from_elsewhere_is_a_conflict_with_both_texts(minah, article):
    client, path = api_client(minah), f"posts/{article.pk}/draft/"
    assert client.put(path, {"base_version": 0, "body": "여기서 쓴 글"}).status_code == 200
    conflict = client.put(path, {"base_version": 0, "body": "저기서 쓴 글", "title": "저기"})
    assert conflict.status_code == 409
    problem = conflict.json()
    assert problem["code"] == "edit_conflict"
    assert (problem["stored"]["body"], problem["stored"]["version"]) == ("여기서 쓴 글", 1)
    assert problem["sent"] == {"title": "저기", "body": "저기서 쓴 글"}
    matches_stored(conflict, "edit_conflict")
    assert client.get(path).json()["body"] == "여기서 쓴 글"


@pytest.mark.behaviour("AP-38")
def test_the_same_save_again_is_no_conflict(minah, article):
    client, path = api_client(minah), f"posts/{article.pk}/draft/"
    answers = [client.put(path, {"base_version": 0, "body": "한 번"}).json() for _time in range(2)]
    assert answers[0] == answers[1]


def test_a_save_has_to_name_what_it_was_made_from(minah, article):
    response = api_client(minah).put(f"posts/{article.pk}/draft/", {"body": "글"})
    error = response.json()["errors"][0]
    assert (error["field"], error["code"]) == ("base_version", "required")
    long = api_client(minah).put(
        f"posts/{article.pk}/draft/", {"base_version": 0, "title": "가" * 201}
    )
    assert (long.json()["code"], long.json()["errors"][0]["field"]) == ("too_long", "title")


def test_drafts_are_kept_whatever_their_tags_and_addresses_are(minah, article):
    data = {"base_version": 0, "tags": ["불가능한 태그!"] * 12, "canonical_url": "htt"}
    response = api_client(minah).put(f"posts/{article.pk}/draft/", data)
    assert response.status_code == 200
    assert response.json()["canonical_url"] == "htt"


def test_unpublished_changes_are_discarded_and_stay_among_the_revisions(minah, article):
    client, path = api_client(minah), f"posts/{article.pk}/draft/"
    client.put(path, {"base_version": 0, "body": "버릴 글"})
    for _time in range(2):
        assert client.delete(path).status_code == 204
    assert client.get(path).json()["body"] == "처음 글"
    assert Revision.objects.filter(post=article, source="버릴 글").exists()


def test_a_note_has_no_draft(minah):
    response = api_client(minah).get(f"posts/{make_note(minah).pk}/draft/")
    assert (response.status_code, response.json()["code"]) == (404, "note_has_no_draft")


def test_nobody_else_reads_or_saves_a_draft(minah, article):
    junho = make_person("junho", "준호")
    draft = make_draft(minah)
    for client, seen, unseen in (
        (api_client(), 401, 401),
        (api_client(minah, scopes=["read"]), 403, 403),
        (api_client(junho), 403, 404),
    ):
        for post, status in ((article, seen), (draft, unseen)):
            for name in ("draft", "preview-link"):
                path = f"posts/{post.pk}/{name}/"
                assert client.get(path).status_code == status
                assert client.put(path, {"base_version": 0, "body": "남"}).status_code == status
                assert client.delete(path).status_code == status
    assert api_client().get("me/drafts/").status_code == 401
    block_person(junho, actor=minah)
    assert api_client(junho).get(f"posts/{article.pk}/draft/").status_code == 404


def test_the_desk_lists_what_readers_do_not_see_yet(minah, article, django_assert_num_queries):
    client = api_client(minah)
    make_article(minah, "다 된 글")
    make_draft(make_person("junho"), "준호의 초안")
    client.post("posts/", {"title": "초안 🐳", "body": "아직 **쓰는** 중"})
    client.put(f"posts/{article.pk}/draft/", {"base_version": 0, "body": "고치는 중"})
    with django_assert_num_queries(2):
        response = client.get("me/drafts/")
    assert [one["title"] for one in response.json()["results"]] == ["도커로 배포하기", "초안 🐳"]
    assert [one["start"] for one in response.json()["results"]] == ["고치는 중", "아직 **쓰는** 중"]
    matches_stored(response, "drafts")


def test_a_secret_address_shows_the_draft_until_it_is_closed(minah, client):
    draft = make_draft(minah)
    writer, path = api_client(minah), f"posts/{draft.pk}/preview-link/"
    assert writer.get(path).status_code == 404
    opened = writer.put(path)
    assert opened.status_code == 200
    assert writer.put(path).json() == writer.get(path).json() == opened.json()
    page = opened.json()["html_url"]
    assert draft.title in Client().get(page).content.decode()
    matches_stored(opened, "preview_link")
    for _time in range(2):
        assert writer.delete(path).status_code == 204
    assert Client().get(page).status_code == 404


def test_saves_are_limited_as_those_of_the_editor(minah, article, monkeypatch):
    monkeypatch.setattr("blog.limits.AUTOSAVES_AN_HOUR", 1)
    client, path = api_client(minah), f"posts/{article.pk}/draft/"
    codes = [client.put(path, {"base_version": 0, "body": "글"}).status_code for _time in range(2)]
    assert codes == [200, 429]
