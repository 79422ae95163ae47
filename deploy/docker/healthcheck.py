"""Ask the web server of this container whether it lives; the exit code is for HEALTHCHECK.

The image has no curl, and WEB_BIND may be a socket, which a URL cannot name.
"""

import http.client
import socket
import sys
from urllib.parse import urlsplit

from config import env as environment

SECONDS = 4
EVERY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "::1"}  # noqa: S104


def connect(bind: str) -> socket.socket:
    """Return a connection to where gunicorn listens: host:port or unix:/path. Raises OSError."""
    if bind.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(SECONDS)
        try:
            connection.connect(bind.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = bind.rpartition(":")
    return socket.create_connection(
        (EVERY_ADDRESS.get(host, host.strip("[]")), int(port)), timeout=SECONDS
    )


def is_healthy(env: environment.Environment) -> bool:
    """Tell whether ``/healthz`` answers 200."""
    # The name of the site, which it knows by ALLOWED_HOSTS, unlike that of this container.
    web = http.client.HTTPConnection(urlsplit(env.SITE_URL).netloc)
    try:
        web.sock = connect(env.WEB_BIND)
        web.request("GET", f"{env.URL_PREFIX}/healthz")
        return web.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        web.close()


if __name__ == "__main__":
    sys.exit(0 if is_healthy(environment.load()) else 1)
