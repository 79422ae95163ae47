"""What follows from news of allauth."""

from allauth.account.signals import password_changed, password_set, user_logged_in
from allauth.usersessions.models import UserSession
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import actions
from accounts.models import Job, User
from accounts.signals import job_changed


@receiver(user_logged_in, dispatch_uid="accounts-note-sign-in")
def note_sign_in(sender, request: HttpRequest, user: User, **kwargs) -> None:
    """List the session (AC-20); signing in is a visit (AC-38)."""
    UserSession.objects.create_from_request(request)
    actions.note_visit(
        user,
        request.session.session_key or "",
        is_remembered=not request.session.get_expire_at_browser_close(),
    )


@receiver([password_changed, password_set], dispatch_uid="accounts-relist-session")
def relist_session(sender, request: HttpRequest, **kwargs) -> None:
    """List the session under the new key that it has after a change of password."""
    UserSession.objects.create_from_request(request)


@receiver(job_changed, dispatch_uid="accounts-mail-ready-file")
def mail_ready_file(sender, job: Job, **kwargs) -> None:
    """Tell the owner that a file can be fetched (AC-60); a failure has a mail of its own."""
    if job.state == Job.State.DONE and job.result.get("stored"):
        actions.queue_mail("archive_ready", job_id=job.pk)
