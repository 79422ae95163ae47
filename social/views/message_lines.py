"""Messages and conversations as pages show them: everything prepared, so that templates print."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from blog.markdown.links import find_links
from blog.markdown.sanitise import REL
from config import clock
from config.text import excerpt
from social.models import ConversationSide, Message

LAST_WORDS_LENGTH = 80  # graphemes


@dataclass(frozen=True)
class MessageLine:
    """One message. ``html`` is escaped text with links; its line ends are kept by the style.

    ``is_held``: moderators hide it from the other one.
    """

    id: int
    person: User
    name: str
    url: str
    is_own: bool
    is_deleted: bool
    is_held: bool
    html: SafeString | str
    sent_iso: str
    sent_exact: str
    sent_relative: str


@dataclass(frozen=True)
class ConversationLine:
    """One conversation of a list. ``text``: the last words, in one line."""

    person: User
    name: str
    url: str
    text: str
    is_own: bool
    unread_count: int
    at_iso: str
    at_exact: str
    at_relative: str


def name_of(person: User) -> str:
    """Return how ``person`` is called; whoever left has no name any more."""
    return _("Deleted member") if person.state == User.State.ERASED else person.name


def message_lines(messages: Iterable[Message], viewer: User, other: User) -> list[MessageLine]:
    """Return ``messages`` between ``viewer`` and ``other`` in the given order; makes no query."""
    lines = []
    for message in messages:
        is_own = message.sender_id == viewer.pk
        person = viewer if is_own else other
        lines.append(
            MessageLine(
                id=message.pk,
                person=person,
                name=name_of(person),
                url="" if person.state == User.State.ERASED else person.get_absolute_url(),
                is_own=is_own,
                is_deleted=message.deleted_at is not None,
                is_held=message.is_held,
                html=linked(message.text),
                sent_iso=clock.iso(message.created_at),
                sent_exact=clock.exact(message.created_at),
                sent_relative=clock.relative(message.created_at),
            )
        )
    return lines


def conversation_lines(
    sides: Iterable[ConversationSide], last: dict[int, Message], viewer: User
) -> list[ConversationLine]:
    """Return ``sides`` of ``viewer``; ``last`` holds their last messages by key."""
    lines = []
    for side in sides:
        message = last.get(side.last_message)
        lines.append(
            ConversationLine(
                person=side.other,
                name=name_of(side.other),
                url=reverse("social:conversation", args=[side.other.handle]),
                text=_last_words(message),
                is_own=message is not None and message.sender_id == viewer.pk,
                unread_count=side.unread_count,
                at_iso=clock.iso(side.last_at),
                at_exact=clock.exact(side.last_at),
                at_relative=clock.relative(side.last_at),
            )
        )
    return lines


def linked(text: str) -> SafeString:
    """Return plain ``text`` escaped, with addresses as links (SO-14)."""
    pieces: list[SafeString | str] = []
    done = 0
    for link in find_links(text):
        pieces.append(conditional_escape(text[done : link.start]))
        pieces.append(
            format_html('<a href="{}" rel="{}">{}</a>', link.url, REL, text[link.start : link.end])
        )
        done = link.end
    pieces.append(conditional_escape(text[done:]))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _last_words(message: Message | None) -> str:
    if message is None:
        return ""
    if message.deleted_at is not None:
        return _("This message was deleted.")
    return excerpt(message.text, LAST_WORDS_LENGTH)
