"""What each mail about an account says, and to whom: made when it is sent, so no secret waits."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import ngettext_lazy

from accounts.models import Job, User
from config import clock
from config.mails import site_link
from config.stored_files import open_stored

EVENTS = frozenset(
    "password_changed password_set password_reset address_change_requested address_changed"
    " totp_activated totp_deactivated webauthn_added webauthn_removed recovery_codes_generated"
    " account_connected account_disconnected".split()
)


class Letter(NamedTuple):
    """One mail to one person; language and zone may be empty."""

    to: str
    language: str
    time_zone: str
    context: dict[str, Any]
    attachments: tuple[tuple[str, bytes, str], ...] = ()


def register(
    name: str,
    composer: Callable[[dict[str, Any]], Letter | None],
    *,
    sent: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """Make a mail of an app to the right known; ``sent`` is called when it left."""
    COMPOSERS[name] = composer
    if sent is not None:
        _sent[name] = sent


def note_sent(name: str, data: dict[str, Any]) -> None:
    """Let the app whose mail it is note that it left."""
    if name in _sent:
        _sent[name](data)


def compose(name: str, data: dict[str, Any]) -> Letter | None:
    """Return recipient, language, zone and context of the mail ``name``; None: nothing to send."""
    return COMPOSERS[name](data)


def _confirm_address(data: dict[str, Any]) -> Letter | None:
    address = EmailAddress.objects.select_related("user").filter(pk=data["address_id"]).first()
    if address is None or address.verified or not address.user.is_active:
        return None
    key = EmailConfirmationHMAC.create(address).key
    return Letter(
        address.email,
        address.user.language,
        address.user.time_zone,
        {
            "person": address.user,
            "link": site_link(reverse("account_confirm_email", args=[key])),
            "days": settings.EMAIL_CONFIRM_DAYS,
            "is_change": not address.primary,
        },
    )


def _reset_password(data: dict[str, Any]) -> Letter | None:
    user = User.objects.by_email(data["email"]).first()
    if user is None or not user.is_active:
        return None
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return Letter(
        user.email,
        user.language,
        user.time_zone,
        {
            "person": user,
            "link": site_link(path.replace("UID-KEY", key)),
            "minutes": settings.PASSWORD_RESET_MINUTES,
        },
    )


def _security_notice(data: dict[str, Any]) -> Letter | None:
    user = User.objects.filter(pk=data["user_id"]).first()
    to = data.get("to") or (user.email if user else "")
    if user is None or not to:
        return None
    return Letter(
        to,
        user.language,
        user.time_zone,
        {
            "person": user,
            "event": data["event"],
            "address": data.get("address", ""),
            "provider": data.get("provider", ""),
            "browser": data.get("browser", ""),
            "network": data.get("network", ""),
            # Called by the template: in the language and the zone of whoever reads it.
            "exact_time": partial(clock.exact, parse_datetime(data["at"])),
            "reset_link": site_link(reverse("account_reset_password")),
        },
    )


def _job_failed(data: dict[str, Any]) -> Letter | None:
    job = Job.objects.select_related("owner").filter(pk=data["job_id"]).first()
    if job is None or not job.owner.email or not job.owner.is_active:
        return None
    return Letter(
        job.owner.email,
        job.owner.language,
        job.owner.time_zone,
        {"person": job.owner, "job": job, "link": site_link(reverse("accounts:settings_jobs"))},
    )


def _archive_ready(data: dict[str, Any]) -> Letter | None:
    job = Job.objects.select_related("owner").filter(pk=data["job_id"]).first()
    if job is None or not job.owner.email or not job.owner.is_active:
        return None
    link = site_link(reverse("accounts:settings_export"))
    attachments = _small_file(job)
    return Letter(
        job.owner.email,
        job.owner.language,
        job.owner.time_zone,
        {"person": job.owner, "job": job, "link": link, "is_attached": bool(attachments)},
        attachments,
    )


def _small_file(job: Job) -> tuple[tuple[str, bytes, str], ...]:
    """Return the JSON file that ``job`` made if it fits into a mail (AC-57)."""
    name, size = job.result.get("filename", ""), job.result.get("size", 0)
    if not name.endswith(".json") or size > settings.EXPORT_MAIL_MAX_BYTES:
        return ()
    try:
        with open_stored(job.result["stored"]) as file:
            return ((name, file.read(), "application/json"),)
    except FileNotFoundError:
        return ()


def _leaving(data: dict[str, Any]) -> Letter | None:
    user = User.objects.filter(pk=data["user_id"]).first()
    if user is None or not user.email or user.state != User.State.LEAVING or not user.erase_at:
        return None
    return Letter(
        user.email,
        user.language,
        user.time_zone,
        {
            "person": user,
            # Called by the template: in the language and the zone of whoever reads it.
            "exact_time": partial(clock.exact, user.erase_at),
            "link": site_link(reverse("account_login")),
        },
    )


def _leaving_receipt(data: dict[str, Any]) -> Letter | None:
    return Letter(
        data["to"],
        data["language"],
        data["time_zone"],
        {
            "handle": data["handle"],
            "lines": partial(_receipt_lines, data["counts"]),
            "exact_time": partial(clock.exact, parse_datetime(data["at"])),
        },
    )


def _receipt_lines(counts: dict[str, int]) -> list[str]:
    """Return what went, in the language of the mail; called by the template."""
    words = {
        "posts": ngettext_lazy("%(count)s post", "%(count)s posts", "count"),
        "series": ngettext_lazy("%(count)s series", "%(count)s series", "count"),
        "images": ngettext_lazy("%(count)s image", "%(count)s images", "count"),
        "pictures": ngettext_lazy("%(count)s picture of you", "%(count)s pictures of you", "count"),
        "comments": ngettext_lazy("%(count)s comment", "%(count)s comments", "count"),
        "likes": ngettext_lazy("%(count)s like", "%(count)s likes", "count"),
        "bookmarks": ngettext_lazy("%(count)s bookmark", "%(count)s bookmarks", "count"),
        "follows": ngettext_lazy("%(count)s follow", "%(count)s follows", "count"),
        "followers": ngettext_lazy("%(count)s follower", "%(count)s followers", "count"),
        "blocks": ngettext_lazy("%(count)s block", "%(count)s blocks", "count"),
        "mutes": ngettext_lazy("%(count)s mute", "%(count)s mutes", "count"),
        "notifications": ngettext_lazy(
            "%(count)s notification", "%(count)s notifications", "count"
        ),
        "carried": ngettext_lazy(
            "%(count)s record of an archive", "%(count)s records of an archive", "count"
        ),
        "embed sites": ngettext_lazy(
            "%(count)s site elsewhere", "%(count)s sites elsewhere", "count"
        ),
        "messages": ngettext_lazy(
            "%(count)s message lost your name", "%(count)s messages lost your name", "count"
        ),
    }
    return [text % {"count": counts[name]} for name, text in words.items() if counts.get(name)]


_sent: dict[str, Callable[[dict[str, Any]], None]] = {}

COMPOSERS = {
    "archive_ready": _archive_ready,
    "leaving": _leaving,
    "leaving_receipt": _leaving_receipt,
    "confirm_address": _confirm_address,
    "reset_password": _reset_password,
    "job_failed": _job_failed,
    "security_notice": _security_notice,
}
