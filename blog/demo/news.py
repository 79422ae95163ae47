"""What the demo's people were told: most of it is read, the latest is not; no mail leaves."""

from accounts.models import User
from social import notices
from social.actions import choose_mails, mark_read
from social.models import Notification

LEFT_UNREAD = 3  # besides messages, which are read in their conversation


def settle_news(people: dict[str, User]) -> None:
    """Mark what is older as read; once for each person, so that a second load reads nothing."""
    no_mail = {kind.name: notices.MAIL_NEVER for kind in notices.all_kinds()}
    for person in people.values():
        if person.mail_choices:
            continue
        told = Notification.objects.filter(person=person).exclude(kind="message")
        latest = told.order_by("-latest_at", "-pk").values_list("pk", flat=True)[:LEFT_UNREAD]
        mark_read(person, told.exclude(pk__in=list(latest)))
        choose_mails(person, no_mail)
