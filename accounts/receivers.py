"""What follows from news of allauth."""

from allauth.account.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import actions
from accounts.models import User


@receiver(user_logged_in, dispatch_uid="accounts-note-sign-in")
def note_sign_in(sender, request: HttpRequest, user: User, **kwargs) -> None:
    """Signing in is a visit (AC-38)."""
    actions.note_visit(
        user,
        request.session.session_key or "",
        is_remembered=not request.session.get_expire_at_browser_close(),
    )
