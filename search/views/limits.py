"""How often somebody may search: people by account, visitors by address (SE-23).

Page and API count together: what is written in the headers of the API is what is left of both.
"""

from django.conf import settings
from django.http import HttpRequest

from config import limits
from config.exceptions import TooManyRequests
from config.limits import Usage

VISITOR_SEARCHES, SUGGESTIONS = 30, 300
MINUTE = 60  # seconds


def count_search(request: HttpRequest) -> None:
    """Count one search. Raises TooManyRequests."""
    _require_left(search_usage(request))


def count_suggestion(request: HttpRequest) -> None:
    """Count one request for suggestions. Raises TooManyRequests."""
    _require_left(suggestion_usage(request))


def search_usage(request: HttpRequest) -> Usage:
    """Count one search and return how many there were."""
    limit, seconds = settings.API_RATES["search"]
    if not request.user.is_authenticated:
        limit = VISITOR_SEARCHES
    return limits.count("search", searcher(request), limit=limit, seconds=seconds)


def suggestion_usage(request: HttpRequest) -> Usage:
    """Count one request for suggestions and return how many there were."""
    return limits.count("suggest", searcher(request), limit=SUGGESTIONS, seconds=MINUTE)


def _require_left(usage: Usage) -> None:
    if usage.is_over:
        raise TooManyRequests(retry_after=usage.reset)


def searcher(request: HttpRequest) -> str:
    """Return who asks, for counting alone: the account, else the address."""
    if request.user.is_authenticated:
        return f"person-{request.user.pk}"
    return f"address-{limits.network_of(request.META.get('REMOTE_ADDR', ''))}"
