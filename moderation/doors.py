"""What other apps ask at their doors: who may come in, what goes out, what waits at a case."""

from accounts import gates
from config import screening
from moderation import sources, told
from moderation.actions.holding import keep_held
from moderation.actions.screening import look


def register() -> None:
    """Answer the registries of other apps."""
    gates.register(
        is_mail_blocked=sources.is_mail_blocked, is_network_blocked=sources.is_network_blocked
    )
    screening.register(keep_held)  # first: what is hidden already is not judged anew
    screening.register(look)
    told.register()
