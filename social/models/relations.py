"""Who follows, blocks and mutes whom, and which words somebody would rather not read."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

TERM_MAX_LENGTH = 50  # graphemes


class Follow(models.Model):
    follower = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="following_rows"
    )
    followed = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="follower_rows"
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = [
            models.UniqueConstraint(fields=["follower", "followed"], name="social_follow_once"),
            models.CheckConstraint(
                condition=~models.Q(follower=models.F("followed")), name="social_no_self_follow"
            ),
        ]
        indexes = [
            models.Index(fields=["followed", "-created_at", "-id"], name="social_followers_newest")
        ]

    def __str__(self) -> str:
        return f"{self.follower} → {self.followed}"


class Block(models.Model):
    blocker = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="block_rows")
    blocked = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="blocked_by_rows"
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="social_block_once"),
            models.CheckConstraint(
                condition=~models.Q(blocker=models.F("blocked")), name="social_no_self_block"
            ),
        ]
        indexes = [models.Index(fields=["blocked", "blocker"], name="social_blocked_by")]

    def __str__(self) -> str:
        return f"{self.blocker} ⊘ {self.blocked}"


class Mute(models.Model):
    """Somebody whom a person does not want to meet in lists, for a while or for good (SO-08)."""

    muter = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mute_rows")
    muted = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="muted_by_rows"
    )
    until = models.DateTimeField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("mute")
        verbose_name_plural = _("mutes")
        constraints = [
            models.UniqueConstraint(fields=["muter", "muted"], name="social_mute_once"),
            models.CheckConstraint(
                condition=~models.Q(muter=models.F("muted")), name="social_no_self_mute"
            ),
        ]
        indexes = [
            models.Index(
                fields=["until"], condition=models.Q(until__isnull=False), name="social_mute_over"
            )
        ]

    def __str__(self) -> str:
        return f"{self.muter} ∌ {self.muted}"


class MutedTerm(models.Model):
    """A word or a tag that a person does not want to meet in lists (SO-09)."""

    class Kind(models.TextChoices):
        WORD = "word", _("word")
        TAG = "tag", _("tag")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="muted_terms")
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    text = models.CharField(_("word or tag"), max_length=8 * TERM_MAX_LENGTH)
    key = models.CharField(max_length=8 * TERM_MAX_LENGTH, editable=False)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("muted word or tag")
        verbose_name_plural = _("muted words and tags")
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "key"], name="social_term_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} ∌ {self.text}"
