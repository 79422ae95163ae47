"""What the header of every page says of a person's news."""

from dataclasses import dataclass
from functools import partial

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from social.cursors import cursor_at
from social.news import inbox_of

MOST_SHOWN = 99


@dataclass(frozen=True)
class Badge:
    """A number beside an icon. ``none`` and ``some`` are what is read out; {count} is its place."""

    name: str
    unread: int
    none: str
    some: str

    @property
    def number(self) -> str:
        return str(self.unread) if self.unread <= MOST_SHOWN else f"{MOST_SHOWN}+"

    @property
    def text(self) -> str:
        return self.some.replace("{count}", str(self.unread)) if self.unread else self.none


@dataclass(frozen=True)
class InboxState:
    """The two badges, and where this page stands in the news."""

    cursor: str
    notifications: Badge
    messages: Badge


def inbox(request: HttpRequest) -> dict[str, object]:
    """Give templates ``inbox``: asked for where it is shown alone, in one query."""
    return {"inbox": SimpleLazyObject(partial(_state_of, request))}


def _state_of(request: HttpRequest) -> InboxState | None:
    if not hasattr(request, "user") or not request.user.is_authenticated:
        return None
    row = inbox_of(request.user)
    return InboxState(
        cursor=cursor_at(request.user, row.sequence),
        notifications=Badge(
            "unread_notifications",
            row.unread_notifications,
            _("Notifications"),
            _("Notifications: {count} unread"),
        ),
        messages=Badge(
            "unread_messages", row.unread_messages, _("Messages"), _("Messages: {count} unread")
        ),
    )
