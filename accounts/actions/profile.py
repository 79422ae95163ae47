"""What people say about themselves, and what they prefer."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions.people import refuse_look_alike, refuse_taken_handle
from accounts.exceptions import HandleRefused, LinkRefused, RenamedTooSoon, TextTooLong
from accounts.free_handles import free_skeleton, looks_like_another
from accounts.handles import clean_handle, is_reserved
from accounts.models import (
    DISPLAY_NAME_MAX_LENGTH,
    HANDLE_RENAME_DAYS,
    LINKS_PER_PERSON,
    FormerHandle,
    User,
)
from accounts.signals import person_renamed
from config.commits import after_commit
from config.screening import screen
from config.text import clean, clean_line, count_graphemes, identity_key

LINK_MAX_LENGTH = 200  # characters
PREFERENCES = frozenset(
    "language time_zone theme default_visibility default_language who_may_message"
    " shows_last_seen".split()
)


@transaction.atomic
def change_profile(
    user: User,
    *,
    display_name: str | None = None,
    bio: str | None = None,
    links: Iterable[str] | None = None,
) -> User:
    """Change what the profile shows; what is not given stays.

    Raises TextTooLong, LinkRefused.
    """
    changes: dict[str, object] = {}
    if display_name is not None:
        changes["display_name"] = _within(
            clean_line(display_name), DISPLAY_NAME_MAX_LENGTH, "display_name"
        )
    if bio is not None:
        changes["bio"] = _within(clean(bio).strip(), settings.BIO_MAX_LENGTH, "bio")
    if links is not None:
        changes["links"] = clean_links(links)
    if _store(user, changes):
        screen("person", user.pk)
    return user


def _within(text: str, limit: int, field: str) -> str:
    length = count_graphemes(text)
    if length > limit:
        raise TextTooLong(
            _("This text has %(length)s characters; the limit is %(limit)s.")
            % {"length": length, "limit": limit},
            field=field,
        )
    return text


def clean_links(links: Iterable[str]) -> list[str]:
    """Return ``links`` as they are stored: web addresses, each once. Raises LinkRefused."""
    found: list[str] = []
    check = URLValidator(schemes=["http", "https"])
    for link in links:
        link = clean_line(link)
        if not link:
            continue
        try:
            if not urlsplit(link).scheme:
                link = f"https://{link}"
            if len(link) > LINK_MAX_LENGTH:
                raise ValidationError("too long")
            check(link)
        except (ValidationError, ValueError) as error:
            raise LinkRefused(
                _("“%(link)s” is not a web address.") % {"link": link}, field="links"
            ) from error
        if link not in found:
            found.append(link)
    if len(found) > LINKS_PER_PERSON:
        raise LinkRefused(
            ngettext(
                "A profile has at most %(count)s link.",
                "A profile has at most %(count)s links.",
                LINKS_PER_PERSON,
            )
            % {"count": LINKS_PER_PERSON},
            field="links",
        )
    return found


@transaction.atomic
def change_preferences(user: User, **preferences: object) -> User:
    """Change some of PREFERENCES."""
    unknown = preferences.keys() - PREFERENCES
    if unknown:
        raise TypeError(f"No such preference: {', '.join(sorted(unknown))}")
    _store(user, preferences)
    return user


def _store(user: User, changes: dict[str, object]) -> bool:
    """Save what is another than before; return whether anything is."""
    changed = [name for name, value in changes.items() if getattr(user, name) != value]
    for name in changed:
        setattr(user, name, changes[name])
    if changed:
        user.save(update_fields=changed)
    return bool(changed)


@transaction.atomic
def rename_handle(user: User, handle: str, *, is_operator: bool = False) -> User:
    """Give ``user`` another handle; the one before answers 301 and stays reserved for its owner.

    Once in HANDLE_RENAME_DAYS; ``is_operator`` lifts that, the reserved words and the look of another. After commit
    ``person_renamed`` is sent. Raises HandleRefused, HandleTaken, RenamedTooSoon.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    handle = clean_handle(handle)
    if handle == locked.handle:
        return user
    key = identity_key(handle)
    if not is_operator:
        _may_rename(locked)
        if is_reserved(handle) and key != locked.handle_key:
            raise HandleRefused(_("This handle is reserved for the site."), field="handle")
        if key != locked.handle_key and looks_like_another(handle, locked):
            raise refuse_look_alike()
    former, former_key = locked.handle, locked.handle_key
    former_skeleton = locked.handle_skeleton
    user.handle, user.handle_key, user.handle_changed_at = handle, key, timezone.now()
    user.handle_skeleton = free_skeleton(handle, locked)
    try:
        with transaction.atomic():
            user.save(update_fields=RENAMED)
    except IntegrityError as error:
        _take_back(user, locked)
        if User.objects.exclude(pk=user.pk).by_handle(handle).exists():
            raise refuse_taken_handle() from error
        raise refuse_look_alike() from error
    # Asked after the change: whoever gave this handle up a moment ago has committed by now.
    if FormerHandle.objects.filter(handle_key=key).exclude(user=user).exists():
        _take_back(user, locked)
        raise refuse_taken_handle()
    FormerHandle.objects.filter(handle_key=key, user=user).delete()
    if former_key != key:
        FormerHandle.objects.create(
            user=user, handle=former, handle_key=former_key, handle_skeleton=former_skeleton
        )
    after_commit(person_renamed.send_robust, User, person=user, former=former)
    return user


RENAMED = ("handle", "handle_key", "handle_skeleton", "handle_changed_at")


def _take_back(user: User, stored: User) -> None:
    for name in RENAMED:
        setattr(user, name, getattr(stored, name))


def next_rename_at(user: User):
    """Return from when ``user`` may take another handle; None: now."""
    if user.handle_changed_at is None:
        return None
    moment = user.handle_changed_at + timedelta(days=HANDLE_RENAME_DAYS)
    return moment if moment > timezone.now() else None


def _may_rename(user: User) -> None:
    moment = next_rename_at(user)
    if moment:
        days = max(1, (moment - timezone.now()).days + 1)
        raise RenamedTooSoon(
            ngettext(
                "You changed your handle not long ago; you can change it again in %(count)s day.",
                "You changed your handle not long ago; you can change it again in %(count)s days.",
                days,
            )
            % {"count": days},
            field="handle",
        )
