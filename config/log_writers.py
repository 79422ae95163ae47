"""Where log lines go: a file that several processes share, or a stream that they share."""

import fcntl
import io
import logging
import os
import sys
import threading
import time
from typing import Any

from concurrent_log_handler import ConcurrentRotatingFileHandler

from config.env import ROOT

SAYS_AGAIN_SECONDS = 60
FILE_MODE = 0o640


class StreamWriter(logging.StreamHandler):
    """Standard output or error: UTF-8 whatever the locale, lines whole whoever else writes there.

    A pipe takes 4,096 bytes at once and not one more: two processes with long lines would mix
    them. All wait for one another at a lock on the project's folder, which needs no file.
    """

    def __init__(self, to: str = "stdout"):
        super().__init__(_as_utf8(getattr(sys, to)))
        self._lock_pid = 0
        self._lock_file: int | None = None

    def emit(self, record: logging.LogRecord) -> None:
        lock = self._opened_lock()
        try:
            if lock is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)
            super().emit(record)
        finally:
            if lock is not None:
                fcntl.flock(lock, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._lock_file is not None:
            os.close(self._lock_file)
        self._lock_file, self._lock_pid = None, 0
        super().close()

    def _opened_lock(self) -> int | None:
        """Return a lock of this very process: one that came by a fork would hold nobody off."""
        if self._lock_pid != os.getpid():
            # What came by a fork is not closed: it may be another file by now.
            self._lock_pid = os.getpid()
            try:
                self._lock_file = os.open(ROOT, os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                self._lock_file = None
        return self._lock_file


class FileWriter(ConcurrentRotatingFileHandler):
    """The log file. What cannot be written there is written to stderr: a full disk stops no site."""

    def __init__(self, filename: str, **options: Any):
        super().__init__(filename, chmod=FILE_MODE, unicode_error_policy="replace", **options)
        self._said_at = -float(SAYS_AGAIN_SECONDS)
        self._said_lock = threading.Lock()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging calls it
        error = sys.exc_info()[1]
        stream = _as_utf8(sys.__stderr__ or sys.stderr)
        if stream is None:
            return
        try:
            with self._said_lock:
                is_due = time.monotonic() - self._said_at >= SAYS_AGAIN_SECONDS
                if is_due:
                    self._said_at = time.monotonic()
            if is_due:
                stream.write(f"The log {self.baseFilename} cannot be written: {error!r}\n")
            if isinstance(error, OSError | RuntimeError):
                stream.write(self.format(record) + "\n")
            stream.flush()
        except (OSError, ValueError):
            pass  # there is nowhere left to say it


def _as_utf8(stream: Any) -> Any:
    """Let a stream write Hangul under any locale; what cannot be written is escaped."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    return stream
