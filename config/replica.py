"""Reading from a replica of the database: where it does no harm, and as long as it keeps up.

With DATABASE_REPLICA_URL, GETs of public pages, feeds and public things of the API read there
(``public_page``, ``tolerates_lag`` of an ``ApiView``). All else asks the primary: every write, all that
happens in a transaction, who somebody is, what only they see, what staff see, and for WROTE_SECONDS
whatever is read by who has just written. Nobody misses what they wrote themselves.

A thread looks every LOOK_SECONDS whether the replica is there and how far it is behind; requests never
wait for that. What fails, or is not found, in a view that read from the replica is done again with the
primary: a replica that dies costs no error page. Not so in answers that are streamed: these read from
the primary.

``state()`` tells how it is.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import MiddlewareNotUsed
from django.db import Error, connections, transaction
from django.http import HttpRequest, HttpResponse

from config import limits, redis_cache
from config.databases import PRIMARY, REPLICA

log = structlog.get_logger(__name__)
LOOK_SECONDS = 5
TRUSTED_SECONDS = 3 * LOOK_SECONDS
"""How long an answer counts: functions and stopped processes have threads that do not look."""
IDLE_SECONDS = 60
LAG_SECONDS = 10
WROTE_SECONDS = 10
WROTE_COOKIE = "madang_wrote"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
API = "/api/"

PRIMARY_APPS = frozenset(
    # Who somebody is, what staff see, and what the cache keeps for all.
    "account admin auth config contenttypes mfa moderation search sessions socialaccount"
    " usersessions".split()
)
PRIMARY_MODELS = frozenset(
    "accounts.accesstoken accounts.job blog.announcement blog.draft blog.revision"
    " social.conversation social.inbox social.message social.notification".split()
)


@dataclass(frozen=True)
class State:
    """How the replica is for this process. ``lag``: seconds at most, as far as that is known."""

    is_used: bool = False
    is_usable: bool = False
    lag: float | None = None
    problem: str = ""


def state() -> State:
    """Return what this process last found out; asks nobody."""
    return watch.state() if settings.READS_FROM_REPLICA else State()


def look() -> State:
    """Ask both servers now and return how it is; for health, within two seconds."""
    if not settings.READS_FROM_REPLICA:
        return State()
    watch.look()
    return watch.state()


# Is it there, and how far behind? -----------------------------------------------------------------


class Watch:
    """What one process knows of the replica."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Know nothing."""
        self._thread: threading.Thread | None = None
        self._asked_at = self._looked_at = 0.0
        self._is_usable = False
        self._lag: float | None = None
        self._problem = "not looked at yet"
        self._positions: deque[tuple[float, int]] = deque(maxlen=60)

    def state(self) -> State:
        return State(True, self.is_trusted(), self._lag, self._problem)

    def is_trusted(self) -> bool:
        return self._is_usable and time.monotonic() - self._looked_at < TRUSTED_SECONDS

    def is_usable(self) -> bool:
        """Return whether to read there now; lets somebody look from now on."""
        self._asked_at = time.monotonic()
        if self._thread is None or not self._thread.is_alive():
            self._begin()
        return self.is_trusted()

    def lose(self, error: BaseException) -> None:
        """Ask the primary until somebody has looked again."""
        self._settle(False, None, f"{type(error).__name__}: {error}".strip())

    def look(self) -> None:
        """Find out now, with the connections of this thread."""
        try:
            lag = self._measure()
        except Error as error:
            self.lose(error)
            # What is broken here is opened anew next time.
            connections[REPLICA].close()
            connections[PRIMARY].close_if_unusable_or_obsolete()
        else:
            problem = "" if lag <= LAG_SECONDS else f"{lag:.0f} seconds behind"
            self._settle(not problem, lag, problem)

    def _measure(self) -> float:
        """Return for how many seconds at most what was written may be missing in the replica."""
        now = time.monotonic()
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint")
            written = cursor.fetchone()[0]
        with connections[REPLICA].cursor() as cursor:
            cursor.execute(
                "SELECT pg_is_in_recovery(),"
                " pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint,"
                " extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8"
            )
            is_replica, replayed, since_last = cursor.fetchone()
        if not is_replica or replayed is None:
            raise Error("this is no replica")
        self._positions.append((now, written))
        return behind(self._positions, replayed, since_last)

    def _settle(self, is_usable: bool, lag: float | None, problem: str) -> None:
        with self._lock:
            before, is_first = self._is_usable, not self._looked_at
            self._is_usable, self._lag, self._problem = is_usable, lag, problem
            self._looked_at = time.monotonic()
        if is_usable and not before:
            log.info("replica_used", lag=lag)
        elif not is_usable and (before or is_first):
            log.warning("replica_not_used", problem=problem)

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._look_again_and_again, name="replica-watch", daemon=True
                )
                self._thread.start()

    def _look_again_and_again(self) -> None:
        while time.monotonic() - self._asked_at < IDLE_SECONDS:
            try:
                self.look()
            finally:
                connections.close_all()
            time.sleep(LOOK_SECONDS)


