"""The site as an AWS Lambda function (``config.aws.handler``); deploy/lambda says how.

What may come in, told apart by what only AWS can write (bodies of requests are text inside an event):

* requests, from API Gateway: REST APIs and HTTP APIs with payload 1.0, HTTP APIs with payload 2.0;
* the clock, from EventBridge or with ``{"madang": "drain"}``: nothing runs between requests, so each
  call does what is due and what waits (config.draining);
* ``{"madang": "manage", "command": ["migrate"]}`` from whoever may invoke the function (IAM): one of
  MANAGED commands.
"""

import contextlib
import gzip
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote_to_bytes

_began = time.monotonic()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

import structlog  # noqa: E402
from apig_wsgi import make_lambda_handler  # noqa: E402
from celery.exceptions import SoftTimeLimitExceeded  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()

from config import draining, preloading, starts  # noqa: E402
from config.url_prefix import without_prefix  # noqa: E402

Event = dict[str, Any]
Environ = dict[str, Any]

INIT_SECONDS = 7.0
"""Lambda gives a new container ten seconds; what is not loaded by then loads beside the first requests."""

PAYLOAD_BYTES = 6 * 1024 * 1024 - 64 * 1024
"""Lambda's limit for an answer, as the JSON that it travels in, with room for its headers."""

MANAGED = frozenset(
    {"create_member", "createsuperuser", "doctor", "migrate", "prepare", "recount", "search_check"}
)
"""Commands that may be asked for; each ends by itself and reads no file of this machine."""

