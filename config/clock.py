"""Times as people read them: relative in lists, exact on pages, in their language and zone.

``static/madang/js/time.js`` repeats the rule of ``relative`` in the browser.
"""

from datetime import UTC, date, datetime
from functools import lru_cache

from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
RELATIVE_DAYS = 7
"""From this many days on a date says more than a distance."""

EXACT_FORMATS = {"ko": "Y년 n월 j일 A g:i", "ja": "Y年n月j日 G:i"}
"""Where Django's own DATETIME_FORMAT is not how people write (it puts 오전/오후 last)."""

SAME_YEAR_FORMATS = {"ko": "n월 j일", "en": "M j", "es": r"j \d\e F", "ja": "n月j日"}


def _base_language() -> str:
    return (get_language() or "").split("-")[0]


def _aware(moment: datetime) -> datetime:
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment, UTC)


def iso(moment: datetime) -> str:
    """Return ``moment`` for ``<time datetime>``: UTC to the second, with ``Z``."""
    return _aware(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exact(moment: datetime) -> str:
    """Return date and time in the current language and zone: ``2026년 11월 21일 오후 2:45``."""
    # Lists show the same moments again and again; formatting one takes longer than all else of it.
    local = timezone.localtime(_aware(moment)).replace(tzinfo=None)
    return _exact(local, _base_language(), get_language())


@lru_cache(maxsize=4000)
def _exact(local: datetime, base_language: str, _language: str | None) -> str:
    return formats.date_format(local, EXACT_FORMATS.get(base_language, "DATETIME_FORMAT"))


def exact_date(moment: datetime | date) -> str:
    """Return the date in the current language and zone: ``2026년 11월 21일``."""
    if isinstance(moment, datetime):
        moment = timezone.localtime(_aware(moment))
    return formats.date_format(moment, "DATE_FORMAT")


def relative(moment: datetime, now: datetime | None = None) -> str:
    """Return how long ago ``moment`` was: ``3분 전``, ``어제``; after a week its date.

    Hours count up to 24; from there calendar days in the reader's zone. A moment in the future
    (clocks differ, scheduled posts) is given as ``exact`` unless it is within a minute.
    """
    moment = _aware(moment)
    now = _aware(now) if now else timezone.now()
    seconds = int((now - moment).total_seconds())
    if seconds <= -MINUTE:
        return exact(moment)
    if seconds < MINUTE:
        return _("just now")
    if seconds < HOUR:
        count = seconds // MINUTE
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", count) % {"count": count}
    if seconds < DAY:
        count = seconds // HOUR
        return ngettext("%(count)d hour ago", "%(count)d hours ago", count) % {"count": count}
    local, local_now = timezone.localtime(moment), timezone.localtime(now)
    days = (local_now.date() - local.date()).days
    if days == 1:
        return _("yesterday")
    if days < RELATIVE_DAYS:
        return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}
    if local.year == local_now.year:
        return formats.date_format(local, SAME_YEAR_FORMATS.get(_base_language(), "DATE_FORMAT"))
    return formats.date_format(local, "DATE_FORMAT")
