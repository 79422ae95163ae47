"""Kinds of long work for tests: what is run is a function of the test."""

import pytest

from accounts import actions, jobs


@pytest.fixture
def works(monkeypatch):
    """Return a function that registers a run under a name for one test."""
    monkeypatch.setattr(jobs, "_kinds", dict(jobs._kinds))

    def add(run, kind="work", label="지난 글 옮기기", **options):
        jobs.register(kind, label=label, run=run, **options)
        return kind

    return add


@pytest.fixture
def waiting(works, minah):
    """Return a function that leaves a waiting job: its message is never sent."""

    def ask(run=lambda job, report: None, kind="work", owner=minah, **params):
        works(run, kind)
        return actions.start_job(actor=owner, kind=kind, params=params)

    return ask
