"""What the classifier knows now: the shipped counts and what staff judged since."""

from django.core.cache import cache

from moderation.models import LearnedWords
from moderation.screening.classifier import Counts, added, shipped_counts
from search.analysis import get_analyzer

LEARNED_KEY = "moderation:learned-words"
LEARNED_SECONDS = 300

_merged: tuple[object, Counts] | None = None


def current_counts() -> Counts:
    """Return the counts, put together once for each state of what was learned."""
    global _merged
    stamp = cache.get(LEARNED_KEY)
    row = None
    if stamp is None:
        row = LearnedWords.objects.filter(pk=1).first()
        stamp = row.made_at.isoformat() if row else "none"
        cache.set(LEARNED_KEY, stamp, LEARNED_SECONDS)
    analyzer = get_analyzer().name
    if _merged is not None and _merged[0] == (stamp, analyzer):
        return _merged[1]
    counts = shipped_counts(analyzer)
    if stamp != "none":
        row = row or LearnedWords.objects.filter(pk=1).first()
        if row is not None:
            words = {name: (spam, good) for name, (spam, good) in row.counts.items()}
            counts = added(counts, Counts(words, row.spam_count, row.good_count))
    _merged = ((stamp, analyzer), counts)
    return counts


def forget_learned() -> None:
    """Let every process look again at what was learned."""
    cache.delete(LEARNED_KEY)
