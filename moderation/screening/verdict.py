"""What a rule makes of signals: points, their sum, and whether it reaches the threshold."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from moderation.exceptions import DecisionRefused
from moderation.screening.signals import KINDS, Signal

THRESHOLD = 10.0
SCOPE = ("post", "comment", "person", "message")
MOST_POINTS = 100.0
ALONE = frozenset({"blocked"})
"""Signals that may hold by themselves: staff listed that domain, nobody guessed."""
WORDS_SHARE = 0.4
"""How much of the threshold wording may give: it learns, so it may be wrong (SO-47)."""

DEFAULT: dict[str, Any] = {
    "threshold": THRESHOLD,
    "kinds": list(SCOPE),
    "points": {
        "trap": 6.0,
        "haste": 2.5,
        "rate": 2.0,
        "links": 2.0,
        "unseen": 2.0,
        "blocked": 10.0,
        "shortened": 2.0,
        "alike_host": 3.0,
        "same": 2.4,
        "alike": 2.2,
        "source": 4.0,
        "mentions": 2.0,
        "contact": 3.0,
        "disguise": 2.5,
        "first": 3.0,
        "bio": 1.5,
        "words": 4.0,
    },
}
"""What the rule says that comes with the program; tried on the texts in ``corpora/``."""


class Part(NamedTuple):
    """What one signal gave."""

    name: str
    points: float
    passage: str = ""


class Verdict(NamedTuple):
    """What a rule says about a text."""

    score: float
    threshold: float
    parts: tuple[Part, ...]

    @property
    def is_enough(self) -> bool:
        """At least two signals, or one that staff put there themselves."""
        if self.score < self.threshold:
            return False
        return len(self.parts) > 1 or any(part.name in ALONE for part in self.parts)


def judge_by(definition: Mapping[str, Any], kind: str, signals: Mapping[str, Signal]) -> Verdict:
    """Return what a definition makes of the signals of a text of ``kind``."""
    threshold = float(definition.get("threshold") or THRESHOLD)
    if kind not in definition.get("kinds", SCOPE):
        return Verdict(0.0, threshold, ())
    points = definition.get("points", {})
    parts = []
    for name in KINDS:
        signal, worth = signals.get(name), float(points.get(name, 0))
        if signal is not None and worth > 0 and signal.value > 0:
            given = round(worth * signal.value, 2)
            parts.append(Part(name, given, signal.passage))
    parts.sort(key=lambda part: -part.points)
    return Verdict(round(math.fsum(part.points for part in parts), 2), threshold, tuple(parts))


def stored_signals(signals: Mapping[str, Signal]) -> dict[str, float]:
    """Return signals as they are kept: numbers alone."""
    return {name: signal.value for name, signal in signals.items()}


def loaded_signals(values: Mapping[str, float]) -> dict[str, Signal]:
    """Return signals that were kept, without passages."""
    return {name: Signal(float(value)) for name, value in values.items() if name in KINDS}


def checked_definition(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition with known names and sane numbers.

    Nothing but a blocked domain may hold alone, wording least of all. Raises DecisionRefused.
    """
    threshold = _number(definition.get("threshold"), "threshold")
    if not 1 <= threshold <= MOST_POINTS:
        raise DecisionRefused(_("A threshold lies between 1 and 100."), field="threshold")
    kinds = [kind for kind in SCOPE if kind in definition.get("kinds", ())]
    if not kinds:
        raise DecisionRefused(_("Choose what the rule looks at."), field="kinds")
    points = {}
    for name, value in dict(definition.get("points", {})).items():
        if name not in KINDS:
            raise DecisionRefused(_("There is no such signal."), field="points")
        worth = _number(value, name)
        if not 0 <= worth <= MOST_POINTS:
            raise DecisionRefused(_("Points lie between 0 and 100."), field=name)
        share = WORDS_SHARE if name == "words" else 1.0
        if name not in ALONE and worth and worth * KINDS[name].most > threshold * share:
            raise DecisionRefused(
                _("This signal alone must not reach the threshold: at most %(limit)s points.")
                % {"limit": round(threshold * share / KINDS[name].most, 1)},
                field=name,
            )
        if worth:
            points[name] = worth
    if not points:
        raise DecisionRefused(_("Give at least one signal some points."), field="points")
    return {"threshold": threshold, "kinds": kinds, "points": points}


def _number(value: Any, field: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise DecisionRefused(_("Type a number."), field=field) from error
    if not math.isfinite(number):
        raise DecisionRefused(_("Type a number."), field=field)
    return number
