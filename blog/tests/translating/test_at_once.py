"""Many readers at once: one call for a text, and no budget or share is overdrawn."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.tests.factories import make_person
from blog import actions
from blog.actions import machine
from blog.exceptions import TranslationFailed, TranslationUnavailable
from blog.models import MachineTranslation, TranslationSpending
from blog.tests.factories import make_note
from blog.tests.translating.servers import said
from config.exceptions import DomainError, TooManyRequests

pytestmark = pytest.mark.django_db(transaction=True)

ENGLISH = "A short note about good bread and butter."
READERS = 10


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Return what each of ``calls`` came to, result or error, all begun at the same moment."""
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int) -> None:
        try:
            gate.wait()
            results[place] = calls[place]()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def ask(note, person):
    return lambda: actions.translate_text(note, actor=person, target="ko")


@pytest.fixture
def minah(transactional_db):
    return make_person("minah", "미나")


@pytest.fixture
def readers(minah):
    return [make_person(f"reader{number}", f"독자 {number}") for number in range(READERS)]


@pytest.mark.behaviour("BL-68")
def test_ten_readers_cause_one_call(provider, minah, readers):
    provider.delay = 0.3
    note = make_note(minah, ENGLISH)
    rows = at_once(*(ask(note, person) for person in readers))
    assert [getattr(row, "text", row) for row in rows] == [said(ENGLISH, "ko")] * READERS
    assert len(provider.asked) == 1
    assert MachineTranslation.objects.count() == 1
    assert TranslationSpending.objects.get().characters == len(ENGLISH)


@pytest.mark.behaviour("BL-67", "BL-68")
def test_ten_readers_learn_of_one_failure(provider, minah, readers):
    provider.delay, provider.answer = 0.3, (500, b"")
    note = make_note(minah, ENGLISH)
    found = at_once(*(ask(note, person) for person in readers))
    assert Counter(map(type, found)) == {TranslationFailed: READERS}
    assert len(provider.asked) == 1
    assert TranslationSpending.objects.get().characters == 0
    provider.answer = None
    assert ask(note, readers[0])().state == "done"


@pytest.mark.behaviour("BL-68")
def test_one_click_ten_times_is_one_call(provider, minah, readers):
    provider.delay = 0.2
    note = make_note(minah, ENGLISH)
    rows = at_once(*[ask(note, readers[0])] * READERS)
    assert {getattr(row, "text", row) for row in rows} == {said(ENGLISH, "ko")}
    assert len(provider.asked) == 1


@pytest.mark.behaviour("BL-68")
def test_the_budget_is_not_overdrawn(provider, minah, readers, settings):
    notes = [make_note(minah, f"{ENGLISH} {number}") for number in range(READERS)]
    settings.TRANSLATION_MONTHLY_CHARACTERS = 3 * (len(ENGLISH) + 2)
    found = at_once(*(ask(note, who) for note, who in zip(notes, readers, strict=True)))
    assert Counter(map(type, found)) == {MachineTranslation: 3, TranslationUnavailable: 7}
    assert len(provider.asked) == 3
    assert TranslationSpending.objects.get().characters == 3 * (len(ENGLISH) + 2)


@pytest.mark.behaviour("BL-68")
def test_a_share_of_a_day_is_not_overdrawn(provider, minah, readers, monkeypatch):
    monkeypatch.setattr(machine, "NEW_A_DAY", 4)
    notes = [make_note(minah, f"{ENGLISH} {number}") for number in range(READERS)]
    found = at_once(*(ask(note, readers[0]) for note in notes))
    assert Counter(map(type, found)) == {MachineTranslation: 4, TooManyRequests: 6}
    assert len(provider.asked) == 4


def test_a_slow_provider_leaves_threads_to_the_others(provider, minah, readers, monkeypatch):
    """More texts than turns: the rest is told to come back, long before the provider answers."""
    monkeypatch.setattr(machine, "WAIT_SECONDS", 0.2)
    provider.delay = 1
    notes = [make_note(minah, f"{ENGLISH} {number}") for number in range(6)]
    found = at_once(*(ask(note, who) for note, who in zip(notes, readers, strict=False)))
    kinds = Counter(
        TranslationUnavailable if isinstance(one, DomainError) else type(one) for one in found
    )
    assert kinds == {MachineTranslation: machine.CALLS_AT_ONCE, TranslationUnavailable: 2}
    assert len(provider.asked) == machine.CALLS_AT_ONCE
