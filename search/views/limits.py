"""How often somebody may search: people by account, visitors by address (SE-23)."""

from django.http import HttpRequest

from config import limits

VISITOR_SEARCHES, MEMBER_SEARCHES, SUGGESTIONS = 30, 120, 300
MINUTE = 60  # seconds


def count_search(request: HttpRequest) -> None:
    """Count one search. Raises TooManyRequests."""
    limit = MEMBER_SEARCHES if request.user.is_authenticated else VISITOR_SEARCHES
    limits.consume("search", searcher(request), limit=limit, seconds=MINUTE)


def count_suggestion(request: HttpRequest) -> None:
    """Count one request for suggestions. Raises TooManyRequests."""
    limits.consume("suggest", searcher(request), limit=SUGGESTIONS, seconds=MINUTE)


def searcher(request: HttpRequest) -> str:
    """Return who asks, for counting alone: the account, else the address."""
    if request.user.is_authenticated:
        return f"person-{request.user.pk}"
    return f"address-{request.META.get('REMOTE_ADDR', '')}"
