"""How often posts are read."""

from django.db import connection, transaction

from blog.models import Post, PostViewCount
from config import buffers

BUFFER = "views"


def flush_view_counts() -> int:
    """Add the gathered views to their rows, in one statement; return how many posts moved.

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
            table = PostViewCount._meta.db_table
            values = ", ".join(["(%s, %s)"] * len(known))
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO {table} (post_id, count) VALUES {values} "  # noqa: S608 ours
                    f"ON CONFLICT (post_id) DO UPDATE SET count = {table}.count + excluded.count",
                    [value for pk in known for value in (pk, counts[pk])],
                )
    except Exception:
        for key, number in gathered.items():
            buffers.add(BUFFER, key, number)
        raise
    return len(known)