OUTPUT_CHARACTERS = 100_000
LAST_SECONDS = 3.0
NO_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Gate:
    """The WSGI application between API Gateway and the site: what differs there is put right here."""

    def __init__(self, application: Callable[..., Iterable[bytes]]):
        self.application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        put_right(environ)
        started: list[Any] = []

        def note(status: str, headers: list, exc_info: Any = None) -> Callable[[bytes], None]:
            started[:] = [status, headers]
            return written.append

        written: list[bytes] = []
        chunks = self.application(environ, note)
        try:
            written.extend(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close:
                close()
        status, headers = started
        if environ["REQUEST_METHOD"] == "HEAD" or int(status.split()[0]) in NO_BODY:
            start_response(status, headers)
            return []
        status, headers, body = fitted(status, headers, b"".join(written), environ)
        start_response(status, headers)
        return [body]


def put_right(environ: Environ) -> None:
    """Make of what API Gateway tells what a server on this machine would."""
    event = environ["apig_wsgi.full_event"]
    context = event["requestContext"]
    # Not X-Forwarded-For, whose beginning anybody may write: with TRUSTED_PROXIES the site counts
    # from its end, otherwise this address stands.
    who = context.get("http") or context.get("identity") or {}
    environ["REMOTE_ADDR"] = who.get("sourceIp") or ""
    environ["PATH_INFO"] = as_latin(inner_path(event))
    environ["QUERY_STRING"] = quote(environ["QUERY_STRING"], safe="%&=+;/?:@!$'()*,~-._[]")
    environ["SERVER_NAME"] = environ["SERVER_NAME"] or context.get("domainName") or ""
    environ["SERVER_PORT"] = environ["SERVER_PORT"] or "443"
    # API Gateway itself speaks TLS only; a local one says what it speaks.
    scheme = environ.get("HTTP_X_FORWARDED_PROTO", "https").rpartition(",")[2].strip().lower()
    environ["wsgi.url_scheme"] = scheme if scheme in {"http", "https"} else "https"
    cookies = (event.get("multiValueHeaders") or {}).items()
    for name, values in cookies:
        if name.lower() == "cookie":
            environ["HTTP_COOKIE"] = "; ".join(values)
    environ["HTTP_X_REQUEST_ID"] = getattr(environ["apig_wsgi.context"], "aws_request_id", "")
    environ["wsgi.input_terminated"] = True
    for name, value in environ.items():
        if isinstance(value, str) and any(letter > "\xff" for letter in value):
            environ[name] = as_latin(value)


def inner_path(event: Event) -> str:
    r"""Return the path inside the site: without the stage, without a custom domain's base path.

    At the address of a stage, ``path`` of a REST API has no stage, ``path`` and ``rawPath`` of an HTTP
    API begin with it. At a custom domain ``path`` begins with the base path of its mapping, ``rawPath``
    still with the stage. ``$default`` stands in none. What people see is URL_PREFIX, whatever came.
    """
    context = event["requestContext"]
    stage = f"/{context.get('stage') or ''}"
    path = unquoted(event["rawPath"] if event.get("version") == "2.0" else event["path"])
    outer = context.get("path") or ""
    if "version" not in event and outer and unquoted(outer) == stage + path:
        return path
    if "version" in event and stage not in {"/", "/$default"}:
        within = without_prefix(path, stage)
        if within != path:
            return within
    return without_prefix(path, settings.URL_PREFIX)


def unquoted(path: str) -> str:
    """Return ``path`` without percent signs; gateways send some paths encoded and some decoded."""
    return unquote_to_bytes(path).decode("utf-8", "surrogateescape")


def as_latin(text: str) -> str:
    """Return ``text`` as WSGI keeps it: its bytes, each as one letter (PEP 3333)."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def fitted(
    status: str, headers: list[tuple[str, str]], body: bytes, environ: Environ
) -> tuple[str, list[tuple[str, str]], bytes]:
    """Return the answer as it is, packed if that lets it through, or one that says it is too large."""
    names = {name.lower(): value for name, value in headers}
    is_text = "content-encoding" not in names and names.get("content-type", "").startswith(
        ("text/", "application/json", "application/problem+json")
    )
    if is_text and len(body) > PAYLOAD_BYTES // 6:
        is_fitting = len(json.dumps(body.decode("utf-8", "replace"))) <= PAYLOAD_BYTES
    else:
        is_fitting = is_text or len(body) * 4 // 3 <= PAYLOAD_BYTES
    if is_fitting:
        return status, headers, body
    if is_text and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        packed = gzip.compress(body, 6)
        if len(packed) * 4 // 3 <= PAYLOAD_BYTES:
            kept = [pair for pair in headers if pair[0].lower() != "content-length"]
            kept += [("Content-Encoding", "gzip"), ("Content-Length", str(len(packed)))]
            return status, [*kept, ("Vary", "Accept-Encoding")], packed
    text = b"This answer is larger than the 6 MB that a function may send.\n"
    plain = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text)))]
    return "413 Content Too Large", plain, text


# What is asked -------------------------------------------------------------------------------------


def handler(event: Event, context: Any) -> dict[str, Any]:
    """Answer one event of Lambda. Raises ValueError for what is none of ours."""
    if isinstance(event.get("requestContext"), dict):
        if "elb" in event["requestContext"]:
            raise ValueError("Load balancers tell other things: put API Gateway in front.")
        return answer(event, context)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=getattr(context, "aws_request_id", ""))
    asked = event.get("madang") or ("drain" if event.get("source") == "aws.events" else "")
    draining.forget_old_connections()
    try:
        if asked == "drain":
            return draining.drain(remaining_of(context)).told()
        if asked == "manage":
            return manage(event.get("command"), remaining_of(context), event.get("stdin") or "")
    finally:
        draining.forget_old_connections()
        structlog.contextvars.clear_contextvars()
    raise ValueError("This event is neither a request of API Gateway nor one of docs/lambda.")


def remaining_of(context: Any) -> Callable[[], float]:
    """Return what says how many seconds are left of this call."""
    return lambda: context.get_remaining_time_in_millis() / 1000


def manage(command: Any, remaining: Callable[[], float], stdin: str = "") -> dict[str, Any]:
    """Run one of MANAGED; return what it printed and whether it went well.

    ``stdin``: what it may read, a password for example.

    Raises ValueError for any other.
    """
    if (
        not isinstance(command, list)
        or not command
        or not all(isinstance(one, str) for one in command)
    ):
        raise ValueError('"command" must be a list such as ["migrate"].')
    if command[0] not in MANAGED:
        raise ValueError(f"Only these may be asked for: {', '.join(sorted(MANAGED))}.")
    out, problem = io.StringIO(), ""
    former, sys.stdin = sys.stdin, io.StringIO(stdin)
    with contextlib.redirect_stdout(out), draining.stopped_after(remaining() - LAST_SECONDS):
        try:
            call_command(*command, stdout=out, stderr=out)
        except CommandError as error:
            problem = str(error)
        except SoftTimeLimitExceeded:
            problem = "The time of this call was over."
        except SystemExit as stopped:
            problem = f"It ended with {stopped.code}." if stopped.code else ""
        finally:
            sys.stdin = former
    return {"ok": not problem, "problem": problem, "output": out.getvalue()[-OUTPUT_CHARACTERS:]}


# A new container -------------------------------------------------------------------------------------

answer = make_lambda_handler(Gate(application), binary_support=True)
starts.log_start("function")
if settings.SERVERLESS:
    preloading.load_soon(pause=0).join(max(0.0, INIT_SECONDS - (time.monotonic() - _began)))
sys.stdout.flush()
