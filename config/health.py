"""Is the process alive, and can it serve?

``STOPPING`` checks say 503: without these no page can be answered, or what is written would be lost.
All others say 200 and "degraded": reading, writing and sign-in go on without them (OP-17), and a
balancer that took the site away for them would do the harm that they did not. Every check has its
time; all together end within three seconds whoever hangs.
"""

import ipaddress
import logging
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from config import heartbeats, redis_cache, replica
from config.celery import app as celery_app
from search.analysis import get_analyzer
from search.engines import engine_name
from search.state import health_report, search_state

FREE_DISK_LEAST_BYTES = 100 * 1024 * 1024
CHECK_SECONDS = 1.0
KEPT_SECONDS = 2.0
"""Probes ask often and several at once; whoever wants to hammer gets the last answer."""

OLD_SECONDS = 10.0
MIGRATIONS_KEPT_SECONDS = 60.0
"""Nothing unapplied cannot change by itself: only another version of the code has more."""

STOPPING = ("database", "migrations", "disk")
NOT_ASKED = "not asked: the database is away"
SLOW = f"no answer within {CHECK_SECONDS:g} s"

Findings = dict[str, str]
T = TypeVar("T")
logger = logging.getLogger(__name__)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process lives. For everybody."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 if pages can be served, else 503. For everybody; details to staff and loopback."""
    findings, search = look()
    status = status_of(findings)
    body: dict[str, object] = {"status": status}
    if may_see_details(request):
        body["checks"] = {name: problem or "ok" for name, problem in findings.items()}
        body["search"] = search
    return JsonResponse(body, status=503 if status == "failing" else 200)


def status_of(findings: Findings) -> str:
    """Return ``ok``, ``degraded`` or ``failing``."""
    if any(findings.get(name) for name in STOPPING):
        return "failing"
    return "degraded" if any(findings.values()) else "ok"


def check_all() -> Findings:
    """Return each thing that was checked with its problem; empty: it works."""
    return look()[0]


def may_see_details(request: HttpRequest) -> bool:
    """Return whether ``request`` comes from this very machine, or from staff."""
    try:
        # Behind a proxy on this machine everybody comes from loopback.
        is_direct = not request.META.get("HTTP_X_FORWARDED_FOR")
        if is_direct and ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback:
            return True
    except (KeyError, ValueError):
        pass
    try:
        return request.user.is_active and request.user.is_staff
    except DatabaseError:
        return False


# What was found, kept for a moment ----------------------------------------------------------------

_lock = threading.Lock()
_kept: tuple[float, Findings, dict[str, Any]] | None = None
_migrated_at = -MIGRATIONS_KEPT_SECONDS


def look() -> tuple[Findings, dict[str, Any]]:
    """Return what works and what does not, as it was at most KEPT_SECONDS ago, and how search is."""
    global _kept
    held = _kept
    age = time.monotonic() - held[0] if held else OLD_SECONDS
    if age >= KEPT_SECONDS:
        # One asks; others take what was found a moment before, if there is anything.
        if _lock.acquire(blocking=age >= OLD_SECONDS):
            try:
                if _kept is held:
                    findings, search = _look()
                    _kept = (time.monotonic(), findings, search)
            finally:
                _lock.release()
    kept = _kept or (0.0, {}, {})
    return kept[1], kept[2]


def forget() -> None:
    """Look anew next time."""
    global _kept, _migrated_at
    _kept, _migrated_at = None, -MIGRATIONS_KEPT_SECONDS


def _look() -> tuple[Findings, dict[str, Any]]:
    broker = begin(_check_broker, SLOW)
    analyser = begin(_check_analyser, SLOW)
    copy = begin(_check_replica, SLOW) if settings.READS_FROM_REPLICA else str
    findings = {"database": _check_database()}
    is_there = not findings["database"]
    findings["migrations"] = _check_migrations() if is_there else NOT_ASKED
    findings["disk"] = _check_disk()
    findings["cache"] = _check_cache()
    findings |= _check_processes() if is_there else dict.fromkeys(("worker", "beat"), NOT_ASKED)
    findings["replica"] = copy()
    findings["broker"] = broker()
    findings["analyser"] = analyser()
    if is_there and not findings["analyser"].startswith(SLOW):
        search, problems = _search()
    else:
        search, problems = {"status": "unknown"}, dict.fromkeys(("search", "index"), NOT_ASKED)
        if is_there:
            problems = dict.fromkeys(("search", "index"), findings["analyser"])
    return findings | problems, search


