"""Looking a site over: each app registers what it can check; a finding says how to mend it."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import structlog
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

log = structlog.get_logger(__name__)
WARNING, SERIOUS = "warning", "serious"
EXIT_CODES = {WARNING: 1, SERIOUS: 2}


class Finding(NamedTuple):
    """Something that is not as it should be, in the language that is active."""

    level: str
    what: str
    why: str
    how: str


class Found(NamedTuple):
    """A finding and the check that made it."""

    check: str
    finding: Finding


class Check(NamedTuple):
    """One look at the site. ``mend`` sets right what can be set right without asking."""

    name: str
    look: Callable[[], Iterable[Finding]]
    mend: Callable[[], object] | None
    is_basic: bool


_checks: dict[str, Check] = {}


def register(
    name: str,
    look: Callable[[], Iterable[Finding]],
    *,
    mend: Callable[[], object] | None = None,
    is_basic: bool = False,
) -> None:
    """Have ``look()`` called whenever somebody wants to know how the site is.

    What ``is_basic`` comes first: without it much else is found broken.
    """
    _checks[name] = Check(name, look, mend, is_basic)


def check_names() -> list[str]:
    """Return the names of all checks, in order."""
    return [check.name for check in _in_order()]


def examine(names: Iterable[str] = (), *, mends: bool = False) -> Iterator[Found]:
    """Yield what is wrong, check by check; nothing is changed unless ``mends``.

    A check that breaks is a finding, and the others go on. With ``mends`` what a check can set
    right is set right, and only what is left is told.
    """
    wanted = set(names)
    for check in _in_order():
        if wanted and check.name not in wanted:
            continue
        findings = list(_look(check))
        if findings and mends and check.mend is not None:
            check.mend()
            findings = list(_look(check))
        for finding in findings:
            yield Found(check.name, finding)


def worst_of(found: Iterable[Found]) -> int:
    """Return the exit code: 0 if nothing was found, 1 after warnings, 2 if anything is serious."""
    return max((EXIT_CODES[one.finding.level] for one in found), default=0)


def _in_order() -> list[Check]:
    return sorted(_checks.values(), key=lambda check: not check.is_basic)


def _look(check: Check) -> Iterator[Finding]:
    try:
        yield from check.look()
    except Exception as error:  # whatever broke: the other checks are wanted all the more
        log.warning("doctor_check_broke", check=check.name, exc_info=True)
        if isinstance(error, DatabaseError) and not connection.in_atomic_block:
            connection.close()
        yield Finding(
            SERIOUS,
            _("This could not be checked: %(error)s")
            % {"error": f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"},
            _("What cannot be looked at may be broken as well."),
            _("Mend what is said above it first, then look again."),
        )
