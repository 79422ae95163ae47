"""Series: what they are called, what is in them, their order, and who sees which part."""

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from blog import actions
from blog.exceptions import (
    NotTheAuthor,
    SeriesChanged,
    SlugRefused,
    SlugTaken,
    StaleVersion,
    TextTooLong,
    TitleMissing,
)
from blog.models import Draft, Post, Series
from blog.selectors import place_of
from blog.tests.factories import make_article, make_draft
from blog.working_copy import working_copy

pytestmark = pytest.mark.django_db
FAMILY = "👨‍👩‍👧‍👦"  # one grapheme of seven code points


@pytest.fixture
def series(minah):
    return actions.create_series("도커 이야기", actor=minah)


@pytest.fixture
def parts(minah, series):
    return [make_article(minah, f"{number}편", series=series) for number in (1, 2, 3, 4)]


def order_of(series) -> list[str]:
    return list(series.posts.order_by("series_position").values_list("title", flat=True))


def url(series, what: str = "") -> str:
    return f"/write/series/{series.pk}/{what}"


# Order --------------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-45")
def test_a_whole_order_is_stored_and_again_the_same(minah, series, parts):
    wished = [parts[2].pk, parts[0].pk, parts[3].pk, parts[1].pk]
    for _twice in range(2):
        assert actions.order_series(series, wished, actor=minah) == wished
        assert order_of(series) == ["3편", "1편", "4편", "2편"]


def test_what_an_order_does_not_name_stays_behind_it(minah, series, parts):
    other = make_article(minah, "딴 글")
    actions.order_series(series, [parts[3].pk, other.pk, parts[3].pk, 10**9], actor=minah)
    assert order_of(series) == ["4편", "1편", "2편", "3편"]
    other.refresh_from_db()
    assert other.series is None


@pytest.mark.behaviour("BL-45")
def test_the_same_click_twice_moves_once(minah, series, parts):
    for _twice in range(2):
        actions.move_in_series(series, parts[2].pk, after=parts[0].pk, actor=minah)
        assert order_of(series) == ["1편", "3편", "2편", "4편"]
    actions.move_in_series(series, parts[3].pk, after=0, actor=minah)
    assert order_of(series) == ["4편", "1편", "3편", "2편"]
    actions.move_in_series(series, parts[3].pk, after=parts[3].pk, actor=minah)
    assert order_of(series) == ["4편", "1편", "3편", "2편"]


def test_a_neighbour_that_went_away_is_told(minah, series, parts):
    actions.remove_from_series(series, parts[1], actor=minah)
    with pytest.raises(SeriesChanged):
        actions.move_in_series(series, parts[3].pk, after=parts[1].pk, actor=minah)
    with pytest.raises(SeriesChanged):
        actions.move_in_series(series, parts[1].pk, after=0, actor=minah)


@pytest.mark.parametrize("button", ["first", "up", "down", "last"])
def test_each_button_of_the_page_does_what_it_says(as_user, minah, series, parts, button):
    client = as_user(minah)
    page = client.get(url(series))
    row = page.context["rows"][2]
    answer = client.post(
        url(series, "order/"), {"post": row.id, button: getattr(row, f"to_{button}")}
    )
    assert answer.status_code == 302
    expected = {
        "first": ["3편", "1편", "2편", "4편"],
        "up": ["1편", "3편", "2편", "4편"],
        "down": ["1편", "2편", "4편", "3편"],
        "last": ["1편", "2편", "4편", "3편"],
    }
    assert order_of(series) == expected[button]


@pytest.mark.behaviour("BL-45")
def test_without_a_script_the_pressed_button_has_the_focus_again(as_user, minah, series, parts):
    client = as_user(minah)
    answer = client.post(url(series, "order/"), {"post": parts[2].pk, "up": parts[0].pk})
    assert answer.headers["Location"].endswith(f"?moved={parts[2].pk}&by=up")
    page = client.get(answer.headers["Location"]).content.decode()
    assert page.count("autofocus") == 1
    button = page[: page.index("autofocus")].rsplit("<button", 1)[1]
    assert 'name="up"' in button


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 19, "²", "-1", ""])
def test_a_number_that_no_row_has_is_no_reason_to_fail(as_user, minah, series, parts, number):
    client = as_user(minah)
    assert client.get(url(series), {"moved": number, "by": "up"}).status_code == 200
    assert client.post(url(series, "order/"), {"post": number, "after": 0}).status_code == 302
    assert order_of(series) == ["1편", "2편", "3편", "4편"]


