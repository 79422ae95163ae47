"""Errors by mail to ADMINS: whoever runs the site hears of one before anybody complains (OP-22).

What logs an error pays for a look into a dictionary and a place in a short queue. A thread of its
own does the rest; a mail server that is down, slow or mute keeps that thread busy and nobody else.
The same error (its type and its place) is told once in ten minutes: by all processes together where
they share a cache, else by each. A mail has the trace, the request's id, method and path. It has no
cookies, no forms, no values of variables, no addresses: ``config.scrubbing`` saw all of it.
"""

import atexit
import contextlib
import hashlib
import logging
import os
import platform
import queue
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import close_old_connections, connections
from django.utils import timezone

from config.scrubbing import Trace, format_trace, place_of, scrub_message, scrub_value

SAME_ERROR_SECONDS = 600
WAITING_MOST = 50
REMEMBERED_MOST = 500
"""Fingerprints; whoever can cause more different errors than this may cause some mails more."""

REST_SECONDS = 60
"""How long a mail server that failed is left alone."""

ATTEMPTS = 10
LAST_WORDS_SECONDS = 5
SUBJECT_MAX_LENGTH = 150
TOLD_MARK = "_madang_told"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Told:
    """One error, made ready to be mailed."""

    fingerprint: str
    name: str
    place: str
    body: str


class ErrorMailHandler(logging.Handler):
    """Hands errors to the thread that mails them; never waits, never fails."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == __name__:
            return
        try:
            mailer.tell(record)
        except Exception:
            self.handleError(record)


class Mailer:
    """A bounded queue and the thread that empties it, one of each in a process."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget all: a process that was forked has neither its parent's thread nor its errors."""
        self._waiting: queue.Queue[Told] = queue.Queue(WAITING_MOST)
        self._lock = threading.Lock()
        self._told_at: dict[str, float] = {}
        self._kept_back: dict[str, int] = {}
        self._thread: threading.Thread | None = None

    def tell(self, record: logging.LogRecord) -> None:
        """Queue what ``record`` says, unless the same was told a moment ago."""
        trace = _trace_of(record)
        if trace and getattr(trace[1], TOLD_MARK, False):
            return  # one failure is logged by more than one logger
        if trace:
            with contextlib.suppress(AttributeError, TypeError):
                setattr(trace[1], TOLD_MARK, True)
        name, place = _what_and_where(record, trace)
        fingerprint = hashlib.sha256(f"{name}|{place}".encode()).hexdigest()[:32]
        with self._lock:
            now = time.monotonic()
            told_at = self._told_at.get(fingerprint)
            if told_at is not None and now - told_at < SAME_ERROR_SECONDS:
                self._kept_back[fingerprint] = self._kept_back.get(fingerprint, 0) + 1
                return
            while len(self._told_at) >= REMEMBERED_MOST:
                oldest = next(iter(self._told_at))
                del self._told_at[oldest]
                self._kept_back.pop(oldest, None)
            self._told_at.pop(fingerprint, None)
            self._told_at[fingerprint] = now
            kept_back = self._kept_back.pop(fingerprint, 0)
        body = _body(record, trace, name, place, kept_back)
        try:
            self._waiting.put_nowait(Told(fingerprint, name, place, body))
        except queue.Full:
            self.forget(fingerprint)
        self._ensure_thread()

    def forget(self, fingerprint: str) -> None:
        """Let the same error be told again: this time nobody heard of it."""
        with self._lock:
            self._told_at.pop(fingerprint, None)

    def wait(self, seconds: float) -> bool:
        """Wait until all is sent or given up; return whether it is."""
        until = time.monotonic() + seconds
        while self._waiting.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.02)
        return not self._waiting.unfinished_tasks

    def _ensure_thread(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._run, args=(self._waiting,), name="error-mails", daemon=True
                )
                self._thread.start()

    def _run(self, waiting: queue.Queue[Told]) -> None:
        while waiting is self._waiting:
            told = waiting.get()
            try:
                self._send_at_last(told, waiting)
            finally:
                waiting.task_done()

    def _send_at_last(self, told: Told, waiting: queue.Queue[Told]) -> None:
        """Send it, or try again a few times; what comes meanwhile waits in the queue."""
        for _attempt in range(ATTEMPTS):
            if waiting is not self._waiting:
                return  # all was forgotten
            try:
                self._send_once(told)
                return
            except Exception as error:
                # By its type alone: the answer of a server may quote addresses.
                logger.warning("error_mail_not_sent", extra={"error": type(error).__name__})
            time.sleep(REST_SECONDS)
        self.forget(told.fingerprint)

    def _send_once(self, told: Told) -> None:
        if not _is_first(told.fingerprint):
            return
        try:
            close_old_connections()
            mail = EmailMessage(
                subject=_subject(told),
                body=told.body,
                from_email=settings.SERVER_EMAIL,
                to=[address for _name, address in settings.ADMINS],
                headers={"Auto-Submitted": "auto-generated"},
            )
            connections.close_all()
            mail.send()
        except Exception:
            _forget_everywhere(told.fingerprint)
            raise


