"""A server that people can reach. Refuses to start half-configured and names what is missing."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.folders import foreign_paths
from config.settings.base import *  # noqa: F403
from config.settings.base import (
    ALLOWED_HOSTS,
    DEBUG,
    SECRET_KEY,
    SITE_URL,
    TRUSTED_PROXIES,
    WEBHOOKS_TO_LOOPBACK,
    env,
)

SECRET_KEY_LEAST_CHARACTERS = 50
SECRET_KEY_LEAST_DISTINCT = 10

missing = []
if (
    len(SECRET_KEY) < SECRET_KEY_LEAST_CHARACTERS
    or len(set(SECRET_KEY)) < SECRET_KEY_LEAST_DISTINCT
    or SECRET_KEY.startswith("django-insecure-")
):
    missing.append(f"SECRET_KEY must have {SECRET_KEY_LEAST_CHARACTERS} random characters or more.")
if DEBUG:
    missing.append("DEBUG must be off on a server.")
if not ALLOWED_HOSTS:
    missing.append("ALLOWED_HOSTS must name the hosts that this site answers for.")
if urlsplit(SITE_URL).hostname in {None, "localhost"}:
    missing.append("SITE_URL must be the address that people type.")
if WEBHOOKS_TO_LOOPBACK:
    missing.append("WEBHOOKS_TO_LOOPBACK would let members reach this machine from inside.")
missing += foreign_paths(env)
if missing:
    # All at once: nobody wants to start a server four times.
    raise ImproperlyConfigured(" ".join(missing))

USES_TLS = urlsplit(SITE_URL).scheme == "https"
SESSION_COOKIE_SECURE = USES_TLS
CSRF_COOKIE_SECURE = USES_TLS
SECURE_SSL_REDIRECT = USES_TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.HSTS_SECONDS
SECURE_HSTS_INCLUDE_SUBDOMAINS = bool(env.HSTS_SECONDS)
SECURE_HSTS_PRELOAD = bool(env.HSTS_SECONDS)
CSRF_TRUSTED_ORIGINS = [SITE_URL] if USES_TLS else []
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