def test_scripts_get_the_order_that_is_stored(as_user, minah, series, parts):
    answer = as_user(minah).post(
        url(series, "order/"),
        {"post": parts[0].pk, "after": parts[3].pk},
        headers={"Accept": "application/json"},
    )
    assert answer.json() == {"order": [parts[1].pk, parts[2].pk, parts[3].pk, parts[0].pk]}
    answer = as_user(minah).post(
        url(series, "order/"), {"post": "x"}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 409
    assert answer.json()["code"] == "series_changed"


def test_moving_loads_no_text(minah, series, parts):
    with CaptureQueriesContext(connection) as captured:
        actions.move_in_series(series, parts[3].pk, after=0, actor=minah)
    assert order_of(series) == ["4편", "1편", "2편", "3편"]
    assert not [query for query in captured if '"blog_post"."html"' in query["sql"]]


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_lose_no_article(minah):
    series = actions.create_series("동시에", actor=minah)
    posts = [make_article(minah, f"{number}편", series=series) for number in range(6)]
    failed = []

    def move(post, after):
        try:
            for _time in range(5):
                actions.move_in_series(series, post.pk, after=after.pk, actor=minah)
        except Exception as error:  # a thread's exception would be lost
            failed.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=move, args=pair)
        for pair in [(posts[0], posts[5]), (posts[4], posts[1]), (posts[3], posts[2])]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    places = list(
        series.posts.order_by("series_position").values_list("series_position", flat=True)
    )
    assert places == [1, 2, 3, 4, 5, 6]


# What is in it ------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-45")
def test_a_post_is_in_one_series_at_most(minah, series, parts):
    second = actions.create_series("둘째", actor=minah)
    actions.add_to_series(second, parts[0], actor=minah)
    assert order_of(series) == ["2편", "3편", "4편"]
    assert order_of(second) == ["1편"]
    actions.add_to_series(second, parts[0], actor=minah)
    assert order_of(second) == ["1편"]


def test_a_draft_is_added_and_its_editor_hears_of_it(as_user, minah, series, parts):
    draft = make_draft(minah, "다음 편")
    actions.save_draft(draft, actor=minah, changes={"source": "쓰는 중"})
    client = as_user(minah)
    client.post(url(series, "add/"), {"post": draft.pk})
    held = Draft.objects.get(post=draft)
    assert held.details["series"] == series.pk
    page = client.get(url(series)).content.decode()
    assert "다음 편" in page
    actions.publish_post(draft, actor=minah)
    assert order_of(series)[-1] == "다음 편"


def test_what_a_draft_names_is_shown_as_on_its_way(as_user, minah, series):
    actions.start_draft(
        actor=minah, origin_key="form:1", changes={"title": "곧 올 글", "series": series.pk}
    )
    page = as_user(minah).get(url(series))
    assert [choice.title for choice in page.context["on_their_way"]] == ["곧 올 글"]
    client = as_user(minah)
    client.post(url(series, "add/"), {"post": page.context["on_their_way"][0].id})
    page = client.get(url(series))
    assert not page.context["on_their_way"]
    assert [row.title for row in page.context["rows"]] == ["곧 올 글"]


def test_the_series_it_was_put_in_replaces_one_that_a_draft_would_start(minah, series):
    draft = make_draft(minah, "다음 편")
    changes = {"source": "쓰는 중", "new_series": "다른 연재"}
    actions.save_draft(draft, actor=minah, changes=changes)
    actions.add_to_series(series, draft, actor=minah)
    published = actions.publish_post(draft, actor=minah)
    assert published.series == series
    assert not Series.objects.filter(title="다른 연재").exists()


