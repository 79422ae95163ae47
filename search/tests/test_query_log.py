"""What is searched is counted by day, and nobody is in it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from blog.tests.factories import make_article
from config import buffers
from search import actions
from search.models import PopularQuery, QueryDay
from search.query_log import BUFFER, kept_query, remember

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_buffer():
    buffers.drain(BUFFER)
    yield
    buffers.drain(BUFFER)


@pytest.mark.behaviour("SE-23")
def test_searches_are_counted_by_day_without_a_row_by_the_search(django_assert_num_queries):
    with time_machine.travel("2026-05-01T16:00:00Z", tick=False), django_assert_num_queries(0):
        remember("  도커   설치", is_empty=False)
        remember("도커 설치", is_empty=True)
    with time_machine.travel("2026-05-02T01:00:00Z", tick=False):
        remember("도커 설치", is_empty=False)
    assert actions.flush_queries() == 2
    assert actions.flush_queries() == 0
    with time_machine.travel("2026-05-02T02:00:00Z", tick=False):
        remember("도커 설치", is_empty=False)
    actions.flush_queries()
    rows = QueryDay.objects.order_by("day").values_list("day", "query", "count", "empty_count")
    assert list(rows) == [
        (date(2026, 5, 1), "도커 설치", 2, 1),
        (date(2026, 5, 2), "도커 설치", 2, 0),
    ]


@pytest.mark.behaviour("SE-23")
def test_one_person_counts_once_a_day():
    cache.clear()
    for _again in range(5):
        remember("도커", is_empty=False, who="person-7")
    remember("도커", is_empty=False, who="person-8")
    actions.flush_queries()
    assert QueryDay.objects.get().count == 2


@pytest.mark.behaviour("SE-23")
@pytest.mark.parametrize(
    "query",
    [
        "minah@example.com",
        "@minah",
        "010-1234-5678",
        "01012345678",
        "900101-1234567",
        "4111 1111 1111 1111",
        "https://example.com/x?token=abc",
        "deadbeefdeadbeefdeadbeef",
        "author:minah",
        "글쓴이:미나",
        "a" * 101,
        "줄\x00",
        "",
    ],
)
def test_what_might_tell_of_somebody_is_not_kept(query):
    assert kept_query(query) == ""
    remember(query, is_empty=True)
    assert actions.flush_queries() == 0


@pytest.mark.parametrize("query", ["도커", "2026-01", "python 3.12", "tag:배포 도커", "c++"])
def test_ordinary_searches_are_kept(query):
    assert kept_query(query) == query


def test_what_cannot_be_stored_waits(monkeypatch):
    from search.actions import query_log

    def fail(gathered):
        raise OSError

    remember("도커", is_empty=False)
    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr(query_log, "_add", fail)
        actions.flush_queries()
    assert actions.flush_queries() == 1


def test_old_days_are_forgotten():
    today = timezone.now().date()
    for age in (1, 399, 402):
        QueryDay.objects.create(day=today - timedelta(days=age), query="도커", count=1)
    assert actions.forget_old_queries() == 1


@pytest.mark.behaviour("SE-15")
def test_only_what_many_found_among_public_posts_is_offered(minah, indexed):
    make_article(minah, "도커 설치", source="파이썬 환경을 만든다.")
    make_article(minah, "비밀 초신성", source="혼자 본다.", visibility="private")
    indexed()
    today = timezone.now().date()

    def searched(query, *counts, empty=0):
        for age, count in enumerate(counts):
            day = today - timedelta(days=age)
            QueryDay.objects.create(day=day, query=query, count=count, empty_count=empty)

    searched("도커 설치", 3, 2)
    searched("도커", 9)  # on one day
    searched("설치", 2, 2)  # too seldom
    searched("파이썬", 4, 4, empty=4)  # without hits
    searched("초신성", 9, 9)  # said in a private post alone
    searched("title:도커", 9, 9)
    assert actions.refresh_popular_queries() == 1
    assert list(PopularQuery.objects.values_list("query", "count")) == [("도커 설치", 5)]
    assert actions.refresh_popular_queries() == 1


@pytest.mark.behaviour("SE-23")
def test_the_log_of_requests_does_not_say_what_somebody_searched(minah, as_user, caplog):
    caplog.set_level("INFO")
    browser = as_user(minah)
    for address in ("/search/?q=dandelion", "/search/suggest/?q=dandelion", "/explore/?page=2"):
        browser.get(address)
    told = [str(record.msg) for record in caplog.records if "request_finished" in str(record.msg)]
    assert len(told) == 3
    assert any("/explore/?…" in line for line in told)
    assert any("/search/suggest/" in line for line in told)
    assert "dandelion" not in caplog.text
