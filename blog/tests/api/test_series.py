"""Series by programs: to find, follow, make, order and take them along."""

import io
import threading
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.scopes import MEMBER_SCOPES
from blog import actions
from blog.models import Draft, Post, Series
from blog.tests.factories import make_article, make_draft, make_note
from blog.working_copy import working_copy
from config.tests.api_client import api_client, matches_stored

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("AP-44")]
API = "http://testserver/api/v1"
FAMILY = "👨‍👩‍👧‍👦"  # one grapheme of seven code points


@pytest.fixture
def series(minah):
    return actions.create_series("도커 이야기", actor=minah, description="처음부터 끝까지")


@pytest.fixture
def parts(minah, series):
    return [make_article(minah, f"{number}편", series=series) for number in (1, 2, 3)]


def url(series, what: str = "") -> str:
    return f"series/{series.pk}/{what}"


def titles(response) -> list[str]:
    return [one["title"] for one in response.json()["results"]]


def blind(person):
    """Return a client that may do everything but read."""
    return api_client(person, scopes=[one for one in MEMBER_SCOPES if one != "read"])


# Reading ------------------------------------------------------------------------------------------


def test_a_series_says_what_is_in_it_and_where(series, parts, client):
    make_draft(series.author, "아직", series=series)
    found = api_client().get(url(series))
    matches_stored(found, "series")
    links = found.json()["links"]
    assert found.json()["post_count"] == 3
    assert titles(api_client().get(links["posts"])) == ["1편", "2편", "3편"]
    assert api_client().get(links["author"]).json()["handle"] == "minah"
    for address in (found.json()["html_url"], *links["feeds"].values()):
        assert client.get(address.removeprefix("http://testserver")).status_code == 200


def test_the_list_is_newest_first_and_of_one_author_if_asked(minah, junho, series, parts):
    other = actions.create_series("책 읽기", actor=junho)
    make_article(junho, "첫 책", series=other)
    assert titles(api_client().get("series/")) == ["책 읽기", "도커 이야기"]
    for who in (minah.pk, "@minah", "@MINAH"):
        assert titles(api_client().get(f"series/?author={who}")) == ["도커 이야기"]
    for nobody in ("@nobody", "0", "-1", "x", "9" * 30, "@"):
        assert titles(api_client().get(f"series/?author={nobody}")) == []
    first = api_client().get("series/?page_size=1").json()
    assert titles(api_client().get(first["next"])) == ["도커 이야기"]


@pytest.mark.behaviour("AP-07")
@pytest.mark.parametrize("visibility", ["private", "followers", "unlisted"])
def test_a_series_is_as_hidden_as_what_it_holds(minah, junho, taeo, stranger, series, visibility):
    post = make_article(minah, "숨은 편", series=series, visibility=visibility)
    seeing = {minah} | ({junho} if visibility == "followers" else set())
    for person in (None, stranger, taeo, junho, minah):
        client = api_client(person)
        sees = person in seeing
        for path in (url(series), url(series, "posts/")):
            assert client.get(path).status_code == (200 if sees else 404), (person, path)
        assert titles(client.get("series/")) == (["도커 이야기"] if sees else [])
        # Deleted or hidden: who may not read it cannot tell.
        taken = client.get(url(series, "download/"))
        assert taken.status_code == (200 if sees else 404)
        if sees:
            b"".join(taken.streaming_content)
    assert blind(minah).get(url(series)).status_code == 404
    assert Post.objects.filter(pk=post.pk).exists()


def test_nobody_meets_it_across_a_block(series, parts, taeo):
    client = api_client(taeo)
    assert titles(client.get("series/")) == []
    for path in (url(series), url(series, "posts/")):
        assert client.get(path).status_code == 404
    assert client.put(url(series, "follow/")).status_code == 404
    assert client.patch(url(series), {"title": "내 것"}).status_code == 404


