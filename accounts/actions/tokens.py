"""Keys of programs."""

import time
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exceptions import ScopeRefused, TooManyTokens
from accounts.models import AccessToken, User
from accounts.models.tokens import TOKEN_NAME_MAX_LENGTH
from accounts.scopes import MEMBER_SCOPES, MODERATION, SCOPES
from config import buffers
from config.text import clean_line, graphemes

TOKENS_PER_PERSON = 50
TOKEN_SECONDS = 3600
LONGEST_TOKEN_SECONDS = 366 * 24 * 3600
USED = "tokens-used"
DAY = 24 * 3600  # seconds


@transaction.atomic
def make_token(
    user: User,
    *,
    name: str = "",
    scopes: Collection[str] = MEMBER_SCOPES,
    seconds: int = TOKEN_SECONDS,
    origin: str = "",
) -> tuple[AccessToken, str]:
    """Make a key for ``user`` and return it beside its row; nobody can be shown it again.

    Raises TooManyTokens, ScopeRefused.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes or (MODERATION in scopes and not user.is_staff):
        raise ScopeRefused(_("There is no such scope for you."), field="scopes")
    if not origin and live_tokens(user).count() >= TOKENS_PER_PERSON:
        raise TooManyTokens(
            _("You have %(most)d tokens. Delete one first.") % {"most": TOKENS_PER_PERSON}
        )
    seconds = min(max(seconds, 1), LONGEST_TOKEN_SECONDS)
    return AccessToken.objects.create(
        user,
        expiry=timedelta(seconds=seconds),
        name="".join(graphemes(clean_line(name))[:TOKEN_NAME_MAX_LENGTH]),
        scopes=[scope for scope in SCOPES if scope in scopes],
        origin=origin,
    )


def live_tokens(user: User):
    """Return the keys of ``user`` that still open something; those of embeds are not counted."""
    return AccessToken.objects.filter(user=user, origin="", expiry__gt=timezone.now())


def revoke_token(token: AccessToken) -> None:
    """Let a key open nothing from now on. Idempotent."""
    AccessToken.objects.filter(pk=token.pk).delete()


def revoke_tokens(user: User) -> int:
    """Let no key of ``user`` open anything from now on; return how many there were."""
    number, _kinds = AccessToken.objects.filter(user=user).delete()
    return number


def note_token_use(token: AccessToken) -> None:
    """Remember that ``token`` is used today; writes no row."""
    today = int(time.time()) // DAY
    if token.last_used_on and token.last_used_on >= day_of(today):
        return
    if cache.add(f"accounts:token-used:{token.pk}:{today}", 1, DAY):
        buffers.put(USED, str(token.pk), today)


def day_of(number: int) -> date:
    """Return the day that is ``number`` days after 1970-01-01, in UTC."""
    return datetime.fromtimestamp(number * DAY, UTC).date()


def flush_token_use() -> int:
    """Bring the days gathered since the last run to their rows; return how many."""
    used = buffers.drain(USED)
    for pk, day in used.items():
        moment = day_of(day)
        AccessToken.objects.filter(
            Q(last_used_on__lt=moment) | Q(last_used_on=None), pk=int(pk)
        ).update(last_used_on=moment)
    return len(used)


def forget_expired_tokens() -> int:
    """Delete keys a week after they ended; return how many."""
    ended = timezone.now() - timedelta(days=7)
    number, _kinds = AccessToken.objects.filter(expiry__lt=ended).delete()
    return number
