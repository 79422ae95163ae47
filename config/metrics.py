"""Figures for Prometheus, where METRICS is on: counted in each process, added up when asked for.

Labels are names of our own routes, tasks and checks: their number is known, nobody can make more by
asking for odd addresses. What a whole site has one of (queues, jobs, index) is asked when somebody
looks (``config.metrics_page``). Without METRICS nothing here runs and no package is loaded.
"""

import fcntl
import os
import platform
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
OLD_FOLDER_SECONDS = 7 * 24 * 3600
"""A machine that counted nothing for so long, not even a probe, is no more."""

FILE_NAME = re.compile(r"(counter|histogram)_(\d+)\.db")
OF_THE_DEAD = 0
"""No process has this number: what ended processes counted is kept under it."""

_counted: dict[str, Any] = {}
_began: dict[str, float] = {}


def folder(var_dir: Path | None = None) -> Path:
    """Return where the processes of this machine keep what they counted.

    A machine of its own for each container: process numbers are only unique within one.
    """
    name = re.sub(r"[^\w.-]", "_", platform.node()) or "host"
    return (var_dir or settings.VAR_DIR) / "metrics" / name


def start() -> None:
    """Begin to count in this process. Raises ImproperlyConfigured if the package is missing."""
    if _counted:
        return
    if not settings.SERVERLESS:
        folder().mkdir(parents=True, exist_ok=True)
        _tell_the_package(folder())
        _forget_the_dead()
        _forget_old_machines()
    try:
        from prometheus_client import CollectorRegistry, Counter, Histogram
    except ImportError as error:
        raise ImproperlyConfigured(
            "METRICS is on, but prometheus-client is not installed: "
            "pip install --require-hashes -r requirements-monitoring.txt"
        ) from error
    registry = CollectorRegistry()
    _counted.update(
        registry=registry,
        requests=Counter(
            "madang_requests",
            "Requests by route, method and status.",
            ("view", "method", "status"),
            registry=registry,
        ),
        request_seconds=Histogram(
            "madang_request_seconds",
            "Time until the answer begins, by route.",
            ("view",),
            buckets=SECONDS,
            registry=registry,
        ),
        tasks=Counter(
            "madang_tasks",
            "Tasks by name and how they ended.",
            ("task", "outcome"),
            registry=registry,
        ),
        task_seconds=Histogram(
            "madang_task_seconds",
            "Time that tasks took, by name.",
            ("task",),
            buckets=SECONDS,
            registry=registry,
        ),
    )
    _watch_tasks()


class MetricsMiddleware:
    """Count each request by the name of its route, never by its address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        status = "500"
        try:
            response = self.get_response(request)
            status = str(response.status_code)
        finally:
            if _counted:
                match = getattr(request, "resolver_match", None)
                view = match.view_name if match else "(none)"
                method = request.method if request.method in METHODS else "(other)"
                _counted["requests"].labels(view, method, status).inc()
                _counted["request_seconds"].labels(view).observe(time.perf_counter() - began)
        return response


def collected(extra: Any = None) -> tuple[bytes, str]:
    """Return what all processes of this machine counted, with the figures of ``extra``, and its type.

    ``extra``: a collector of prometheus-client. It may ask others, who may be slow: it is asked
    before the files are locked, for which gunicorn's master waits when a process ends.
    """
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    asked = b""
    if extra is not None:
        registry = CollectorRegistry()
        registry.register(extra)
        asked = generate_latest(registry)
    if settings.SERVERLESS:
        return generate_latest(_counted["registry"]) + asked, CONTENT_TYPE_LATEST
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder()))
    with _locked(folder()):
        counted = generate_latest(registry)
    return counted + asked, CONTENT_TYPE_LATEST


# Processes that end ---------------------------------------------------------------------------------


def child_exit(pid: int, var_dir: Path | None = None) -> None:
    """Keep what the ended process ``pid`` counted without its files.

    gunicorn's master calls this, which has no settings of Django.
    """
    place = folder(var_dir)
    if not place.is_dir():
        return
    _tell_the_package(place)
    from prometheus_client.mmap_dict import MmapedDict

    with _locked(place):
        for kind in ("counter", "histogram"):
            own = place / f"{kind}_{pid}.db"
            if not own.is_file():
                continue
            kept = MmapedDict(str(place / f"{kind}_{OF_THE_DEAD}.db"))
            try:
                for key, value, moment, _position in MmapedDict.read_all_values_from_file(str(own)):
                    kept.write_value(key, kept.read_value(key)[0] + value, moment)
            finally:
                kept.close()
            own.unlink()


def _tell_the_package(place: Path) -> None:
    # It looks for this when it is imported, and never again; forks inherit both.
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(place))


def _forget_the_dead() -> None:
    """Remove what processes left that were not seen to end; all of it, if none of them lives."""
    with _locked(folder()):
        files = {path: FILE_NAME.fullmatch(path.name) for path in folder().glob("*.db")}
        numbers = {path: int(match[2]) for path, match in files.items() if match}
        living = {pid for pid in numbers.values() if pid != OF_THE_DEAD and _lives(pid)}
        for path, pid in numbers.items():
            if pid not in living and (pid != OF_THE_DEAD or not living):
                path.unlink(missing_ok=True)


def _forget_old_machines() -> None:
    """Remove what containers left that were replaced long ago: each had a name of its own."""
    now = time.time()
    for place in folder().parent.iterdir():
        try:
            files = [path for path in place.glob("*.db") if FILE_NAME.fullmatch(path.name)]
            newest = max(path.stat().st_mtime for path in (place, *files))
            if place == folder() or now - newest < OLD_FOLDER_SECONDS:
                continue
            for path in files:
                path.unlink(missing_ok=True)
            place.rmdir()
        except OSError:
            continue  # it is no folder, it holds something else, or another process was faster


def _lives(pid: int) -> bool:
    if pid == os.getpid():
        return False  # its number is ours now
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


# Tasks ----------------------------------------------------------------------------------------------


def _watch_tasks() -> None:
    from celery import signals

    signals.task_prerun.connect(_task_begins, dispatch_uid="config.metrics")
    signals.task_postrun.connect(_task_ends, dispatch_uid="config.metrics")


def _task_begins(task_id: str = "", **kwargs: Any) -> None:
    _began[task_id] = time.perf_counter()


def _task_ends(
    task_id: str = "", task: Any = None, state: str | None = None, **kwargs: Any
) -> None:
    began = _began.pop(task_id, None)
    _counted["tasks"].labels(task.name, (state or "unknown").lower()).inc()
    if began is not None:
        _counted["task_seconds"].labels(task.name).observe(time.perf_counter() - began)
