"""What a text was before, by programs; its author alone sees it."""

import pytest

from blog import actions
from blog.models import Revision
from blog.tests.factories import make_article, make_note, make_person
from config.tests.api_client import api_client, matches_stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def minah():
    return make_person("minah", "미나")


@pytest.fixture
def article(minah):
    """An article that was published twice."""
    post = make_article(minah, "도커로 배포하기", source="처음 글", tags=["도커"])
    actions.save_draft(post, actor=minah, changes={"source": "나중 글"})
    return actions.publish_post(post, actor=minah)


@pytest.mark.behaviour("AP-40")
def test_the_author_lists_reads_and_restores_revisions(minah, article):
    client, path = api_client(minah), f"posts/{article.pk}/revisions/"
    rows = client.get(path).json()["results"]
    assert [one["kind"] for one in rows] == ["published", "published"]
    assert "body" not in rows[0]
    first = client.get(rows[1]["url"])
    assert first.json()["body"] == "처음 글"
    assert first.json()["details"]["tags"] == ["도커"]
    matches_stored(first, "revision")
    restored = client.post(f"{rows[1]['url']}restore/")
    assert (restored.status_code, restored.json()["body"]) == (200, "나중 글")
    assert restored.json()["draft"]["is_changed"] is True
    assert client.get(f"posts/{article.pk}/draft/").json()["body"] == "처음 글"
    again = client.post(f"{rows[1]['url']}restore/")
    assert again.json()["draft"] == restored.json()["draft"]


@pytest.mark.behaviour("AP-40")
def test_a_note_goes_back_to_an_earlier_text_at_once(minah):
    note = make_note(minah, "처음 쪽지")
    actions.change_note(note, actor=minah, source="나중 쪽지")
    client = api_client(minah)
    kept = client.get(f"posts/{note.pk}/revisions/").json()["results"][0]
    assert client.get(kept["url"]).json()["details"] is None
    assert client.post(f"{kept['url']}restore/").json()["body"] == "처음 쪽지"


def test_the_present_text_is_kept_under_a_name(minah, article):
    client, path = api_client(minah), f"posts/{article.pk}/revisions/"
    response = client.post(path, {"name": "넘기기 전"})
    assert response.status_code == 201
    assert (response.json()["kind"], response.json()["name"]) == ("named", "넘기기 전")
    assert client.get(response.headers["Location"]).json()["body"] == "나중 글"
    assert client.post(path, {"name": ""}).json()["errors"][0]["code"] == "required"
    assert client.post(path, {"name": "가" * 101}).json()["code"] == "too_long"


def test_nobody_else_sees_what_a_text_was(minah, article):
    junho = make_person("junho", "준호")
    revision = Revision.objects.filter(post=article).first()
    other = make_article(minah, "다른 글")
    path = f"posts/{article.pk}/revisions/"
    for client, status in (
        (api_client(), 401),
        (api_client(minah, scopes=["read"]), 403),
        (api_client(junho), 403),
    ):
        assert client.get(path).status_code == status
        assert client.post(path, {"name": "남"}).status_code == status
        assert client.get(f"{path}{revision.pk}/").status_code == status
        assert client.post(f"{path}{revision.pk}/restore/").status_code == status
    owner = api_client(minah)
    assert owner.get(f"posts/{other.pk}/revisions/{revision.pk}/").status_code == 404
    assert owner.post(f"posts/{other.pk}/revisions/{revision.pk}/restore/").status_code == 404


def test_a_long_list_asks_as_little_as_a_short_one(minah, article, django_assert_num_queries):
    client, path = api_client(minah), f"posts/{article.pk}/revisions/"
    for number in range(3):
        actions.name_revision(article, actor=minah, name=f"판 {number}")
        with django_assert_num_queries(4):
            client.get(path)
