"""What every page shows of a person's own affairs."""

from functools import partial

from django.http import HttpRequest

from accounts.models import Job
from accounts.selectors import running_jobs
from accounts.shown_people import ShownPerson, shown_person


def jobs(request: HttpRequest) -> dict[str, object]:
    """Give templates ``running_jobs``: asked for where it is shown alone, in one query."""
    return {"running_jobs": partial(_running_jobs, request)}


def _running_jobs(request: HttpRequest) -> list[Job]:
    return running_jobs(request.user) if hasattr(request, "user") else []


def me(request: HttpRequest) -> dict[str, object]:
    """Give templates ``me``: how the person is shown who is signed in, for parts that are kept."""
    return {"me": partial(_me, request), "is_own_page": partial(_is_own_page, request)}


def _me(request: HttpRequest) -> ShownPerson | None:
    user = getattr(request, "user", None)
    return shown_person(user) if user is not None and user.is_authenticated else None


def _is_own_page(request: HttpRequest) -> bool:
    person = _me(request)
    return person is not None and request.path == person.get_absolute_url()
