"""Logging: one line an event, Hangul readable, request ids bound by django-structlog."""

import logging
import logging.config
from pathlib import Path
from typing import Any

import structlog

FILE_BYTES = 10 * 1024 * 1024
FILE_COUNT = 10

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


def build_logging(*, level: str, fmt: str, to_stdout: bool, file: Path) -> dict[str, Any]:
    """Return a ``logging.config`` dictionary.

    Args:
        level: least level that is written.
        fmt: ``text`` for people or ``json``, one object a line.
        to_stdout: write to stdout instead of to ``file``.
        file: where the log goes; its folder is made when logging starts.
    """
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if fmt == "json"
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    if to_stdout:
        handler: dict[str, Any] = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}
    else:
        handler = {
            "class": "logging.handlers.RotatingFileHandler",
            "filename": str(file),
            "maxBytes": FILE_BYTES,
            "backupCount": FILE_COUNT - 1,
            "encoding": "utf-8",
            "delay": True,
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    renderer,
                ],
                "foreign_pre_chain": SHARED_PROCESSORS,
            }
        },
        "handlers": {"main": handler | {"formatter": "line"}},
        "root": {"handlers": ["main"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["main"], "level": level, "propagate": False},
            "django.db.backends": {"level": "WARNING"},
            # It tells of every call, with its whole address: of each search, and keys in queries.
            "httpx": {"level": "WARNING"},
        },
    }


def configure(config: dict[str, Any]) -> None:
    """Apply ``config`` (Django calls this as LOGGING_CONFIG) and set structlog up beside it."""
    filename = config["handlers"]["main"].get("filename")
    if filename:
        Path(filename).parent.mkdir(parents=True, exist_ok=True)
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
