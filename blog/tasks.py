"""Work for the background; each calls one action and is safe to run twice."""

from celery import shared_task

from blog import actions


@shared_task(name="blog.flush_view_counts")
def flush_view_counts() -> None:
    """Bring the views gathered since the last run to their rows."""
    actions.flush_view_counts()


@shared_task(name="blog.render_posts")
def render_posts(ids: list[int]) -> None:
    """Render posts again whose images were described anew or deleted."""
    actions.render_posts(ids)


@shared_task(name="blog.clean_images")
def clean_images() -> None:
    """Bring up to date which images are in use, and delete files that belong to none."""
    actions.clean_images()


@shared_task(name="blog.publish_due_posts", time_limit=600)
def publish_due_posts() -> None:
    """Publish the scheduled posts whose time has come."""
    actions.publish_due_posts()


@shared_task(name="blog.thin_revisions")
def thin_revisions() -> None:
    """Delete automatic revisions that are too many for their age."""
    actions.thin_revisions()


@shared_task(name="blog.erase_deleted_posts")
def erase_deleted_posts() -> None:
    """Erase what was deleted more than 30 days ago."""
    actions.erase_deleted_posts()


@shared_task(name="blog.clear_stale_imports")
def clear_stale_imports() -> None:
    """Delete uploads of blogs that nobody came back for."""
    actions.clear_stale_imports()
