"""The site below a path (URL_PREFIX): requests that name the prefix and requests that do not.

Some proxies take the prefix off (nginx with a path after ``proxy_pass``), some leave it on, and
``make run`` has none: an address below the prefix means the same whichever way it came.
"""

from collections.abc import Callable, Iterable
from typing import Any

from celery.signals import task_prerun
from django.conf import settings
from django.urls import set_script_prefix

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def without_prefix(path: str, prefix: str) -> str:
    """Return ``path`` as it is inside the site; one that is not below ``prefix`` as it came."""
    rest = path.removeprefix(prefix)
    if rest == path or (rest and not rest.startswith("/")):
        return path
    return rest or "/"


def below_prefix(application: Application, prefix: str) -> Application:
    """Return ``application`` for requests whose path may begin with ``prefix``."""
    if not prefix:
        return application

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        # WSGI keeps bytes in latin-1; a prefix in other letters is compared as the same bytes.
        as_sent = prefix.encode().decode("latin-1")
        environ["PATH_INFO"] = without_prefix(environ.get("PATH_INFO", ""), as_sent)
        return application(environ, start_response)

    return serve


@task_prerun.connect
def write_addresses_below(**kwargs: Any) -> None:
    """Let what a task writes (mails, notifications) lead below the prefix.

    Django sets it for the thread of a request and for the first thread of a process; a worker has
    more.
    """
    set_script_prefix(settings.FORCE_SCRIPT_NAME or "/")
