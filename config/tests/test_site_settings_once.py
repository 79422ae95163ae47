"""The site's settings are read once in a request, and nothing is remembered beyond it."""

import threading

import pytest
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import Error
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from config import selectors
from config.actions import change_site_settings
from config.models import DEFAULT_TITLE, SiteSettings
from config.selectors import forget_site_settings, site_settings


@pytest.fixture
def reads(monkeypatch):
    """How often settings were really read."""
    found, real = [], selectors._read

    def read():
        found.append(1)
        return real()

    monkeypatch.setattr(selectors, "_read", read)
    return found


def show(request):
    titles = [site_settings().title_ko for _again in range(3)]
    if "change" in request.GET:
        SiteSettings.objects.update(title_ko="새 마당")
        forget_site_settings()
        titles.append(site_settings().title_ko)
    if "fail" in request.GET:
        raise ZeroDivisionError
    return HttpResponse(" ".join(titles))


urlpatterns = [path("shown/", show)]


@pytest.fixture
def inside():
    """A request of this thread; the signal itself would close the connection of the test."""
    selectors._begin()
    yield
    selectors._end()


@pytest.mark.django_db
def test_a_request_reads_them_once(client, reads):
    assert client.get("/explore/").status_code == 200
    assert len(reads) == 1
    assert client.get("/tags/").status_code == 200
    assert len(reads) == 2


@pytest.mark.django_db
def test_nothing_is_remembered_outside_a_request_or_for_the_next_one(client, reads):
    change_site_settings(title_ko="첫 마당")
    with override_settings(ROOT_URLCONF=__name__):
        assert client.get("/shown/").content.decode() == "첫 마당 첫 마당 첫 마당"
        SiteSettings.objects.update(title_ko="둘째 마당")
        cache.clear()
        assert client.get("/shown/").content.decode() == "둘째 마당 둘째 마당 둘째 마당"
    assert not hasattr(selectors._request, "settings")
    reads.clear()
    site_settings(), site_settings()
    assert len(reads) == 2


@pytest.mark.django_db
def test_a_request_that_fails_leaves_nothing_behind(reads):
    change_site_settings(title_ko="첫 마당")
    with override_settings(ROOT_URLCONF=__name__), pytest.raises(ZeroDivisionError):
        Client().get("/shown/?fail=1")
    SiteSettings.objects.update(title_ko="둘째 마당")
    cache.clear()
    with override_settings(ROOT_URLCONF=__name__):
        assert Client().get("/shown/").content.decode().startswith("둘째 마당")


@pytest.mark.django_db
def test_what_a_request_changes_it_sees_itself(client):
    change_site_settings(title_ko="옛 마당")
    with override_settings(ROOT_URLCONF=__name__):
        told = client.get("/shown/?change=1").content.decode()
    assert told == "옛 마당 옛 마당 옛 마당 새 마당"


@pytest.mark.django_db
def test_one_request_sees_one_state_until_it_forgets(inside):
    change_site_settings(title_ko="옛 마당")
    forget_site_settings()
    assert site_settings().title_ko == "옛 마당"
    SiteSettings.objects.update(title_ko="새 마당")
    cache.clear()
    assert site_settings().title_ko == "옛 마당"
    forget_site_settings()
    assert site_settings().title_ko == "새 마당"


@pytest.mark.django_db
def test_another_threads_request_reads_its_own(inside):
    change_site_settings(title_ko="옛 마당")
    forget_site_settings()
    assert site_settings().title_ko == "옛 마당"
    newer = SiteSettings(pk=1, title_ko="새 마당")
    cache.set(selectors.SETTINGS_CACHE_KEY, newer)
    seen = []

    def other():
        # Before its request, in it, and after it.
        seen.append(hasattr(selectors._request, "settings"))
        selectors._begin()
        seen.append(site_settings().title_ko)
        selectors._end()
        seen.append(hasattr(selectors._request, "settings"))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert seen == [False, "새 마당", False]
    assert site_settings().title_ko == "옛 마당", "the end of that request was not the end of ours"


def test_requests_begin_and_end_them():
    for signal, receiver in (
        (request_started, selectors._begin),
        (request_finished, selectors._end),
    ):
        assert receiver in signal._live_receivers(None)[0]


def test_without_a_database_there_are_defaults_and_the_next_request_asks_again(monkeypatch, inside):
    def refuse(**conditions):
        raise Error("away")

    monkeypatch.setattr(SiteSettings.objects, "filter", refuse)
    assert site_settings().title_ko == DEFAULT_TITLE
    assert cache.get(selectors.SETTINGS_CACHE_KEY) is None
