"""Rules against spam: each change is a new version, tried before it acts."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moderation.rule_names import version_name_of
from social.models.reports import KIND_MAX_LENGTH

NAME_MAX_LENGTH = 60
SKETCH_LENGTH = 64  # hexadecimal digits


class Rule(models.Model):
    """One rule; what it says is in its versions, of which one at most acts (AD-08)."""

    name = models.CharField(_("name"), max_length=NAME_MAX_LENGTH, unique=True)
    is_active = models.BooleanField(_("switched on"), default=False)
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")

    def __str__(self) -> str:
        return self.name


class RuleVersion(models.Model):
    """What a rule says from one moment on. ``definition``: signal → points, and the threshold.

    ``trial`` is what it would have done in the last 30 days; without one it cannot act (SO-48).
    """

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    definition = models.JSONField(_("what it says"), default=dict)
    trial = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    tried_at = models.DateTimeField(_("tried"), null=True, blank=True)
    acts_since = models.DateTimeField(_("acts since"), null=True, blank=True)
    acts_until = models.DateTimeField(_("acted until"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="rule_versions_made",
        verbose_name=_("who wrote it"),
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("version of a rule")
        verbose_name_plural = _("versions of rules")
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="moderation_version_once"),
            models.UniqueConstraint(
                fields=["rule"],
                condition=Q(acts_since__isnull=False, acts_until=None),
                name="moderation_one_version_acts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.number}"

    @property
    def in_words(self) -> str:
        """Return what people call it, in the reader's language."""
        return version_name_of(str(self))


class Screening(models.Model):
    """How one text looked to the rules when it was sent: signals without its words (SO-47).

    Kept for KEPT_DAYS, so that a new rule can be tried on what really came. ``outcome``: what
    happened then, and ``judged`` what a person made of it since.
    """

    class Outcome(models.TextChoices):
        PASSED = "passed", _("passed")
        TOLD = "told", _("staff were told")
        HELD = "held", _("held")

    class Judged(models.TextChoices):
        UNKNOWN = "", _("not judged")
        GOOD = "good", _("fine")
        SPAM = "spam", _("spam")

    target_kind = models.CharField(max_length=KIND_MAX_LENGTH)
    target_id = models.PositiveBigIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="screenings"
    )
    signals = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    score = models.FloatField(default=0)
    # How much its author was trusted then; a rule is tried with that, whatever became of them.
    trust = models.PositiveSmallIntegerField(default=0)
    door = models.CharField(max_length=10, blank=True)
    # A keyed hash: what came from one network can be counted, the network cannot be read.
    network = models.CharField(max_length=32, blank=True)
    outcome = models.CharField(max_length=6, choices=Outcome.choices, default=Outcome.PASSED)
    judged = models.CharField(max_length=4, choices=Judged.choices, blank=True)
    # Hash of the letters alone (0: too short to compare), and a sketch of how it is made.
    fingerprint = models.BigIntegerField(default=0)
    sketch = models.CharField(max_length=SKETCH_LENGTH, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("screened text")
        verbose_name_plural = _("screened texts")
        indexes = [
            models.Index(
                fields=["fingerprint", "-created_at"],
                condition=~Q(fingerprint=0),
                name="moderation_screened_same",
            ),
            models.Index(
                fields=["network", "-created_at"],
                condition=~Q(network=""),
                name="moderation_screened_from",
            ),
            models.Index(fields=["target_kind", "target_id"], name="moderation_screened"),
            models.Index(fields=["author", "-created_at"], name="moderation_screened_of"),
        ]

    def __str__(self) -> str:
        return f"{self.target_kind} {self.target_id}: {self.score:.1f}"


class ScreeningBand(models.Model):
    """A part of a sketch: texts that share one may be nearly the same."""

    screening = models.ForeignKey(Screening, models.CASCADE, related_name="bands")
    key = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("part of a sketch")
        verbose_name_plural = _("parts of sketches")
        indexes = [models.Index(fields=["key", "-created_at"], name="moderation_bands")]

    def __str__(self) -> str:
        return f"{self.screening_id}: {self.key}"


class SeenDomain(models.Model):
    """A domain that links led to before, in a text that was not held."""

    host = models.CharField(max_length=255, unique=True)
    first_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("domain seen before")
        verbose_name_plural = _("domains seen before")

    def __str__(self) -> str:
        return self.host


class LearnedWords(models.Model):
    """What the classifier learned of what staff judged: word → in how many texts of each kind.

    Counted anew each night. Only words that several people used are kept.
    """

    counts = models.JSONField(default=dict)
    spam_count = models.PositiveIntegerField(default=0)
    good_count = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("learned words")
        verbose_name_plural = _("learned words")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="moderation_learned_once")]

    def __str__(self) -> str:
        return f"{self.spam_count}/{self.good_count}"


class BlockedSource(models.Model):
    """A domain of mails, a domain of links, or a network that is kept away for a while (AD-10)."""

    class Kind(models.TextChoices):
        MAIL = "mail", _("domain of e-mail addresses")
        LINK = "link", _("domain of links")
        NETWORK = "network", _("network")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    value = models.CharField(_("what"), max_length=255)
    note = models.TextField(_("why"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="sources_blocked",
        verbose_name=_("who blocked it"),
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("blocked source")
        verbose_name_plural = _("blocked sources")
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="moderation_source_once")
        ]

    def __str__(self) -> str:
        return f"{self.value}"
