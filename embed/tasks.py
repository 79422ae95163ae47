"""Work for the background; each calls one action and is safe to run twice."""

from celery import shared_task

from embed import actions, comment_jobs


@shared_task(name="embed.refresh_pages", time_limit=120)
def refresh_pages(pk: int) -> None:
    """Fetch the index file of a site."""
    actions.refresh_pages(pk)


@shared_task(name="embed.refresh_indexes")
def refresh_indexes() -> None:
    """Fetch the index files of all sites."""
    actions.refresh_indexes()


@shared_task(name="embed.clear_uploads")
def clear_uploads() -> None:
    """Delete files with comments that nobody brought in."""
    comment_jobs.clear_uploads()
