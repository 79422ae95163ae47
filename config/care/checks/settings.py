"""Settings that are risky where strangers can reach the site; a laptop may have them."""

import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.utils.translation import gettext as _

from config.care.doctor import SERIOUS, WARNING, Finding

PYTHON_LEAST = (3, 11)
DJANGO_SERIES = (5, 2)
SECRET_LEAST = 50
LOCAL = {None, "localhost", "127.0.0.1", "::1"}


def is_local() -> bool:
    """Return whether only this machine is meant to reach the site."""
    return urlsplit(settings.SITE_URL).hostname in LOCAL


def look() -> Iterator[Finding]:
    """Yield what a server should not be set to."""
    yield from _look_at_versions()
    if is_local():
        return
    if settings.DEBUG:
        yield Finding(
            SERIOUS,
            _("DEBUG is on."),
            _("Error pages show strangers the code and the settings."),
            _("Set DEBUG=off and DJANGO_SETTINGS_MODULE=config.settings.prod."),
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding(
            SERIOUS,
            _("ALLOWED_HOSTS allows every host."),
            _("Links in mails can be made to lead elsewhere."),
            _("Name the site's own hosts in ALLOWED_HOSTS."),
        )
    if len(settings.SECRET_KEY) < SECRET_LEAST:
        yield Finding(
            SERIOUS,
            _("SECRET_KEY is short."),
            _("Whoever guesses it can sign in as anybody."),
            _("Make a new one; .env.example says how. Everybody has to sign in again."),
        )
    yield from _look_at_the_way_in()
    if not settings.ADMINS:
        yield Finding(
            WARNING,
            _("ADMINS names nobody."),
            _("Nobody is told by mail when a page fails."),
            _("Set ADMINS to an address that somebody reads."),
        )


def _look_at_versions() -> Iterator[Finding]:
    if sys.version_info < PYTHON_LEAST or django.VERSION[:2] != DJANGO_SERIES:
        yield Finding(
            SERIOUS,
            _("This runs on Python %(python)s and Django %(django)s.")
            % {"python": sys.version.split()[0], "django": django.get_version()},
            _("It is tried with Python 3.11 or newer and Django 5.2 alone."),
            _("Make the environment anew: pip install --require-hashes -r requirements.txt"),
        )


def _look_at_the_way_in() -> Iterator[Finding]:
    if urlsplit(settings.SITE_URL).scheme != "https":
        yield Finding(
            SERIOUS,
            _("SITE_URL begins with http."),
            _("Passwords travel where others can read them."),
            _("Get a certificate (docs/server.md) and let SITE_URL begin with https."),
        )
        return
    if not settings.SECURE_HSTS_SECONDS:
        yield Finding(
            WARNING,
            _("HSTS_SECONDS is 0."),
            _("A browser's first request may go unencrypted and be led elsewhere."),
            _("When HTTPS works for good, set HSTS_SECONDS=31536000."),
        )
    if not settings.TRUSTED_PROXIES:
        yield Finding(
            WARNING,
            _("SITE_URL is https and TRUSTED_PROXIES is 0."),
            _("Behind a proxy all visitors count as one, and redirects to https never end."),
            _("Set TRUSTED_PROXIES to how many proxies of yours stand in front, mostly 1."),
        )
