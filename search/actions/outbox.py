"""The rows of Waiting: put in, taken by a worker for a while, given back, done."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from search.models import Waiting
from search.models.sync import MOST_ATTEMPTS

HELD_FOR = timedelta(seconds=60)
"""A worker that is silent for so long is gone, and another one takes its rows."""

LONGEST_PAUSE = timedelta(hours=1)
ENGINE_PAUSE = timedelta(seconds=30)
LOCKED_PAUSE = timedelta(milliseconds=200)
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""As the triggers write it: due whatever a clock says."""

ERROR_MAX_LENGTH = 2_000
ENQUEUED_AT_ONCE = 500


def due(now: datetime | None = None) -> QuerySet[Waiting]:
    """Rows that a worker may take now: their pause, if they had one, is over."""
    return Waiting.objects.filter(not_before__lte=now or timezone.now(), attempts__lt=MOST_ATTEMPTS)


def has_due_rows() -> bool:
    """Return whether a worker would find something to do now."""
    return due().exists()


def claim(limit: int) -> list[Waiting]:
    """Take up to ``limit`` due rows, oldest first, for HELD_FOR; nobody else gets them meanwhile.

    A row that ends its worker each time counts these attempts too, and stays at the last.
    """
    if not due().exists():
        return []
    with transaction.atomic():
        rows = list(due().select_for_update(skip_locked=True).order_by("id")[:limit])
        for row in rows:
            row.attempts += 1
        Waiting.objects.filter(pk__in=[row.pk for row in rows]).update(
            attempts=F("attempts") + 1, not_before=timezone.now() + HELD_FOR
        )
    return rows


def finish(rows: Iterable[Waiting]) -> None:
    """Delete rows that were indexed; a change meanwhile has a row of its own."""
    with transaction.atomic():
        Waiting.objects.filter(pk__in=_not_locked(rows)).delete()


def give_back(rows: Iterable[Waiting], *, pause: timedelta, error: str = "") -> None:
    """Let rows wait for ``pause`` and count no attempt: they are not what failed."""
    with transaction.atomic():
        Waiting.objects.filter(pk__in=_not_locked(rows)).update(
            attempts=F("attempts") - 1,
            not_before=timezone.now() + pause,
            error=error[:ERROR_MAX_LENGTH],
        )


def fail(row: Waiting, error: Exception) -> None:
    """Keep what went wrong with a row, and let it wait twice as long as the last time."""
    pause = min(timedelta(seconds=2**row.attempts), LONGEST_PAUSE)
    Waiting.objects.filter(pk=row.pk).update(
        not_before=timezone.now() + pause,
        error=f"{type(error).__name__}: {error}"[:ERROR_MAX_LENGTH],
    )


def release_claims() -> int:
    """Let others take at once what a worker held that is gone; return how many rows that were."""
    held = Waiting.objects.filter(attempts__gt=0, attempts__lt=MOST_ATTEMPTS, error="")
    return held.update(not_before=AT_ONCE)


def retry_failed(ids: Collection[int] | None = None) -> int:
    """Let rows that failed (all, or those of ``ids``) be tried again as if they were new.

    Also what ended its worker each time, and so has no error.
    """
    rows = Waiting.objects.filter(~Q(error="") | Q(attempts__gte=MOST_ATTEMPTS))
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return rows.update(attempts=0, error="", not_before=AT_ONCE)


def enqueue(kind: str, ids: Iterable[int]) -> int:
    """Let things of ``kind`` be indexed anew, as if they had changed; return how many."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), ENQUEUED_AT_ONCE):
        some = wanted[start : start + ENQUEUED_AT_ONCE]
        if connection.vendor == "postgresql":
            _enqueue_by_database(kind, some)
        else:
            _enqueue_together(kind, some)
    return len(wanted)


def enqueue_after(kind: str, versions: Mapping[int, int]) -> None:
    """Enqueue things anew, with keys above the ``versions`` that the index has of them.

    Keys always grow; but a table that was made anew counts from the beginning.
    """
    highest = max(versions.values())
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(seq, %s) FROM (SELECT"
                " pg_get_serial_sequence('search_waiting', 'id')::regclass AS seq) AS own"
                " WHERE pg_sequence_last_value(seq) < %s",
                [highest, highest],
            )
        elif (Waiting.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) < highest:
            # SQLite remembers the highest key that there ever was.
            Waiting.objects.create(id=highest, kind=kind, object_id=0)
            Waiting.objects.filter(pk=highest).delete()
    enqueue(kind, versions)


def _enqueue_by_database(kind: str, ids: Collection[int]) -> None:
    """Do as the triggers do: it waits for nobody who holds an older row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_enqueue(%s, %s::bigint[])", [kind, list(ids)])


@transaction.atomic
def _enqueue_together(kind: str, ids: Collection[int]) -> None:
    Waiting.objects.filter(kind=kind, object_id__in=ids).delete()
    Waiting.objects.bulk_create(
        [Waiting(kind=kind, object_id=pk, not_before=AT_ONCE) for pk in ids]
    )


def _not_locked(rows: Iterable[Waiting]) -> list[int]:
    """Lock those of ``rows`` that nobody changes now; who waits here could wait in a circle."""
    ids = [row.pk for row in rows]
    held = Waiting.objects.select_for_update(skip_locked=True).filter(pk__in=ids).order_by("pk")
    return list(held.values_list("pk", flat=True))
