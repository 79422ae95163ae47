"""A session that was ended is over in every process, whoever was reading it just then."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from accounts import actions
from accounts.tests.factories import make_person
from config.sessions import SessionStore

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("OP-17")]


def new_session() -> str:
    session = SessionStore()
    session["who"] = "민아"
    session.save()
    return session.session_key


def without_copy(key: str) -> str:
    cache.delete(SessionStore.cache_key_prefix + key)
    return key


class ReadsSlowly(SessionStore):
    """Another process ends the session between the row and its copy."""

    key_salt = SessionStore().key_salt

    def _get_session_from_db(self):
        row = super()._get_session_from_db()
        SessionStore(self.session_key).delete()
        return row


class KeepsSlowly(SessionStore):
    """Another process ends the session before what was saved, or read, is copied."""

    key_salt = SessionStore().key_salt

    def _keep(self, data, seconds):
        SessionStore(self.session_key).delete()
        super()._keep(data, seconds)


@pytest.mark.parametrize("kind", [ReadsSlowly, KeepsSlowly])
def test_who_was_reading_the_row_does_not_keep_it_alive(kind):
    key = without_copy(new_session())
    assert kind(key)["who"] == "민아", "it had begun before"
    assert SessionStore(key).load() == {}


def test_who_was_saving_does_not_keep_it_alive():
    session = KeepsSlowly(new_session())
    session["who"] = "준호"
    session.save()
    assert SessionStore(session.session_key).load() == {}


def test_a_copy_made_before_the_end_is_gone():
    key = new_session()
    SessionStore(key).delete()
    assert SessionStore(key).load() == {}
    assert SessionStore.cache_key_prefix + key not in cache


def test_a_copy_saves_the_row_and_costs_one_question(django_assert_num_queries):
    key = new_session()
    with django_assert_num_queries(0):
        assert SessionStore(key)["who"] == "민아"
    without_copy(key)
    with django_assert_num_queries(1):
        assert SessionStore(key)["who"] == "민아"
        assert SessionStore(key)["who"] == "민아"


def test_an_end_that_was_taken_back_is_none(django_assert_num_queries):
    """The transaction that ended it failed: the row is there, and it decides."""
    key = new_session()
    SessionStore(key).end_copies([key])
    with django_assert_num_queries(2):
        assert SessionStore(key)["who"] == "민아"
        assert SessionStore(key)["who"] == "민아", "no copy counts for a while"


@pytest.mark.behaviour("AC-20")
def test_all_sessions_of_somebody_are_over_whoever_reads_them(
    settings, django_capture_on_commit_callbacks
):
    settings.SESSION_ENGINE = "config.sessions"
    minah = make_person("minah", "미나")
    browser = Client()
    browser.force_login(minah)
    key = browser.session.session_key
    UserSession.objects.get_or_create(user=minah, session_key=key, defaults={"ip": "203.0.113.7"})
    reader = SessionStore(without_copy(key))
    row = reader._get_session_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.end_sessions(minah) == 1
    reader._keep(reader.decode(row.session_data), 300)
    assert not Session.objects.filter(pk=key).exists()
    assert browser.get("/settings/profile/").status_code == 302
