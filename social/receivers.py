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


@receiver(person_state_changed, dispatch_uid="social-settle-told-of-hidden")
def settle_told_of_hidden(sender, person: User, former: str, **kwargs) -> None:
    """Withhold what was told of a hidden account; it comes back with the account."""
    is_hidden, was_hidden = person.state in HIDDEN_STATES, former in HIDDEN_STATES
    if is_hidden != was_hidden or person.state == User.State.ERASED:
        tasks.settle_told_of.delay_on_commit(person.pk)
