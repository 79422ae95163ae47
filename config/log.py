"""Logging: one line an event, Hangul readable, request ids bound by django-structlog.

Whoever logs writes to one handler: Django, Celery, gunicorn and ourselves. What it writes has been
through ``config.scrubbing``. The classes that write are in ``config.log_writers``.
"""

import logging
import logging.config
import os
import sys
from pathlib import Path
from typing import Any

import structlog

from config.outages import is_database_away
from config.scrubbing import format_trace, scrub_message, scrub_text, scrub_value

FILE_BYTES = 10 * 1024 * 1024
FILE_COUNT = 10
FIRST = ("timestamp", "level", "request_id", "logger")
PLACE = ("pathname", "lineno")
MADE_BY_OTHERS = ("asctime", "message")
"""What the formatter of another handler leaves at a record."""

WORDS_OF_ERRORS = ("error", "reason", "exc")
CONTROL_CHARACTERS = {number: f"\\x{number:02x}" for number in (*range(32), 127)} | {
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\t",
}

CAUSED_BY_STRANGERS = (
    "DisallowedHost",
    "RequestDataTooBig",
    "TooManyFieldsSent",
    "TooManyFilesSent",
)
"""What Django calls errors and is answered with 400: each scanner of the internet causes them."""


class Warned(logging.Filter):
    """Make a warning of one line of what Django logs as an error."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
        return True


class NotTwice(logging.Filter):
    """Leave out what ``config.middleware`` said in one line already: that the database is away."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and is_database_away(record.exc_info[1]))


def write_trace(logger: object, name: str, line: dict[str, Any]) -> dict[str, Any]:
    """Put the traceback into the line, without the values that exceptions quote."""
    found = line.pop("exc_info", None)
    if isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    elif found and not isinstance(found, tuple):
        found = sys.exc_info()
    if found and found[0] is not None:
        line["exception"] = format_trace(found)
        # Whoever logs an exception likes to put it into the message as well.
        line["event"] = scrub_message(str(line.get("event", "")))
    return line


def scrub_line(logger: object, name: str, line: dict[str, Any]) -> dict[str, Any]:
    """Take out of a line what must not stand in a log, and put what is left in order."""
    for key in MADE_BY_OTHERS:
        line.pop(key, None)
    first = {key: line.pop(key) for key in FIRST if key in line}
    place = {key: line.pop(key) for key in PLACE if key in line}
    event = scrub_text(str(line.pop("event", "")))
    trace = {}
    if isinstance(found := line.pop("exception", None), str):
        trace = {"exception": found}
    elif found is not None:
        line["error"] = found
    for key in WORDS_OF_ERRORS:
        if isinstance(line.get(key), str):
            line[key] = scrub_message(line[key])
    return {**first, "event": event, **scrub_value(line), **place, **trace}


def keep_on_one_line(logger: object, name: str, line: dict[str, Any]) -> dict[str, Any]:
    """Escape line breaks of values: what a stranger sent must not look like a line of ours."""
    return {
        key: value.translate(CONTROL_CHARACTERS)
        if isinstance(value, str) and key != "exception"
        else value
        for key, value in line.items()
    }


SHARED_PROCESSORS = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.CallsiteParameterAdder(
        {
            structlog.processors.CallsiteParameter.PATHNAME,
            structlog.processors.CallsiteParameter.LINENO,
        }
    ),
]


def build_logging(
    *, level: str, fmt: str, to_stdout: bool, file: Path, mails_errors: bool = False
) -> dict[str, Any]:
    """Return a ``logging.config`` dictionary.

    Args:
        level: least level that is written.
        fmt: ``text`` for people or ``json``, one object a line.
        to_stdout: write to stdout instead of to ``file``.
        file: where the log goes; its folder is made when logging starts.
        mails_errors: tell ADMINS of errors by mail.
    """
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if fmt == "json"
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    if to_stdout:
        handler: dict[str, Any] = {"class": "config.log_writers.StreamWriter", "to": "stdout"}
    else:
        handler = {
            "class": "config.log_writers.FileWriter",
            "filename": str(file),
            "maxBytes": FILE_BYTES,
            "backupCount": FILE_COUNT - 1,
            "encoding": "utf-8",
        }
    handlers = {"main": handler | {"formatter": "line"}}
    if mails_errors:
        handlers["error_mails"] = {
            "class": "config.error_mails.ErrorMailHandler",
            "level": "ERROR",
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    write_trace,
                    scrub_line,
                    keep_on_one_line,
                    renderer,
                ],
                "foreign_pre_chain": SHARED_PROCESSORS,
            }
        },
        "filters": {"warned": {"()": Warned}, "not_twice": {"()": NotTwice}},
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": level},
        "loggers": {
            # Django's own handlers would mail each error from within the request.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.request": {"filters": ["not_twice"]},
            **{f"django.security.{name}": {"filters": ["warned"]} for name in CAUSED_BY_STRANGERS},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            "django.db.backends": {"level": "WARNING"},
            # It tells of every call, with its whole address: of each search, and keys in queries.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "urllib3": {"level": "ERROR"},
            # Lines for each task that is sent, comes and goes; celery.app.trace tells of failures.
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "django_structlog.celery.receivers": {"level": "CRITICAL"},
        },
    }


def configure(config: dict[str, Any]) -> None:
    """Apply ``config`` (Django calls this as LOGGING_CONFIG) and set structlog up beside it.

    A log that cannot be written does not stop the site: it says so once and goes on to stderr.
    """
    filename = config["handlers"]["main"].get("filename")
    if filename and (problem := what_hinders(Path(filename))):
        print(problem, file=sys.stderr, flush=True)  # noqa: T201
        stderr = {"class": "config.log_writers.StreamWriter", "to": "stderr", "formatter": "line"}
        config = config | {"handlers": config["handlers"] | {"main": stderr}}
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def what_hinders(file: Path) -> str:
    """Return why ``file`` cannot be the log and what to do; empty: it can. Makes its folder."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_dir():
            raise IsADirectoryError(f"{file} is a folder")
        # The lock and rotated files stand beside it: the folder must be ours as well.
        if not os.access(file.parent, os.W_OK | os.X_OK):
            raise PermissionError(f"the folder {file.parent} cannot be written")
        if file.exists() and not os.access(file, os.W_OK):
            raise PermissionError(f"{file} cannot be written")
    except OSError as error:
        return (
            f"LOG_FILE: {error}. The log goes to standard error instead. This process runs as user "
            f"{os.geteuid()}: give it the folder (chown), or set LOG_FILE or LOG_TO_STDOUT."
        )
    return ""
