"""A laptop: everything embedded, nothing to configure. ``make run`` serves with these."""

import secrets

from config.settings.base import *  # noqa: F403
from config.settings.base import MAIL_ENABLED, SECRET_KEY, VAR_DIR

VAR_DIR.mkdir(parents=True, exist_ok=True)
if not SECRET_KEY:
    key_file = VAR_DIR / "secret-key"
    if not key_file.exists():
        key_file.touch(mode=0o600)
        key_file.write_text(secrets.token_urlsafe(64), encoding="utf-8")
    SECRET_KEY = key_file.read_text(encoding="utf-8")

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", ".localhost", "testserver"]
if not MAIL_ENABLED:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
WEBHOOKS_TO_LOOPBACK = True
