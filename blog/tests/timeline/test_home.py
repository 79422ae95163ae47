"""The timeline page: what gathers there, at what cost, and the word that something is new."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from blog import actions
from blog.models import Tag
from blog.tests.factories import make_article, make_note, make_person
from blog.tests.timeline.crowds import mute_term
from config.pagination import encode_cursor
from social.actions import block_person, follow_person, mute_person

pytestmark = pytest.mark.django_db


def shown(client, url: str = "/") -> list[str]:
    return [card.title or str(card.text) for card in client.get(url).context["cards"]]


def tag(name: str) -> Tag:
    return Tag.objects.by_name(name).get()


# What is there ------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-31")
def test_followed_people_tags_and_series_gather_once_each(as_user, minah, junho, stranger):
    series = actions.find_or_create_series("도커 이야기", actor=stranger)
    make_article(stranger, "꼬리표 글", tags=["도커"])
    make_article(stranger, "연재 글", series=series)
    make_article(stranger, "아무 데도 없는 글", tags=["바다"])
    make_article(minah, "세 번 걸리는 글", tags=["도커", "하늘"])
    make_article(junho, "내 비공개 글", visibility="private", tags=["도커"])
    actions.follow_tag(tag("도커"), actor=junho)
    actions.follow_tag(tag("하늘"), actor=junho)
    actions.follow_series(series, actor=junho)
    assert shown(as_user(junho)) == ["내 비공개 글", "세 번 걸리는 글", "연재 글", "꼬리표 글"]


@pytest.mark.behaviour("BL-31", "X-01")
def test_a_tag_brings_only_what_is_public(as_user, junho, stranger):
    for visibility in ("public", "unlisted", "followers", "private"):
        make_article(stranger, visibility, tags=["도커"], visibility=visibility)
    actions.follow_tag(tag("도커"), actor=junho)
    assert shown(as_user(junho)) == ["public"]
    Tag.objects.update(is_banned=True)
    assert shown(as_user(junho)) == []


@pytest.mark.behaviour("BL-31")
def test_without_any_follow_ones_own_posts_are_there(as_user, stranger):
    make_note(stranger, "혼잣말")
    make_note(stranger, "목록에 없는 말", visibility="unlisted")
    assert len(shown(as_user(stranger))) == 2


@pytest.mark.behaviour("BL-37", "X-05", "UX-12")
def test_walking_both_ways_meets_each_post_once_while_some_come(as_user, minah, junho, settings):
    settings.POSTS_PER_PAGE = 4
    start = timezone.now() - timedelta(days=1)
    for number in range(10):
        make_note(minah, f"글 {number}", published_at=start + timedelta(minutes=number // 3))
    client = as_user(junho)
    down, url = [], ""
    while url is not None:
        response = client.get(f"/{url}")
        down.append([card.id for card in response.context["cards"]])
        url = response.context["page"].older_url
        make_note(minah, "그 사이에 온 글")
    assert [len(page) for page in down] == [4, 4, 2]
    up, url = [], client.get("/?cursor=last").context["page"]
    assert [card.id for card in client.get("/?cursor=last").context["cards"]] == (
        down[1] + down[2]
    )[-4:]
    page = url
    while page.newer_url:
        response = client.get(f"/{page.newer_url}")
        up = [card.id for card in response.context["cards"]] + up
        page = response.context["page"]
    assert len(set(up)) == len(up) == 10 + 3 - 4
    assert client.get("/?cursor=nonsense").status_code == 200


@pytest.mark.behaviour("SO-08")
def test_muted_people_are_in_no_list_but_their_own_pages(as_user, minah, junho):
    series = actions.find_or_create_series("연재", actor=minah)
    post = make_article(minah, "미나의 글", tags=["도커"], series=series)
    mute_person(minah, actor=junho)
    client = as_user(junho)
    for path in ("/", "/explore/", "/tags/도커/"):
        assert "미나의 글" not in shown(client, path), path
    assert "미나의 글" in shown(client, "/@minah/")
    assert client.get(post.get_absolute_url()).status_code == 200
    assert "미나의 글" in shown(client, series.get_absolute_url())
    assert "미나의 글" in client.get(f"/@minah/archive/{post.published_at:%Y/%m}/").content.decode()


@pytest.mark.behaviour("SO-08")
def test_a_mute_ends_by_itself(as_user, minah, junho, time_machine):
    make_article(minah, "미나의 글")
    mute_person(minah, actor=junho, days=1)
    assert shown(as_user(junho)) == []
    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1), tick=False)
    assert shown(as_user(junho)) == ["미나의 글"]


@pytest.mark.behaviour("SO-09")
@pytest.mark.parametrize(
    ("kind", "term", "hidden"),
    [
        ("word", "django", {"DJANGO 시작하기", "꼬리표만"}),
        ("word", "김장", {"평범한 제목"}),
        ("word", "STRASSE", {"Hauptstraße"}),
        ("word", "100%", {"100% 진심"}),
        ("tag", "Django", {"꼬리표만"}),
        ("tag", "Djang", set()),
    ],
)
def test_muted_words_and_tags_leave_the_lists(as_user, minah, junho, kind, term, hidden):
    every = {"DJANGO 시작하기", "꼬리표만", "평범한 제목", "Hauptstraße", "100% 진심", "100점"}
    for title in every:
        body = "오늘 김장을 했다." if title == "평범한 제목" else "본문"
        make_article(minah, title, source=body, tags=["Django"] if title == "꼬리표만" else [])
    make_article(
        junho, "내가 쓴 Django 김장 straße 100%", source="내 글은 늘 보인다", tags=["Django"]
    )
    mute_term(junho, kind, term)
    client = as_user(junho)
    for path in ("/", "/explore/"):
        assert every - set(shown(client, path)) == hidden, path
        assert "내가 쓴 Django 김장 straße 100%" in shown(client, path)
    assert every <= set(shown(client, "/@minah/"))


# What it costs ------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-32", "X-13")
def test_the_timeline_costs_the_same_for_any_number_of_follows(
    as_user, junho, django_assert_num_queries, django_assert_max_num_queries
):
    def add(number: int) -> None:
        for place in range(number):
            handle = f"writer{User.objects.count()}"
            writer = make_person(handle, "글쓴이")
            follow_person(writer, actor=junho)
            series = actions.find_or_create_series("연재", actor=writer)
            make_article(writer, f"{handle} 글", tags=[f"태그{place}", "모두"], series=series)
            actions.follow_series(series, actor=junho)
            actions.follow_tag(tag(f"태그{place}"), actor=junho)

    add(1)
    client = as_user(junho)
    client.get("/")
    # Session (unless Redis has it), person, inbox, jobs; the reader, keys, posts, tags.
    with django_assert_max_num_queries(8) as before:
        client.get("/")
    add(5)
    with django_assert_num_queries(len(before)):
        assert len(shown(client)) == 6


# News ---------------------------------------------------------------------------------------------


def news(client, since: str):
    return client.get("/timeline/news/", {"since": since}, headers={"X-Requested-With": "fetch"})


def test_news_are_counted_since_the_first_card(as_user, minah, junho):
    make_note(minah, "처음")
    client = as_user(junho)
    since = client.get("/").context["news_since"]
    assert news(client, since).status_code == 204
    for number in range(3):
        make_note(minah, f"새 글 {number}")
    answer = news(client, since)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.context["number"] == 3
    assert 'href="/"' in answer.content.decode()
    assert news(client, client.get("/").context["news_since"]).status_code == 204


def test_news_come_to_an_empty_timeline_too_and_are_capped(as_user, minah, junho, monkeypatch):
    from blog.views import lists

    monkeypatch.setattr(lists, "NEWS_COUNTED", 2)
    client = as_user(junho)
    since = client.get("/").context["news_since"]
    for _ in range(3):
        make_note(minah, "새 글")
    answer = news(client, since)
    assert (answer.context["number"], answer.context["is_more"]) == (2, True)


def test_news_know_blocks_and_mutes(as_user, minah, junho, stranger):
    since = encode_cursor("n", timezone.now() - timedelta(hours=1), 0)
    make_note(minah, "미나의 글")
    client = as_user(junho)
    assert news(client, since).status_code == 200
    mute_person(minah, actor=junho)
    assert news(client, since).status_code == 204
    block_person(junho, actor=minah)
    assert news(client, since).status_code == 204


def test_news_are_for_members_and_nonsense_is_no_news(client, as_user, minah):
    make_note(minah, "글")
    assert news(client, "").status_code == 401
    assert client.get("/timeline/news/").status_code == 302
    member = as_user(minah)
    for since in ("", "last", "nonsense", "%00"):
        assert news(member, since).status_code == 204
    assert member.post("/timeline/news/").status_code == 405


def test_asking_for_news_costs_two_queries_more_than_being_known(
    as_user, minah, junho, django_assert_max_num_queries
):
    make_note(minah, "글")
    client = as_user(junho)
    since = encode_cursor("n", timezone.now() - timedelta(hours=1), 0)
    news(client, since)
    # Session (unless Redis has it), person; the reader, keys.
    with django_assert_max_num_queries(4):
        assert news(client, since).status_code == 200


def test_only_the_first_page_asks_for_news(as_user, minah, junho, settings):
    settings.POSTS_PER_PAGE = 1
    make_note(minah, "하나")
    make_note(minah, "둘")
    client = as_user(junho)
    first = client.get("/")
    assert "data-timeline-news" in first.content.decode()
    second = client.get(f"/{first.context['page'].older_url}").content.decode()
    assert "data-timeline-news" not in second
    assert re.search(r'id="timeline"[^>]* data-since=""', second)
