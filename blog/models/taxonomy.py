"""How posts are gathered: tags by anybody, topics by the site, series by their author."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from blog.querysets import SeriesQuerySet, TagQuerySet
from config.addresses import address_of

TAG_MAX_LENGTH = 30  # graphemes
SLUG_MAX_LENGTH = 80
TITLE_COLUMN_LENGTH = 800  # code points; the limit people meet is in graphemes
DESCRIPTION_COLUMN_LENGTH = 1200  # code points


class Tag(models.Model):
    """A word that gathers posts; one by NFC and casefold, shown as first written."""

    name = models.CharField(_("name"), max_length=8 * TAG_MAX_LENGTH)
    key = models.CharField(max_length=8 * TAG_MAX_LENGTH, unique=True, editable=False)
    post_count = models.PositiveIntegerField(_("visible posts"), default=0, editable=False)
    is_banned = models.BooleanField(_("may not be used"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        indexes = [models.Index(fields=["-post_count", "key"], name="blog_tag_popular")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("blog:tag", self.key)


class TagAlias(models.Model):
    """A name that staff merged away; its address answers 301."""

    key = models.CharField(_("old name"), max_length=8 * TAG_MAX_LENGTH, unique=True)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="aliases")

    class Meta:
        verbose_name = _("old tag name")
        verbose_name_plural = _("old tag names")

    def __str__(self) -> str:
        return f"{self.key} → {self.tag}"


class Topic(models.Model):
    """A section of the site, named by its staff in every language."""

    slug = models.SlugField(
        pgettext_lazy("of a page", "address"),
        max_length=SLUG_MAX_LENGTH,
        unique=True,
        allow_unicode=True,
    )
    name = models.CharField(_("name"), max_length=60)
    description = models.CharField(_("description"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("blog:topic", self.slug)


class Series(models.Model):
    """Articles that belong together, in an order their author chose."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="series")
    title = models.CharField(_("title"), max_length=TITLE_COLUMN_LENGTH)
    slug = models.CharField(pgettext_lazy("of a page", "address"), max_length=SLUG_MAX_LENGTH)
    description = models.CharField(
        _("description"), max_length=DESCRIPTION_COLUMN_LENGTH, blank=True
    )
    is_held = models.BooleanField(_("held by moderators"), default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [
            models.UniqueConstraint(fields=["author", "slug"], name="blog_series_slug_per_author")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("blog:series", self.author.handle, self.slug)


class TranslationSet(models.Model):
    """Posts of one author that say the same in different languages."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="translation_sets"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("set of translations")
        verbose_name_plural = _("sets of translations")

    def __str__(self) -> str:
        return f"#{self.pk}"
