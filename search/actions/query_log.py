"""What is searched, counted by day, and what of it is offered to others."""

from datetime import UTC, date, timedelta

from django.db import connection, transaction
from django.db.models import Count, F, Sum
from django.utils import timezone

from config import buffers
from search.analysis import get_analyzer
from search.generations import table_of
from search.hangul import choseong_of, to_jamo
from search.models import PopularQuery, QueryDay
from search.query_log import BUFFER
from search.vocabulary import Vocabulary

KEPT_DAYS = 400
POPULAR_WITHIN_DAYS = 90
POPULAR_TIMES = 5
POPULAR_DAYS = 2
POPULAR_MAX = 2_000
"""So many are offered at most; of them all more are looked at, for words that nobody may know."""


def flush_queries() -> int:
    """Add the gathered searches to their rows; return how many rows moved.

    What cannot be stored goes back to the buffer.
    """
    gathered = buffers.drain(BUFFER)
    if not gathered:
        return 0
    try:
        return _add(gathered)
    except Exception:
        for key, number in gathered.items():
            buffers.add(BUFFER, key, number)
        raise


@transaction.atomic
def _add(gathered: dict[str, int]) -> int:
    counts: dict[tuple[date, str], list[int]] = {}
    for key, number in gathered.items():
        day, is_empty, query = key.split("|", 2)
        count = counts.setdefault((date.fromisoformat(day), query), [0, 0])
        count[0] += number
        count[1] += number * int(is_empty)
    table = table_of(QueryDay)
    rows = [(day, query, *count) for (day, query), count in sorted(counts.items())]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), 500):
            some = rows[start : start + 500]
            cursor.execute(
                f"INSERT INTO {table} (day, query, count, empty_count)"  # noqa: S608 ours
                f" VALUES {', '.join(['(%s, %s, %s, %s)'] * len(some))}"
                " ON CONFLICT (day, query) DO UPDATE SET"
                f" count = {table}.count + excluded.count,"
                f" empty_count = {table}.empty_count + excluded.empty_count",
                [value for row in some for value in row],
            )
    return len(rows)


def refresh_popular_queries() -> int:
    """Gather anew which searches are offered; return how many.

    Those with hits, at least POPULAR_TIMES on POPULAR_DAYS days, whose words are all said in
    public documents: what somebody finds among private posts is nobody else's business.
    """
    since = timezone.now().astimezone(UTC).date() - timedelta(days=POPULAR_WITHIN_DAYS)
    found = (
        QueryDay.objects.filter(day__gte=since, count__gt=F("empty_count"))
        .values("query")
        .annotate(hits=Sum(F("count") - F("empty_count")), days=Count("day", distinct=True))
        .filter(hits__gte=POPULAR_TIMES, days__gte=POPULAR_DAYS)
        .order_by("-hits", "query")
        .values_list("query", "hits")[: 2 * POPULAR_MAX]
    )
    vocabulary = Vocabulary()
    rows = [
        PopularQuery(query=query, count=hits, jamo=to_jamo(query), choseong=choseong_of(query))
        for query, hits in found
        if _is_public(query, vocabulary)
    ][:POPULAR_MAX]
    with transaction.atomic():
        PopularQuery.objects.all().delete()
        PopularQuery.objects.bulk_create(rows)
    return len(rows)


def _is_public(query: str, vocabulary: Vocabulary) -> bool:
    """Return whether ``query`` is plain words, all of which public documents say."""
    if ":" in query or '"' in query or query.startswith("-") or " -" in query:
        return False
    words = {part for unit in get_analyzer().units(query) for part in unit.parts}
    return bool(words) and len(vocabulary.look_up(words)) == len(words)


def forget_old_queries() -> int:
    """Delete what was counted more than KEPT_DAYS ago; return how many rows."""
    since = timezone.now().astimezone(UTC).date() - timedelta(days=KEPT_DAYS)
    return QueryDay.objects.filter(day__lt=since).delete()[0]