def behind(
    positions: Iterator[tuple[float, int]], replayed: int, since_last: float | None
) -> float:
    """Return for how many seconds at most a replica that has ``replayed`` lacks what was written.

    ``positions``: when the primary had written how far, the latest last. ``since_last``: seconds since
    the replica replayed a commit; that alone would call a site at which nobody writes late.
    """
    positions = list(positions)
    now, written = positions[-1]
    if replayed >= written:
        return 0.0
    known = [now - moment for moment, position in positions if position <= replayed]
    bounds = [known[-1]] if known else []
    if since_last is not None:
        bounds.append(max(since_last, 0.0))
    return min(bounds, default=float("inf"))


watch = Watch()


# Who reads where ------------------------------------------------------------------------------------


@dataclass
class _Reading:
    """A view that may read from the replica, and whether it did."""

    has_read: bool = field(default=False)


_reading: ContextVar[_Reading | None] = ContextVar("reading_from_replica", default=None)


def reading_alias() -> str:
    """Return which database raw statements that only read should ask here."""
    reading = _reading.get()
    if reading is None or transaction.get_connection(PRIMARY).in_atomic_block:
        return PRIMARY
    reading.has_read = True
    return REPLICA


class Router:
    """Sends reads of marked views to the replica, everything else to the primary."""

    def db_for_read(self, model: type, **hints: Any) -> str:
        meta = model._meta
        if meta.app_label in PRIMARY_APPS or meta.label_lower in PRIMARY_MODELS:
            return PRIMARY
        return reading_alias()

    def db_for_write(self, model: type, **hints: Any) -> str:
        # Whatever database a row was read from.
        return PRIMARY

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == REPLICA else None


def may_lag(request: HttpRequest, who: str) -> bool:
    """Return whether ``request`` of ``who`` (empty: nobody we could know) may read from the replica."""
    if not settings.READS_FROM_REPLICA or request.method not in {"GET", "HEAD"}:
        return False
    if WROTE_COOKIE in request.COOKIES or hasattr(request, "each_time_kept"):
        # A page that is kept for all must be true when it is made.
        return False
    if who and (redis_cache.state().is_away or cache.get(_mark(who))):
        return False
    return watch.is_usable()


def answer(request: HttpRequest, who: str, respond: Callable[[], HttpResponse]) -> HttpResponse:
    """Return ``respond()``, which reads from the replica if it may, and again without if that fails."""
    if not may_lag(request, who):
        return respond()
    with _reading_from_replica() as reading:
        try:
            response = respond()
        except Exception as error:
            if not reading.has_read:
                raise
            if is_lost(error):
                watch.lose(error)
        else:
            if response.status_code < 400 or not reading.has_read:
                return response
    return respond()


def is_lost(error: Exception) -> bool:
    """Return whether the replica is gone; a statement that it stopped says nothing of the next."""
    if not isinstance(error, Error):
        return False
    code = getattr(error.__cause__, "pgcode", None)
    return code is None or code.startswith(("08", "57P", "53"))


@contextmanager
def _reading_from_replica() -> Iterator[_Reading]:
    reading = _Reading()
    token = _reading.set(reading)
    try:
        yield reading
    finally:
        _reading.reset(token)


# Who has just written ---------------------------------------------------------------------------


def reader_of(request: HttpRequest) -> str | None:
    """Return whose marks count for a page; None for staff, who never read what may be old."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    user = request.user
    if not user.is_authenticated:
        return ""
    return None if user.is_staff or user.is_superuser else f"person-{user.pk}"


def note_write(who: str) -> None:
    """Let ``who`` read from the primary for a while."""
    cache.set(_mark(who), 1, WROTE_SECONDS)


def _mark(who: str) -> str:
    return f"replica:wrote:{who}"


class WritingMiddleware:
    """After a request that may have written: let its browser, person or network see what they wrote.

    Browsers are told by a cookie that says nothing else, programs are known by their person, or
    without one by their network. No answer to a GET has the cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        if not settings.READS_FROM_REPLICA:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in SAFE_METHODS:
            self._remember(request, response)
        return response

    @staticmethod
    def _remember(request: HttpRequest, response: HttpResponse) -> None:
        try:
            user = getattr(request, "user", None)
            if user is not None and user.is_authenticated:
                note_write(f"person-{user.pk}")
            elif request.path_info.startswith(API):
                note_write(network_of(request))
        except Error:
            pass  # the database went away; what was answered is answered
        if "Authorization" not in request.headers:
            response.set_cookie(
                WROTE_COOKIE,
                "1",
                max_age=WROTE_SECONDS,
                path=settings.SESSION_COOKIE_PATH,
                domain=settings.SESSION_COOKIE_DOMAIN,
                secure=bool(settings.SESSION_COOKIE_SECURE),
                httponly=True,
                samesite="Lax",
            )


def network_of(request: HttpRequest) -> str:
    """Return who a program without a token is."""
    return f"address-{limits.network_of(request.META.get('REMOTE_ADDR', ''))}"
