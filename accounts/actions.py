"""The only code that changes people."""

from datetime import UTC, datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exceptions import EmailTaken, HandleTaken, RenamedTooSoon
from accounts.handles import clean_handle
from accounts.models import (
    DISPLAY_NAME_MAX_LENGTH,
    LINKS_PER_PERSON,
    FormerHandle,
    User,
)
from accounts.selectors import is_email_free, is_handle_free
from config import buffers
from config.exceptions import DomainError
from config.text import clean, clean_line, count_graphemes, identity_key

LAST_SEEN_BUFFER = "last-seen"
LAST_SEEN_SECONDS = 300
RENAME_PAUSE = timedelta(days=14)
PREFERENCES = frozenset(
    "language time_zone theme default_visibility default_language who_may_message"
    " shows_last_seen uses_gravatar".split()
)


# Coming in


def create_member(
    *,
    handle: str,
    email: str = "",
    password: str | None = None,
    display_name: str = "",
    is_staff: bool = False,
    is_superuser: bool = False,
) -> User:
    """Make an account whose address counts as confirmed, so that nobody is locked out (AC-10).

    Raises HandleRefused, HandleTaken, EmailTaken.
    """
    handle = clean_handle(handle, may_be_reserved=is_staff or is_superuser)
    require_free(handle, email)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                handle,
                email,
                password,
                display_name=clean_line(display_name),
                is_staff=is_staff,
                is_superuser=is_superuser,
            )
            confirm_email_without_mail(user)
    except IntegrityError as error:
        raise HandleTaken(_("This handle is taken."), field="handle") from error
    return user


def require_free(handle: str, email: str = "", *, owner: User | None = None) -> None:
    """Raise HandleTaken or EmailTaken if somebody else holds one of them."""
    if not is_handle_free(handle, owner=owner):
        raise HandleTaken(_("This handle is taken."), field="handle")
    if email and not is_email_free(email, owner=owner):
        raise EmailTaken(_("There is an account with this address already."), field="email")


def confirm_email_without_mail(user: User) -> None:
    """Count the address of ``user`` as confirmed, by the operator's word. Idempotent."""
    if not user.email:
        return
    EmailAddress.objects.filter(user=user).exclude(email=user.email).update(primary=False)
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


@transaction.atomic
def rescue_account(user: User, *, password: str) -> None:
    """Let a locked-out person in again: no factors, a new password, address confirmed (AC-23)."""
    from allauth.mfa.models import Authenticator

    Authenticator.objects.filter(user=user).delete()
    user.set_password(password)
    user.save(update_fields=["password"])
    confirm_email_without_mail(user)
    end_sessions(user)


# Profile and preferences


@transaction.atomic
def change_profile(
    user: User, *, display_name: str | None = None, bio: str | None = None, links=None
) -> User:
    """Change what the profile shows; what is None stays. Raises DomainError for long texts."""
    if display_name is not None:
        user.display_name = clean_line(display_name)
        _require_length(user.display_name, DISPLAY_NAME_MAX_LENGTH, "display_name")
    if bio is not None:
        user.bio = clean(bio).strip()
        _require_length(user.bio, settings.BIO_MAX_LENGTH, "bio")
    if links is not None:
        user.links = [clean_line(link) for link in links if clean_line(link)][:LINKS_PER_PERSON]
    user.save(update_fields=["display_name", "bio", "links"])
    return user


def _require_length(text: str, limit: int, field: str) -> None:
    if count_graphemes(text) > limit:
        raise DomainError(
            _("This text is longer than %(limit)s characters.") % {"limit": limit}, field=field
        )


def change_preferences(user: User, **values: object) -> User:
    """Set preferences by name (PREFERENCES). Raises ValueError for an unknown one."""
    unknown = values.keys() - PREFERENCES
    if unknown:
        raise ValueError(f"No such preference: {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(user, name, value)
    user.save(update_fields=list(values))
    return user


@transaction.atomic
def rename_handle(user: User, handle: str) -> User:
    """Give ``user`` another handle; the old one answers 301 and stays reserved for its owner.

    A change of case alone is free. Raises HandleRefused, HandleTaken, RenamedTooSoon.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    handle = clean_handle(handle, may_be_reserved=user.is_staff)
    if handle == user.handle:
        return user
    key = identity_key(handle)
    if key != user.handle_key:
        now = timezone.now()
        if user.handle_changed_at and now - user.handle_changed_at < RENAME_PAUSE:
            raise RenamedTooSoon(
                _("A handle can be changed once in %(days)s days.") % {"days": RENAME_PAUSE.days},
                field="handle",
            )
        require_free(handle, owner=user)
        FormerHandle.objects.filter(user=user, handle_key=key).delete()
        FormerHandle.objects.create(user=user, handle=user.handle, handle_key=user.handle_key)
        user.handle_changed_at = now
    user.handle, user.handle_key = handle, key
    try:
        with transaction.atomic():
            user.save(update_fields=["handle", "handle_key", "handle_changed_at"])
    except IntegrityError as error:
        raise HandleTaken(_("This handle is taken."), field="handle") from error
    return user


@transaction.atomic
def set_state(user: User, state: str, *, reason: str = "", until=None) -> User:
    """Open, limit or suspend an account; a suspended one is signed out everywhere."""
    user.state, user.state_reason, user.state_until = state, clean(reason), until
    user.save(update_fields=["state", "state_reason", "state_until"])
    if not user.is_active:
        end_sessions(user)
    return user


# Sessions and presence


def end_sessions(user: User, *, but: str | None = None) -> None:
    """End every session of ``user`` except the one with key ``but``."""
    from allauth.usersessions.models import UserSession

    for session in UserSession.objects.filter(user=user).exclude(session_key=but or ""):
        session.end()


def clear_expired_sessions() -> None:
    """Delete sessions whose time is over."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


def see(user: User) -> None:
    """Gather that ``user`` is here now, at most once in LAST_SEEN_SECONDS. Writes no row."""
    now = timezone.now()
    held = user.last_seen_at
    if held and (now - held).total_seconds() < LAST_SEEN_SECONDS:
        return
    if cache.add(f"accounts:seen:{user.pk}", 1, LAST_SEEN_SECONDS):
        buffers.put(LAST_SEEN_BUFFER, str(user.pk), int(now.timestamp()))


def flush_last_seen() -> int:
    """Bring what ``see`` gathered to the rows; return how many people moved."""
    gathered = buffers.drain(LAST_SEEN_BUFFER)
    if not gathered:
        return 0
    people = list(User.objects.filter(pk__in=map(int, gathered)).only("pk"))
    for person in people:
        person.last_seen_at = datetime.fromtimestamp(
            gathered[str(person.pk)], tz=UTC
        )
    return User.objects.bulk_update(people, ["last_seen_at"], batch_size=500)
