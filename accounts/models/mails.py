"""Mails about accounts that did not leave at once, kept until they did or nobody tries any more."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NAME_MAX_LENGTH = 40


class DelayedMail(models.Model):
    """A mail that the server refused once: which one, what it said, how often (AD-15).

    One that leaves at its first try has no row. ``data`` is what composes it again, empty once it
    left; the letter itself is never stored. ``task_id`` is the same for every try.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("a mail", "tried again later")
        SENT = "sent", pgettext_lazy("a mail", "sent")
        FAILED = "failed", pgettext_lazy("a mail", "given up")

    task_id = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(_("mail"), max_length=NAME_MAX_LENGTH)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="delayed_mails",
        verbose_name=_("person"),
    )
    data = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    state = models.CharField(
        _("state"), max_length=7, choices=State.choices, default=State.WAITING, db_index=True
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=1)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now, db_index=True)
    tried_at = models.DateTimeField(_("last try"), default=timezone.now)

    class Meta:
        verbose_name = _("delayed mail")
        verbose_name_plural = _("delayed mails")

    def __str__(self) -> str:
        return f"{self.name} {self.pk} ({self.state})"
