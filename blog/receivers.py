"""What follows here from news about people."""

from django.dispatch import receiver

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from accounts.signals import person_state_changed
from blog import tasks


@receiver(person_state_changed, dispatch_uid="blog-recount-comments")
def recount_comments(sender, person: User, former: str, **kwargs) -> None:
    """Take what a hidden account said out of the numbers under posts, and put it back after."""
    if (person.state in HIDDEN_STATES) != (former in HIDDEN_STATES):
        tasks.recount_comments_of.delay_on_commit(person.pk)
