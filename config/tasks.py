"""Work for the background; each is safe to run twice."""

from celery import shared_task

from config import heartbeats, promises


@shared_task(name="config.send_promised")
def send_promised() -> None:
    """Send again what was promised and is not done by now."""
    promises.send_due()


@shared_task(name="config.forget_heartbeats")
def forget_heartbeats() -> None:
    """Forget processes that were killed long ago."""
    heartbeats.forget_old()
