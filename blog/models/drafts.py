"""What an author is writing, what was written before, and who else may look at it."""

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import new_key
from blog.models.posts import Post


class Draft(models.Model):
    """The text in the editor; it reaches the post, and so its readers, only by publishing.

    ``details`` holds the other fields of an article as plain JSON (see blog.working_copy).
    ``version`` grows with every save and is never reused, so that a stale save is noticed.
    """

    post = models.OneToOneField(Post, models.CASCADE, primary_key=True, related_name="draft")
    title = models.TextField(_("title"), blank=True)
    source = models.TextField(_("text"), blank=True)
    details = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    is_changed = models.BooleanField(_("differs from the post"), default=True)
    updated_at = models.DateTimeField(_("saved"), default=timezone.now)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")

    def __str__(self) -> str:
        return self.title or f"#{self.pk}"


class Revision(models.Model):
    """A text as it stood once; the author alone sees it."""

    class Kind(models.TextChoices):
        AUTOMATIC = "automatic", _("kept by itself")
        NAMED = "named", _("named")
        PUBLISHED = "published", _("published")

    post = models.ForeignKey(Post, models.CASCADE, related_name="revisions")
    kind = models.CharField(max_length=9, choices=Kind.choices, default=Kind.AUTOMATIC)
    name = models.CharField(_("name"), max_length=200, blank=True)
    title = models.TextField(_("title"), blank=True)
    source = models.TextField(_("text"), blank=True)
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("as of"), default=timezone.now)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        indexes = [models.Index(fields=["post", "-created_at", "-id"], name="blog_revision_newest")]

    def __str__(self) -> str:
        return self.name or f"{self.post_id} @ {self.created_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("blog:revision", args=[self.post_id, self.pk])


class PreviewLink(models.Model):
    """A secret address that shows a draft to whoever has it, until it ends or is revoked."""

    post = models.OneToOneField(Post, models.CASCADE, related_name="preview_link")
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")

    def __str__(self) -> str:
        return f"{self.post_id}"

    @property
    def is_open(self) -> bool:
        return timezone.now() < self.expires_at

    def get_absolute_url(self) -> str:
        return reverse("blog:preview", args=[self.key])
