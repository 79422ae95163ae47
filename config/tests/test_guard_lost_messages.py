"""For every task it is written down how a message that is lost is made up for."""

import pytest
from celery.schedules import crontab
from django.conf import settings

from config.celery import app
from config.settings.work import VISIBILITY_SECONDS
from config.tests.sources import APPS

pytestmark = pytest.mark.guard

ROWS = {
    "accounts.send_mail": ("accounts.send_due_mails", "the mail is a row (DelayedMail)"),
    "accounts.run_job": ("accounts.fail_stale_jobs", "the job is a row (Job)"),
    "embed.refresh_pages": ("embed.refresh_indexes", "all sites are asked each hour"),
}
"""Task → what of the schedule looks after it, and why that finds it."""


def tasks() -> dict:
    app.loader.import_default_modules()
    return {
        name: task
        for name, task in app.tasks.items()
        if name.split(".")[0] in APPS and "trial" not in name and ".tests." not in name
    }


def scheduled() -> set[str]:
    return {plan["task"] for plan in settings.CELERY_BEAT_SCHEDULE.values()}


@pytest.mark.behaviour("OP-15", "OP-17")
def test_no_task_can_be_lost_with_its_message():
    """A new task is scheduled, promised (``is_promised=True``), or looked after by another one."""
    helpless = [
        name
        for name, task in tasks().items()
        if name not in scheduled() and not task.is_promised and name not in ROWS
    ]
    assert not helpless, f"Who makes up for a lost message of {helpless}?"


def test_the_table_is_true():
    known = tasks()
    for name, (sweep, why) in ROWS.items():
        assert name in known, name
        assert sweep in scheduled(), sweep
        assert why
        assert not known[name].is_promised, f"{name} is promised: it needs no line"


def test_what_takes_longer_than_a_message_may_stay_with_a_worker_is_acknowledged_first():
    """Else another worker would begin it again while the first is at it."""
    late = [
        name
        for name, task in tasks().items()
        if task.acks_late
        and (task.time_limit or settings.CELERY_TASK_TIME_LIMIT) >= VISIBILITY_SECONDS
    ]
    assert not late


def test_what_is_acknowledged_first_is_found_again_within_a_day():
    early = [name for name, task in tasks().items() if not task.acks_late]
    assert early
    for name in early:
        assert name in scheduled() or name in ROWS or tasks()[name].is_promised, name


@pytest.mark.behaviour("OP-14")
def test_every_task_has_a_queue_that_workers_know():
    queues = set(settings.CELERY_TASK_QUEUES)
    assert queues == set(settings.WORKER_QUEUES)
    assert queues == {"default", "mail", "index", "media", settings.FORMER_QUEUE}
    queues.remove(settings.FORMER_QUEUE)  # taken from, never written to
    found = {name: app.amqp.router.route({}, name)["queue"].name for name in tasks()}
    assert set(found.values()) == queues
    assert found["accounts.send_mail"] == "mail"
    assert found["search.drain"] == "index"
    assert found["accounts.run_job"] == "media"
    assert found["blog.publish_due_posts"] == "default"
    for name in settings.CELERY_TASK_ROUTES:
        assert name in found or name.endswith("*"), f"{name} is no task"


@pytest.mark.behaviour("OP-18")
def test_the_schedule_is_as_promised():
    plan = {one["task"]: one["schedule"] for one in settings.CELERY_BEAT_SCHEDULE.values()}

    def seconds(name: str) -> float:
        return plan[name].total_seconds()

    assert seconds("blog.publish_due_posts") <= 60
    assert seconds("search.sweep") == 600
    assert seconds("blog.refresh_trending") == 600
    assert seconds("accounts.fail_stale_jobs") == 300
    assert seconds("accounts.send_due_mails") == 60
    nightly = (
        *("blog.repair_counts", "accounts.clear_expired_sessions", "accounts.tidy_tokens"),
        *("blog.clean_images", "accounts.clear_archives", "blog.clear_stale_imports"),
    )
    for name in nightly:
        assert isinstance(plan[name], crontab), name
        assert len(plan[name].hour) == len(plan[name].minute) == 1, name
