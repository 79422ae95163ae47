"""Views: one per reader, post and hour; nobody is stored, no row is written by a read."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import RequestFactory
from django.utils import timezone

from blog import actions, audience
from blog.audience import count_view, reader_hash
from blog.models import Post, PostViewCount
from blog.tests.factories import make_article

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("BL-39")]
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def request_from():
    def build(user=None, address="192.0.2.1", agent=BROWSER, method="get", **headers):
        from django.contrib.auth.models import AnonymousUser

        factory = RequestFactory()
        request = getattr(factory, method)(
            "/", REMOTE_ADDR=address, HTTP_USER_AGENT=agent, **headers
        )
        request.user = user or AnonymousUser()
        return request

    return build


def views_of(post: Post) -> int:
    actions.flush_view_counts()
    return PostViewCount.objects.filter(post=post).values_list("count", flat=True).first() or 0


def test_a_reader_counts_once_an_hour(minah, request_from):
    post = make_article(minah)
    start = timezone.now().replace(minute=5)
    with time_machine.travel(start, tick=False):
        assert count_view(request_from(), post)
        assert not count_view(request_from(), post)
        assert count_view(request_from(address="192.0.2.2"), post)
        assert views_of(post) == 2
    with time_machine.travel(start + timedelta(hours=1, minutes=1), tick=False):
        assert count_view(request_from(), post)
        assert views_of(post) == 3


def test_bots_prefetches_authors_and_heads_do_not_count(minah, junho, request_from):
    post = make_article(minah)
    assert not count_view(request_from(agent="Mozilla/5.0 (compatible; Googlebot/2.1)"), post)
    assert not count_view(request_from(agent="Yeti/1.1 (Naver)"), post)
    assert not count_view(request_from(agent=""), post)
    assert not count_view(request_from(HTTP_SEC_PURPOSE="prefetch;prerender"), post)
    assert not count_view(request_from(user=minah), post)
    assert not count_view(request_from(method="head"), post)
    assert count_view(request_from(user=junho), post)
    assert views_of(post) == 1


def test_a_read_writes_no_row_and_its_flush_is_two_statements(
    minah, request_from, django_assert_num_queries
):
    posts = [make_article(minah, f"글 {number}") for number in range(5)]
    with django_assert_num_queries(0):
        for post in posts:
            count_view(request_from(), post)
    # Savepoint, which posts are known, two INSERTs … ON CONFLICT (in all, by day), release.
    with django_assert_num_queries(5):
        assert actions.flush_view_counts() == 5


def test_the_hash_forgets_the_reader_with_the_day(minah, request_from):
    with time_machine.travel("2026-11-21T10:00:00Z", tick=False):
        today = reader_hash(request_from())
        assert reader_hash(request_from()) == today
        assert "192.0.2.1" not in today
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False):
        assert reader_hash(request_from()) != today


def test_views_of_a_post_that_is_gone_are_dropped(minah, request_from):
    post = make_article(minah)
    count_view(request_from(), post)
    Post.objects.all().delete()
    assert actions.flush_view_counts() == 0


def test_counting_never_makes_a_post_look_edited(minah, request_from):
    post = make_article(minah)
    count_view(request_from(), post)
    actions.flush_view_counts()
    post.refresh_from_db()
    assert post.edited_at is None


def test_a_salt_that_the_cache_lost_is_held_no_longer_than_it_has_to(request_from, monkeypatch):
    monkeypatch.setattr(audience, "HELD_SECONDS", 0)
    first = reader_hash(request_from())
    assert reader_hash(request_from()) == first
    cache.clear()
    second = reader_hash(request_from())
    assert second != first
    monkeypatch.undo()
    audience.forget()
    assert reader_hash(request_from()) == second
    cache.clear()
    assert reader_hash(request_from()) == second  # held: a page of many parts asks once
    audience.forget()
    assert reader_hash(request_from()) not in {first, second}
