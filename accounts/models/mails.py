"""Mails about accounts: rows from the transaction that asks for them until they have left."""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NAME_MAX_LENGTH = 40


def new_task_id() -> str:
    """Return the id that the messages of one mail have in common."""
    return str(uuid.uuid4())


class DelayedMail(models.Model):
    """A mail that has not left: which one, when it is tried next, what the server said (AD-15).

    The row is written with what the mail is about, so no queue can lose it. One that leaves at its
    first try goes with its row. ``data`` is what composes it, empty once it left; the letter itself,
    and any link in it that opens something, is made when it is sent and never stored. ``due_at`` is
    moved on before the server is asked: that is the lease of whoever sends it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("a mail", "tried again later")
        SENT = "sent", pgettext_lazy("a mail", "sent")
        FAILED = "failed", pgettext_lazy("a mail", "given up")

    task_id = models.CharField(max_length=64, unique=True, default=new_task_id, editable=False)
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
    due_at = models.DateTimeField(null=True, default=timezone.now, db_index=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now, db_index=True)
    tried_at = models.DateTimeField(_("last try"), default=timezone.now)

    class Meta:
        verbose_name = _("delayed mail")
        verbose_name_plural = _("delayed mails")

    def __str__(self) -> str:
        return f"{self.name} {self.pk} ({self.state})"
