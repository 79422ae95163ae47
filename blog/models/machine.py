"""Texts that a machine translated, kept until the original changes."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.models.posts import Post
from blog.models.talk import Comment


class MachineTranslation(models.Model):
    """One text in one other language; at most one call of the provider makes it (BL-68).

    The row is stored before the call, so that ten readers who ask at once cause one: the others
    wait for ``state`` to change. ``text_hash`` names the original it was made from.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    post = models.ForeignKey(
        Post, models.CASCADE, null=True, blank=True, related_name="machine_translations"
    )
    comment = models.ForeignKey(
        Comment, models.CASCADE, null=True, blank=True, related_name="machine_translations"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="asked_translations",
    )
    text_hash = models.CharField(max_length=64)
    source_language = models.CharField(max_length=10, blank=True)
    target_language = models.CharField(_("language"), max_length=10)
    provider = models.CharField(_("provider"), max_length=20)
    state = models.CharField(_("state"), max_length=7, choices=State.choices)
    title = models.TextField(_("title"), blank=True)
    text = models.TextField(_("text"), blank=True)
    problem = models.CharField(max_length=200, blank=True)
    characters = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("machine translation")
        verbose_name_plural = _("machine translations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(post__isnull=True, comment__isnull=False)
                | models.Q(post__isnull=False, comment__isnull=True),
                name="blog_machine_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["post", "text_hash", "target_language"],
                condition=models.Q(post__isnull=False),
                name="blog_machine_post_once",
            ),
            models.UniqueConstraint(
                fields=["comment", "text_hash", "target_language"],
                condition=models.Q(comment__isnull=False),
                name="blog_machine_comment_once",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_by", "created_at"], name="blog_machine_by_member"),
            models.Index(fields=["created_at"], name="blog_machine_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id or self.comment_id} → {self.target_language}"


class TranslationSpending(models.Model):
    """What went to the provider of machine translation in one month.

    It stays when the texts go, and is the row that whoever spends holds: the budget cannot be
    overdrawn by two who ask at once.
    """

    month = models.DateField(_("month"), primary_key=True)
    characters = models.PositiveBigIntegerField(_("characters"), default=0)

    class Meta:
        verbose_name = _("use of machine translation")
        verbose_name_plural = _("use of machine translation")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.characters}"
