"""Public pages kept whole for a moment, for readers who are not signed in.

What is kept is forgotten as soon as anything that a page could show is written: every statement that
goes through Django's connections is looked at, and unless its table or columns were named quiet,
all kept pages are old. So nothing that is held, deleted or made private is shown a second longer, and
no action has to remember to tell. What is quiet (counts, mostly) may be ``SECONDS`` old.

A kept page costs no statement and no template. With Redis it lives there, for all processes; without
it in each process's memory, and a file in VAR_DIR tells all processes (the worker, too) that pages
are old. An app says what of its tables is quiet in ``quiet_writes`` of its AppConfig.
"""

import hashlib
import logging
import os
import re
import secrets
import threading
from collections.abc import Callable
from functools import cache as cache_once
from functools import lru_cache, wraps
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.core.cache import cache, caches
from django.db import connections, transaction
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response

from config.caching import is_for_everybody, public_page

logger = logging.getLogger(__name__)
SECONDS = 30
EPOCH_KEY = "kept-pages:epoch"
EPOCH_SECONDS = 24 * 3600
LARGEST_BYTES = 512 * 1024
READS = re.compile(
    r"[\s(]*(?:SELECT|SAVEPOINT|RELEASE|ROLLBACK|PRAGMA|EXPLAIN|BEGIN|COMMIT|SET|SHOW|DECLARE|FETCH|CLOSE|EXECUTE madang_ready_\d+)\b",
    re.IGNORECASE,
)
FOLLOWS = re.compile(r"[\s(]*WITH\b", re.IGNORECASE)
"""What reads unless something in it writes."""

WRITTEN = re.compile(
    r"\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|DELETE\s+FROM|(?<!FOR )(?<!DO )(?<!KEY )UPDATE|TRUNCATE(?:\s+TABLE)?)"
    r'\s+(?:ONLY\s+)?"?(\w+)"?(\s+SET\s)?',
    re.IGNORECASE,
)
ASSIGNED = re.compile(r'"?(\w+)"? = ')


class KeptPage(NamedTuple):
    """An answer as the view gave it, and which state of the site it shows."""

    epoch: str
    content: bytes
    headers: tuple[tuple[str, str], ...]
    each_time: tuple[tuple[str, Any], ...]


_each_time: dict[str, Callable[[HttpRequest, Any], object]] = {}


def register_each_time(name: str, call: Callable[[HttpRequest, Any], object]) -> None:
    """Tell what ``each_time`` calls by this name."""
    _each_time[name] = call


def each_time(request: HttpRequest, name: str, value: Any) -> Any:
    """Call what is registered as ``name`` now, and again whenever this page is shown as it was kept.

    ``value`` is plain data. Returns what the first call returned.
    """
    if hasattr(request, "each_time_kept"):
        request.each_time_kept.append((name, value))
    return _each_time[name](request, value)


