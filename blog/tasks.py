"""Work for the background; each calls one action and is safe to run twice."""

from celery import shared_task

from blog import actions


@shared_task(name="blog.flush_view_counts")
def flush_view_counts() -> None:
    """Bring the views gathered since the last run to their rows."""
    actions.flush_view_counts()


@shared_task(name="blog.render_posts", is_promised=True)
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


@shared_task(name="blog.recount_comments_of", is_promised=True, time_limit=600)
def recount_comments_of(person_pk: int) -> None:
    """Count anew what is said under the posts where a person spoke whose account changed."""
    actions.recount_comments_of(person_pk)


@shared_task(name="blog.announce", is_promised=True)
def announce(pk: int, after: int = 0) -> None:
    """Tell everybody of an announcement, a few hundred people at a time."""
    last = actions.announce(pk, after=after)
    if last:
        announce.delay_on_commit(pk, last)


@shared_task(name="blog.withdraw_announcement", is_promised=True)
def withdraw_announcement(pk: int) -> None:
    """Take back an announcement that is not shown any more, a few hundred people at a time."""
    if actions.withdraw_announcement(pk):
        withdraw_announcement.delay_on_commit(pk)


@shared_task(name="blog.tell_of_post", is_promised=True)
def tell_of_post(pk: int) -> None:
    """Tell the people whom a post calls by name."""
    actions.tell_of_post(pk)


@shared_task(name="blog.withdraw_post", is_promised=True)
def withdraw_post(pk: int) -> None:
    """Take back what people were told of a post that is out no longer."""
    actions.withdraw_post(pk)


@shared_task(name="blog.withdraw_unseen", is_promised=True)
def withdraw_unseen(pk: int) -> None:
    """Take a post, and what is said under it, back from those who may not see it any more."""
    actions.withdraw_unseen_post(pk)


@shared_task(name="blog.withdraw_muted", is_promised=True)
def withdraw_muted(person_pk: int) -> None:
    """Take back from a person what they were told of words and tags that they mute."""
    actions.withdraw_muted(person_pk)


@shared_task(name="blog.prune_translations")
def prune_translations() -> None:
    """Delete machine translations of what is not there any more."""
    actions.prune_translations()


@shared_task(name="blog.refresh_trending")
def refresh_trending() -> None:
    """Compute anew which posts are talked about."""
    actions.refresh_trending()


@shared_task(name="blog.repair_counts", acks_late=False, time_limit=1800)
def repair_counts() -> None:
    """Set right what numbers of comments and likes are not what is there."""
    actions.repair_counts()