def test_an_empty_series_is_its_authors_alone(series, stranger):
    assert titles(api_client(series.author).get("series/")) == ["도커 이야기"]
    assert api_client(series.author).get(url(series)).json()["post_count"] == 0
    assert api_client(stranger).get(url(series)).status_code == 404
    assert titles(api_client().get("series/")) == []


def test_the_author_meets_drafts_among_the_parts(series, parts, minah, stranger):
    make_draft(minah, "아직", series=series)
    own = api_client(minah).get(url(series, "posts/"))
    assert [(one["title"], one["status"]) for one in own.json()["results"]][2:] == [
        ("3편", "published"),
        ("아직", "draft"),
    ]
    assert titles(api_client(stranger).get(url(series, "posts/"))) == ["1편", "2편", "3편"]
    assert titles(blind(minah).get(url(series, "posts/"))) == ["1편", "2편", "3편"]


def test_parts_are_paged_in_their_order(series, parts):
    page = api_client().get(url(series, "posts/?page_size=2")).json()
    rest = api_client().get(page["next"])
    assert titles(rest) == ["3편"]
    assert titles(api_client().get(rest.json()["previous"])) == ["1편", "2편"]
    matches_stored(rest, "series_posts")


def test_more_series_and_parts_take_no_more_queries(minah, junho, series, parts):
    client, own = api_client(junho), api_client(minah)

    def queries() -> list[int]:
        counts = []
        for who in (client, own):
            for path in ("series/?page_size=100", url(series), url(series, "posts/?page_size=100")):
                with CaptureQueriesContext(connection) as seen:
                    assert who.get(path).status_code == 200
                counts.append(len(seen))
        return counts

    few = queries()
    for number in range(6):
        other = actions.create_series(f"시리즈 {number}", actor=minah)
        make_article(minah, f"{number}", series=other)
        make_article(minah, f"더 {number}", series=series)
    assert queries() == few
    assert max(few) <= 3


# Making -------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-07")
def test_a_series_is_started_changed_and_deleted(minah):
    client = api_client(minah)
    made = client.post("series/", {"title": "  도커\n이야기 ", "description": "처음부터"})
    assert made.status_code == 201
    assert made.headers["Location"] == made.json()["url"]
    assert made.json()["viewer"] == {"following": False, "can_edit": True}
    assert (made.json()["title"], made.json()["slug"]) == ("도커 이야기", "도커-이야기")
    address = made.json()["url"]
    changed = client.patch(address, {"slug": "도커", "description": ""})
    assert changed.status_code == 200
    assert (changed.json()["slug"], changed.json()["description"]) == ("도커", "")
    assert changed.json()["title"] == "도커 이야기"
    post = make_article(minah, "1편", series=Series.objects.get())
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    post.refresh_from_db()
    assert (post.status, post.series) == ("published", None)


@pytest.mark.behaviour("AP-18")
@pytest.mark.parametrize(
    ("sent", "field", "code"),
    [
        ({}, "title", "required"),
        ({"title": "  "}, "title", "required"),
        ({"title": FAMILY * 201}, "title", "too_long"),
        ({"title": "글", "description": "가" * 301}, "description", "too_long"),
    ],
    ids=["missing", "blank", "long title", "long description"],
)
def test_what_will_not_do_is_said_with_its_field(minah, sent, field, code):
    refused = api_client(minah).post("series/", sent)
    assert refused.status_code == 400
    assert [(one["field"], one["code"]) for one in refused.json()["errors"]] == [(field, code)]
    assert not Series.objects.exists()


def test_an_address_that_is_taken_or_none_is_refused(minah, series):
    other = actions.create_series("딴 시리즈", actor=minah)
    client = api_client(minah)
    for slug, code in (("도커-이야기", "slug_taken"), ("!!!", "slug_refused")):
        refused = client.patch(url(other), {"slug": slug})
        assert (refused.status_code, refused.json()["code"]) == (400, code)


