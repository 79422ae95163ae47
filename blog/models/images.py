"""Pictures in posts: re-encoded, with random names, seen by whoever sees a post that uses them."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.querysets import ImageQuerySet

FOLDER = "images"
ALT_LENGTH = 500  # code points
NAME_LENGTH = 255  # code points
UNUSED_DAYS = 30
"""After which an image that nothing uses is offered for removal, never removed by itself."""


class Image(models.Model):
    """One upload; its files are ``images/<key>/<width>.webp`` in the default storage."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="images")
    key = models.CharField(max_length=32, unique=True, editable=False)
    original_name = models.CharField(_("original name"), max_length=NAME_LENGTH, blank=True)
    alt = models.CharField(
        _("description for those who cannot see it"), max_length=ALT_LENGTH, blank=True
    )
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    widths = models.JSONField(default=list, editable=False)
    byte_count = models.PositiveBigIntegerField(default=0, editable=False)
    content_hash = models.CharField(max_length=64, editable=False)
    is_held = models.BooleanField(_("held by moderators"), default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    unused_since = models.DateTimeField(null=True, default=timezone.now, editable=False)
    """Since when no post, draft or revision has it, as the nightly look last found; None: in use"""

    objects = ImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("images")
        constraints = [
            models.UniqueConstraint(fields=["owner", "content_hash"], name="blog_image_once")
        ]
        indexes = [models.Index(fields=["owner", "-created_at", "-id"], name="blog_image_newest")]

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

    @property
    def file_names(self) -> list[str]:
        """The names of all variants in the storage."""
        return [self.file_name(self.key, width) for width in self.widths]

    @staticmethod
    def file_name(key: str, width: int) -> str:
        """Return the name of a variant in the storage."""
        return f"{FOLDER}/{key}/{width}.webp"
