"""What follows here from news about people and their long work."""

from django.dispatch import receiver

from accounts.models import Job, User
from accounts.querysets import HIDDEN_STATES
from accounts.signals import job_changed, person_state_changed
from social import actions, tasks


@receiver(job_changed, dispatch_uid="social-tell-of-job")
def tell_of_job(sender, job: Job, **kwargs) -> None:
    """Let open pages know that there is news of a job, and its owner how it ended (AC-49, AC-51)."""
    actions.tell_of_job(job)


@receiver(person_state_changed, dispatch_uid="social-withdraw-of-hidden")
def withdraw_of_hidden(sender, person: User, former: str, **kwargs) -> None:
    """Take back what a hidden account told others; it does not come back with the account."""
    if person.state in HIDDEN_STATES and former not in HIDDEN_STATES:
        tasks.withdraw_by.delay_on_commit(person.pk)
