"""How gunicorn serves the site: ``gunicorn --config config/gunicorn.py config.wsgi``.

Everything comes from the environment (WEB_BIND, WEB_CONCURRENCY, WEB_THREADS, TRUSTED_PROXIES), so
that every road and ``make run`` start the same server. Options of the command line win.
"""

import logging
import sys
from pathlib import Path
from typing import Any

# The command lies elsewhere, and reads this before it looks for the site.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from config import env as environment

env = environment.load()

# Where it listens -----------------------------------------------------------------------------------
bind = env.WEB_BIND
# A socket is for its user and group alone: the proxy is of the group. gunicorn removes a stale one at
# the start and its own at the end.
umask = 0o007
SOCKET_MODE = 0o660
# Which address a request comes from is judged in one place (config.middleware), by TRUSTED_PROXIES;
# gunicorn believes no header of anybody.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

# Processes and threads --------------------------------------------------------------------------------
worker_class = "config.web_worker.ImpatientThreadWorker"
workers = env.WEB_CONCURRENCY
threads = env.WEB_THREADS
preload_app = env.WEB_PRELOAD
reload = env.DEBUG
proc_name = "madang"
MEMORY = Path("/dev") / "shm"
if MEMORY.is_dir():
    # A heartbeat file on a slow disk can make gunicorn think that its worker hangs.
    worker_tmp_dir = str(MEMORY)
control_socket_disable = True

# How long ---------------------------------------------------------------------------------------------
timeout = 60
"""Seconds after which a process that does not even come round to its loop is replaced."""

graceful_timeout = 30
"""Seconds that running requests have to end when the server stops (OP-13)."""

keepalive = 15
"""Seconds that a connection of a proxy is kept for the next request."""

# Logs -------------------------------------------------------------------------------------------------
# Requests are logged by the site (config.middleware), with its ids and without what is nobody's
# business.
accesslog = None
errorlog = "-"
loglevel = "warning"
logger_class = "config.gunicorn_log.GunicornLogger"


def on_starting(server: Any) -> None:
    """Warn of a proxy that nobody trusts: without its word every reader has the same address."""
    if env.WEB_BIND.startswith("unix:") and not env.TRUSTED_PROXIES:
        server.log.warning(
            "WEB_BIND is a unix socket, which only a proxy reaches: set TRUSTED_PROXIES=1, or "
            "limits count all readers as one."
        )


def when_ready(server: Any) -> None:
    """Leave of the socket's rights what means something: to read and to write."""
    if env.WEB_BIND.startswith("unix:"):
        Path(env.WEB_BIND.removeprefix("unix:")).chmod(SOCKET_MODE)


def pre_fork(server: Any, worker: Any) -> None:
    """Take along nothing that two processes must not share: what loading left open is closed."""
    if preload_app:
        close_connections()


def child_exit(server: Any, worker: Any) -> None:
    """Keep what the process that ended had counted."""
    if env.METRICS and not env.SERVERLESS:
        from config import metrics

        metrics.child_exit(worker.pid, env.VAR_DIR)


def close_connections() -> None:
    """Close what this process holds open to the database and to the cache."""
    from django.core.cache import caches
    from django.db import connections

    connections.close_all()
    for cache in caches.all(initialized_only=True):
        try:
            cache.close()
        except Exception:
            logging.getLogger(__name__).exception("cache_not_closed")
