"""The only code that changes whom and what a person would rather not meet in lists."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.commits import after_commit
from config.text import clean_line, count_graphemes, identity_key
from social.actions.notifications import hold_inboxes, withdraw_causes
from social.exceptions import CannotMuteSelf, MutedTermRefused
from social.models import Mute, MutedTerm, NotificationCause
from social.models.relations import TERM_MAX_LENGTH
from social.signals import term_muted

MUTE_DAYS = (1, 7, 30)
"""For how long somebody can be muted, besides for good (SO-08)."""
TERMS_MAX = 200


@transaction.atomic
def mute_person(person: User, *, actor: User, days: int | None = None) -> Mute:
    """Leave ``person`` out of the lists of ``actor``, for ``days`` or for good (SO-08).

    Muting again changes for how long. What ``person`` caused leaves the notifications; nobody
    is told. Raises CannotMuteSelf.
    """
    if person.pk == actor.pk:
        raise CannotMuteSelf(_("You cannot mute yourself."))
    mute, _is_new = Mute.objects.update_or_create(
        muter=actor, muted=person, defaults={"until": _end_of(days)}
    )
    # Whoever tells at this moment has the inbox: it is told before, or finds the mute.
    hold_inboxes([actor])
    withdraw_causes(NotificationCause.objects.filter(notification__person=actor, actor=person))
    return mute


@transaction.atomic
def unmute_person(person: User, *, actor: User) -> bool:
    """Let ``person`` appear in lists again; return whether there was a mute. Idempotent."""
    deleted, _rows = Mute.objects.filter(muter=actor, muted=person).delete()
    return bool(deleted)


@transaction.atomic
def mute_term(text: str, *, kind: str, actor: User, days: int | None = None) -> MutedTerm:
    """Leave posts with a word or a tag out of the lists of ``actor`` (SO-09).

    Adding a term again changes for how long. After commit ``term_muted`` is sent, so that what was
    told of it leaves the notifications. Raises MutedTermRefused.
    """
    text = clean_line(text)
    if kind == MutedTerm.Kind.TAG:
        text = text.removeprefix("#")
    if not text:
        raise MutedTermRefused(_("Write a word or a tag."), field="text")
    if count_graphemes(text) > TERM_MAX_LENGTH:
        raise MutedTermRefused(
            _("A muted word can have up to %(limit)s characters.") % {"limit": TERM_MAX_LENGTH},
            field="text",
        )
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    key = identity_key(text)
    others = MutedTerm.objects.filter(person=actor).exclude(kind=kind, key=key)
    if others.count() >= TERMS_MAX:
        raise MutedTermRefused(
            _("You can mute %(limit)s words and tags. Remove one first.") % {"limit": TERMS_MAX},
            field="text",
        )
    term, _is_new = MutedTerm.objects.update_or_create(
        person=actor, kind=kind, key=key, defaults={"text": text, "until": _end_of(days)}
    )
    # What is told at this moment is committed before the news go out, or finds the term.
    hold_inboxes([actor])
    after_commit(term_muted.send_robust, MutedTerm, term=term)
    return term


@transaction.atomic
def unmute_term(pk: int, *, actor: User) -> bool:
    """Take a term from the list of ``actor``; return whether it was there. Idempotent."""
    deleted, _rows = MutedTerm.objects.filter(pk=pk, person=actor).delete()
    return bool(deleted)


def forget_ended_mutes() -> int:
    """Delete mutes and terms whose time is over; return how many."""
    now = timezone.now()
    people, _rows = Mute.objects.filter(until__lte=now).delete()
    terms, _rows = MutedTerm.objects.filter(until__lte=now).delete()
    return people + terms


def _end_of(days: int | None):
    return None if days is None else timezone.now() + timedelta(days=days)