def begin(work: Callable[[], T], otherwise: T) -> Callable[[], T]:
    """Do ``work`` beside all else; return what waits for it, CHECK_SECONDS at most.

    For what asks neither the database nor the cache: these belong to their thread. ``otherwise`` is
    the answer of what failed or is too slow.
    """
    found: list[T] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception:
            logger.warning("health_check_broke", exc_info=True, extra={"check": work.__name__})

    thread = threading.Thread(target=run, name="health", daemon=True)
    thread.start()
    until = time.monotonic() + CHECK_SECONDS

    def finish() -> T:
        thread.join(max(until - time.monotonic(), 0))
        return found[0] if found else otherwise

    return finish


@contextmanager
def cut_off_after(seconds: float) -> Iterator[None]:
    """Break the connection to PostgreSQL that does not answer in time, so that its query fails."""
    if connection.vendor != "postgresql":
        yield
        return
    # A new connection has its own time (connect_timeout); what is asked through it is cut off, too.
    connection.ensure_connection()
    if connection.connection.closed:
        yield
        return
    descriptor = connection.connection.fileno()

    def cut() -> None:
        with socket.socket(fileno=socket.dup(descriptor)) as line:
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


# What is checked ----------------------------------------------------------------------------------


def _check_database() -> str:
    try:
        with cut_off_after(CHECK_SECONDS), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        return type(error).__name__
    return ""


def _check_migrations() -> str:
    global _migrated_at
    if time.monotonic() - _migrated_at < MIGRATIONS_KEPT_SECONDS:
        return ""
    try:
        with cut_off_after(CHECK_SECONDS):
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InterfaceError) as error:
        return type(error).__name__
    if not plan:
        _migrated_at = time.monotonic()
    return f"{len(plan)} not applied" if plan else ""


def _check_disk() -> str:
    if settings.SERVERLESS:
        return ""  # nothing is kept there
    try:
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(settings.VAR_DIR).free
    except OSError as error:
        return type(error).__name__
    return "" if free >= FREE_DISK_LEAST_BYTES else f"{free} bytes free"


def _check_cache() -> str:
    try:
        known = redis_cache.look()
        if known.is_used:
            return (known.error or "away") if known.is_away else ""
        cache.set("health", "ok", 10)
        return "" if cache.get("health") == "ok" else "lost what it was given"
    except Exception as error:
        return type(error).__name__


def _check_broker() -> str:
    if getattr(settings, "CELERY_TASK_ALWAYS_EAGER", False):
        return ""
    try:
        with celery_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=CHECK_SECONDS)
    except Exception as error:
        return type(error).__name__
    return ""


def _check_processes() -> Findings:
    """Tell whether somebody works in the background, and somebody says when."""
    if settings.SERVERLESS or getattr(settings, "CELERY_TASK_ALWAYS_EAGER", False):
        return {"worker": "", "beat": ""}
    try:
        with cut_off_after(CHECK_SECONDS):
            living = {kind: heartbeats.living(kind) for kind in ("worker", "beat")}
    except (DatabaseError, InterfaceError) as error:
        return dict.fromkeys(("worker", "beat"), type(error).__name__)
    return {kind: "" if number else "none lives" for kind, number in living.items()}


def _check_replica() -> str:
    known = replica.look()
    return "" if known.is_usable or not known.is_used else known.problem or "not usable"


def _check_analyser() -> str:
    try:
        name = get_analyzer().name
    except Exception as error:
        return type(error).__name__
    wanted = settings.SEARCH_ANALYZER
    return f"{name} instead" if (name != wanted if wanted else name == "bigram") else ""


def _search() -> tuple[dict[str, Any], Findings]:
    """Tell how search is; a site whose search rests still serves."""
    if engine_name() != "opensearch":
        with cut_off_after(CHECK_SECONDS):
            return _search_now()

    def ask() -> tuple[dict[str, Any], Findings]:
        try:
            return _search_now()
        finally:
            connections.close_all()  # those of this thread

    return begin(ask, ({"status": SLOW}, {"search": SLOW, "index": ""}))()


def _search_now() -> tuple[dict[str, Any], Findings]:
    try:
        state = search_state()
    except Exception as error:  # whatever it is, an engine's odd answer too
        return {"status": type(error).__name__}, {"search": type(error).__name__, "index": ""}
    told = health_report(state)
    of_engine = [name for name in state.problems if name.startswith(("engine", "index"))]
    of_index = []
    if "worker_late" in state.problems:
        of_index.append(f"{told['lag_seconds']} s behind")
    if state.failed_count:
        of_index.append(f"{state.failed_count} failed")
    return told, {"search": ", ".join(of_engine), "index": ", ".join(of_index)}
