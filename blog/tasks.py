"""Work for the background; each calls one action and is safe to run twice."""

from celery import shared_task

from blog import actions


@shared_task(name="blog.flush_view_counts")
def flush_view_counts() -> None:
    """Bring the views gathered since the last run to their rows."""
    actions.flush_view_counts()
