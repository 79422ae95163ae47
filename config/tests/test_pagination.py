"""Keyset pages: each row that stayed is shown exactly once, however the list moves."""

import base64
import itertools
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import User
from config.pagination import InvalidCursor, Page, decode_cursor, encode_cursor, paginate

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
DATABASE_LAW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

NUMBERS = itertools.count()

pytestmark = pytest.mark.django_db


def add_rows(*seconds: int) -> list[int]:
    """Add one person per moment; equal moments are ties. Return their primary keys."""
    made = []
    for second in seconds:
        name = f"p{next(NUMBERS)}"
        made.append(
            User.objects.bulk_create(
                [User(handle=name, handle_key=name, joined_at=START + timedelta(seconds=second))]
            )[0].pk
        )
    return made


def read(url: str | None = "", size: int = 3, **params) -> Page:
    query = QueryDict(mutable=True)
    query.update(params)
    for name, values in parse_qs((url or "").removeprefix("?")).items():
        query.setlist(name, values)
    return paginate(User.objects.all(), query, page_size=size, moment_field="joined_at")


def keys(page: Page) -> list[int]:
    return [row.pk for row in page.items]


def newest_first() -> list[int]:
    return list(User.objects.order_by("-joined_at", "-pk").values_list("pk", flat=True))


def walk(url: str, way: str, size: int, between=lambda: None) -> list[list[int]]:
    """Follow ``older_url`` or ``newer_url`` to the end; return the keys of each page."""
    pages = []
    while url is not None:
        assert len(pages) < 200, "the walk does not end"
        page = read(url, size)
        pages.append(keys(page))
        url = getattr(page, way)
        between()
    return pages


MOMENTS = st.lists(st.integers(min_value=0, max_value=6), max_size=14)
"""Few moments for many rows: most rows are ties."""

CHANGES = st.lists(
    st.tuples(st.sampled_from(["add", "remove"]), st.integers(min_value=0, max_value=12)),
    max_size=6,
)


@pytest.mark.behaviour("X-05")
@given(moments=MOMENTS, size=st.integers(min_value=1, max_value=5))
@DATABASE_LAW
def test_a_still_list_is_walked_in_order_both_ways(moments, size):
    User.objects.all().delete()
    add_rows(*moments)
    expected = newest_first()
    forward = walk("", "older_url", size)
    assert sum(forward, []) == expected
    backward = walk("?cursor=last", "newer_url", size)
    assert sum(reversed(backward), []) == expected


def walked_while_changing(start: str, way: str, moments, size, changes) -> None:
    User.objects.all().delete()
    add_rows(*moments)
    before, left = set(newest_first()), iter(changes)

    def change():
        match next(left, None):
            case ("add", second):
                add_rows(second)
            case ("remove", number) if rows := newest_first():
                User.objects.filter(pk=rows[number % len(rows)]).delete()

    pages = walk(start, way, size, change)
    seen = sum(pages if way == "older_url" else list(reversed(pages)), [])
    stayed = [pk for pk in newest_first() if pk in before]
    assert len(seen) == len(set(seen)), "a row was shown twice"
    assert [pk for pk in seen if pk in set(stayed)] == stayed, "a row was lost or out of order"


@pytest.mark.behaviour("X-05", "UX-12")
@given(moments=MOMENTS, size=st.integers(min_value=1, max_value=4), changes=CHANGES)
@example(moments=[0, 0, 0], size=1, changes=[("remove", 0), ("remove", 0)])
@example(moments=[0, 1, 2, 3], size=2, changes=[("remove", 1), ("add", 9)])
@DATABASE_LAW
def test_a_moving_list_shows_what_stayed_once_going_to_older(moments, size, changes):
    walked_while_changing("", "older_url", moments, size, changes)


@pytest.mark.behaviour("X-05", "UX-12")
@given(moments=MOMENTS, size=st.integers(min_value=1, max_value=4), changes=CHANGES)
@example(moments=[0, 1, 2, 3], size=2, changes=[("remove", 2), ("remove", 2)])
@DATABASE_LAW
def test_a_moving_list_shows_what_stayed_once_going_to_newer(moments, size, changes):
    walked_while_changing("?cursor=last", "newer_url", moments, size, changes)


def test_the_first_page_has_no_newer_and_the_last_no_older():
    add_rows(*range(7))
    first = read()
    assert (first.newer_url, first.first_url) == (None, None)
    assert first.older_url
    assert first.last_url
    last = read(first.last_url)
    assert (last.older_url, last.last_url) == (None, None)
    assert keys(last) == newest_first()[-3:]
    assert keys(read(last.first_url)) == newest_first()[:3]


