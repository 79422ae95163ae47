"""Telling people of their long work."""

from django.db import transaction

from accounts.models import Job
from social.actions.inbox import send_event
from social.actions.notifications import notify

ENDS_TOLD = (Job.State.DONE, Job.State.FAILED)
"""Whoever cancelled it knows."""


@transaction.atomic
def tell_of_job(job: Job) -> None:
    """Let the owner's open pages ask how ``job`` is, and tell how it ended. Idempotent.

    The news says which job and no more: its texts are in the language of whoever asks.
    """
    send_event(job.owner_id, "job", {"id": job.pk, "state": job.state}, subject=str(job.pk))
    if job.state in ENDS_TOLD:
        notify(job.owner, "job", actor=None, target=("job", job.pk), cause=("job", job.pk))
