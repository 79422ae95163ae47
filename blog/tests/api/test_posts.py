"""Posts by programs: to find, read, write, change and publish them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from blog import actions
from blog.api.ready import post_row
from blog.api.rows import post_rows
from blog.models import Post, Topic
from blog.tests.factories import (
    make_article,
    make_draft,
    make_note,
    make_person,
)
from config.tests.api_client import api_client, matches_stored
from config.tests.world import small_picture
from social.actions import block_person, follow_person, mute_person, mute_term

pytestmark = pytest.mark.django_db


@pytest.fixture
def minah():
    return make_person("minah", "미나")


@pytest.fixture
def junho():
    return make_person("junho", "준호")


def titles(response):
    return [one["title"] or one["body"] for one in response.json()["results"]]


def everything_about(minah):
    """An article with all that an article can have."""
    topic = Topic.objects.create(slug="개발", name="개발", position=1)
    return make_article(
        minah,
        "도커로 배포하기 🐳",
        tags=["도커", "Django"],
        topic=topic,
        series=actions.create_series("도커 이야기", actor=minah),
        cover=actions.store_image(small_picture(), actor=minah, name="그림.png", alt="초록"),
        license="CC-BY-4.0",
        canonical_url="https://example.com/도커",
        excerpt="장고를 도커에.",
    )


# Reading ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-37")
def test_an_article_is_told_in_full(minah):
    article = everything_about(minah)
    response = api_client().get(f"posts/{article.pk}/")
    assert response.status_code == 200
    matches_stored(response, "article")


@pytest.mark.behaviour("AP-37")
def test_a_note_is_told_with_what_its_reader_did(minah, junho):
    note = make_note(minah)
    actions.like_post(note, actor=junho)
    response = api_client(junho).get(f"posts/{note.pk}/")
    assert response.json()["viewer"] == {"liked": True, "bookmarked": False, "can_edit": False}
    matches_stored(response, "note")


@pytest.mark.behaviour("AP-34")
def test_anybody_reads_the_list_newest_first(minah, junho):
    make_article(minah, "처음")
    make_note(junho, "둘째")
    make_article(minah, "셋째")
    response = api_client().get("posts/")
    assert titles(response) == ["셋째", "둘째", "처음"]
    assert response.headers["Cache-Control"] == "public, max-age=30"
    matches_stored(response, "posts")


@pytest.mark.behaviour("AP-34")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("author=@MINAH", ["도커", "점심"]),
        ("kind=note", ["점심"]),
        ("kind=article&language=ko", ["도커"]),
        ("tag=도커", ["도커"]),
        ("tag=%20도커%20", ["도커"]),
        ("tag=도커&kind=note", []),
        ("tag=없는-태그", []),
        ("topic=개발", ["도커"]),
        ("author=99999", []),
        ("author=@nobody", []),
        ("author=%EA%B0%80", []),
        ("series=99999", []),
        ("series=도커", []),
        ("since=2999-01-01", []),
        ("since=2000-01-01T00:00:00Z&until=2999-01-01", ["바다", "도커", "점심"]),
        ("until=2000-01-01", []),
        ("author=&tag=", ["바다", "도커", "점심"]),
    ],
)
def test_lists_are_filtered(minah, junho, query, expected):
    topic = Topic.objects.create(slug="개발", name="개발", position=1)
    make_note(minah, "점심")
    make_article(minah, "도커", tags=["도커"], topic=topic, language="ko")
    make_article(junho, "바다", language="en")
    assert titles(api_client().get(f"posts/?{query}")) == expected


def test_a_tag_is_paged_through_forth_and_back_without_what_one_does_not_meet(minah, junho):
    titles_there = [f"글 {number}" for number in range(5)]
    for title in titles_there:
        make_article(minah, title, tags=["봄"])
    make_article(junho, "다른 글", tags=["가을"])
    make_article(minah, "나만", tags=["봄"], visibility="private")
    make_article(junho, "준호", tags=["봄"])
    block_person(junho, actor=minah)
    client = api_client(minah)
    first = client.get("posts/?tag=봄&page_size=2")
    seen, answer = titles(first), first
    while answer.json()["next"]:
        answer = client.get(answer.json()["next"])
        seen += titles(answer)
    assert seen == titles_there[::-1]
    back = client.get(client.get(first.json()["next"]).json()["previous"])
    assert titles(back) == titles(first)


def test_a_null_in_a_tag_is_refused():
    assert api_client().get("posts/?tag=%00").status_code == 400


def test_posts_of_a_series_and_of_a_person(minah, junho):
    article = everything_about(minah)
    make_article(minah, "다른 글")
    make_article(junho, "준호의 글")
    client = api_client()
    assert titles(client.get(f"posts/?series={article.series_id}")) == [article.title]
    for who in (minah.pk, "@minah"):
        assert titles(client.get(f"users/{who}/posts/")) == ["다른 글", article.title]
    assert titles(client.get("users/@minah/posts/?tag=도커")) == [article.title]
    assert client.get("users/@nobody/posts/").status_code == 404


def test_a_post_in_no_list_does_not_tell_of_its_series(minah):
    series = actions.create_series("숨은 연재", actor=minah)
    article = make_article(minah, series=series, visibility="unlisted")
    told = api_client().get(f"posts/{article.pk}/").json()
    assert (told["series"], told["links"]["series"]) == (None, None)
    own = api_client(minah).get(f"posts/{article.pk}/").json()
    assert own["series"]["title"] == "숨은 연재"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kind=thread", "kind"),
        ("language=xx", "language"),
        ("topic=없는-주제", "topic"),
        ("since=어제", "since"),
        ("until=0001-01-01T00:00:00%2B23:59", "until"),
        ("status=lost", "status"),
        ("page_size=0", "page_size"),
    ],
)
def test_filters_that_make_no_sense_are_named(query, field):
    response = api_client().get(f"posts/?{query}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == field


def test_pages_of_a_list_follow_each_other_to_the_end_and_back(minah):
    for number in range(5):
        make_note(minah, f"쪽지 {number}")
    client, seen = api_client(), []
    address = "posts/?page_size=2&kind="
    while address:
        answer = client.get(address).json()
        seen.append([one["body"] for one in answer["results"]])
        last, address = answer, answer["next"]
    assert seen == [["쪽지 4", "쪽지 3"], ["쪽지 2", "쪽지 1"], ["쪽지 0"]]
    back = client.get(last["previous"]).json()
    assert [one["body"] for one in back["results"]] == ["쪽지 2", "쪽지 1"]
    assert client.get("posts/?cursor=없음").json()["code"] == "invalid_cursor"


@pytest.mark.behaviour("AP-07")
def test_what_one_may_not_see_is_not_there_and_what_was_deleted_is_gone(minah, junho):
    hidden = make_article(minah, "숨은 글", visibility="followers")
    draft = make_draft(minah)
    deleted = actions.delete_post(make_article(minah, "지운 글"), actor=minah)
    for client in (api_client(), api_client(junho)):
        assert client.get(f"posts/{hidden.pk}/").status_code == 404
        assert client.get(f"posts/{draft.pk}/").status_code == 404
        assert client.get(f"posts/{deleted.pk}/").status_code == 410
        assert client.get("posts/999999/").status_code == 404
    follow_person(minah, actor=junho)
    assert api_client(junho).get(f"posts/{hidden.pk}/").status_code == 200
    without_reading = api_client(junho, scopes=["posts"])
    assert without_reading.get(f"posts/{hidden.pk}/").status_code == 404
    block_person(junho, actor=minah)
    assert api_client(junho).get(f"posts/{hidden.pk}/").status_code == 404
    assert titles(api_client(junho).get("posts/?author=@minah")) == []
    assert api_client(junho).get("users/@minah/posts/").status_code == 404


def test_what_the_reader_mutes_is_in_no_list_of_many_people(minah, junho):
    make_article(minah, "정치 이야기")
    make_article(minah, "밥 이야기")
    client = api_client(junho)
    assert titles(client.get("posts/")) == ["밥 이야기", "정치 이야기"]
    mute_term("정치", kind="word", actor=junho)
    assert titles(client.get("posts/")) == ["밥 이야기"]
    mute_person(minah, actor=junho)
    assert titles(client.get("posts/")) == []
    assert titles(client.get("users/@minah/posts/")) == ["밥 이야기", "정치 이야기"]


def test_a_thread_under_a_page_elsewhere_is_no_post_of_these(minah):
    thread = actions.open_thread(owner=minah, title="다른 곳의 글")
    client = api_client(minah)
    for path in ("posts/", "users/@minah/posts/", "timeline/", "posts/?status=held", "me/drafts/"):
        assert client.get(path).json()["results"] == []
    assert client.get(f"posts/{thread.pk}/").status_code == 404
    assert client.post(f"posts/{thread.pk}/restore/").status_code == 404
    assert client.delete(f"posts/{thread.pk}/").status_code == 403


@pytest.mark.behaviour("AP-36")
def test_remarks_in_the_markdown_are_for_its_author_alone(minah):
    source = (
        "본문 <!-- 김대리 흉 --> 이어짐\n\n[//]: # (비밀)\n\n```html\n<!-- 보이는 예 -->\n```\n"
    )
    article = make_article(minah, source=source)
    body = api_client().get(f"posts/{article.pk}/").json()["body"]
    assert "본문  이어짐" in body
    assert "흉" not in body
    assert "비밀" not in body
    assert "<!-- 보이는 예 -->" in body
    assert api_client(minah).get(f"posts/{article.pk}/").json()["body"] == article.source
    assert "흉" not in api_client().get("posts/").json()["results"][0]["body"]


def test_lists_leave_out_texts_that_are_very_long(minah):
    article = make_article(minah, "긴 글", source="가나다라 " * 8000)
    listed = api_client().get("posts/").json()["results"][0]
    assert (listed["body"], listed["html"]) == (None, None)
    assert listed["excerpt"]
    assert len(api_client().get(f"posts/{article.pk}/").json()["body"]) >= 39_999


def test_fields_are_chosen(minah):
    make_note(minah)
    answer = api_client().get("posts/?fields=id,title").json()["results"][0]
    assert set(answer) == {"id", "title"}


@pytest.mark.behaviour("AP-11")
def test_an_unchanged_post_is_not_sent_again(minah):
    path = f"posts/{make_article(minah).pk}/"
    tag = api_client().get(path).headers["ETag"]
    assert api_client().get(path, headers={"if-none-match": tag}).status_code == 304


def test_lists_and_posts_ask_three_things_however_long_they_are(
    minah, junho, django_assert_num_queries
):
    client, visitor = api_client(junho), api_client()
    article = everything_about(minah)
    for number in range(6):
        make_article(minah, f"글 {number}", tags=["도커"])
        make_note(junho)
        for reader, most in ((client, 3), (visitor, 2)):
            reader.get("posts/")  # a statement that is new is made
            with django_assert_num_queries(most):
                reader.get("posts/")
    with django_assert_num_queries(2):
        client.get(f"posts/{article.pk}/")
    with django_assert_num_queries(1):
        visitor.get(f"posts/{article.pk}/")
    for reader, most in ((client, 4), (visitor, 2)):
        with django_assert_num_queries(most):
            reader.get("users/@minah/posts/?kind=article")


def test_prepared_statements_give_the_rows_of_the_querysets(minah, junho):
    taeo, sora = make_person("taeo"), make_person("sora", is_staff=True)
    follow_person(minah, actor=junho)
    block_person(taeo, actor=minah)
    posts = [make_article(minah, seen, visibility=seen) for seen in Post.Visibility.values]
    posts += [make_draft(minah), everything_about(minah), make_note(taeo)]
    Post.objects.filter(pk=posts[0].pk).update(status="held")
    for viewer in (minah, junho, taeo, sora):
        for post in posts:
            told = post_rows(
                Post.objects.visible_to(viewer).filter(pk=post.pk), viewer, is_listed=False
            )
            assert post_row(post.pk, viewer) == told.first()
        listed = Post.objects.public().listed_to(viewer).newest_first()
        found = api_client(viewer).get("posts/?page_size=100").json()["results"]
        assert [one["id"] for one in found] == [post.pk for post in listed]


# One's own ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-34")
def test_one_s_own_posts_are_found_by_their_status(minah, junho):
    client = api_client(minah)
    draft = client.post("posts/", {"title": "쓰는 중", "body": "아직", "tags": ["메모"]}).json()
    at = timezone.now() + timedelta(days=1)
    client.post("posts/", {"title": "내일 글", "body": "내일", "publish_at": at.isoformat()})
    gone = make_article(minah, "지운 글")
    actions.delete_post(gone, actor=minah)
    make_draft(junho, "준호의 초안")
    assert titles(client.get("posts/?status=draft")) == ["쓰는 중"]
    assert titles(client.get("posts/?status=scheduled")) == ["내일 글"]
    assert titles(client.get("posts/?status=deleted")) == ["지운 글"]
    assert titles(client.get("posts/?status=held")) == []
    listed = client.get("posts/?status=draft").json()["results"][0]
    assert (listed["body"], listed["tags"], listed["html"]) == ("아직", ["메모"], "")
    assert draft["title"] == "쓰는 중"
    assert api_client().get("posts/?status=draft").status_code == 401
    assert api_client(minah, scopes=["posts"]).get("posts/?status=draft").status_code == 401