def test_taking_out_keeps_the_article(as_user, minah, series, parts):
    as_user(minah).post(url(series, "remove/"), {"post": parts[0].pk})
    parts[0].refresh_from_db()
    assert parts[0].series is None
    assert parts[0].is_published


def test_nobody_elses_article_comes_in(as_user, minah, junho, series):
    foreign = make_article(junho, "준호의 글")
    as_user(minah).post(url(series, "add/"), {"post": foreign.pk})
    foreign.refresh_from_db()
    assert foreign.series is None
    with pytest.raises(NotTheAuthor):
        actions.add_to_series(series, foreign, actor=minah)


@pytest.mark.behaviour("BL-45")
def test_hidden_posts_leave_no_gap_for_others(client, minah, junho, stranger, series, parts):
    actions.change_article(parts[1], actor=minah, visibility="private")
    actions.change_article(parts[2], actor=minah, visibility="followers")
    first = Post.objects.for_detail().get(pk=parts[0].pk)
    for reader, total, following in ((stranger, 2, "4편"), (junho, 3, "3편"), (minah, 4, "2편")):
        place = place_of(first, reader)
        assert (place.place, place.total, place.next.title) == (1, total, following)
    client.force_login(stranger)
    for address in (parts[0].get_absolute_url(), series.get_absolute_url()):
        page = client.get(address).content.decode()
        assert parts[1].get_absolute_url() not in page
        assert parts[2].get_absolute_url() not in page
        assert parts[3].get_absolute_url() in page


@pytest.mark.behaviour("BL-45", "X-01")
@pytest.mark.parametrize("visibility", ["private", "followers", "unlisted"])
def test_the_title_of_a_series_is_as_hidden_as_what_it_holds(
    client, minah, stranger, series, visibility
):
    make_article(minah, "비밀", series=series, visibility=visibility)
    make_draft(minah, "초안", series=series)
    for reader in (None, stranger):
        if reader:
            client.force_login(reader)
        assert client.get(series.get_absolute_url()).status_code == 404
        assert client.get(f"{series.get_absolute_url()}feed.atom").status_code == 404
        assert series.title not in client.get("/@minah/series/").content.decode()
    client.force_login(minah)
    assert client.get(series.get_absolute_url()).status_code == 200


# Name ---------------------------------------------------------------------------------------------


def test_names_are_checked(minah, series):
    other = actions.create_series("도커 이야기", actor=minah)
    assert other.slug == "도커-이야기-2"
    with pytest.raises(SlugTaken):
        actions.change_series(other, actor=minah, slug="도커-이야기")
    with pytest.raises(SlugRefused):
        actions.change_series(other, actor=minah, slug="!!!")
    with pytest.raises(TitleMissing):
        actions.change_series(other, actor=minah, title="\u200b ")
    changed = actions.change_series(other, actor=minah, title="새 이름", slug="Second One")
    assert (changed.title, changed.slug) == ("새 이름", "second-one")


def test_a_title_counts_what_people_see(as_user, minah, series):
    title = FAMILY * 30
    sent = {"title": title, "description": FAMILY * 60, "slug": "가족"}
    assert as_user(minah).post(url(series), sent).status_code == 302
    series.refresh_from_db()
    assert (series.title, series.description) == (title, FAMILY * 60)
    post = make_draft(minah, "가족 이야기")
    actions.save_draft(post, actor=minah, changes={"new_series": FAMILY * 31})
    assert actions.publish_post(post, actor=minah).series.title == FAMILY * 31


@pytest.mark.parametrize("title", ["가" * 201, FAMILY * 150, "가" * 5000])
def test_a_title_that_is_too_long_is_refused_and_never_cut(minah, title):
    with pytest.raises(TextTooLong):
        actions.create_series(title, actor=minah)
    with pytest.raises(TextTooLong) as refused:
        actions.save_draft(make_draft(minah), actor=minah, changes={"new_series": title})
    assert refused.value.field == "new_series"


