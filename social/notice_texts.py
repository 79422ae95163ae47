"""What is said of follows, messages, long work and webhooks; and what they lead to."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Job, User
from social import notices
from social.models import ConversationSide, Webhook
from social.notices import Target, Telling


def register() -> None:
    """Make the kinds and targets of this app known."""
    notices.register_kind(
        "follow", label=gettext_lazy("New followers"), say=say_follow, mail="never", icon="user"
    )
    notices.register_kind(
        "message", label=gettext_lazy("Messages"), say=say_message, mail="now", icon="mail"
    )
    notices.register_kind("job", label=gettext_lazy("Background work"), say=say_job, icon="clock")
    notices.register_kind(
        "webhook", label=gettext_lazy("Webhooks"), say=say_webhook, mail="now", icon="alert"
    )
    notices.register_target("person", load_people)
    notices.register_target("conversation", load_conversations)
    notices.register_target("job", load_jobs)
    notices.register_target("webhook", load_webhooks)


def say_follow(telling: Telling) -> str:
    """Return who follows the reader."""
    if not telling.others:
        return _("%(name)s follows you now.") % telling.words
    text = ngettext(
        "%(name)s and %(others)d other person follow you now.",
        "%(name)s and %(others)d other people follow you now.",
        telling.others,
    )
    return text % telling.words


def say_message(telling: Telling) -> str:
    """Return who wrote to the reader, and how often."""
    text = ngettext(
        "%(name)s sent you a message.", "%(name)s sent you %(count)d messages.", telling.count
    )
    return text % telling.words


def say_job(telling: Telling) -> str:
    """Return how long work ended."""
    if telling.target.form == Job.State.DONE:
        return _("%(label)s: done.") % {"label": telling.target.title}
    return _("%(label)s: failed.") % {"label": telling.target.title}


def say_webhook(telling: Telling) -> str:
    """Return that a webhook was switched off."""
    return _("The webhook “%(title)s” was switched off.") % telling.words


def load_people(person: User, ids: Iterable[int]) -> dict[int, Target]:
    """Return the reader's own list of followers, which is what a follow leads to."""
    url = reverse("social:followers", args=[person.handle])
    return {pk: Target(url) for pk in ids if pk == person.pk}


def load_conversations(person: User, ids: Iterable[int]) -> dict[int, Target]:
    """Return the conversations that ``person`` has."""
    sides = ConversationSide.objects.filter(person=person, conversation__in=list(ids))
    return {
        side.conversation_id: Target(
            reverse("social:conversation", args=[side.other.handle]), title=side.other.name
        )
        for side in sides.select_related("other")
    }


def load_jobs(person: User, ids: Iterable[int]) -> dict[int, Target]:
    """Return what became of long work that ``person`` asked for."""
    page = reverse("accounts:settings_jobs")
    return {
        job.pk: Target(job.result_url or page, title=job.label, text=job.text, form=job.state)
        for job in Job.objects.by_owner(person).filter(pk__in=list(ids))
    }


def load_webhooks(person: User, ids: Iterable[int]) -> dict[int, Target]:
    """Return webhooks of ``person`` with the reason why nothing is sent there."""
    return {
        webhook.pk: Target(
            reverse("social:settings_webhook", args=[webhook.pk]),
            title=str(webhook),
            text=webhook.get_disabled_reason_display(),
        )
        for webhook in Webhook.objects.by_owner(person).filter(pk__in=list(ids))
    }
