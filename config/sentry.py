"""Errors to Sentry, or to anything that speaks its language, where SENTRY_DSN says so.

An event has the trace, the release, the method and the path. Never: variables, bodies, cookies,
headers, query strings, who it was, or what the log said before (OP-55, T37).
"""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured

from config.scrubbing import scrub_message, scrub_text, scrub_value

REQUEST_PARTS = ("method", "url")
CONTEXTS = ("runtime", "os", "trace")


def start(dsn: str, *, environment: str, site_url: str) -> None:
    """Report errors of this process to ``dsn``.

    Raises ImproperlyConfigured if the package is missing or ``dsn`` is none.
    """
    try:
        import sentry_sdk
        from sentry_sdk.integrations.celery import CeleryIntegration
        from sentry_sdk.integrations.django import DjangoIntegration
        from sentry_sdk.integrations.logging import LoggingIntegration
        from sentry_sdk.utils import BadDsn
    except ImportError as error:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set, but sentry-sdk is not installed: "
            "pip install --require-hashes -r requirements-monitoring.txt"
        ) from error
    from config import __version__

    try:
        sentry_sdk.init(
            dsn=dsn,
            release=f"madang@{__version__}",
            environment=environment,
            server_name=urlsplit(site_url).hostname,
            send_default_pii=False,
            max_request_body_size="never",
            include_local_variables=False,
            max_breadcrumbs=0,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            send_client_reports=False,
            traces_sample_rate=None,
            integrations=[
                DjangoIntegration(middleware_spans=False, signals_spans=False),
                CeleryIntegration(),
                LoggingIntegration(level=None),
            ],
            before_send=clean_event,
            before_send_transaction=lambda event, hint: None,
        )
    except BadDsn as error:
        raise ImproperlyConfigured(f"SENTRY_DSN cannot be read: {error}") from error


def clean_event(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Return ``event`` with what may leave the house and nothing else."""
    for part in ("user", "breadcrumbs", "modules"):
        event.pop(part, None)
    if request := event.get("request"):
        event["request"] = {key: request[key] for key in REQUEST_PARTS if key in request}
        if url := event["request"].get("url"):
            event["request"]["url"] = scrub_text(urlunsplit((*urlsplit(url)[:3], "", "")))
    for one in (event.get("exception") or {}).get("values") or []:
        one["value"] = scrub_message(str(one.get("value") or ""))
        _drop_variables(one.get("stacktrace"))
        (one.get("mechanism") or {}).pop("data", None)
    for one in (event.get("threads") or {}).get("values") or []:
        _drop_variables(one.get("stacktrace"))
    if entry := event.get("logentry"):
        event["logentry"] = {"message": scrub_message(str(entry.get("message") or ""))}
    if "message" in event:
        event["message"] = scrub_message(str(event["message"]))
    if "transaction" in event:
        event["transaction"] = scrub_text(str(event["transaction"]))
    event["extra"] = {}
    event["tags"] = scrub_value(event.get("tags") or {})
    contexts = event.get("contexts") or {}
    event["contexts"] = {name: contexts[name] for name in CONTEXTS if name in contexts}
    return event


def _drop_variables(stacktrace: Any) -> None:
    for frame in (stacktrace or {}).get("frames") or []:
        frame.pop("vars", None)