def test_the_page_renames_and_keeps_what_was_typed(as_user, minah, series):
    client = as_user(minah)
    sent = {"title": "새 이름", "description": "설명", "slug": "새-주소"}
    assert client.post(url(series), sent).status_code == 302
    series.refresh_from_db()
    assert (series.title, series.description, series.slug) == ("새 이름", "설명", "새-주소")
    actions.create_series("딴 것", actor=minah)
    answer = client.post(url(series), sent | {"slug": "딴-것", "description": "고친 설명"})
    assert answer.status_code == 422
    assert "고친 설명" in answer.content.decode()


@pytest.mark.behaviour("BL-45")
def test_deleting_asks_first_and_keeps_the_posts(as_user, minah, series, parts):
    client = as_user(minah)
    asked = client.get(url(series, "delete/"))
    assert asked.status_code == 200
    assert Series.objects.filter(pk=series.pk).exists()
    client.post(url(series, "delete/"))
    assert not Series.objects.filter(pk=series.pk).exists()
    assert Post.objects.published().filter(pk__in=[post.pk for post in parts]).count() == 4
    assert client.get(parts[0].get_absolute_url()).status_code == 200


def test_editors_that_are_open_hear_that_a_series_is_gone(
    minah, series, parts, django_assert_max_num_queries
):
    pending = actions.save_draft(parts[0], actor=minah, changes={"source": "고치는 중"})
    untouched = working_copy(parts[1])
    with django_assert_max_num_queries(15):
        assert actions.delete_series(series, actor=minah) == 4
    late = {"actor": minah, "changes": {"title": "늦은 저장"}}
    for post, held in ((parts[0], pending), (parts[1], untouched)):
        with pytest.raises(StaleVersion):
            actions.save_draft(post, base_version=held.version, **late)
    now = working_copy(Post.objects.get(pk=parts[0].pk))
    assert (now.source, now.details["series"]) == ("고치는 중", None)


def test_a_new_series_is_started_on_the_list(as_user, minah):
    client = as_user(minah)
    assert client.post("/write/series/", {"title": " ", "description": ""}).status_code == 422
    answer = client.post("/write/series/", {"title": "새 연재", "description": "짧게"})
    made = Series.objects.get(title="새 연재")
    assert answer.headers["Location"] == url(made)
    assert "새 연재" in client.get("/write/series/").content.decode()


# Who may ------------------------------------------------------------------------------------------

PATHS = ("", "order/", "add/", "remove/", "delete/")


def test_signed_out_people_sign_in_first(client, series, parts):
    for path in PATHS:
        answer = client.post(url(series, path))
        assert answer.status_code in {302, 401}, path
    assert client.get("/write/series/").status_code == 302


@pytest.mark.parametrize("path", PATHS)
def test_others_are_refused_and_the_blocked_see_nothing(
    client, stranger, taeo, series, parts, path
):
    sent = {"post": parts[3].pk, "first": 0, "title": "뺏은 이름", "slug": "x"}
    client.force_login(stranger)
    assert client.post(url(series, path), sent).status_code == 403
    client.force_login(taeo)
    assert client.post(url(series, path), sent).status_code == 404
    assert order_of(series) == ["1편", "2편", "3편", "4편"]
    series.refresh_from_db()
    assert series.title == "도커 이야기"


def test_a_series_of_drafts_does_not_exist_for_others(client, stranger, minah, series):
    make_draft(minah, "초안", series=series)
    client.force_login(stranger)
    assert client.get(url(series)).status_code == 404


def test_the_cost_does_not_grow_with_articles(
    as_user, minah, series, parts, django_assert_max_num_queries
):
    client = as_user(minah)
    client.get(url(series))
    for number in range(8):
        make_article(minah, f"더 {number}", series=series)
        make_article(minah, f"딴 {number}")
    with django_assert_max_num_queries(8):
        client.get(url(series))
    with django_assert_max_num_queries(5):
        client.get("/write/series/")
    # Moving: session, person, series, limit-free; lock, order, posts, one update.
    with django_assert_max_num_queries(14):
        client.post(url(series, "order/"), {"post": parts[0].pk, "last": parts[3].pk})
