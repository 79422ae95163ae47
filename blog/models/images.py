"""Pictures in posts: re-encoded, with random names, seen by whoever sees a post that uses them."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.querysets import ImageQuerySet


class Image(models.Model):
    """One upload; its files are ``images/<key>/<width>.webp`` in the default storage."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="images")
    key = models.CharField(max_length=32, unique=True, editable=False)
    original_name = models.CharField(_("original name"), max_length=255, blank=True)
    alt = models.CharField(_("description for those who cannot see it"), max_length=500, blank=True)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    widths = models.JSONField(default=list, editable=False)
    byte_count = models.PositiveBigIntegerField(default=0, editable=False)
    content_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("images")
        constraints = [
            models.UniqueConstraint(fields=["owner", "content_hash"], name="blog_image_once")
        ]

    def __str__(self) -> str:
        return self.original_name or self.key

    def get_absolute_url(self) -> str:
        return self.url_for(self.width)

    def url_for(self, width: int) -> str:
        """Return the address of the variant that is ``width`` pixels wide."""
        return reverse("blog:image", args=[self.key, width])

    @property
    def srcset(self) -> str:
        return ", ".join(f"{self.url_for(width)} {width}w" for width in self.widths)

    @staticmethod
    def file_name(key: str, width: int) -> str:
        """Return the name of a variant in the storage."""
        return f"images/{key}/{width}.webp"
