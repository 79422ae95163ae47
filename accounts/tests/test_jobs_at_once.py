"""Several clicks, messages and workers at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts import actions, tasks
from accounts.models import Job
from accounts.tests.factories import make_person
from accounts.tests.works import *  # noqa: F403

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


@pytest.fixture
def minah(transactional_db):
    return make_person("minah", "미나")


def all_at_once(call) -> list:
    """Return what AT_ONCE threads got that called together."""
    barrier = Barrier(AT_ONCE)

    def one(_number):
        try:
            barrier.wait(10)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


@pytest.mark.behaviour("AC-54")
def test_clicks_at_once_make_one_job(minah, works, monkeypatch):
    queued = []
    monkeypatch.setattr(tasks.run_job, "delay", queued.append)
    kind = works(lambda job, report: None)
    jobs = all_at_once(lambda: actions.start_job(actor=minah, kind=kind, params={}))
    assert len({job.pk for job in jobs}) == 1
    assert [job.is_new for job in jobs].count(True) == 1
    assert queued == [Job.objects.get().pk]


@pytest.mark.behaviour("OP-15")
def test_workers_at_once_do_it_once(minah, works, monkeypatch):
    runs = []
    monkeypatch.setattr(tasks.run_job, "delay", lambda pk: None)
    kind = works(lambda job, report: runs.append(job.pk))
    job = actions.start_job(actor=minah, kind=kind, params={})
    done = all_at_once(lambda: actions.perform_job(job.pk))
    assert sorted(done) == [False, False, False, True]
    assert runs == [job.pk]
    assert Job.objects.get().state == Job.State.DONE
