"""Work for the background; each calls one action and is safe to run twice."""

from celery import shared_task

from moderation import actions


@shared_task(name="moderation.settle_due")
def settle_due() -> None:
    """Close requests for takedowns and end decisions whose time is over."""
    actions.settle_due_takedowns()
    actions.end_due_decisions()


@shared_task(name="moderation.grow_trust", acks_late=False, time_limit=1800)
def grow_trust() -> None:
    """Give everybody the trust that they earned by now, a few hundred at a time."""
    after = actions.grow_trust()
    while after:
        after = actions.grow_trust(after)


@shared_task(name="moderation.learn_words")
def learn_words() -> None:
    """Learn from what staff judged, and forget what was screened long ago."""
    actions.learn_words()
    actions.prune_screenings()
