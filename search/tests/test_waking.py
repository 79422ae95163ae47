"""Who calls the worker, who may look at how search is, and what a leaver leaves behind."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts import leftovers
from accounts.actions import ask_to_leave, erase_account
from blog import actions as blog_actions
from blog.models import Post
from blog.tests.factories import make_article, make_note
from config import heartbeats, promises
from config.celery import app
from config.models import PromisedTask
from search import actions, tasks
from search.actions import outbox
from search.engines.postgres import PostgresEngine
from search.engines.sqlite import SqliteEngine
from search.exceptions import RebuildUnderWay
from search.models import DocumentA, DocumentB, TermA, TermB, Waiting
from search.models.sync import MOST_ATTEMPTS
from search.state import search_state


@pytest.fixture
def waking(settings):
    settings.SEARCH_WAKES_WORKER = True


def entries_of(post):
    return DocumentA.objects.filter(kind="post", object_id=post.pk)


# The worker -------------------------------------------------------------------------------------


@pytest.mark.behaviour("SE-17")
@pytest.mark.django_db(transaction=True)
def test_a_request_that_changes_something_is_followed_by_the_worker(
    minah, as_user, waking, monkeypatch
):
    post = make_article(minah, "도서관 가는 길")
    assert not entries_of(post).exists(), "an action alone calls nobody"
    browser = as_user(minah)
    assert browser.get("/").status_code == 200
    assert not entries_of(post).exists(), "reading calls nobody"
    browser.post("/", {})
    assert entries_of(post).exists()
    assert not Waiting.objects.exists()


@pytest.mark.behaviour("SE-17")
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_starts_indexes_what_was_there_before_search_was(minah, waking):
    post = make_article(minah, "도서관 가는 길")
    Waiting.objects.all().delete()  # written before there were triggers
    tasks.take_over_claims()
    assert entries_of(post).exists()
    assert not list(actions.check_index())


@pytest.mark.behaviour("OP-14")
@pytest.mark.parametrize("others", [0, 1])
def test_only_a_worker_that_is_alone_takes_what_another_one_claimed(minah, settings, others):
    settings.REDIS_URL = ""
    make_note(minah, "집어 든 글")
    assert outbox.claim(10)
    if others:
        heartbeats.note_beat(heartbeats.WORKER, "celery@other:1")
    tasks.take_over_claims()
    assert actions.has_due_rows() is not bool(others)


@pytest.mark.behaviour("SE-17")
def test_a_rebuild_that_meets_another_one_keeps_its_promise_for_later(db, monkeypatch):
    def under_way(**kwargs):
        raise RebuildUnderWay("An index is being built already.")

    pk = promises.promise("search.rebuild", (), {})
    PromisedTask.objects.update(attempts=9)
    monkeypatch.setattr(actions, "rebuild_index", under_way)
    tasks.rebuild.apply(task_id=pk, headers={promises.PROMISED: True}, throw=True)
    row = PromisedTask.objects.get(pk=pk)
    assert row.due_at > timezone.now() + timedelta(minutes=10)
    assert row.attempts == 1


def test_a_broker_that_is_away_does_no_harm(minah, as_user, waking, monkeypatch, caplog):
    def refuse(*args, **kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.drain, "delay_on_commit", refuse)
    make_note(minah, "그래도 쓴 글")
    assert as_user(minah).post("/", {}).status_code < 500
    assert tasks.wake_worker() is False
    assert Waiting.objects.exists()


def test_nothing_to_do_calls_nobody(indexed, waking, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert tasks.wake_worker() is False


@pytest.mark.django_db(transaction=True)
def test_what_a_task_changed_is_indexed_after_it(minah, waking):
    post = blog_actions.create_article(actor=minah, title="예약한 글", source="내일 나온다.")
    Post.objects.filter(pk=post.pk).update(
        status="scheduled", scheduled_at=timezone.now() - timedelta(minutes=1)
    )
    app.tasks["blog.publish_due_posts"].delay()
    post.refresh_from_db()
    assert post.status == "published"
    assert entries_of(post).exists()


def test_the_schedule_looks_after_lost_calls(settings):
    planned = {plan["task"]: plan["schedule"] for plan in settings.CELERY_BEAT_SCHEDULE.values()}
    assert planned["search.drain"] == timedelta(seconds=30)
    assert planned["search.sweep"] == timedelta(minutes=10)
    assert "search.repair" in planned


# How it is --------------------------------------------------------------------------------------


@pytest.mark.behaviour("SE-19", "AD-16")
def test_health_tells_of_search_and_the_site_stays_well(minah, client, indexed, monkeypatch):
    from config import health

    health.forget()
    body = client.get("/readyz").json()
    assert (body["status"], body["search"]["status"]) == ("ok", "ok")
    assert body["search"]["waiting"] == 0
    late, failed = make_note(minah, "늦은 글"), make_note(minah, "나쁜 글")
    rows = Waiting.objects.filter(kind="post")
    rows.filter(object_id=late.pk).update(created_at=timezone.now() - timedelta(minutes=7))
    rows.filter(object_id=failed.pk).update(attempts=MOST_ATTEMPTS, error="broken")
    from search.engines import EngineDown

    def refuse(self):
        raise EngineDown("away")

    for engine in (SqliteEngine, PostgresEngine):
        monkeypatch.setattr(engine, "status", refuse)
    monkeypatch.setattr("search.state.is_degraded", lambda: True)
    health.forget()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    report = answer.json()["search"]
    problems = {"engine_down", "analyzer_degraded", "rows_failed", "worker_late"}
    assert set(report["status"].split(", ")) == problems
    assert report["lag_seconds"] >= 420
    assert "search" not in client.get("/readyz", REMOTE_ADDR="203.0.113.7").json()


def test_the_state_knows_a_build_and_another_analyser(minah, indexed):
    make_note(minah, "하나")
    indexed()
    assert search_state().live is None
    generation = actions.rebuild_index()
    state = search_state()
    assert state.live == generation
    assert state.problems == []
    generation.analyzer = "an older one"
    generation.save()
    assert search_state().problems == ["index_by_another_analyzer"]


# Leaving ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("X-15")
def test_nothing_of_a_leaver_stays_in_any_index(minah, junho, indexed):
    mine = make_article(minah, "두루마리구름", source="두루마리구름 이야기", tags=["하늘"])
    theirs = make_article(junho, "준호의 글", source="구경")
    blog_actions.write_comment(theirs, actor=minah, source="두루마리구름을 보았어요.")
    blog_actions.write_comment(mine, actor=junho, source="멋져요")
    blog_actions.create_series("두루마리구름 연재", actor=minah)
    actions.drain_outbox()
    actions.rebuild_index()  # the former index is kept aside, and holds the same
    assert DocumentA.objects.filter(body_tokens__contains="두루마리구름").exists()
    ask_to_leave(minah, handle="minah")
    erase_account(minah)
    assert not list(leftovers.texts_with("두루마리구름"))
    for model in (DocumentA, DocumentB):
        assert not model.objects.filter(author_id=minah.pk).exists()
        assert not model.objects.filter(kind="person", object_id=minah.pk).exists()
    for model in (TermA, TermB):
        assert not model.objects.filter(term__in=["두루마리구름", "minah", "미나"]).exists()
    actions.drain_outbox()
    call_command("doctor_leftovers", "--text", "두루마리구름")
    assert not list(actions.check_index(is_deep=True))
