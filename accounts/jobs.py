"""Kinds of long work: each app registers its own, and says what is run for it.

    register("import", label=_("Import"), run=run_import, result_url=import_page)

``run(job, report)`` does the work in the background and returns a JSON dictionary, or nothing. It
calls ``report(done, total, key, **values)`` now and then, at least once in STALE_MINUTES: that is
its sign of life. ``key`` is an English text of the catalogue with named places, marked with
``gettext_noop``; ``values`` stand in them, and so do ``done`` and ``total``. Call it outside of
transactions, or others see nothing of it. It raises JobCancelled, which the run lets through, when
nobody wants the work any more. Work that cannot be done raises JobFailed with its reason. A run may
be started again with the same ``params`` after it broke off: make it go on.
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.utils.translation import gettext

if TYPE_CHECKING:
    from accounts.models import Job

STALE_MINUTES = 10  # without a sign of life a running job counts as failed (AC-52)
KEPT_DAYS = 90


class JobCancelled(Exception):
    """Nobody wants this work any more: it was cancelled, or given up as dead."""


class JobInterrupted(JobCancelled):
    """The worker is being stopped: the work waits for the next one (OP-13)."""


stopping = threading.Event()
"""Set in a worker that was asked to stop (accounts.tasks)."""


class JobFailed(Exception):
    """The work cannot be done, for a reason that its owner should read.

    ``key`` and ``values`` as in ``report``.
    """

    def __init__(self, key: str, **values: Any):
        super().__init__(say_in_english(key, values))
        self.key = key
        self.values = values


class Reporter(Protocol):
    """What a run gets to say how far it is."""

    def __call__(self, done: int, total: int, key: str = "", **values: Any) -> None:
        """Say that ``done`` of ``total`` are done. Raises JobCancelled."""


def first_half(report: Reporter) -> Reporter:
    """Return what reports the first of two parts of the same work through ``report``."""

    def tell(done: int, total: int, key: str = "", **values: Any) -> None:
        report(done, 2 * total, key, **values)

    return tell


def second_half(report: Reporter) -> Reporter:
    """Return what reports the second of two parts of the same work through ``report``."""

    def tell(done: int, total: int, key: str = "", **values: Any) -> None:
        report(total + done, 2 * total, key, **values)

    return tell


Run = Callable[["Job", Reporter], dict[str, Any] | None]


class Kind(NamedTuple):
    """What is known about one kind of work."""

    name: str
    label: Any
    run: Run
    result_url: Callable[["Job"], str] | None


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    *,
    label: Any,
    run: Run,
    result_url: Callable[["Job"], str] | None = None,
) -> None:
    """Make ``kind`` known; called by ``AppConfig.ready``.

    ``label`` is a lazy translation; ``result_url(job)`` says where the result of a job that is
    done can be seen.
    """
    _kinds[kind] = Kind(kind, label, run, result_url)


def find_kind(kind: str) -> Kind | None:
    """Return what is registered under this name; None for work of an older or newer version."""
    return _kinds.get(kind)


def all_kinds() -> list[Kind]:
    """Return every kind of long work, in the order of registration."""
    return list(_kinds.values())


def say(key: str, values: dict[str, Any]) -> str:
    """Return the text of ``key`` with its values, in the language that is active now."""
    return _filled(gettext(key), values) if key else ""


def say_in_english(key: str, values: dict[str, Any]) -> str:
    """Return the same as the code has it, for logs."""
    return _filled(key, values)


def _filled(text: str, values: dict[str, Any]) -> str:
    try:
        return text % values
    except (KeyError, TypeError, ValueError):
        # A row of another version, or an ordinary percent sign: readable all the same.
        return text
