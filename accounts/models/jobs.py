"""Long work that somebody asked for: one row each, kept for KEPT_DAYS whatever the queue forgets."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.jobs import find_kind, say
from accounts.querysets import JobQuerySet

KIND_MAX_LENGTH = 40
KEY_MAX_LENGTH = 500
UNFINISHED = ("queued", "running")


class Job(models.Model):
    """One piece of long work: whose, of which kind, how far, and how it ended (AC-47).

    ``finished_at`` is empty exactly while it waits or runs; one index over those rows serves the
    line under the header, and lets a person have one unfinished job of a kind (AC-54).
    """

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("state of a job", "waiting")
        RUNNING = "running", pgettext_lazy("state of a job", "running")
        DONE = "done", pgettext_lazy("state of a job", "done")
        FAILED = "failed", pgettext_lazy("state of a job", "failed")
        CANCELLED = "cancelled", pgettext_lazy("state of a job", "cancelled")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="jobs",
        db_index=False,
        verbose_name=_("person"),
    )
    kind = models.CharField(_("kind"), max_length=KIND_MAX_LENGTH)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField(_("percent"), default=0)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    # An English text of the code and what stands in its places: read in the reader's language.
    message_key = models.CharField(max_length=KEY_MAX_LENGTH, blank=True)
    message_values = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    # Where it broke, for staff; never shown to its owner.
    trace = models.TextField(_("trace"), blank=True, editable=False)
    params = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    result = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    seen_at = models.DateTimeField(_("last sign of life"), default=timezone.now)

    objects = JobQuerySet.as_manager()
    is_new = True
    """False on what ``start_job`` returns instead of a second one."""

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind"],
                condition=models.Q(finished_at=None),
                name="accounts_job_one_unfinished",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=UNFINISHED, finished_at=None)
                | (~models.Q(state__in=UNFINISHED) & models.Q(finished_at__isnull=False)),
                name="accounts_job_finished_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(progress=100, state="done")
                | (models.Q(progress__lte=99) & ~models.Q(state="done")),
                name="accounts_job_hundred_is_done",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at", "-id"], name="accounts_job_newest"),
            models.Index(
                fields=["-finished_at"],
                condition=models.Q(state="failed"),
                name="accounts_jobs_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"

    @property
    def label(self) -> str:
        """What the work is called, in the language of whoever looks."""
        kind = find_kind(self.kind)
        return str(kind.label) if kind else self.kind

    @property
    def text(self) -> str:
        """How it goes or went, in the language of whoever looks."""
        return say(self.message_key, self.message_values)

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @property
    def result_url(self) -> str:
        """Where the result can be seen or fetched; empty unless the work is done."""
        kind = find_kind(self.kind)
        if self.state != self.State.DONE or kind is None or kind.result_url is None:
            return ""
        return kind.result_url(self)
