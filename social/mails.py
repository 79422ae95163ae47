"""What the mails about notifications say; made when they are sent, so they say what is true then."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from config.mails import build_mail, site_link
from social import notices
from social.models import Notification
from social.notice_cards import Card, cards_for
from social.unsubscribing import DAILY, unsubscribe_token

LINES_IN_DIGEST = 20


def notice_mail(person: User, told: Notification) -> EmailMultiAlternatives | None:
    """Return the mail about one notification; None if ``person`` may not see it any more."""
    cards = _cards(person, [told])
    kind = notices.find_kind(told.kind)
    if not cards or kind is None:
        return None
    return _mail(person, "notification", told.kind, {"card": cards[0], "label": kind.label})


def digest_mail(person: User, told: Iterable[Notification]) -> EmailMultiAlternatives | None:
    """Return the mail of the day; None if ``person`` may see none of it any more."""
    cards = _cards(person, told)
    if not cards:
        return None
    context = {
        "cards": cards[:LINES_IN_DIGEST],
        "count": len(cards),
        "more": max(0, len(cards) - LINES_IN_DIGEST),
    }
    return _mail(person, "digest", DAILY, context)


def _cards(person: User, told: Iterable[Notification]) -> list[Card]:
    zone = ZoneInfo(person.time_zone or settings.TIME_ZONE)
    with (
        translation.override(person.language or settings.LANGUAGE_CODE),
        timezone.override(zone),
    ):
        return [card._replace(url=site_link(card.url)) for card in cards_for(person, told)]


def _mail(person: User, name: str, ends: str, context: dict) -> EmailMultiAlternatives:
    token = unsubscribe_token(person, ends)
    unsubscribe_link = site_link(reverse("social:unsubscribe", args=[token]))
    mail = build_mail(
        name,
        to=person.email,
        language=person.language,
        time_zone=person.time_zone,
        context=context
        | {
            "person": person,
            "unsubscribe_link": unsubscribe_link,
            "all_link": site_link(reverse("social:notifications")),
            "settings_link": site_link(reverse("social:settings_notifications")),
        },
    )
    # RFC 8058: the mail program itself can end these mails with one POST, without asking.
    mail.extra_headers["List-Unsubscribe"] = f"<{unsubscribe_link}>"
    mail.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return mail
