"""Is the process alive, and can it serve?"""

import ipaddress
import shutil

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from config.celery import app as celery_app
from search.state import health_report

FREE_DISK_LEAST_BYTES = 100 * 1024 * 1024


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process lives."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 if all that pages need works, else 503; details to staff and to loopback."""
    results = {name: check() for name, check in CHECKS.items()}
    failed = [name for name, problem in results.items() if problem]
    status = 503 if failed else 200
    body: dict[str, object] = {"status": "failing" if failed else "ok"}
    if _may_see_details(request):
        body["checks"] = {name: problem or "ok" for name, problem in results.items()}
        body["search"] = _search()
    return JsonResponse(body, status=status)


def check_all() -> dict[str, str]:
    """Return each thing that pages need, and search, with its problem; empty: it works."""
    found = {name: check() for name, check in CHECKS.items()}
    status = str(_search().get("status", ""))
    return found | {"search": "" if status == "ok" else status}


def _may_see_details(request: HttpRequest) -> bool:
    try:
        # Behind a proxy on this machine everybody comes from loopback.
        is_direct = not request.META.get("HTTP_X_FORWARDED_FOR")
        if is_direct and ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback:
            return True
    except (KeyError, ValueError):
        pass
    try:
        return request.user.is_staff
    except DatabaseError:
        return False


def _check_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    return ""


def _check_migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return type(error).__name__
    return f"{len(plan)} not applied" if plan else ""


def _check_cache() -> str:
    try:
        cache.set("health", "ok", 10)
        return "" if cache.get("health") == "ok" else "lost what it was given"
    except Exception as error:
        return type(error).__name__


def _check_broker() -> str:
    if getattr(settings, "CELERY_TASK_ALWAYS_EAGER", False):
        return ""
    try:
        with celery_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except Exception as error:
        return type(error).__name__
    return ""


def _check_disk() -> str:
    try:
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(settings.VAR_DIR).free
    except OSError as error:
        return type(error).__name__
    return "" if free >= FREE_DISK_LEAST_BYTES else f"{free} bytes free"


def _search() -> dict[str, object]:
    """Tell how search is; a site whose search rests still serves."""
    try:
        return health_report()
    except Exception as error:  # whatever it is, an engine's odd answer too
        return {"status": type(error).__name__}


CHECKS = {
    "database": _check_database,
    "migrations": _check_migrations,
    "cache": _check_cache,
    "broker": _check_broker,
    "disk": _check_disk,
}
