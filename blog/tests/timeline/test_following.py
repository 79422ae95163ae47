"""Following tags and series: works, needs sign-in, refuses, and acts once however often pressed."""

import threading

import pytest
from django.db import connection

from blog import actions
from blog.exceptions import OwnSeries, TooManyFollowed
from blog.followed_places import followed_places
from blog.models import PostTag, SeriesFollow, Tag, TagFollow
from blog.tests.factories import make_article, make_note
from social.actions import block_person

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def tag(minah):
    make_article(minah, "글", tags=["Django"])
    return Tag.objects.get(key="django")


@pytest.fixture
def series(minah):
    series = actions.find_or_create_series("도커 이야기", actor=minah)
    make_article(minah, "첫 글", series=series)
    return series


PLACES = {
    "tag": ("/tags/django/", TagFollow),
    "series": ("/@minah/series/도커-이야기/", SeriesFollow),
}


@pytest.mark.behaviour("BL-31", "X-06")
@pytest.mark.parametrize("place", PLACES)
def test_following_and_unfollowing_is_idempotent_and_comes_back(as_user, tag, series, junho, place):
    url, model = PLACES[place]
    client = as_user(junho)
    assert (
        f'action="{client.get(url).context["place"].url}follow/"'
        in client.get(url).content.decode()
    )
    for _press in range(2):
        answer = client.post(f"{url}follow/", {"next": "/explore/"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/explore/")
        assert model.objects.filter(person=junho).count() == 1
    assert client.get(url).context["place"].is_followed
    for _press in range(2):
        client.post(f"{url}unfollow/")
        assert not model.objects.exists()
    assert client.get(f"{url}follow/").status_code == 405


@pytest.mark.parametrize("place", PLACES)
def test_with_htmx_the_button_alone_comes_back(as_user, tag, series, junho, place):
    url, _model = PLACES[place]
    answer = as_user(junho).post(f"{url}follow/", headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in html
    assert "/unfollow/" in html
    assert "madang:notice" in answer.headers["HX-Trigger"]


@pytest.mark.parametrize("place", PLACES)
def test_visitors_sign_in_first(client, tag, series, place):
    url, model = PLACES[place]
    answer = client.post(f"{url}follow/")
    assert "/signin/" in answer.headers["Location"] or "login" in answer.headers["Location"]
    assert not model.objects.exists()
    html = client.get(url).content.decode()
    assert "/follow/" not in html, "a page for everybody carries no token"
    assert "next=" in html


def test_what_cannot_be_met_cannot_be_followed(as_user, tag, series, taeo, minah):
    client = as_user(taeo)
    assert client.post("/@minah/series/도커-이야기/follow/").status_code == 404
    assert client.post("/@minah/series/없는-연재/follow/").status_code == 404
    assert client.post("/tags/없는-태그/follow/").status_code == 404
    Tag.objects.update(is_banned=True)
    assert client.post("/tags/django/follow/").status_code == 404
    assert client.post("/tags/django/unfollow/").status_code == 404
    hidden = actions.find_or_create_series("비밀 연재", actor=minah)
    make_article(minah, "비밀", series=hidden, visibility="private")
    assert client.post("/@minah/series/비밀-연재/follow/").status_code == 404


def test_ones_own_series_has_no_button_and_is_refused(as_user, minah, series):
    with pytest.raises(OwnSeries):
        actions.follow_series(series, actor=minah)
    client = as_user(minah)
    assert client.get(series.get_absolute_url()).context["place"] is None
    client.post("/@minah/series/도커-이야기/follow/")
    assert not SeriesFollow.objects.exists()


def test_there_is_an_end_to_how_many(junho, tag, series, monkeypatch):
    from blog.actions import series_follows, tag_follows

    monkeypatch.setattr(tag_follows, "FOLLOWED_TAGS_MAX", 1)
    monkeypatch.setattr(series_follows, "FOLLOWED_SERIES_MAX", 0)
    other = Tag.objects.create(name="바다", key="바다")
    assert actions.follow_tag(tag, actor=junho)
    assert not actions.follow_tag(tag, actor=junho), "again is no error"
    with pytest.raises(TooManyFollowed):
        actions.follow_tag(other, actor=junho)
    with pytest.raises(TooManyFollowed):
        actions.follow_series(series, actor=junho)


@pytest.mark.behaviour("SO-11")
def test_people_tags_and_series_share_one_limit(as_user, tag, series, junho, monkeypatch):

    monkeypatch.setattr("social.limits.FOLLOWS_AN_HOUR", 2)
    client = as_user(junho)
    assert client.post("/@minah/follow/").status_code == 302
    assert client.post("/tags/django/follow/").status_code == 302
    assert client.post("/@minah/series/도커-이야기/follow/").status_code == 429


def test_who_may_not_take_part_follows_nothing(as_user, tag, junho):
    junho.state = "limited"
    junho.save(update_fields=["state"])
    assert as_user(junho).post("/tags/django/follow/").status_code == 403
    assert not TagFollow.objects.exists()


@pytest.mark.behaviour("BL-43")
def test_followers_go_along_when_tags_are_merged(tag, junho, minah, sora):
    make_article(minah, "또", tags=["장고"])
    into = Tag.objects.get(key="장고")
    for person in (junho, minah):
        actions.follow_tag(tag, actor=person)
    actions.follow_tag(into, actor=minah)
    actions.merge_tags(tag, into, actor=sora)
    assert set(TagFollow.objects.values_list("person__handle", "tag__key")) == {
        ("junho", "장고"),
        ("minah", "장고"),
    }


def test_settings_list_what_is_followed(
    as_user, tag, series, junho, minah, django_assert_num_queries
):
    client = as_user(junho)
    assert client.get("/settings/people/").context["places"] == []
    actions.follow_tag(tag, actor=junho)
    actions.follow_series(series, actor=junho)
    with django_assert_num_queries(2):
        assert [place.name for place in followed_places(junho)] == ["#Django", "도커 이야기"]
    html = client.get("/settings/people/").content.decode()
    assert "/tags/django/unfollow/" in html
    block_person(junho, actor=minah)
    Tag.objects.update(is_banned=True)
    assert followed_places(junho) == []


@pytest.mark.behaviour("BL-32")
def test_the_dates_of_a_tag_are_those_of_public_posts(minah):
    """A tag's timeline is walked by these dates, so every public post needs its own."""

    def dates() -> set:
        return set(PostTag.objects.values_list("published_at", flat=True))

    post = make_article(minah, "글", tags=["도커"])
    assert dates() == {post.published_at}
    for visibility in ("followers", "private", "unlisted"):
        actions.change_article(post, actor=minah, visibility=visibility, tags=["도커", "하늘"])
        assert dates() == {None}
        actions.change_article(post, actor=minah, visibility="public")
        assert dates() == {post.published_at}
    actions.unpublish_post(post, actor=minah)
    assert dates() == {None}
    actions.publish_post(post, actor=minah)
    assert dates() == {post.published_at}
    actions.delete_post(post, actor=minah)
    assert dates() == {None}
    actions.publish_post(actions.restore_post(post, actor=minah), actor=minah)
    assert dates() == {post.published_at}
    PostTag.objects.all().delete()

    note = make_note(minah, "#점심", visibility="followers")
    assert dates() == {None}
    actions.change_note(note, actor=minah, source="#점심 #저녁", visibility="public")
    assert dates() == {note.published_at}


@pytest.mark.behaviour("X-06")
@pytest.mark.django_db(transaction=True)
def test_many_presses_at_once_leave_one_row(tag, junho):
    results, broken = [], []
    together = threading.Barrier(6)

    def press():
        try:
            together.wait()
            results.append(actions.follow_tag(tag, actor=junho))
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not broken
    assert sorted(results) == [False] * 5 + [True]
    assert TagFollow.objects.count() == 1
