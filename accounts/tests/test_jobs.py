import logging
import os
import socket
import subprocess
import sys
from datetime import timedelta
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_noop

from accounts import actions, tasks
from accounts.actions.jobs import OUR_FAULT, WORKER_STOPPED, percent_of
from accounts.exceptions import JobKindUnknown, JobNotFailed, QueueUnreachable
from accounts.jobs import JobCancelled, JobFailed, say
from accounts.models import Job
from accounts.tests.works import *  # noqa: F403
from config import heartbeats
from config.exceptions import DomainError

COUNTED = gettext_noop("%(done)s of %(total)s seconds")


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


# From the click to the end --------------------------------------------------------------------


@pytest.mark.behaviour("AC-47")
def test_a_job_runs_after_the_commit_and_keeps_what_came_out(minah, works, committed):
    seen = []

    def run(job, report):
        seen.append((job.owner, job.params, fresh(job).state))
        report(1, 2, COUNTED)
        return {"posts": 2}

    with committed():
        job = actions.start_job(actor=minah, kind=works(run), params={"file": "옛글.zip"})
        assert job.state == Job.State.QUEUED
        assert job.progress == 0
        assert job.is_new
        assert seen == []
    job = fresh(job)
    assert seen == [(minah, {"file": "옛글.zip"}, Job.State.RUNNING)]
    assert (job.state, job.progress, job.done, job.total) == (Job.State.DONE, 100, 1, 2)
    assert job.result == {"posts": 2}
    assert job.created_at <= job.started_at <= job.finished_at
    assert job.label == "지난 글 옮기기"


