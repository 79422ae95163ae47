"""Search on a site elsewhere: what its owner wrote here, or the pages that its index file lists."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.utils.dateparse import parse_datetime

from embed.models import EmbedSite, PageEntry
from embed.selectors import pages_with, words_in
from search.analysis import fold
from search.highlighting import Snippet
from search.hits import hits_of
from search.selectors import PAGES, search

PAGE_SIZE = 10
SNIPPET_LENGTH = 180  # code points
LEAD = 40  # of them before the first mark


@dataclass(frozen=True)
class Found:
    """One page or post."""

    title: str
    url: str
    snippet: Snippet
    published_at: datetime | None


@dataclass(frozen=True)
class FoundPage:
    """One page of what was found."""

    results: list[Found]
    total: int
    is_exact: bool
    has_next: bool


def find_on(site: EmbedSite, query: str, *, page: int) -> FoundPage:
    """Return page ``page`` (from 1) of what ``query`` finds for everybody. Raises EngineDown."""
    if site.index_url:
        return _find_pages(site, query, page)
    found = search(
        query,
        viewer=AnonymousUser(),
        page=page,
        page_size=PAGE_SIZE,
        written_by=site.owner,
    )
    if page > found.last_page:
        return FoundPage([], found.total, found.is_exact, has_next=False)
    hits = hits_of("post", found.ids, found.tokens, AnonymousUser())
    results = [
        Found(hit.title.text, hit.url, hit.text, parse_datetime(hit.card.published_iso or ""))
        for hit in hits
    ]
    return FoundPage(results, found.total, found.is_exact, found.page < found.last_page)


def _find_pages(site: EmbedSite, query: str, page: int) -> FoundPage:
    words = words_in(query)
    if not words:
        return FoundPage([], 0, is_exact=True, has_next=False)
    rows = pages_with(site, words)
    start = (page - 1) * PAGE_SIZE
    # A site has a few thousand pages at most, and they are all there is: counting them is cheap.
    total = rows.order_by().count()
    shown = rows[start : start + PAGE_SIZE]
    results = [_found(row, words) for row in shown]
    return FoundPage(results, total, True, page < PAGES and start + PAGE_SIZE < total)


def _found(row: PageEntry, words: list[str]) -> Found:
    return Found(row.title, row.url, snippet_of(row.text, words), row.published_at)


def snippet_of(text: str, words: list[str]) -> Snippet:
    """Return the stretch of ``text`` around the first of ``words``, with all of them marked."""
    folded = fold(text)  # as long as the text, code point for code point
    places = [place for word in words if (place := folded.find(word)) >= 0]
    start = max(min(places, default=0) - LEAD, 0)
    if start:
        space = text.find(" ", start, start + LEAD)
        start = space + 1 if space >= 0 else start
    shown, folded = text[start : start + SNIPPET_LENGTH], folded[start : start + SNIPPET_LENGTH]
    ranges: list[tuple[int, int]] = []
    for word in words:
        place = folded.find(word)
        while place >= 0:
            ranges.append((place, place + len(word)))
            place = folded.find(word, place + len(word))
    return Snippet(shown, tuple(_joined(sorted(ranges))))


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in ranges:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
