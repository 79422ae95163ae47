"""Private messages, as far as staff see them: what somebody reported, and a little around it (AD-09)."""

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from moderation.models import Decision, Screening
from moderation.subjects.writing import first_words
from moderation.targets import CONTENT_ACTS, Subject, Target, register_target
from social.actions import message_holds
from social.models import ConversationSide, Message, Report

KIND = "message"
AROUND = 3
"""So many messages before and after a reported one are shown with it."""


def register() -> None:
    """Make messages known."""
    register_target(
        Target(
            KIND,
            pgettext_lazy("private", "Message"),
            load_message,
            CONTENT_ACTS,
            hide=message_holds.hold_message,
            show=message_holds.show_message,
        )
    )


def load_message(pk: int) -> Subject | None:
    """Return a message that one of the two reported; staff read no other.

    Of one that its sender deleted there is what stood there when it was reported (SO-21). What a
    rule held can be decided about, without its words.
    """
    reports = Report.objects.filter(target_kind=KIND, target_id=pk).order_by("-pk")
    rows = Message.objects.select_related("sender", "conversation__low", "conversation__high")
    message = rows.filter(pk=pk).first()
    if message is None:
        return None
    if reports.exists():
        text = message.text
        if message.deleted_at is not None:
            text = reports.exclude(copy="").values_list("copy", flat=True).first() or ""
        title, html = first_words(text), _html(message, text, _side_of_reporter(message, reports))
    elif _was_held_by_a_rule(pk):
        text, title = "", _("A private message")
        html = format_html("<p><i>{}</i></p>", _("Nobody reported it, so nobody reads it here."))
    else:
        return None
    sender = message.sender
    return Subject(
        kind=KIND,
        id=pk,
        owner=sender,
        title=title,
        html=html,
        source=text,
        url=_address_for(sender, message),
        admin_url="",
        created_at=message.created_at,
        is_hidden=message.is_held,
        byline=_name_of(sender),
    )


def _was_held_by_a_rule(pk: int) -> bool:
    found = Screening.objects.filter(target_kind=KIND, target_id=pk)
    return (
        found.exclude(outcome=Screening.Outcome.PASSED).exists()
        or Decision.objects.about(KIND, pk).by_rules().exists()
    )


def _side_of_reporter(message: Message, reports) -> ConversationSide | None:
    """Return the conversation as the one has it who reported; what they removed is not shown."""
    sides = ConversationSide.objects.filter(conversation=message.conversation_id)
    return (
        sides.filter(person__in=reports.values("reporter")).exclude(person=message.sender).first()
    )


def _html(message: Message, text: str, side: ConversationSide | None) -> SafeString:
    said = format_html('<p class="message-said">{}</p>', text)
    if side is None:
        return said
    before, after = _around(message, side)
    return format_html("{}{}{}", _context(before), said, _context(after))


def _around(message: Message, side: ConversationSide) -> tuple[list[Message], list[Message]]:
    rows = Message.objects.select_related("sender").filter(
        conversation=message.conversation_id, pk__gt=side.cleared_up_to, deleted_at=None
    )
    before = list(rows.filter(pk__lt=message.pk).order_by("-pk")[:AROUND])
    after = list(rows.filter(pk__gt=message.pk).order_by("pk")[:AROUND])
    return before[::-1], after


def _context(messages: list[Message]) -> SafeString | str:
    if not messages:
        return ""
    lines = format_html_join(
        "", "<p><b>{}</b> {}</p>", ((_name_of(one.sender), one.text) for one in messages)
    )
    return format_html(
        '<blockquote class="message-context"><p><i>{}</i></p>{}</blockquote>',
        _("Around it, not reported:"),
        lines,
    )


def _name_of(person: User | None) -> str:
    return person.name if person else str(gettext_lazy("Deleted member"))


def _address_for(sender: User | None, message: Message) -> str:
    """Return where the sender finds the message; staff have no page of it."""
    talk = message.conversation
    other = talk.high if sender is not None and talk.low_id == sender.pk else talk.low
    return f"{reverse('social:conversation', args=[other.handle])}#message-{message.pk}"
