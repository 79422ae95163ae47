"""The pages of a site elsewhere, as its own index file lists them."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import structlog
from django.db import transaction
from django.utils.dateparse import parse_date, parse_datetime

from config.fetch import FetchRefused, fetch
from config.text import clean_line
from embed.models import ADDRESS_MAX_LENGTH, EmbedSite, PageEntry
from embed.origins import origin_of
from search.analysis import fold, plain_text

log = structlog.get_logger(__name__)

INDEX_MAX_BYTES = 4 * 1024 * 1024
INDEX_SECONDS = 20
PAGES_MOST = 3_000
TEXT_MOST = 20_000  # code points of one page
TITLE_MOST = 800  # code points
ACCEPTED = "application/feed+json, application/json;q=0.9"
URL_NAMES, TITLE_NAMES = ("url", "permalink", "link"), ("title", "name")
TEXT_NAMES = ("content_text", "content_html", "content", "text", "body", "summary", "description")
DATE_NAMES = ("date_published", "published_at", "date", "published")


def refresh_pages(pk: int) -> int:
    """Fetch the index file of a site and keep its pages; return how many there are.

    What cannot be fetched or read leaves the pages as they were.
    """
    site = EmbedSite.objects.open().filter(pk=pk).exclude(index_url="").first()
    if site is None:
        return 0
    try:
        status, body = fetch(
            site.index_url, max_bytes=INDEX_MAX_BYTES, seconds=INDEX_SECONDS, accept=ACCEPTED
        )
        listed = json.loads(body) if status == httpx.codes.OK else None
    except (FetchRefused, httpx.HTTPError, ValueError, RecursionError) as error:
        log.info("embed_index_unread", site=site.pk, reason=str(error)[:200])
        return 0
    if listed is None:
        log.info("embed_index_unread", site=site.pk, status=status)
        return 0
    return store_pages(site, listed)


def refresh_indexes() -> int:
    """Fetch the index files of all sites that have one, each by a task; return how many."""
    from embed import tasks

    sites = EmbedSite.objects.open().exclude(index_url="").filter(has_search=True)
    pks = list(sites.values_list("pk", flat=True))
    for pk in pks:
        tasks.refresh_pages.delay_on_commit(pk)
    return len(pks)


@transaction.atomic
def store_pages(site: EmbedSite, listed: Any) -> int:
    """Keep what an index file lists (a JSON Feed, or a list of objects); return how many pages.

    Only addresses of the site's own origins; of several with one address the first.
    """
    site = EmbedSite.objects.select_for_update(no_key=True, of=("self",)).get(pk=site.pk)
    items = listed.get("items") if isinstance(listed, dict) else listed
    found: dict[str, PageEntry] = {}
    for item in items if isinstance(items, list) else ():
        page = _page(site, item)
        if page is not None:
            found.setdefault(page.url, page)
        if len(found) >= PAGES_MOST:
            break
    PageEntry.objects.filter(site=site).delete()
    PageEntry.objects.bulk_create(found.values(), batch_size=200)
    return len(found)


def _page(site: EmbedSite, item: Any) -> PageEntry | None:
    if not isinstance(item, dict):
        return None
    url = clean_line(_first(item, URL_NAMES))
    if url.startswith("/") and not url.startswith("//"):
        url = origin_of(site.index_url) + url
    if origin_of(url) not in site.origins or len(url) > ADDRESS_MAX_LENGTH:
        return None
    title = clean_line(plain_text(_first(item, TITLE_NAMES)))[:TITLE_MOST]
    text = clean_line(plain_text(_first(item, TEXT_NAMES)[: 4 * TEXT_MOST]))[:TEXT_MOST]
    if not (title or text):
        return None
    return PageEntry(
        site=site,
        url=url,
        title=title,
        text=text,
        folded=fold(f"{title}\n{text}"),
        published_at=_moment(_first(item, DATE_NAMES)),
    )


def _first(item: dict[str, Any], names: tuple[str, ...]) -> str:
    """Return the first text among ``names`` that is not empty."""
    texts = (item.get(name) for name in names)
    return next((one for one in texts if isinstance(one, str) and one.strip()), "")


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
        if moment is None and (day := parse_date(text[:10])):
            moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if moment is None:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
