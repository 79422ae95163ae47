"""When somebody was here last: gathered beside the request, stored in batches (X-09)."""

import time
from datetime import UTC, datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actions.credentials import session_store
from accounts.models import User
from config import buffers

VISIT_SECONDS = 300
PEOPLE, SESSIONS, REMEMBERED = "last-seen", "sessions-seen", "sessions-remembered"


def note_visit(user: User, session_key: str, *, is_remembered: bool) -> bool:
    """Remember that ``user`` is here, at most once in VISIT_SECONDS per session.

    Returns whether it counted; writes no row.
    """
    now = int(time.time())
    if not _is_due(f"accounts:visit:{session_key}", now):
        return False
    buffers.put(SESSIONS, session_key, now)
    if is_remembered:
        buffers.put(REMEMBERED, session_key, now)
    if _is_due(f"accounts:seen:{user.pk}", now):
        buffers.put(PEOPLE, str(user.pk), now)
    return True


def _is_due(key: str, now: int) -> bool:
    """Return whether VISIT_SECONDS have passed since the last time, and start them anew."""
    last = cache.get(key)
    if last is not None and now - last < VISIT_SECONDS:
        return False
    cache.set(key, now, VISIT_SECONDS)
    return True


def flush_last_seen() -> int:
    """Bring the visits gathered since the last run to their rows; return how many people."""
    people, sessions = buffers.drain(PEOPLE), buffers.drain(SESSIONS)
    remembered = buffers.drain(REMEMBERED)
    with transaction.atomic():
        # The lower key first, as whoever holds two people does: no two wait for each other.
        for pk, seconds in sorted(people.items(), key=lambda seen: int(seen[0])):
            moment = datetime.fromtimestamp(seconds, UTC)
            User.objects.filter(
                Q(last_seen_at__lt=moment) | Q(last_seen_at=None), pk=int(pk)
            ).update(last_seen_at=moment)
        for key, seconds in sessions.items():
            UserSession.objects.filter(session_key=key).update(
                last_seen_at=datetime.fromtimestamp(seconds, UTC)
            )
        if remembered:
            # "Remember me" counts from the last use (AC-17).
            session_store().get_model_class().objects.filter(session_key__in=remembered).update(
                expire_date=timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
            )
    return len(people)
