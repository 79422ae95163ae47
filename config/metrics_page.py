"""``/metrics``: what the processes counted, and what the site has now."""

import hmac
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import DelayedMail, Job
from config import __version__, health, heartbeats, metrics, replica
from config.celery import app as celery_app
from config.env import QUEUES
from config.models import PromisedTask

KEPT_SECONDS = 5.0

Figure = tuple[str, str, tuple[str, ...], list[tuple[tuple[str, ...], float]]]
"""Name, what it says, names of labels, values by labels."""


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the figures. For this machine, staff, and who sends METRICS_TOKEN; 404 to all others."""
    if not settings.METRICS or not (_has_token(request) or health.may_see_details(request)):
        raise Http404
    body, content_type = metrics.collected(SiteFigures())
    return HttpResponse(body, content_type=content_type)


def _has_token(request: HttpRequest) -> bool:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    is_same = hmac.compare_digest(given.strip().encode(), wanted.encode())
    return bool(wanted) and kind.lower() == "bearer" and is_same


class SiteFigures:
    """What there is one of in the whole site, asked when somebody looks: a collector."""

    def describe(self) -> list[Any]:
        """Nothing in advance: registering must not ask."""
        return []

    def collect(self) -> Iterator[Any]:
        """Return the figures as gauges."""
        from prometheus_client.core import GaugeMetricFamily

        for name, words, labels, values in figures():
            family = GaugeMetricFamily(name, words, labels=labels)
            for marks, value in values:
                family.add_metric(marks, value)
            yield family


_lock = threading.Lock()
_kept: tuple[float, list[Figure]] | None = None


def figures() -> list[Figure]:
    """Return the figures of the site, as they were at most KEPT_SECONDS ago."""
    global _kept
    with _lock:
        if _kept is None or time.monotonic() - _kept[0] >= KEPT_SECONDS:
            _kept = (time.monotonic(), _figures())
        return _kept[1]


def forget() -> None:
    """Look anew next time."""
    global _kept
    _kept = None


def _figures() -> list[Figure]:
    findings, search = health.look()
    depths = health.begin(_queue_depths, {})
    found: list[Figure] = [
        ("madang_info", "What runs here.", ("version",), [((__version__,), 1)]),
        (
            "madang_check_ok",
            "1 where a check of /readyz finds nothing, else 0.",
            ("check",),
            [((name,), 0 if problem else 1) for name, problem in findings.items()],
        ),
    ]
    if not findings["database"]:
        found += [figure for ask in OF_THE_DATABASE for figure in _asked(ask)]
        found += [
            _one("madang_search_waiting", "Changes that are not indexed yet.", search, "waiting"),
            _one("madang_search_failed", "Changes that could not be indexed.", search, "failed"),
            _one("madang_search_lag_seconds", "Age of the oldest of them.", search, "lag_seconds"),
        ]
    copy = replica.state()
    if copy.lag is not None:
        words = "How far the copy of the database is behind, at most."
        found.append(("madang_replica_lag_seconds", words, (), [((), copy.lag)]))
    found.append(
        (
            "madang_queue_messages",
            "Messages that no worker took yet.",
            ("queue",),
            [((name,), number) for name, number in depths().items()],
        )
    )
    return [figure for figure in found if figure[3]]


def _one(name: str, words: str, told: dict[str, Any], key: str) -> Figure:
    return (name, words, (), [((), float(told[key]))] if key in told else [])


def _asked(ask: Callable[[], Iterable[Figure]]) -> list[Figure]:
    """Return what ``ask`` finds; a figure that cannot be had is left out."""
    try:
        with health.cut_off_after(health.CHECK_SECONDS):
            return list(ask())
    except DatabaseError:
        return []


def _jobs() -> Iterable[Figure]:
    rows = dict(Job.objects.order_by().values_list("state").annotate(number=Count("pk")))
    values = [((state,), float(rows.get(state, 0))) for state in Job.State.values]
    yield "madang_jobs", "Jobs of the last 90 days, by state.", ("state",), values


def _mails() -> Iterable[Figure]:
    waiting = DelayedMail.objects.filter(state=DelayedMail.State.WAITING).count()
    yield "madang_mails_waiting", "Mails that did not leave yet.", (), [((), waiting)]


def _promises() -> Iterable[Figure]:
    rows = PromisedTask.objects.order_by().values_list("name").annotate(number=Count("pk"))
    values = [((name,), float(number)) for name, number in rows]
    words = "Tasks that were asked for and are not done, mails among them."
    yield "madang_promised_tasks", words, ("task",), values
    given_up = PromisedTask.objects.filter(due_at=None).count()
    yield "madang_promises_given_up", "Promised tasks that failed for good.", (), [((), given_up)]


def _processes() -> Iterable[Figure]:
    beats = heartbeats.last_beats()
    now = timezone.now()
    kinds = (heartbeats.WORKER, heartbeats.BEAT)
    living = [
        (
            (kind,),
            float(sum(beat.kind == kind and heartbeats.is_alive(beat, now) for beat in beats)),
        )
        for kind in kinds
    ]
    yield "madang_processes", "Processes in the background that live.", ("kind",), living
    newest = {kind: [beat for beat in beats if beat.kind == kind][:1] for kind in kinds}
    ages = [
        ((kind,), (now - beats[0].seen_at).total_seconds())
        for kind, beats in newest.items()
        if beats
    ]
    yield "madang_heartbeat_age_seconds", "Since the last sign of life.", ("kind",), ages


def _database_size() -> Iterable[Figure]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        (size,) = cursor.fetchone()
    yield "madang_database_bytes", "Size of the database.", (), [((), float(size))]


OF_THE_DATABASE = (_jobs, _mails, _promises, _processes, _database_size)


def _queue_depths() -> dict[str, float]:
    if getattr(settings, "CELERY_TASK_ALWAYS_EAGER", False):
        return {}
    with celery_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=health.CHECK_SECONDS)
        channel = broker.default_channel
        return {name: float(channel._size(name)) for name in QUEUES}
