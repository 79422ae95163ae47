"""What the site talks to: the mail server and Redis."""

from collections.abc import Iterator

import redis
from django.conf import settings
from django.core import mail
from django.utils.translation import gettext as _

from config.care.checks.settings import is_local
from config.care.doctor import SERIOUS, WARNING, Finding

REDIS_SECONDS = 3
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def look_at_mail() -> Iterator[Finding]:
    """Yield whether the mail server greets us and takes our password; nothing is sent."""
    if settings.EMAIL_BACKEND == "django.core.mail.backends.dummy.EmailBackend":
        if not is_local():
            yield Finding(
                WARNING,
                _("MAIL_SERVER is not set."),
                _("Nobody can confirm an address or reset a password."),
                _("Set MAIL_SERVER, MAIL_PORT, MAIL_USERNAME, MAIL_PASSWORD and MAIL_FROM."),
            )
        return
    if settings.EMAIL_BACKEND != SMTP:
        return
    try:
        with mail.get_connection(fail_silently=False):
            pass
    except Exception as error:  # smtplib, ssl and socket have errors of their own
        yield _mail_finding(error)


def send_probe_mail(address: str) -> Finding | None:
    """Send one mail to ``address``; return what was wrong."""
    try:
        mail.send_mail(
            _("A mail to try out the mail server"),
            _("%(site)s can send mail.") % {"site": settings.SITE_URL},
            None,
            [address],
        )
    except Exception as error:  # as above
        return _mail_finding(error)
    return None


def _mail_finding(error: Exception) -> Finding:
    text = str(error)
    if settings.EMAIL_HOST_PASSWORD:
        text = text.replace(settings.EMAIL_HOST_PASSWORD, "…")
    return Finding(
        SERIOUS,
        _("The mail server %(host)s:%(port)d cannot be used: %(error)s")
        % {
            "host": settings.EMAIL_HOST,
            "port": settings.EMAIL_PORT,
            "error": f"{type(error).__name__}: {text}"[:300],
        },
        _("Nobody can confirm an address or reset a password."),
        _("Look at MAIL_SERVER, MAIL_PORT, MAIL_USE_TLS, MAIL_USERNAME and MAIL_PASSWORD."),
    )


def look_at_redis() -> Iterator[Finding]:
    """Yield whether Redis answers and keeps the messages it is given."""
    if not settings.REDIS_URL:
        return
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS
    )
    try:
        memory, persistence = client.info("memory"), client.info("persistence")
        snapshots = _snapshots(client)
    except redis.RedisError as error:
        yield Finding(
            SERIOUS,
            _("Redis does not answer: %(error)s") % {"error": type(error).__name__},
            _("Pages get slower and background work waits."),
            _("Start it, or look at REDIS_URL; docs/outages.md says what works meanwhile."),
        )
        return
    finally:
        client.close()
    policy = memory.get("maxmemory_policy", "noeviction")
    if policy != "noeviction" and not policy.startswith("volatile"):
        yield Finding(
            WARNING,
            _("Redis throws away keys when it is full (%(policy)s).") % {"policy": policy},
            _("Messages to the workers are such keys."),
            _("Set maxmemory-policy volatile-lru: the cache expires, messages do not."),
        )
    if not persistence.get("aof_enabled") and snapshots == "":
        yield Finding(
            WARNING,
            _("Redis keeps nothing on disk."),
            _("A restart of Redis loses the messages that wait for workers."),
            _("Set appendonly yes in redis.conf."),
        )


def _snapshots(client: redis.Redis) -> str | None:
    try:
        return client.config_get("save").get("save", "")
    except redis.ResponseError:  # a rented Redis does not tell
        return None
