"""Work that a transaction asked for is done, whatever happens to its message."""

import logging
import time
from datetime import timedelta

import pytest
from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from config import promises
from config.celery import app
from config.models import PromisedTask
from config.tasks import send_promised

pytestmark = pytest.mark.django_db
done: list[str] = []
during: list = []
"""What happens in the middle of a chain."""


@shared_task(name="config.promised_trial", is_promised=True)
def promised_trial(text: str) -> None:
    """Note ``text``; fail at what is broken."""
    if text == "broken":
        raise ZeroDivisionError("한가운데에서")
    done.append(text)


@shared_task(name="config.chain_trial", is_promised=True)
def chain_trial(number: int) -> None:
    """Note ``number`` and go on with the next, up to 3."""
    done.append(str(number))
    during.pop()() if during else None
    if number < 3:
        chain_trial.delay_on_commit(number + 1)


@shared_task(name="config.plain_trial")
def plain_trial() -> None:
    """Note that it ran."""
    done.append("plain")


@pytest.fixture(autouse=True)
def nothing_done(monkeypatch):
    done.clear()
    during.clear()
    monkeypatch.setattr(promises, "_broker_rests_until", 0.0)
    monkeypatch.setattr(promises, "_is_broker_away", False)


@pytest.fixture
def quiet_worker():
    """Let a task that fails fail in the worker, and not in the test."""
    app.conf.task_eager_propagates = False
    yield
    app.conf.task_eager_propagates = True


@pytest.fixture
def no_broker(monkeypatch):
    """Nothing can be sent, until ``undo``."""
    tried = []

    def refuse(self, *args, **options):
        tried.append(self.name)
        raise OperationalError("connection refused")

    patch = pytest.MonkeyPatch()
    patch.setattr("celery.contrib.django.task.DjangoTask.apply_async", refuse)
    patch.tried = tried
    yield patch
    patch.undo()


def later(minutes: float):
    return timezone.now() + timedelta(minutes=minutes)


