"""What is searched, without who: gathered beside the request, counted by day."""

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import Sum
from django.utils import timezone

from config import buffers
from config.text import nfc
from search.models import QueryDay

BUFFER = "queries"
KEPT_LENGTH = 100  # code points; longer ones are texts that were pasted
ONCE_SECONDS = 86_400
SHOWN_DAYS, SHOWN_ROWS = 30, 200
PERSONAL = re.compile(
    r"@|(?:\d[\s.()+-]*){7,}|://|\bwww\.|[0-9a-f]{16,}|\b(?:author|글쓴이|작성자):"
)
"""Addresses, numbers of telephones, cards and identity papers, links, secrets, names of people."""


def kept_query(query: str) -> str:
    """Return ``query`` as it is counted, or nothing if it might tell of a person."""
    text = " ".join(nfc(query).lower().split())
    if len(text) > KEPT_LENGTH or not text.isprintable() or PERSONAL.search(text):
        return ""
    return text


def remember(query: str, is_empty: bool, *, who: str | int = "") -> None:
    """Count that ``query`` was searched, and whether there were no hits; no row is written here.

    One and the same ``who`` counts once a day; who it was is kept by nobody.
    """
    text = kept_query(query)
    if not text:
        return
    if who and not cache.add(_mark(text, who), 1, ONCE_SECONDS):
        return
    day = timezone.now().astimezone(UTC).date().isoformat()
    buffers.add(BUFFER, f"{day}|{int(is_empty)}|{text}")


def _mark(text: str, who: str | int) -> str:
    # A key made of what nobody outside knows: the cache does not tell who searched what.
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"{who}|{text}".encode(), "sha256")
    return f"search:said:{digest.hex()[:32]}"


@dataclass(frozen=True)
class MissedQuery:
    """A search that found nothing, in sum over some days."""

    query: str
    missed_count: int
    asked_count: int


def queries_without_hits(days: int = SHOWN_DAYS, limit: int = SHOWN_ROWS) -> list[MissedQuery]:
    """Return what was searched and not found within ``days``, the most often missed first."""
    since = timezone.now().astimezone(UTC).date() - timedelta(days=days)
    rows = (
        QueryDay.objects.filter(day__gt=since)
        .values("query")
        .annotate(missed=Sum("empty_count"), asked=Sum("count"))
        .filter(missed__gt=0)
        .order_by("-missed", "query")
    )
    return [MissedQuery(*row) for row in rows.values_list("query", "missed", "asked")[:limit]]
