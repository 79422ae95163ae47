"""A laptop: everything embedded, nothing to configure. ``make run`` serves with these."""

import fcntl
import os
import secrets
from pathlib import Path

from config.settings.base import *  # noqa: F403
from config.settings.base import MAIL_ENABLED, SECRET_KEY, VAR_DIR


def _own_key(path: Path) -> str:
    """Return the key in the file ``path``; of processes that begin at once, one makes it."""
    if path.exists() and (key := path.read_text(encoding="utf-8")):
        return key
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with open(descriptor, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        key = file.read()
        if not key:
            key = secrets.token_urlsafe(64)
            file.write(key)
    return key


VAR_DIR.mkdir(parents=True, exist_ok=True)
if not SECRET_KEY:
    SECRET_KEY = _own_key(VAR_DIR / "secret-key")

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", ".localhost", "testserver"]
if not MAIL_ENABLED:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
WEBHOOKS_TO_LOOPBACK = True