def kept_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a public page that may be shown as it was ``SECONDS`` ago; it also answers 304."""
    page = public_page(view)

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _may_be_kept(request):
            return page(request, *args, **kwargs)
        key = _key_of(request)
        epoch, found = _look_up(key)
        if not epoch:
            return page(request, *args, **kwargs)
        if found is None:
            request.each_time_kept = []
            response = page(request, *args, **kwargs)
            if not _is_keepable(request, response):
                return response
            response.headers["ETag"] = (
                f'"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
            )
            found = KeptPage(
                epoch,
                response.content,
                tuple(response.headers.items()),
                tuple(request.each_time_kept),
            )
            _pages().set(key, found, SECONDS)
        else:
            request.is_public_page = True
            response = HttpResponse(found.content)
            response.headers = type(response.headers)(found.headers)
            for name, value in found.each_time:
                _each_time[name](request, value)
        return get_conditional_response(request, etag=response.headers["ETag"], response=response)

    return kept


def forget() -> None:
    """Let nothing be shown that was kept until now."""
    epoch = secrets.token_hex(8)
    if settings.REDIS_URL:
        cache.set(EPOCH_KEY, epoch, EPOCH_SECONDS)
    else:
        _write_epoch(epoch)


# What may be kept -------------------------------------------------------------------------------


def _may_be_kept(request: HttpRequest) -> bool:
    return (
        settings.KEEPS_PAGES
        and request.method in {"GET", "HEAD"}
        and is_for_everybody(request)
        and "HTTP_HX_REQUEST" not in request.META
        # Anybody can make up as many queries and zones as they like, and push out what is asked for.
        and not request.META.get("QUERY_STRING")
        and timezone.get_current_timezone_name() == settings.TIME_ZONE
    )


def _is_keepable(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "CSRF_COOKIE" not in request.META
        and "Cache-Control" not in response.headers
        and not response.has_header("ETag")
        and not any(name.startswith("_csp") for name in vars(response))
        and request.method == "GET"
        and len(response.content) <= LARGEST_BYTES
    )


def _key_of(request: HttpRequest) -> str:
    parts = (
        request.scheme,
        request.get_host(),
        request.get_full_path(),
        translation.get_language() or "",
        getattr(request, "theme", ""),
    )
    return "kept-page:" + hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _look_up(key: str) -> tuple[str, KeptPage | None]:
    """Return the state that the site is in, and the page if it shows that state.

    An empty state: nobody could say that a page is old, so none is kept.
    """
    for connection in connections.all(initialized_only=True):
        connection.has_forgotten_pages = False
    if settings.REDIS_URL:
        held = cache.get_many([EPOCH_KEY, key])
        epoch, found = held.get(EPOCH_KEY), held.get(key)
        if epoch is None:
            epoch = secrets.token_hex(8)
            # Another process may have been faster.
            epoch = cache.get_or_set(EPOCH_KEY, epoch, EPOCH_SECONDS)
    else:
        epoch, found = _read_epoch(), _pages().get(key)
        if not epoch:
            epoch = _write_epoch(secrets.token_hex(8))
    return epoch, found if found is not None and found.epoch == epoch else None


def _pages() -> Any:
    return cache if settings.REDIS_URL else caches["pages"]


def _epoch_file() -> Any:
    return settings.VAR_DIR / "kept-pages"


def _read_epoch() -> str:
    try:
        return _epoch_file().read_text(encoding="ascii")
    except OSError:
        return ""


def _write_epoch(epoch: str) -> str:
    """Let every process see ``epoch``; return it, or an empty text if that cannot be."""
    file = _epoch_file()
    beside = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(epoch, encoding="ascii")
        # Beside and renamed: whoever may write here may do it, also where root made the first one.
        beside.replace(file)
    except OSError as error:
        logger.error("kept_pages_not_forgotten", extra={"problem": str(error)})
        return ""
    return epoch


# What makes them old ----------------------------------------------------------------------------


@lru_cache(maxsize=2000)
def is_loud(sql: str) -> bool:
    """Return whether a statement writes something that a kept page could show."""
    found = list(WRITTEN.finditer(sql))
    if not found:
        # A statement of a kind that we do not know.
        return not FOLLOWS.match(sql)
    return any(not _is_quiet(sql, match) for match in found)


def _is_known_quiet(sql: str) -> bool:
    # Long ones differ each time: they would only push the others out of the cache.
    is_loud_here = is_loud if len(sql) < 4000 else is_loud.__wrapped__
    return not is_loud_here(sql)


@cache_once
def quiet_writes() -> dict[str, frozenset[str]]:
    """Return {table: columns} of what no kept page shows, as the apps say; no columns: all of it."""
    told = [getattr(app, "quiet_writes", {}) for app in apps.get_app_configs()]
    return {table: frozenset(columns) for one in told for table, columns in one.items()}


def _is_quiet(sql: str, match: re.Match) -> bool:
    columns = quiet_writes().get(match[1].lower())
    if not columns:
        return columns is not None
    if not match[2]:
        return False  # a row of its own, or one less
    assignments = re.split(r"\sWHERE\s", sql[match.end() :], maxsplit=1, flags=re.IGNORECASE)[0]
    return columns.issuperset(ASSIGNED.findall(assignments))


def _watch(execute, sql, params, many, context):
    """Run a statement; pages are old from now on, and again from its commit on."""
    result = execute(sql, params, many, context)
    if not isinstance(sql, str) or not (READS.match(sql) or _is_known_quiet(sql)):
        connection = context["connection"]
        if not connection.in_atomic_block:
            forget()
            return result
        if not getattr(connection, "has_forgotten_pages", False):
            # For who reads in this transaction; others see it from its commit on.
            connection.has_forgotten_pages = True
            forget()
        if not any(call is forget for _sids, call, *_rest in connection.run_on_commit):
            transaction.on_commit(forget, using=connection.alias)
    return result


def watch(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Look at what a new connection writes."""
    if _watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(_watch)


connection_created.connect(watch, dispatch_uid="config.kept_pages")
