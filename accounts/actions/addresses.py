"""Addresses: asked for, confirmed, changed."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.mails import queue_mail
from accounts.actions.people import email_taken, is_email_free
from accounts.exceptions import EmailTaken
from accounts.gates import require_mail_welcome
from accounts.models import User
from accounts.querysets import email_identity


@transaction.atomic
def request_address_change(user: User, email: str) -> EmailAddress:
    """Note that ``user`` wants another address; it counts when its own link is followed.

    A former wish is dropped. The address so far is told at once, while it still counts.
    Raises EmailTaken, SourceBlocked.
    """
    email = email_identity(email)
    require_mail_welcome(email)
    if email == user.email:
        raise EmailTaken(_("This is your address already."), field="email")
    if not is_email_free(email, user):
        raise email_taken()
    drop_address_change(user)
    address = EmailAddress.objects.create(user=user, email=email, verified=False, primary=False)
    if user.email:
        queue_mail("security_notice", user=user, event="address_change_requested", address=email)
    return address


@transaction.atomic
def drop_address_change(user: User) -> bool:
    """Forget the address that ``user`` wanted; its link dies. Idempotent."""
    deleted, _rows = EmailAddress.objects.filter(user=user, verified=False, primary=False).delete()
    return bool(deleted)


@transaction.atomic
def confirm_address(address: EmailAddress) -> bool:
    """Let ``address`` count from now on, as the only one of its owner.

    Returns False if somebody else has confirmed it in the meantime. Idempotent. After commit the
    address before is told.
    """
    user = User.objects.select_for_update().get(pk=address.user_id)
    former = user.email
    if not is_email_free(address.email, user):
        return False
    try:
        with transaction.atomic():
            change_address(user, address.email)
    except IntegrityError:
        return False
    if former and former != user.email:
        queue_mail(
            "security_notice", user=user, to=former, event="address_changed", address=user.email
        )
    return True


@transaction.atomic
def change_address(user: User, email: str) -> None:
    """Give ``user`` the confirmed address ``email`` and no other; mail may go there."""
    user.email = email_identity(email)
    user.mail_bounced_at = None
    user.save(update_fields=["email", "mail_bounced_at"])
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    if user.email:
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )


def confirm_email_without_mail(user: User) -> None:
    """Count the address of ``user`` as confirmed, by the word of the operator."""
    change_address(user, user.email)