@pytest.mark.behaviour("OP-15")
def test_it_is_done_after_the_commit_and_the_promise_is_kept(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        promised_trial.delay_on_commit("마당")
        assert PromisedTask.objects.get().args == ["마당"]
        assert not done
    assert done == ["마당"]
    assert not PromisedTask.objects.exists()


def test_what_is_rolled_back_was_never_promised():
    class Broken(Exception):
        pass

    with pytest.raises(Broken), transaction.atomic():
        promised_trial.delay_on_commit("마당")
        raise Broken
    assert not PromisedTask.objects.exists()


@pytest.mark.behaviour("OP-15", "OP-17")
def test_without_a_broker_nothing_is_lost_and_nobody_sees_an_error(
    django_capture_on_commit_callbacks, no_broker
):
    with django_capture_on_commit_callbacks(execute=True):
        promised_trial.delay_on_commit("마당")
        plain_trial.delay_on_commit()
    assert promises.send_due(later(1)) == 0  # the message may be on its way still
    no_broker.undo()
    promises._broker_rests_until = 0.0
    with django_capture_on_commit_callbacks(execute=True):
        assert promises.send_due(later(4)) == 1
    assert done == ["마당"]
    assert not PromisedTask.objects.exists()


@pytest.mark.behaviour("OP-17")
def test_a_broker_that_is_away_is_not_asked_for_each_task_of_a_page(
    django_capture_on_commit_callbacks, no_broker
):
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(20):
            promised_trial.delay_on_commit(str(number))
    assert len(no_broker.tried) == 1
    assert promises._broker_rests_until <= time.monotonic() + promises.PAUSE_SECONDS


@pytest.mark.behaviour("OP-15")
def test_what_fails_is_tried_later_and_later_and_then_kept_with_its_error(
    quiet_worker, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        promised_trial.delay_on_commit("broken")
    row = PromisedTask.objects.get()
    assert "ZeroDivisionError: 한가운데에서" in row.error
    pauses, now = [], row.due_at
    while row.due_at is not None:
        with django_capture_on_commit_callbacks(execute=True):
            promises.send_due(row.due_at)
        row.refresh_from_db()
        if row.due_at is not None:
            pauses.append(row.due_at - now)
            now = row.due_at
    assert pauses == sorted(pauses)
    assert pauses[-1] == promises.MOST_PATIENCE
    assert sum(pauses, timedelta()) > timedelta(days=1)
    promises.try_again(row)
    assert promises.send_due() == 1


def test_two_that_look_at_once_send_it_once(django_capture_on_commit_callbacks):
    promised_trial.delay_on_commit("마당")
    row = PromisedTask.objects.get()
    with django_capture_on_commit_callbacks() as sent:
        assert promises._send_again(row, later(4))
        assert not promises._send_again(row, later(4))
    assert len(sent) == 1
    send_promised()  # nothing is due


def test_a_task_of_another_version_is_kept_for_staff():
    row = PromisedTask.objects.create(pk="1", name="blog.gone", due_at=timezone.now())
    assert promises.send_due() == 0
    row.refresh_from_db()
    assert row.due_at is None


def run(task, *args, pk: str) -> None:
    """Do as a worker does with a message of a promise."""
    task.apply(args=args, task_id=pk, headers={promises.PROMISED: True}, throw=True)


@pytest.mark.behaviour("OP-15")
def test_a_message_whose_promise_was_kept_meanwhile_is_done_with():
    pk = promises.promise("config.promised_trial", ("마당",), {})
    for _message in range(2):
        run(promised_trial, "마당", pk=pk)
    assert done == ["마당"]


def test_a_message_of_a_version_without_promises_is_done():
    promised_trial.apply(args=("마당",), task_id="of-before", throw=True)
    assert done == ["마당"]


@pytest.mark.behaviour("OP-15")
def test_what_runs_is_not_sent_again_until_its_time_is_over(monkeypatch):
    pk = promises.promise("config.chain_trial", (3,), {})
    PromisedTask.objects.update(due_at=timezone.now())
    found = []
    during.append(lambda: found.append(promises.send_due(later(4))))
    run(chain_trial, 3, pk=pk)
    assert found == [0]
    # What takes hours looks after its likes itself, so that one that was killed is not missed for long.
    pk = promises.promise("search.rebuild", (), {})
    assert promises.hold(pk, app.tasks["search.rebuild"])
    assert PromisedTask.objects.get(pk=pk).due_at <= timezone.now() + promises.MOST_HELD


def test_a_pause_that_is_longer_than_a_run_is_not_cut_short(quiet_worker):
    pk = promises.promise("config.promised_trial", ("broken",), {})
    due_at = later(360)
    PromisedTask.objects.update(due_at=due_at)
    promised_trial.apply(args=("broken",), task_id=pk)
    assert PromisedTask.objects.get(pk=pk).due_at == due_at


@pytest.mark.behaviour("OP-15")
def test_of_two_runs_of_one_part_a_chain_goes_on_once(django_capture_on_commit_callbacks):
    pk = promises.promise("config.chain_trial", (1,), {})
    with django_capture_on_commit_callbacks() as sent:
        # The other message is taken while the first is at work.
        during.append(lambda: run(chain_trial, 1, pk=pk))
        run(chain_trial, 1, pk=pk)
    assert done == ["1", "1"]
    assert len(sent) == 1
    assert PromisedTask.objects.get().args == [2]
    done.clear()
    with django_capture_on_commit_callbacks(execute=True):
        sent[0]()
    assert done == ["2", "3"]
    assert not PromisedTask.objects.exists()


def test_one_whose_part_failed_at_its_end_goes_on_with_the_part_that_is_promised(
    django_capture_on_commit_callbacks,
):
    with django_capture_on_commit_callbacks() as sent:
        pk = promises.promise("config.chain_trial", (1,), {})
        for _message in range(2):
            # Without its mark, as if its row had not gone.
            chain_trial.apply(args=(1,), task_id=pk, throw=True)
    assert len(sent) == 1
    assert PromisedTask.objects.get().pk == promises.next_id(pk, (2,), {})


@pytest.mark.behaviour("OP-17")
def test_that_the_broker_is_away_and_back_is_said_once(
    django_capture_on_commit_callbacks, no_broker, caplog, monkeypatch
):
    def ask(times: int) -> None:
        for _time in range(times):
            promises._broker_rests_until = 0.0
            with django_capture_on_commit_callbacks(execute=True):
                promised_trial.delay_on_commit("마당")

    with caplog.at_level(logging.WARNING):
        ask(5)
        assert [line.message for line in caplog.records] == ["broker_away"]
        no_broker.undo()
        ask(3)
    assert [line.message for line in caplog.records] == ["broker_away", "broker_back"]