@pytest.mark.behaviour("AP-11")
def test_a_stale_change_is_refused(minah, series, parts):
    client = api_client(minah)
    tag = client.get(url(series)).headers["ETag"]
    make_article(minah, "4편", series=series)  # a number that moves is no other version
    fresh = client.patch(url(series), {"title": "새 이름"}, headers={"if-match": tag})
    assert fresh.status_code == 200
    stale = client.patch(url(series), {"title": "옛 이름"}, headers={"if-match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert client.delete(url(series), headers={"if-match": tag}).status_code == 412
    ours = fresh.headers["ETag"]
    assert client.delete(url(series), headers={"if-match": ours}).status_code == 204


@pytest.mark.behaviour("AP-03", "AP-07")
def test_only_the_author_with_the_right_token_changes_it(minah, stranger, series, parts):
    calls = (
        ("post", "series/", {"title": "새로"}),
        ("patch", url(series), {"title": "내 것"}),
        ("delete", url(series), None),
        ("put", url(series, "posts/"), {"posts": []}),
    )
    for method, path, sent in calls:
        assert getattr(api_client(), method)(path, sent).status_code == 401
        narrow = getattr(api_client(minah, scopes=["read"]), method)(path, sent)
        assert (narrow.status_code, narrow.json()["code"]) == (403, "insufficient_scope")
    for method, path, sent in calls[1:]:
        refused = getattr(api_client(stranger), method)(path, sent)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_the_author")
    assert Series.objects.get().title == "도커 이야기"
    assert Post.objects.filter(series=series).count() == 3


@pytest.mark.behaviour("AP-12")
def test_the_same_call_twice_starts_one_series(minah):
    client = api_client(minah)
    for _twice in range(2):
        made = client.post("series/", {"title": "한 번"}, headers={"idempotency-key": "k"})
        assert made.status_code == 201
    assert made.headers["Idempotency-Replayed"] == "true"
    assert Series.objects.count() == 1


def test_page_and_api_count_new_series_together(client, minah, monkeypatch):
    monkeypatch.setattr("blog.limits.NEW_SERIES_AN_HOUR", 1)
    client.force_login(minah)
    client.post("/write/series/", {"title": "하나"})
    assert api_client(minah).post("series/", {"title": "둘"}).status_code == 429


# The whole order ----------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-45")
def test_the_whole_order_adds_moves_and_removes(minah, series, parts):
    elsewhere = actions.create_series("딴 시리즈", actor=minah)
    moved = make_article(minah, "옮긴 편", series=elsewhere)
    draft = make_draft(minah, "쓰는 편")
    wished = [parts[2].pk, draft.pk, moved.pk, parts[0].pk]
    client = api_client(minah)
    for _twice in range(2):
        stored = client.put(url(series, "posts/"), {"posts": wished})
        assert stored.status_code == 200
        assert stored.json() == {"posts": wished}
    own = client.get(url(series, "posts/"))
    assert titles(own) == ["3편", "쓰는 편", "옮긴 편", "1편"]
    assert titles(client.get(url(elsewhere, "posts/"))) == []
    parts[1].refresh_from_db()
    assert (parts[1].status, parts[1].series) == ("published", None)


def test_no_posts_empty_it(minah, series, parts):
    assert api_client(minah).put(url(series, "posts/"), {"posts": []}).json() == {"posts": []}
    assert not Post.objects.filter(series=series).exists()


def test_editors_that_are_open_hear_of_it(minah, series, parts):
    draft = make_draft(minah, "쓰는 편")
    before = working_copy(draft).version
    actions.set_series_posts(series, [draft.pk], actor=minah)
    assert working_copy(Post.objects.get(pk=draft.pk)).version == before + 1
    assert Draft.objects.filter(post=parts[0]).exists()


def test_what_is_no_article_of_ones_own_changes_nothing(minah, junho, series, parts):
    client = api_client(minah)
    foreign = make_article(junho, "남의 글")
    gone = make_article(minah, "지운 글")
    actions.delete_post(gone, actor=minah)
    for pk in (foreign.pk, gone.pk, 10**9):
        refused = client.put(url(series, "posts/"), {"posts": [parts[2].pk, pk]})
        assert (refused.status_code, refused.json()["code"]) == (409, "series_changed")
    note = client.put(url(series, "posts/"), {"posts": [make_note(minah).pk]})
    assert (note.status_code, note.json()["code"]) == (403, "not_the_author")
    for nonsense in ({}, {"posts": "1"}, {"posts": ["x"]}, {"posts": [0]}, {"posts": [2**63]}):
        assert client.put(url(series, "posts/"), nonsense).status_code == 400
    assert titles(client.get(url(series, "posts/"))) == ["1편", "2편", "3편"]


def test_named_twice_counts_once(minah, series, parts):
    wished = [parts[1].pk, parts[1].pk, parts[0].pk]
    stored = api_client(minah).put(url(series, "posts/"), {"posts": wished})
    assert stored.json() == {"posts": wished[1:]}


@pytest.mark.django_db(transaction=True)
def test_two_orders_at_once_leave_one_of_them(minah, series, parts):
    ids = [post.pk for post in parts]
    orders = [ids[::-1], ids[:2]]
    barrier, failures = threading.Barrier(2), []

    def store(order):
        try:
            barrier.wait()
            actions.set_series_posts(series, order, actor=minah)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=store, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    left = list(
        Post.objects.filter(series=series).order_by("series_position").values_list("pk", flat=True)
    )
    assert left in orders


# Following ----------------------------------------------------------------------------------------


def test_following_brings_it_to_ones_own_list(series, parts, junho):
    client = api_client(junho)
    for _twice in range(2):
        followed = client.put(url(series, "follow/"))
        assert followed.status_code == 200
        assert followed.json()["viewer"] == {"following": True, "can_edit": False}
    assert titles(client.get("me/followed-series/")) == ["도커 이야기"]
    for _twice in range(2):
        assert client.delete(url(series, "follow/")).status_code == 204
    assert titles(client.get("me/followed-series/")) == []


def test_what_became_hidden_leaves_ones_own_list(series, parts, stranger, minah):
    client = api_client(stranger)
    client.put(url(series, "follow/"))
    for post in parts:
        actions.unpublish_post(post, actor=minah)
    assert titles(client.get("me/followed-series/")) == []


def test_ones_own_series_is_not_followed(minah, series, parts):
    refused = api_client(minah).put(url(series, "follow/"))
    assert (refused.status_code, refused.json()["code"]) == (400, "own_series")


@pytest.mark.behaviour("AP-03")
def test_following_needs_a_token_made_for_it(series, parts, junho):
    for method in ("put", "delete"):
        assert getattr(api_client(), method)(url(series, "follow/")).status_code == 401
        narrow = getattr(api_client(junho, scopes=["read"]), method)(url(series, "follow/"))
        assert (narrow.status_code, narrow.json()["code"]) == (403, "insufficient_scope")
    assert api_client().get("me/followed-series/").status_code == 401


# Taking along -------------------------------------------------------------------------------------


def test_a_book_holds_what_its_reader_may_read(series, parts, minah, junho):
    make_article(minah, "이웃 편", series=series, visibility="followers", source="이웃에게만")

    def book(client) -> bytes:
        response = client.get(url(series, "download/"))
        assert response.headers["Content-Type"] == "application/epub+zip"
        with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as file:
            return b"".join(file.read(name) for name in file.namelist())

    assert "이웃에게만".encode() in book(api_client(junho))
    assert "이웃에게만".encode() not in book(api_client())
    assert "이웃에게만".encode() not in book(blind(junho))
    asked = api_client().get(url(series, "download/"), headers={"accept": "application/epub+zip"})
    assert asked.status_code == 200
    assert "public" in asked.headers["Cache-Control"]
    b"".join(asked.streaming_content)
