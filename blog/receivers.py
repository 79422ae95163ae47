"""What follows here from news about people and what they mute."""

from django.dispatch import receiver

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from accounts.signals import person_state_changed
from blog import tasks
from social.models import MutedTerm
from social.signals import term_muted


@receiver(person_state_changed, dispatch_uid="blog-recount-comments")
def recount_comments(sender, person: User, former: str, **kwargs) -> None:
    """Take what a hidden account said out of the numbers under posts, and put it back after."""
    if (person.state in HIDDEN_STATES) != (former in HIDDEN_STATES):
        tasks.recount_comments_of.delay_on_commit(person.pk)


@receiver(term_muted, dispatch_uid="blog-withdraw-muted")
def withdraw_muted(sender, term: MutedTerm, **kwargs) -> None:
    """Take back what its person was told of posts and comments that say a muted term (SO-09)."""
    tasks.withdraw_muted.delay_on_commit(term.person_id)