@pytest.mark.behaviour("AC-47")
def test_what_was_rolled_back_runs_never(minah, works, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        actions.start_job(actor=minah, kind=works(lambda job, report: None), params={})
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert callbacks == []


def test_unknown_work_is_refused(minah):
    with pytest.raises(JobKindUnknown):
        actions.start_job(actor=minah, kind="unheard of", params={})
    assert not Job.objects.exists()


def test_work_of_a_version_that_is_gone_fails_and_says_so(waiting, works):
    job = waiting(kind="gone")
    from accounts import jobs

    del jobs._kinds["gone"]
    assert actions.perform_job(job.pk)
    assert fresh(job).state == Job.State.FAILED
    assert fresh(job).label == "gone"
    assert fresh(job).result_url == ""


@pytest.mark.behaviour("AC-47")
def test_where_the_result_is_is_known_when_it_is_done(minah, works, committed):
    kind = works(
        lambda job, report: {"file": "a.zip"}, result_url=lambda job: f"/{job.result['file']}"
    )
    with committed():
        job = actions.start_job(actor=minah, kind=kind, params={})
        assert job.result_url == ""
    assert fresh(job).result_url == "/a.zip"


# How far --------------------------------------------------------------------------------------


@pytest.mark.behaviour("AC-50")
@pytest.mark.parametrize(
    ("done", "total", "percent"),
    [(0, 10, 0), (1, 3, 33), (2, 3, 66), (10, 10, 99), (15, 10, 99), (0, 0, 0), (-1, 10, 0)],
)
def test_percent_is_of_the_items_and_never_whole_before_the_end(done, total, percent):
    assert percent_of(done, total) == percent


@pytest.mark.behaviour("AC-50")
def test_progress_follows_the_items_and_never_falls(waiting):
    seen = []

    def run(job, report):
        for done, total in ((1, 4), (2, 4), (2, 40), (4, 4)):
            report(done, total)
            seen.append(fresh(job).progress)

    job = waiting(run)
    assert job.progress == 0
    actions.perform_job(job.pk)
    assert seen == [25, 50, 50, 99]
    assert fresh(job).progress == 100


@pytest.mark.behaviour("AC-50")
def test_empty_work_ends_at_a_hundred_too(waiting):
    job = waiting(lambda job, report: report(0, 0))
    actions.perform_job(job.pk)
    assert (fresh(job).state, fresh(job).progress) == (Job.State.DONE, 100)


@pytest.mark.behaviour("AC-50")
@pytest.mark.parametrize(("state", "progress"), [("failed", 100), ("running", 100), ("done", 99)])
def test_the_database_keeps_a_hundred_and_done_together(waiting, state, progress):
    job = waiting()
    over = None if state == "running" else timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(state=state, progress=progress, finished_at=over)


def test_the_database_knows_when_what_is_over_ended(waiting):
    job = waiting()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(state="failed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(finished_at=timezone.now())


def test_ten_thousand_reports_are_few_writes(waiting):
    def run(job, report):
        with CaptureQueriesContext(connection) as queries:
            for done in range(10_000):
                report(done, 10_000, COUNTED)
        assert len(queries) < 200

    job = waiting(run)
    actions.perform_job(job.pk)
    assert fresh(job).state == Job.State.DONE


# When it goes wrong -------------------------------------------------------------------------------


@pytest.mark.behaviour("AC-51")
def test_a_failure_keeps_its_percent_and_reason_and_is_told(waiting, committed, outbox, caplog):
    def run(job, report):
        report(40, 100)
        raise ZeroDivisionError("비밀스러운 속사정")

    job = waiting(run)
    with committed(), caplog.at_level(logging.ERROR):
        assert actions.perform_job(job.pk)
    job = fresh(job)
    assert (job.state, job.progress, job.message_key) == (Job.State.FAILED, 40, OUR_FAULT)
    assert "비밀" not in job.text
    record = next(one for one in caplog.records if one.message == "job_broke")
    assert record.exc_info[0] is ZeroDivisionError
    assert record.levelno == logging.ERROR
    assert record.job_id == job.pk
    [mail] = outbox
    assert mail.to == [job.owner.email]
    assert "지난 글 옮기기" in mail.subject
    assert job.text in mail.body
    assert "https://madang.example/settings/jobs/" in mail.body
    assert "40%" in mail.body


@pytest.mark.behaviour("AC-51", "AC-55")
def test_a_reason_of_ours_is_read_in_the_language_of_whoever_looks(waiting, caplog):
    def run(job, report):
        raise JobFailed(COUNTED, done=3, total=7)

    job = waiting(run)
    actions.perform_job(job.pk)
    job = fresh(job)
    assert job.message_values == {"done": 3, "total": 7}
    for language in ("en", "ko"):
        with translation.override(language):
            assert job.text == gettext(COUNTED) % {"done": 3, "total": 7}
    assert any(one.message == "job_failed" and one.exc_info for one in caplog.records)


@pytest.mark.behaviour("AC-51")
def test_a_rule_that_refuses_is_the_reason(waiting):
    def run(job, report):
        raise DomainError("100% 비어 있어요.")

    job = waiting(run)
    actions.perform_job(job.pk)
    assert fresh(job).text == "100% 비어 있어요."


@pytest.mark.behaviour("AC-51")
def test_a_failed_job_is_tried_again_with_what_it_was_asked_for(waiting, works, committed):
    outcomes = [ZeroDivisionError, None]
    seen = []

    def run(job, report):
        seen.append(job.params)
        if error := outcomes.pop(0):
            raise error

    job = waiting(run, file="옛글.zip")
    actions.perform_job(job.pk)
    with committed():
        again = actions.retry_job(fresh(job))
    assert again.pk != job.pk
    assert fresh(again).state == Job.State.DONE
    assert fresh(job).state == Job.State.FAILED
    assert seen == [{"file": "옛글.zip"}] * 2
    with pytest.raises(JobNotFailed):
        actions.retry_job(fresh(again))


def test_nobody_is_told_who_has_no_address(waiting, committed, outbox, minah):
    minah.email = ""
    minah.save(update_fields=["email"])

    def run(job, report):
        raise ZeroDivisionError

    with committed():
        actions.perform_job(waiting(run).pk)
    assert outbox == []


@pytest.mark.behaviour("AC-52")
def test_a_silent_worker_is_given_up_after_ten_minutes(waiting, committed, outbox, caplog):
    job, alive = waiting(kind="silent"), waiting(kind="alive")
    now = timezone.now()
    for one, minutes in ((job, 10), (alive, 9)):
        Job.objects.filter(pk=one.pk).update(
            state=Job.State.RUNNING, progress=70, seen_at=now - timedelta(minutes=minutes)
        )
    with committed(), caplog.at_level(logging.ERROR):
        tasks.fail_stale_jobs()
    job = fresh(job)
    assert (job.state, job.progress, job.message_key) == (Job.State.FAILED, 70, WORKER_STOPPED)
    assert fresh(alive).state == Job.State.RUNNING
    assert [one.job_id for one in caplog.records if one.message == "job_stale"] == [job.pk]
    assert len(outbox) == 1
    with committed():
        again = actions.retry_job(job)
    assert fresh(again).state == Job.State.DONE


@pytest.mark.behaviour("AC-52")
def test_the_only_worker_starts_with_a_clean_table(waiting, committed, outbox, caplog, settings):
    settings.REDIS_URL = ""
    ran, waits = waiting(kind="ran"), waiting(kind="waits")
    Job.objects.filter(pk=ran.pk).update(state=Job.State.RUNNING, progress=40)
    with committed(), caplog.at_level(logging.ERROR):
        tasks.take_over_jobs()
    assert (fresh(ran).state, fresh(ran).progress) == (Job.State.FAILED, 40)
    assert fresh(ran).message_key == WORKER_STOPPED
    assert fresh(waits).state == Job.State.DONE
    assert len(outbox) == 1


@pytest.mark.behaviour("AC-52", "OP-14")
@pytest.mark.parametrize("place", ["another machine", "this machine"])
def test_a_second_worker_beside_one_that_lives_leaves_its_jobs(waiting, settings, place):
    settings.REDIS_URL = ""
    here = f"celery@{socket.gethostname()}:{os.getppid()}"
    heartbeats.note_beat(heartbeats.WORKER, here if place == "this machine" else "celery@other:1")
    ran = waiting()
    Job.objects.filter(pk=ran.pk).update(state=Job.State.RUNNING)
    tasks.take_over_jobs()
    assert fresh(ran).state == Job.State.RUNNING


@pytest.mark.behaviour("AC-52", "OP-15")
def test_one_that_follows_a_worker_killed_a_moment_ago_takes_over(waiting, settings):
    settings.REDIS_URL = ""
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    heartbeats.note_beat(heartbeats.WORKER, f"celery@{socket.gethostname()}:{killed.pid}")
    # In a container the one before had the same number.
    heartbeats.note_beat(heartbeats.WORKER, f"celery@{socket.gethostname()}:{os.getpid()}")
    ran = waiting()
    Job.objects.filter(pk=ran.pk).update(state=Job.State.RUNNING)
    tasks.take_over_jobs()
    assert fresh(ran).state == Job.State.FAILED


@pytest.mark.behaviour("AC-52")
def test_one_of_several_workers_leaves_the_jobs_of_the_others(waiting, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    ran = waiting()
    Job.objects.filter(pk=ran.pk).update(state=Job.State.RUNNING)
    tasks.take_over_jobs()
    assert fresh(ran).state == Job.State.RUNNING


@pytest.mark.behaviour("AC-52")
def test_a_worker_that_was_believed_dead_ends_at_its_next_report(waiting):
    def run(job, report):
        report(1, 10)
        Job.objects.filter(pk=job.pk).update(seen_at=timezone.now() - timedelta(hours=1))
        actions.fail_stale_jobs()
        report(9, 10)
        pytest.fail("went on")

    job = waiting(run)
    actions.perform_job(job.pk)
    assert (fresh(job).state, fresh(job).progress) == (Job.State.FAILED, 10)
    assert fresh(job).message_key == WORKER_STOPPED


@pytest.mark.behaviour("AC-52")
def test_a_worker_that_reports_just_then_is_not_given_up(waiting):
    job = waiting()
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING, seen_at=timezone.now() - timedelta(hours=1)
    )
    silent = fresh(job)  # as the watch read it; now the worker reports
    Job.objects.filter(pk=job.pk).update(seen_at=timezone.now())
    assert not actions.fail_job(silent, WORKER_STOPPED, as_seen=True)
    assert fresh(job).state == Job.State.RUNNING
    assert actions.fail_job(fresh(job), WORKER_STOPPED, as_seen=True)


@pytest.mark.behaviour("OP-15")
def test_a_job_whose_message_was_lost_is_announced_again(waiting, committed):
    job = waiting()
    with committed():
        actions.fail_stale_jobs()
    assert fresh(job).state == Job.State.QUEUED
    Job.objects.update(seen_at=timezone.now() - timedelta(minutes=10))
    with committed():
        actions.fail_stale_jobs()
    assert fresh(job).state == Job.State.DONE


@pytest.mark.behaviour("AC-53")
def test_a_broker_that_is_down_leaves_no_job(minah, works, committed, monkeypatch):
    def down(*args):
        raise ConnectionRefusedError("no broker")

    monkeypatch.setattr(tasks.run_job, "delay", down)
    kind = works(lambda job, report: None)
    with pytest.raises(QueueUnreachable) as refused, committed():
        actions.start_job(actor=minah, kind=kind, params={})
    assert refused.value.status == 503
    assert refused.value.code == "queue_unreachable"
    assert not Job.objects.exists()


# One of a kind, once --------------------------------------------------------------------------------


@pytest.mark.behaviour("AC-54")
def test_a_second_request_gets_the_first_job(waiting, junho):
    first = waiting(file="하나.zip")
    second = waiting(file="둘.zip")
    assert second.pk == first.pk
    assert not second.is_new
    assert second.params == {"file": "하나.zip"}
    assert waiting(kind="other").pk != first.pk
    assert waiting(owner=junho).pk != first.pk


@pytest.mark.behaviour("AC-54")
def test_the_database_allows_one_unfinished_of_a_kind(waiting, minah):
    job = waiting()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(owner=minah, kind=job.kind)
    actions.cancel_job(job)
    assert waiting().is_new


@pytest.mark.behaviour("OP-15")
def test_a_message_that_comes_twice_is_done_once(waiting):
    runs = []
    job = waiting(lambda job, report: runs.append(actions.perform_job(job.pk)))
    assert actions.perform_job(job.pk) is True
    assert actions.perform_job(job.pk) is False
    tasks.run_job(job.pk)
    tasks.run_job(job.pk + 1000)
    assert runs == [False]


# Given up ---------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AC-48")
def test_a_waiting_job_that_was_cancelled_does_not_run(waiting):
    job = waiting(lambda job, report: pytest.fail("ran"))
    assert actions.cancel_job(job).state == Job.State.CANCELLED
    assert actions.cancel_job(job).state == Job.State.CANCELLED
    assert actions.perform_job(job.pk) is False


@pytest.mark.behaviour("AC-48")
def test_a_running_job_that_was_cancelled_stops_at_its_next_report(waiting, outbox, committed):
    tidied = []

    def run(job, report):
        report(3, 10)
        actions.cancel_job(job)
        try:
            report(4, 10)
        except JobCancelled:
            tidied.append(True)
            raise
        pytest.fail("went on")

    job = waiting(run)
    with committed():
        actions.perform_job(job.pk)
    assert tidied == [True]
    assert (fresh(job).state, fresh(job).progress) == (Job.State.CANCELLED, 30)
    assert outbox == []


def test_what_is_done_is_not_cancelled(waiting):
    job = waiting()
    actions.perform_job(job.pk)
    assert actions.cancel_job(job).state == Job.State.DONE


def test_what_ends_after_it_was_cancelled_stays_cancelled(waiting):
    job = waiting(lambda job, report: {"late": bool(actions.cancel_job(job))})
    actions.perform_job(job.pk)
    assert fresh(job).state == Job.State.CANCELLED
    assert fresh(job).result == {}


@pytest.mark.behaviour("OP-13", "AC-50")
def test_a_job_whose_worker_is_stopped_goes_on_in_the_next_one(waiting, committed, monkeypatch):
    stopping = Event()
    monkeypatch.setattr("accounts.actions.jobs.stopping", stopping)
    sent, seen = [], []
    monkeypatch.setattr(tasks.run_job, "delay", sent.append)

    def run(job, report):
        seen.append(fresh(job).progress)
        report(4, 10)
        if len(seen) == 1:
            stopping.set()
        report(5, 10)

    job = waiting(run)
    with committed():
        actions.perform_job(job.pk)
    assert (fresh(job).state, fresh(job).progress) == (Job.State.QUEUED, 40)
    assert sent == [job.pk]
    stopping.clear()
    actions.perform_job(sent[0])
    assert seen == [0, 40]
    assert fresh(job).state == Job.State.DONE


# Words ------------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AC-55")
def test_work_is_done_in_the_language_and_zone_of_its_owner(waiting, minah):
    minah.language, minah.time_zone = "ja", "America/Lima"
    minah.save(update_fields=["language", "time_zone"])
    seen = []

    def run(job, report):
        seen.append((translation.get_language(), timezone.get_current_timezone_name()))

    actions.perform_job(waiting(run).pk)
    assert seen == [("ja", "America/Lima")]
    assert translation.get_language() == "en"


@pytest.mark.behaviour("AC-55")
def test_a_text_of_another_version_is_readable_all_the_same():
    assert say("", {}) == ""
    assert say("100% of %(what)s", {}) == "100% of %(what)s"
    assert say("Reading %(name)s", {"other": 1}) == "Reading %(name)s"


# Kept for a while -------------------------------------------------------------------------------------


@pytest.mark.behaviour("AC-47")
def test_jobs_are_forgotten_after_ninety_days(waiting):
    old, recent, unfinished = waiting(kind="old"), waiting(kind="recent"), waiting(kind="still")
    for job in (old, recent):
        actions.perform_job(job.pk)
    now = timezone.now()
    Job.objects.filter(pk=old.pk).update(finished_at=now - timedelta(days=91))
    Job.objects.filter(pk=recent.pk).update(finished_at=now - timedelta(days=89))
    Job.objects.filter(pk=unfinished.pk).update(created_at=now - timedelta(days=200))
    tasks.delete_old_jobs()
    assert set(Job.objects.values_list("pk", flat=True)) == {recent.pk, unfinished.pk}
