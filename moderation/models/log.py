"""The log: one row for each act, chained by hashes, without anybody's words."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

HASH_LENGTH = 64


class ChainHead(models.Model):
    """The last row of the log: whoever writes the next one holds this row."""

    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=HASH_LENGTH, blank=True)

    class Meta:
        verbose_name = _("head of the log")
        verbose_name_plural = _("head of the log")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="moderation_one_head")]

    def __str__(self) -> str:
        return str(self.number)


class LogEntry(models.Model):
    """One act of staff, of a rule, or of the site itself (SO-42). Never changed, never deleted.

    Keys instead of references, and digests (SHA-256) instead of texts: the log outlives people and
    holds none of their words (X-15). ``hash`` covers every other column, the hash before it too;
    ``moderation.chain`` makes and verifies it, triggers of ``moderation.schema`` refuse changes.
    """

    number = models.PositiveBigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("when"), db_index=True)
    act = models.CharField(_("act"), max_length=40)
    actor_id = models.BigIntegerField(_("who"), null=True)
    rule = models.CharField(_("rule and version"), max_length=80, blank=True)
    target_kind = models.CharField(_("kind"), max_length=40)
    target_id = models.CharField(_("of what"), max_length=64)
    category = models.CharField(_("category"), max_length=20, blank=True)
    decision_id = models.BigIntegerField(_("decision"), null=True)
    report_ids = models.JSONField(_("reports"), default=list)
    reason_digest = models.CharField(_("digest of the reason"), max_length=HASH_LENGTH, blank=True)
    evidence_digest = models.CharField(
        _("digest of the evidence"), max_length=HASH_LENGTH, blank=True
    )
    before = models.JSONField(_("before"), default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), default=dict, encoder=DjangoJSONEncoder)
    former_hash = models.CharField(_("hash of the row before"), max_length=HASH_LENGTH, blank=True)
    hash = models.CharField(_("hash"), max_length=HASH_LENGTH)

    class Meta:
        verbose_name = _("entry of the log")
        verbose_name_plural = _("log of moderation")
        ordering = ("-number",)
        indexes = [
            models.Index(fields=["actor_id", "-number"], name="moderation_log_by_actor"),
            models.Index(fields=["target_kind", "target_id"], name="moderation_log_of_target"),
            models.Index(fields=["act", "-number"], name="moderation_log_by_act"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.act}"
