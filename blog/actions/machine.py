"""Machine translation: one call of the provider for a text and a language, whoever asks.

The row is claimed in one short transaction and filled in another; between the two the provider is
asked, and no row is held. Who asks for a text that is on its way waits for the row instead.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from blog.exceptions import (
    NotForTranslation,
    NotTranslatable,
    TranslationFailed,
    TranslationUnavailable,
)
from blog.models import Comment, MachineTranslation, Post, TranslationSpending
from blog.policies import can_translate_text
from blog.translating.base import NONSENSE, REFUSED, SPENT, UNREACHABLE, Provider
from blog.translating.providers import current_provider
from blog.translating.texts import (
    MOST_CHARACTERS,
    Original,
    TranslationStopped,
    base_language,
    original_of,
    translate_original,
)
from config import limits
from config.exceptions import TooManyRequests

NEW_A_DAY = 50
ASKED_A_DAY = 2 * NEW_A_DAY
"""With what failed, and with texts that changed or went since and left no row to count."""
"""New translations that one member may cause within 24 hours."""
DAY = timedelta(days=1)
HOUR = 3600  # seconds

CALLS_AT_ONCE = 4
"""Of one process: a provider that is slow must not take every thread (OP-17)."""
WAIT_SECONDS = 4.0
"""As long as a request waits for a turn, or for a translation that is on its way."""
LOOK_SECONDS = 0.1
GRACE = timedelta(seconds=15)

log = structlog.get_logger(__name__)
_turns = threading.BoundedSemaphore(CALLS_AT_ONCE)
State = MachineTranslation.State


def translate_text(
    subject: Post | Comment, *, actor: User, target: str, is_card: bool = False
) -> MachineTranslation:
    """Return ``subject`` in the language ``target``, from the store or from the provider.

    ``is_card``: what the card of an article shows, instead of the whole text. The row that comes
    back is done, or still running: then somebody else asked, and it is worth asking again.
    Not atomic: the provider is asked in the middle. Raises NotForTranslation, NotTranslatable,
    TranslationUnavailable, TranslationFailed, and TooManyRequests above NEW_A_DAY.
    """
    if not can_translate_text(actor, subject):
        raise NotForTranslation(_("Only what everybody may read can be translated."))
    target = base_language(target)
    original = original_of(subject, is_card=is_card)
    _require_translatable(original, target)
    provider = current_provider()
    if provider is None:
        raise TranslationUnavailable(_("Translation is switched off here."))
    if not provider.supports(original.language, target):
        raise NotTranslatable(_("The translation service does not know these two languages."))
    held = _rows(subject, original, target).filter(state=State.DONE).first()
    if held is not None:
        return held
    with _turn():
        row, is_ours = _claim(subject, original, target, provider, actor)
        if is_ours:
            return _perform(row, original, provider)
    return _await(row)


def _require_translatable(original: Original, target: str) -> None:
    if not original.language:
        raise NotTranslatable(_("Nobody knows which language this is in."))
    if original.language == target:
        raise NotTranslatable(_("This is in your language already."))
    if not original.sent:
        raise NotTranslatable(_("There is no text here to translate."))
    if original.characters > MOST_CHARACTERS:
        raise NotTranslatable(_("This text is too long to be translated."))


def _rows(subject: Post | Comment, original: Original, target: str):
    return _rows_of(subject).filter(text_hash=original.text_hash, target_language=target)


def _rows_of(subject: Post | Comment):
    name = "comment" if isinstance(subject, Comment) else "post"
    return MachineTranslation.objects.filter(**{name: subject})


@contextmanager
def _turn() -> Iterator[None]:
    """Hold one of this process's turns. Raises TranslationUnavailable if none becomes free."""
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise TranslationUnavailable(
            _("Many people are having texts translated right now. Try again in a moment.")
        )
    try:
        yield
    finally:
        _turns.release()


# Claiming -----------------------------------------------------------------------------------------


@transaction.atomic
def _claim(
    subject: Post | Comment, original: Original, target: str, provider: Provider, actor: User
) -> tuple[MachineTranslation, bool]:
    """Return the row of this text and whether the caller has to fill it.

    It has to if the row is new, has failed, or was left running by a process that died. Person
    before row before budget, here and in all that follows.
    """
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    name = "comment" if isinstance(subject, Comment) else "post"
    fresh = MachineTranslation(
        **{name: subject},
        text_hash=original.text_hash,
        target_language=target,
        state=State.FAILED,
        provider=provider.code,
    )
    MachineTranslation.objects.bulk_create([fresh], ignore_conflicts=True)
    row = _rows(subject, original, target).select_for_update().get()
    now = timezone.now()
    if row.state == State.DONE or (row.state == State.RUNNING and now < _given_up_at(row)):
        return row, False
    _require_share(actor, now)
    _spend(now, original.characters)
    row.state, row.problem, row.provider = State.RUNNING, "", provider.code
    row.source_language, row.asked_by = original.language, actor
    row.characters, row.created_at, row.finished_at = original.characters, now, None
    row.save()
    return row, True


def _given_up_at(row: MachineTranslation) -> datetime:
    return row.created_at + timedelta(seconds=settings.TRANSLATION_TIMEOUT) + GRACE


