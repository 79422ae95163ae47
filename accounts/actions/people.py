"""People come in."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.exceptions import EmailTaken, HandleRefused, HandleTaken
from accounts.free_handles import free_skeleton
from accounts.gates import require_mail_welcome, require_network_welcome
from accounts.handles import clean_handle, is_reserved
from accounts.look_alikes import skeleton
from accounts.models import FormerHandle, User
from accounts.querysets import email_identity
from config.screening import screen

KNOWN_TRUST = 1
"""Trust of whom the operator made a member."""


@transaction.atomic
def sign_up(
    *,
    handle: str,
    email: str,
    password: str | None,
    display_name: str = "",
    language: str = "",
    is_email_confirmed: bool = False,
) -> User:
    """Store somebody who came by the door of the site.

    ``is_email_confirmed``: a provider vouches for the address. Without ``password`` only a
    provider or a passkey opens the account.
    Raises HandleRefused, HandleTaken, EmailTaken, SourceBlocked.
    """
    require_network_welcome()
    require_mail_welcome(email)
    handle = clean_handle(handle)
    if is_reserved(handle):
        raise HandleRefused(_("This handle is reserved for the site."), field="handle")
    fields = {"display_name": display_name, "language": language}
    user = _store(handle, email, password, handle_skeleton=skeleton(handle), **fields)
    # Asked after the insert, as below.
    if FormerHandle.objects.filter(handle_skeleton=user.handle_skeleton).exists():
        raise refuse_look_alike()
    _add_address(user, is_confirmed=is_email_confirmed)
    screen("person", user.pk)
    return user


@transaction.atomic
def create_member(
    *,
    handle: str,
    email: str = "",
    password: str | None = None,
    display_name: str = "",
    **fields,
) -> User:
    """Store a member by the hand of the operator: confirmed, also with a reserved handle.

    The operator knows them: they begin with KNOWN_TRUST, and may look like another. ``fields`` are columns such as
    ``is_staff``. Raises HandleRefused, HandleTaken, EmailTaken.
    """
    fields.setdefault("trust_given", KNOWN_TRUST)
    fields.setdefault("trust_level", fields["trust_given"])
    handle = clean_handle(handle)
    fields["handle_skeleton"] = free_skeleton(handle)
    user = _store(handle, email, password, display_name=display_name, **fields)
    _add_address(user, is_confirmed=True)
    return user


def _store(handle: str, email: str, password: str | None, **fields) -> User:
    try:
        with transaction.atomic():
            user = User.objects.create_user(handle, email, password, **fields)
    except IntegrityError as error:
        if User.objects.by_handle(handle).exists():
            raise refuse_taken_handle() from error
        if User.objects.by_email(email).exists():
            raise email_taken() from error
        if User.objects.filter(handle_skeleton=fields["handle_skeleton"]).exists():
            raise refuse_look_alike() from error
        raise
    # Asked after the insert: whoever gave this handle up a moment ago has committed by now.
    if FormerHandle.objects.filter(handle_key=user.handle_key).exists():
        raise refuse_taken_handle()
    return user


def _add_address(user: User, *, is_confirmed: bool) -> None:
    if user.email:
        EmailAddress.objects.create(
            user=user, email=user.email, verified=is_confirmed, primary=True
        )


@transaction.atomic
def link_provider_account(sociallogin, user: User) -> None:
    """Store that the account at the provider opens ``user``'s account."""
    sociallogin.user = user
    sociallogin.account.user = user
    sociallogin.account.save()


def refuse_taken_handle() -> HandleTaken:
    """Return the refusal of a handle that somebody has or had."""
    return HandleTaken(_("Somebody has this handle already."), field="handle")


def refuse_look_alike() -> HandleTaken:
    """Return the refusal of a handle that could be taken for somebody else's."""
    return HandleTaken(
        _("This handle looks like somebody else's; choose one that cannot be confused with it."),
        field="handle",
    )


def email_taken() -> EmailTaken:
    """Return the refusal of an address that somebody has."""
    return EmailTaken(_("Somebody has this address already."), field="email")


def is_email_free(email: str, user: User | None = None) -> bool:
    """Return whether nobody but ``user`` has this address."""
    holders = User.objects.filter(email=email_identity(email))
    if user is not None:
        holders = holders.exclude(pk=user.pk)
    return not holders.exists()