def _is_first(fingerprint: str) -> bool:
    """Return whether no other process told of this within ten minutes; yes if nobody can say."""
    try:
        return cache.add(f"error-mail:{fingerprint}", 1, SAME_ERROR_SECONDS)
    except Exception:
        return True


def _forget_everywhere(fingerprint: str) -> None:
    try:
        cache.delete(f"error-mail:{fingerprint}")
    except Exception:  # noqa: S110
        pass  # then it is told again in ten minutes


def _trace_of(record: logging.LogRecord) -> Trace | None:
    found: Any = record.exc_info
    if found and found[0] is not None:
        return found
    if isinstance(record.msg, dict):
        # A line of structlog, not yet made into text.
        found = record.msg.get("exc_info")
        if found is True:
            found = sys.exc_info()
        if isinstance(found, BaseException):
            return type(found), found, found.__traceback__
        if isinstance(found, tuple) and found and found[0] is not None:
            return found
    return None


def _what_and_where(record: logging.LogRecord, trace: Trace | None) -> tuple[str, str]:
    """Return the name of an error and its place, which do not change from one time to the next."""
    if trace:
        return trace[0].__qualname__, place_of(trace)
    event = record.msg.get("event", "") if isinstance(record.msg, dict) else record.msg
    # The message without its values: they differ each time.
    return scrub_message(str(event)).split("\n")[0], f"{record.name}:{record.lineno}"


def _body(
    record: logging.LogRecord, trace: Trace | None, name: str, place: str, kept_back: int
) -> str:
    facts: dict[str, Any] = dict(structlog.contextvars.get_contextvars())
    if isinstance(record.msg, dict):
        message = str(record.msg.get("event", ""))
        facts |= {key: value for key, value in record.msg.items() if key in {"code", "request"}}
    else:
        message = record.getMessage()
    lines = [
        f"error: {name}",
        f"place: {place}",
        f"message: {scrub_message(message)}",
        f"logger: {record.name}",
        f"time: {timezone.now().isoformat(timespec='seconds')}",
        f"site: {settings.SITE_URL}",
        f"process: {record.processName} {os.getpid()} on {platform.node()}",
        *(f"{key}: {value}" for key, value in scrub_value(facts).items()),
    ]
    if kept_back:
        lines.append(f"times since the last mail: {kept_back + 1}")
    return "\n".join(lines) + "\n\n" + (format_trace(trace) if trace else "(no traceback)") + "\n"


def _subject(told: Told) -> str:
    line = " ".join(f"[{_site_name()}] error: {told.name} in {told.place}".split())
    return line[:SUBJECT_MAX_LENGTH]


def _site_name() -> str:
    """Return the site's title, or its host where there is no database to tell it."""
    from config.selectors import site_settings

    try:
        return site_settings().title or urlsplit(settings.SITE_URL).netloc
    except Exception:
        return urlsplit(settings.SITE_URL).netloc


def send_last_words() -> None:
    """Give what waits a moment when the process ends."""
    mailer.wait(LAST_WORDS_SECONDS)


mailer = Mailer()
os.register_at_fork(after_in_child=mailer.begin_anew)
atexit.register(send_last_words)
