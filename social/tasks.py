"""Work for the background; each calls one action and is safe to run twice."""

from celery import shared_task

from social import actions


@shared_task(name="social.send_due_mails", time_limit=240)
def send_due_mails() -> None:
    """Mail what is due and still unread."""
    actions.send_due_mails()


@shared_task(name="social.settle_told_of", is_promised=True, time_limit=600)
def settle_told_of(person_id: int) -> None:
    """Withhold what was told of somebody who is hidden now; let it be told again of who is back."""
    actions.settle_told_of(person_id)


@shared_task(name="social.withdraw_unseen_by", is_promised=True)
def withdraw_unseen_by(person_id: int) -> None:
    """Take back from somebody what was hidden from them after it was told."""
    actions.withdraw_unseen_by(person_id)


@shared_task(name="social.withdraw_unseen_after", is_promised=True)
def withdraw_unseen_after(person_id: int) -> None:
    """Look through the inboxes behind one, a few at a time, until the last."""
    last = actions.withdraw_unseen_after(person_id)
    if last is not None:
        withdraw_unseen_after.delay_on_commit(last)


@shared_task(name="social.forget_ended_mutes")
def forget_ended_mutes() -> None:
    """Delete mutes of people, words and tags whose time is over."""
    actions.forget_ended_mutes()


@shared_task(name="social.tidy_notifications")
def tidy_notifications() -> None:
    """Forget what was taken back or sent to webhooks long ago, and news that no page can ask for.

    Then begin to take back what was hidden from its readers meanwhile.
    """
    actions.forget_withdrawn()
    actions.prune_events()
    actions.forget_old_webhook_deliveries()
    withdraw_unseen_after.delay_on_commit(0)


@shared_task(name="social.deliver_webhooks")
def deliver_webhooks() -> None:
    """Send what waits for webhooks and is due."""
    actions.deliver_due_webhooks()