def test_a_list_that_fits_has_no_neighbours():
    add_rows(0, 1, 2)
    assert not read().has_neighbours
    assert not read(size=10).has_neighbours


def test_an_empty_list_is_one_empty_page():
    page = read()
    assert page.items == []
    assert not page.has_neighbours


def test_filters_are_kept_in_every_address():
    add_rows(*range(9))
    middle = read(read(kind="note", tag="김밥").older_url)
    for url in (middle.newer_url, middle.older_url, middle.first_url, middle.last_url):
        query = parse_qs(url.removeprefix("?"))
        assert (query["kind"], query["tag"]) == (["note"], ["김밥"])


@pytest.mark.behaviour("UX-10")
def test_past_the_end_is_empty_and_newer_still_works():
    rows = add_rows(0, 1, 2, 3)
    beyond = encode_cursor("o", START, rows[0])
    page = read(f"?cursor={beyond}")
    assert page.items == []
    assert page.older_url is None
    assert keys(read(page.newer_url)) == newest_first()[-3:]


@pytest.mark.behaviour("UX-10")
def test_the_way_back_works_when_the_rest_was_removed():
    rows = add_rows(0, 1, 2, 3, 4, 5)
    first = read()
    User.objects.filter(pk__in=rows[:3]).delete()
    page = read(first.older_url)
    assert page.items == []
    assert keys(read(page.newer_url)) == keys(first)


def test_before_the_beginning_is_empty_and_older_works():
    rows = add_rows(0, 1, 2, 3)
    page = read(f"?cursor={encode_cursor('n', START + timedelta(seconds=3), rows[3])}")
    assert page.items == []
    assert keys(read(page.older_url)) == newest_first()[:3]


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


NOT_CURSORS = [
    "",
    "0",
    "2",
    "abc",
    "%",
    "가나다",
    "===",
    "LAST",
    "A" * 5000,
    packed(None),
    packed([]),
    packed(["o"]),
    packed(["x", START.isoformat(), 1]),
    packed([["o"], START.isoformat(), 1]),
    packed(["o", "yesterday", 1]),
    packed(["o", "2026-11-21T12:00:00", 1]),
    packed(["o", "2026-13-45T99:00:00Z", 1]),
    packed(["o", 7, 1]),
    packed(["o", None, 1]),
    packed(["o", START.isoformat(), "1; DROP TABLE"]),
    packed(["o", START.isoformat(), -1]),
    packed(["o", START.isoformat(), 2**63]),
    packed(["o", START.isoformat(), True]),
    packed(["o", START.isoformat(), 1.5]),
    packed(["o", "0001-01-01T00:00:00+14:00", 1]),
    packed(["o", "9999-12-31T23:59:59-14:00", 1]),
    packed({"o": 1}),
    base64.urlsafe_b64encode(b"[" * 20_000).decode(),
]


@pytest.mark.behaviour("UX-11", "X-14")
@pytest.mark.parametrize("cursor", NOT_CURSORS, ids=lambda value: value[:24] or "empty")
def test_an_unreadable_cursor_shows_the_first_page(cursor):
    add_rows(*range(5))
    assert keys(read(cursor=cursor)) == newest_first()[:3]


@pytest.mark.behaviour("UX-11")
@given(
    cursor=st.text(max_size=80)
    | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode())
)
@settings(deadline=None)
def test_any_cursor_is_read_or_refused(cursor):
    try:
        direction, _moment, pk = decode_cursor(cursor)
    except InvalidCursor:
        return
    assert direction in {"o", "n", "l"}
    assert pk >= 0


@given(
    st.sampled_from("on"),
    st.datetimes(
        min_value=datetime(1900, 1, 1), max_value=datetime(2900, 1, 1), timezones=st.just(UTC)
    ),
    st.integers(min_value=0, max_value=2**63 - 1),
)
def test_a_cursor_comes_back_as_it_was(direction, moment, pk):
    assert decode_cursor(encode_cursor(direction, moment, pk)) == (direction, moment, pk)


@pytest.mark.behaviour("X-13", "UX-12")
def test_each_page_is_one_query_and_counts_nothing(django_assert_num_queries):
    add_rows(*range(30))
    url = ""
    for _page in range(4):
        with django_assert_num_queries(1) as captured:
            page = read(url)
        assert "COUNT(" not in captured[0]["sql"].upper()
        assert "OFFSET" not in captured[0]["sql"].upper()
        url = page.older_url
