"""Archives that moved in, exactly what each brought, and what could only be carried along."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import new_key

SECTION_MAX_LENGTH = 30


class ArchiveImport(models.Model):
    """One archive on its way in: read first, then brought in, and perhaps undone (AC-61)."""

    class State(models.TextChoices):
        STORED = "stored", _("waiting to be read")
        READING = "reading", _("being read")
        READY = "ready", _("read, nothing is brought in yet")
        RUNNING = "running", _("being brought in")
        DONE = "done", _("brought in")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("could not be read")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="archive_imports"
    )
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    name = models.CharField(_("file"), max_length=255)
    archive = models.CharField(_("stored file"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.STORED)
    plan = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    report = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    reason = models.TextField(_("reason of a failure"), blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("archive that moved in")
        verbose_name_plural = _("archives that moved in")
        indexes = [models.Index(fields=["owner", "-created_at"], name="accounts_archive_newest")]

    def __str__(self) -> str:
        return self.name


class ArchivedRow(models.Model):
    """One row that an import made, or what a row it changed was before: undoing reads it back."""

    run = models.ForeignKey(ArchiveImport, models.CASCADE, related_name="rows")
    section = models.CharField(max_length=SECTION_MAX_LENGTH)
    model = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    before = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("thing brought in")
        verbose_name_plural = _("things brought in")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "model", "object_id"], name="accounts_archived_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"


class CarriedRecord(models.Model):
    """A record of an archive that this site cannot make a row of, kept as it came.

    A like of a post that is not here, a message of somebody unknown: it is nobody's to invent and
    the member's to keep, so the next archive has it again.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="carried_records"
    )
    run = models.ForeignKey(ArchiveImport, models.CASCADE, related_name="carried")
    section = models.CharField(max_length=SECTION_MAX_LENGTH)
    key = models.CharField(max_length=200)
    data = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("carried record")
        verbose_name_plural = _("carried records")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "section", "key"], name="accounts_carried_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.section} {self.key}"
