"""What a version of a rule would have done: judged by the signals that were kept (SO-48)."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from moderation.models import RuleVersion, Screening
from moderation.screening.verdict import judge_by, loaded_signals

TRIAL_DAYS = 30
NEVER_HELD = 2
"""From this trust on staff are told, nothing is hidden."""
SAMPLE = 50
ROWS_AT_ONCE = 1_000


def trial_of(version: RuleVersion) -> dict[str, Any]:
    """Return numbers and the first SAMPLE things, each counted once: as it looked worst."""
    since = timezone.now() - timedelta(TRIAL_DAYS)
    rows = Screening.objects.filter(created_at__gt=since).values_list(
        "target_kind", "target_id", "trust", "signals", "outcome", "judged", "created_at"
    )
    looked: set[tuple[str, int]] = set()
    hits: dict[tuple[str, int], dict[str, Any]] = {}
    for kind, pk, trust, signals, outcome, judged, at in rows.order_by("pk").iterator(ROWS_AT_ONCE):
        looked.add((kind, pk))
        verdict = judge_by(version.definition, kind, loaded_signals(signals))
        if not verdict.is_enough:
            continue
        held = hits.get((kind, pk))
        if held is not None and held["score"] >= verdict.score:
            held["was_held"] = held["was_held"] or outcome == Screening.Outcome.HELD
            continue
        hits[kind, pk] = {
            "kind": kind,
            "id": pk,
            "score": verdict.score,
            "parts": [[part.name, part.points] for part in verdict.parts],
            "is_told": trust >= NEVER_HELD or kind == "person",
            "judged": judged,
            "was_held": outcome == Screening.Outcome.HELD or bool(held and held["was_held"]),
            "at": at.isoformat(),
        }
    held = [one for one in hits.values() if not one["is_told"]]
    shown = sorted(held, key=lambda one: (one["judged"] != "good", -one["score"], one["at"]))
    return {
        "days": TRIAL_DAYS,
        "looked_at": len(looked),
        "held": len(held),
        "told": len(hits) - len(held),
        "spam": sum(one["judged"] == "spam" for one in held),
        "good": sum(one["judged"] == "good" for one in held),
        "unknown": sum(one["judged"] == "" for one in held),
        "new": sum(not one["was_held"] for one in held),
        "sample": shown[:SAMPLE],
    }
