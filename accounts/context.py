"""What every page shows of a person's own affairs."""

from functools import partial

from django.http import HttpRequest

from accounts.models import Job
from accounts.selectors import running_jobs


def jobs(request: HttpRequest) -> dict[str, object]:
    """Give templates ``running_jobs``: asked for where it is shown alone, in one query."""
    return {"running_jobs": partial(_running_jobs, request)}


def _running_jobs(request: HttpRequest) -> list[Job]:
    return running_jobs(request.user) if hasattr(request, "user") else []