def _require_share(actor: User, now: datetime) -> None:
    """Raise TooManyRequests if ``actor``, who is held, has had a day's share."""
    limits.consume("machine-translation", actor.pk, limit=ASKED_A_DAY, seconds=24 * HOUR)
    caused = MachineTranslation.objects.filter(asked_by=actor, created_at__gt=now - DAY)
    if caused.exclude(state=State.FAILED, characters=0).count() >= NEW_A_DAY:
        raise TooManyRequests(
            ngettext(
                "You can have %(limit)s new text translated in a day. Try again tomorrow.",
                "You can have %(limit)s new texts translated in a day. Try again tomorrow.",
                NEW_A_DAY,
            )
            % {"limit": NEW_A_DAY},
            retry_after=HOUR,
        )


def _month(moment: datetime) -> date:
    return moment.date().replace(day=1)


def _spend(now: datetime, characters: int) -> None:
    """Take ``characters`` from the budget of the month. Raises TranslationUnavailable."""
    spending, _is_new = TranslationSpending.objects.get_or_create(month=_month(now))
    spending = TranslationSpending.objects.select_for_update().get(pk=spending.pk)
    budget = settings.TRANSLATION_MONTHLY_CHARACTERS
    if budget and spending.characters + characters > budget:
        log.warning("translation_budget_used_up", month=str(spending.month), budget=budget)
        raise TranslationUnavailable(
            _("The translations of this month are used up. There are more next month.")
        )
    spending.characters += characters
    spending.save(update_fields=["characters"])


# Filling ------------------------------------------------------------------------------------------


def _perform(row: MachineTranslation, original: Original, provider: Provider) -> MachineTranslation:
    """Ask the provider and store what it says in the claimed ``row``. Raises TranslationFailed."""
    try:
        found = translate_original(
            original, row.target_language, provider, settings.TRANSLATION_TIMEOUT
        )
    except TranslationStopped as stopped:
        _finish(row, stopped.spent, state=State.FAILED, problem=stopped.reason)
        log.warning(
            "translation_failed",
            provider=provider.code,
            reason=stopped.reason,
            detail=stopped.detail,
        )
        raise TranslationFailed(_failure(stopped.reason)) from stopped
    except BaseException:
        # Nobody knows how far it got: all counts as spent.
        _finish(row, row.characters, state=State.FAILED, problem=UNREACHABLE)
        raise
    if not _finish(row, row.characters, state=State.DONE, title=found.title, text=found.text):
        raise TranslationFailed(_("The text has just changed. Please try again."))
    return row


@transaction.atomic
def _finish(row: MachineTranslation, spent: int, **changes: Any) -> bool:
    """Store ``changes`` and give back what was not spent; False if ``row`` is not ours any more."""
    changes |= {"characters": spent, "finished_at": timezone.now()}
    ours = MachineTranslation.objects.filter(
        pk=row.pk, state=State.RUNNING, created_at=row.created_at
    )
    is_ours = bool(ours.update(**changes))
    TranslationSpending.objects.filter(month=_month(row.created_at)).update(
        characters=Greatest(F("characters") - (row.characters - spent), 0)
    )
    for name, value in changes.items():
        setattr(row, name, value)
    return is_ours


def _await(row: MachineTranslation) -> MachineTranslation:
    """Return ``row`` as soon as it is done, or still running after WAIT_SECONDS.

    Raises TranslationFailed if it failed.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while row.state == State.RUNNING and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        found = MachineTranslation.objects.filter(pk=row.pk).first()
        if found is None:
            raise TranslationFailed(_("The text has just changed. Please try again."))
        row = found
    if row.state == State.FAILED:
        raise TranslationFailed(_failure(row.problem))
    return row


def _failure(reason: str) -> str:
    if reason == SPENT:
        return _("The translation service takes no more texts for now. Try again later.")
    if reason == REFUSED:
        return _("The translation service does not take this text.")
    if reason == NONSENSE:
        return _("The translation service sent no translation. Please try again.")
    return _("The translation service does not answer. Please try again in a moment.")


# Forgetting ---------------------------------------------------------------------------------------


def drop_stale_translations(subject: Post | Comment) -> None:
    """Delete what was translated from a text that ``subject`` has no more."""
    rows = _rows_of(subject)
    if not rows.exists():
        return
    current = {original_of(subject, is_card=is_card).text_hash for is_card in (False, True)}
    rows.exclude(text_hash__in=current).delete()


def drop_translations(subject: Post | Comment) -> None:
    """Delete every machine translation of ``subject``, whose text is taken away."""
    _rows_of(subject).delete()


def prune_translations(now: datetime | None = None) -> int:
    """Delete translations of comments that changed or are gone, and failures of former days.

    Returns how many. Readers met none of them; this is so that no deleted word is kept.
    """
    long_ago = (now or timezone.now()) - 2 * DAY
    stale = Q(comment__status=Comment.Status.DELETED) | Q(comment__edited_at__gt=F("created_at"))
    failed = Q(state=State.FAILED, created_at__lt=long_ago)
    return MachineTranslation.objects.filter(stale | failed).delete()[0]
