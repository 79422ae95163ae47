"""Trending: who counts, for how much and how long (BL-35); its two pages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_trusted
from blog import actions
from blog.actions.views import BUFFER
from blog.models import Bookmark, Comment, PostDay, PostLike, TrendingPost
from blog.tests.factories import make_article, make_note, make_person
from blog.tests.timeline.crowds import mute_term
from config import buffers
from social.actions import block_person, mute_person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def post(minah):
    return make_article(minah, "곶감")


def known(handle: str) -> User:
    """Somebody who joined long ago and has published a little."""
    person = make_person(handle, handle)
    User.objects.filter(pk=person.pk).update(
        joined_at=NOW - 30 * DAY, note_count=1, article_count=2
    )
    return person


def like(post, person, ago=timedelta()):
    PostLike.objects.create(post=post, person=person, created_at=NOW - ago)


def bookmark(post, person, ago=timedelta()):
    Bookmark.objects.create(post=post, person=person, created_at=NOW - ago)


def comment(post, person, ago=timedelta(), **fields):
    Comment.objects.create(post=post, author=person, created_at=NOW - ago, source="말", **fields)


def scores() -> dict[str, float]:
    actions.refresh_trending(NOW)
    rows = TrendingPost.objects.values_list("post__title", "score")
    return {title: round(score, 4) for title, score in rows}


# What counts --------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-35")
@pytest.mark.parametrize(("act", "points"), [(like, 1), (comment, 2), (bookmark, 2)])
def test_an_act_has_its_weight_and_halves_every_day(post, act, points):
    act(post, known("nuri"))
    assert scores() == {"곶감": points}
    act(post, known("haru"), ago=DAY)
    assert scores() == {"곶감": points * 1.5}
    act(post, known("bada"), ago=timedelta(hours=36))
    assert scores() == {"곶감": round(points * (1.5 + 0.5**1.5), 4)}


@pytest.mark.behaviour("BL-35")
@pytest.mark.parametrize("act", [like, comment, bookmark])
def test_what_is_older_than_two_weeks_or_in_the_future_does_not_count(post, act):
    act(post, known("nuri"), ago=14 * DAY + timedelta(minutes=1))
    act(post, known("haru"), ago=-timedelta(minutes=1))
    assert scores() == {}
    act(post, known("bada"), ago=14 * DAY - timedelta(minutes=1))
    assert list(scores()) == ["곶감"]


@pytest.mark.behaviour("BL-35")
def test_views_count_a_twentieth_by_the_day(post):
    for day, views in ((NOW.date(), 100), (NOW.date() - DAY, 40), (NOW.date() - 15 * DAY, 999)):
        PostDay.objects.create(post=post, day=day, views=views)
    # Yesterday ended twelve hours ago.
    assert scores() == {"곶감": round(5 + 2 * 0.5**0.5, 4)}
    assert set(PostDay.objects.values_list("day", flat=True)) == {NOW.date(), NOW.date() - DAY}


@pytest.mark.behaviour("BL-35")
def test_one_person_counts_once_and_the_author_never(post, minah):
    one = known("nuri")
    comment(post, one, ago=DAY)
    comment(post, one)
    comment(post, one)
    for act in (like, bookmark, comment):
        act(post, minah)
    assert scores() == {"곶감": 1}, "the first comment alone, a day old"


@pytest.mark.behaviour("BL-35")
@pytest.mark.parametrize(
    ("joined", "notes", "articles", "share"),
    [(3, 3, 0, 1), (3, 1, 2, 1), (3, 1, 1, 0.25), (2.99, 9, 9, 0.25), (400, 0, 0, 0.25)],
)
def test_who_is_new_counts_a_quarter(post, joined, notes, articles, share):
    person = make_person("saenae", "새내기")
    User.objects.filter(pk=person.pk).update(
        joined_at=NOW - joined * DAY, note_count=notes, article_count=articles
    )
    like(post, person)
    assert scores() == {"곶감": share}


@pytest.mark.behaviour("BL-35")
def test_hidden_comments_guests_and_closed_accounts_do_not_count(post):
    comment(post, known("nuri"), is_hidden=True)
    for place, status in enumerate(("waiting", "held", "deleted")):
        comment(post, known(f"s{place}"), status=status)
    comment(post, None, guest_name="손님")
    for state in ("suspended", "leaving", "erased"):
        person = known(state)
        User.objects.filter(pk=person.pk).update(state=state)
        for act in (like, bookmark, comment):
            act(post, person)
    assert scores() == {}


@pytest.mark.behaviour("BL-35", "X-01")
def test_only_what_everybody_may_read_is_ranked_and_what_fell_silent_leaves(
    minah, post, monkeypatch
):
    from blog.actions import trending

    monkeypatch.setattr(trending, "AT_A_TIME", 2)
    monkeypatch.setattr(trending, "KEPT_POSTS", 2)
    posts = {"공개": post}
    for visibility in ("followers", "unlisted", "private"):
        posts[visibility] = make_article(minah, visibility, visibility=visibility)
    posts["둘째"] = make_article(minah, "둘째")
    posts["셋째"] = make_article(minah, "셋째")
    people = [known(f"p{number}") for number in range(6)]
    for number, held in enumerate(posts.values()):
        for person in people[: 6 - number]:
            like(held, person)
    assert scores() == {"곶감": 6, "둘째": 2}
    PostLike.objects.filter(post=post).delete()
    assert scores() == {"둘째": 2, "셋째": 1}
    actions.delete_post(posts["둘째"], actor=minah)
    assert scores() == {"셋째": 1}


def test_the_number_of_statements_does_not_grow(minah, django_assert_num_queries):
    def talk(number: int) -> None:
        post, person = make_article(minah, f"글 {number}"), known(f"nuri{number}")
        for act in (like, bookmark, comment):
            act(post, person)
        PostDay.objects.create(post=post, day=NOW.date(), views=1)

    talk(0)
    with CaptureQueriesContext(connection) as one_post:
        actions.refresh_trending(NOW)
    for number in range(1, 6):
        talk(number)
    with django_assert_num_queries(len(one_post)):
        assert actions.refresh_trending(NOW) == 6


# Views by day -------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-39")
def test_the_flusher_counts_views_by_day_too(post, time_machine):
    time_machine.move_to(NOW, tick=False)
    for number in (3, 4):
        buffers.add(BUFFER, str(post.pk), number)
        assert actions.flush_view_counts() == 1
    buffers.add(BUFFER, "999999", 1)
    assert actions.flush_view_counts() == 0
    time_machine.move_to(NOW + DAY, tick=False)
    buffers.add(BUFFER, str(post.pk), 5)
    actions.flush_view_counts()
    assert list(post.days.order_by("day").values_list("day", "views")) == [
        (date(2026, 6, 15), 7),
        (date(2026, 6, 16), 5),
    ]
    post.refresh_from_db()
    assert post.views.count == 12


# Pages --------------------------------------------------------------------------------------------


def rank(*posts) -> None:
    for place, post in enumerate(posts):
        TrendingPost.objects.create(post=post, score=100 - place, computed_at=timezone.now())


def shown(client, path: str = "/trending/") -> list[str]:
    return [card.title or "쪽글" for card in client.get(path).context["cards"]]


@pytest.mark.behaviour("BL-35", "BL-33")
def test_the_list_and_the_front_page_show_the_order(client, minah):
    rank(make_article(minah, "하나"), make_note(minah), make_article(minah, "둘"))
    make_article(minah, "조용한 글")
    assert shown(client) == ["하나", "쪽글", "둘"]
    assert [card.title for card in client.get("/").context["trending"]] == ["하나", "둘"]
    assert shown(client, "/trending/?kind=note") == ["쪽글"]
    html = client.get("/trending/?kind=note").content.decode()
    assert 'href="/explore/?kind=note"' in html
    assert "/trending/how/" in html
    assert 'href="/trending/?kind=note"' in client.get("/explore/?kind=note").content.decode()


@pytest.mark.behaviour("BL-35", "SO-07", "SO-08", "SO-09")
def test_a_reader_meets_neither_the_muted_nor_the_blocked(as_user, minah, junho, stranger):
    rank(make_article(minah, "미나의 글"), make_article(stranger, "김장하는 날"))
    client = as_user(junho)
    assert shown(client) == ["미나의 글", "김장하는 날"]
    mute_term(junho, "word", "김장")
    mute_person(minah, actor=junho)
    assert shown(client) == []
    block_person(minah, actor=stranger)
    assert shown(as_user(minah)) == ["미나의 글"]


@pytest.mark.behaviour("X-13")
@pytest.mark.usefixtures("no_kept_pages")
def test_the_list_costs_the_same_with_more_posts(client, minah, django_assert_num_queries):
    make_trusted(minah)
    rank(make_article(minah, "하나", tags=["도커"]))
    client.get("/trending/")
    with django_assert_num_queries(3):  # posts, tags; the topics of the filter
        client.get("/trending/")
    TrendingPost.objects.all().delete()
    rank(*(make_article(minah, f"글 {number}", tags=["도커", "바다"]) for number in range(8)))
    with django_assert_num_queries(3):
        assert len(shown(client)) == 8


def test_nothing_is_talked_about_and_nonsense_filters_show_a_page(client):
    for path in ("/trending/", "/trending/?kind=nonsense&topic=%00", "/trending/how/"):
        assert client.get(path).status_code == 200, path
    assert "/explore/" in client.get("/trending/").content.decode()
    assert client.post("/trending/").status_code == 405


@pytest.mark.behaviour("BL-35")
def test_the_page_says_the_rule_with_its_numbers(client):
    html = client.get("/trending/how/", headers={"Accept-Language": "en"}).content.decode()
    for said in ("last 14 days", "20 readings", "Every 24 hours", "less than 3 days", "10 minutes"):
        assert said in html, said
