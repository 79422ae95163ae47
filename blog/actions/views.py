"""How often posts are read, in all and by day."""

from datetime import UTC

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from blog.models import Post, PostDay, PostViewCount
from config import buffers

BUFFER = "views"


def flush_view_counts() -> int:
    """Add the gathered views to their rows, in two statements; return how many posts moved.

    What cannot be stored goes back to the buffer.
    """
    gathered = buffers.drain(BUFFER)
    if not gathered:
        return 0
    try:
        with transaction.atomic():
            counts = {int(key): number for key, number in gathered.items()}
            known = sorted(Post.objects.filter(pk__in=counts).values_list("pk", flat=True))
            if not known:
                return 0
            seen = [(pk, counts[pk]) for pk in known]
            _add(PostViewCount, ["post_id"], "count", [((pk,), number) for pk, number in seen])
            today = timezone.now().astimezone(UTC).date()
            _add(PostDay, ["post_id", "day"], "views", [((pk, today), n) for pk, n in seen])
    except Exception:
        for key, number in gathered.items():
            buffers.add(BUFFER, key, number)
        raise
    return len(known)


def _add(model: type[Model], keys: list[str], column: str, rows: list[tuple[tuple, int]]) -> None:
    """Add each number to ``column`` of its row of ``model``, which is made where it is missing."""
    table = model._meta.db_table
    columns = ", ".join([*keys, column])
    places = f"({', '.join(['%s'] * (len(keys) + 1))})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES {', '.join([places] * len(rows))}"  # noqa: S608 ours
            f" ON CONFLICT ({', '.join(keys)})"
            f" DO UPDATE SET {column} = {table}.{column} + excluded.{column}",
            [value for key, number in rows for value in (*key, number)],
        )
