"""Notes and articles in one table, so that one timeline shows both."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from blog.models.images import Image
from blog.models.taxonomy import (
    SLUG_MAX_LENGTH,
    TITLE_COLUMN_LENGTH,
    Series,
    Tag,
    Topic,
    TranslationSet,
)
from blog.querysets import PostQuerySet
from config.addresses import address_of


class Post(models.Model):
    """Something a person wrote: a note (plain text) or an article (title and Markdown).

    Or a thread: what is said under a page of another site. It has an owner and comments, no text,
    and is in no list.
    """

    class Kind(models.TextChoices):
        NOTE = "note", _("note")
        ARTICLE = "article", _("article")
        THREAD = "thread", _("comments under a page elsewhere")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        PUBLISHED = "published", _("published")
        HELD = "held", _("held")
        DELETED = "deleted", pgettext_lazy("state of a post", "deleted")

    class License(models.TextChoices):
        """What readers may do with a text (SPDX identifiers; empty means all rights reserved)."""

        CC_BY = "CC-BY-4.0", "CC BY 4.0"
        CC_BY_SA = "CC-BY-SA-4.0", "CC BY-SA 4.0"
        CC_BY_ND = "CC-BY-ND-4.0", "CC BY-ND 4.0"
        CC_BY_NC = "CC-BY-NC-4.0", "CC BY-NC 4.0"
        CC_BY_NC_SA = "CC-BY-NC-SA-4.0", "CC BY-NC-SA 4.0"
        CC_BY_NC_ND = "CC-BY-NC-ND-4.0", "CC BY-NC-ND 4.0"
        CC0 = "CC0-1.0", "CC0 1.0"

    Visibility = User.Visibility

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="posts")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices, default=Kind.ARTICLE)
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.DRAFT
    )
    visibility = models.CharField(
        _("who may read it"),
        max_length=9,
        choices=Visibility.choices,
        default=Visibility.PUBLIC,
    )
    title = models.CharField(_("title"), max_length=TITLE_COLUMN_LENGTH, blank=True)
    slug = models.CharField(
        pgettext_lazy("of a page", "address"), max_length=SLUG_MAX_LENGTH, blank=True
    )
    source = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True, editable=False)
    toc = models.JSONField(default=list, blank=True, editable=False)
    excerpt = models.TextField(_("excerpt"), blank=True)
    summary = models.TextField(blank=True, editable=False)
    language = models.CharField(_("language"), max_length=10, blank=True)
    topic = models.ForeignKey(
        Topic, models.SET_NULL, null=True, blank=True, related_name="posts", verbose_name=_("topic")
    )
    series = models.ForeignKey(
        Series,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("series"),
    )
    series_position = models.PositiveIntegerField(default=0, editable=False)
    cover = models.ForeignKey(
        Image,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="covered_posts",
        verbose_name=_("cover"),
    )
    tags = models.ManyToManyField(
        Tag, through="PostTag", blank=True, related_name="posts", verbose_name=_("tags")
    )
    images = models.ManyToManyField(Image, blank=True, related_name="posts", editable=False)
    kept_images = models.ManyToManyField(
        Image, blank=True, related_name="keeping_posts", editable=False
    )
    translations = models.ForeignKey(
        TranslationSet,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("translations"),
    )
    license = models.CharField(_("licence"), max_length=20, choices=License.choices, blank=True)
    canonical_url = models.URLField(_("original address"), max_length=500, blank=True)
    is_open_to_comments = models.BooleanField(_("comments are open"), default=True)
    reading_minutes = models.PositiveSmallIntegerField(default=1, editable=False)
    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    origin_key = models.CharField(max_length=300, blank=True, editable=False)

    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    edited_at = models.DateTimeField(
        pgettext_lazy("moment", "edited"), null=True, blank=True, editable=False
    )
    deleted_at = models.DateTimeField(
        pgettext_lazy("moment", "deleted"), null=True, blank=True, editable=False
    )
    scheduled_at = models.DateTimeField(_("goes out"), null=True, blank=True, editable=False)
    schedule_problem = models.CharField(max_length=40, blank=True, editable=False)
    is_erased = models.BooleanField(default=False, editable=False)
    pinned_at = models.DateTimeField(_("pinned"), null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    like_count = models.PositiveIntegerField(_("likes"), default=0, editable=False)
    comment_count = models.PositiveIntegerField(_("comments"), default=0, editable=False)
    renderer_version = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(
                fields=["author", "slug"], condition=~Q(slug=""), name="blog_slug_per_author"
            ),
            models.UniqueConstraint(
                fields=["author", "origin_key"],
                condition=~Q(origin_key=""),
                name="blog_origin_once",
            ),
            models.UniqueConstraint(
                fields=["translations", "language"],
                condition=Q(translations__isnull=False),
                name="blog_translation_per_language",
            ),
            models.CheckConstraint(
                condition=~Q(status="scheduled") | Q(scheduled_at__isnull=False),
                name="blog_scheduled_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False),
                name="blog_published_has_date",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(status="published", visibility="public"),
                name="blog_post_latest",
            ),
            models.Index(
                fields=["author", "-published_at", "-id"],
                condition=Q(status="published"),
                name="blog_post_by_author",
            ),
            models.Index(
                fields=["topic", "-published_at", "-id"],
                condition=Q(status="published", visibility="public"),
                name="blog_post_by_topic",
            ),
            # Timelines look at the newest of each followed person, and only ever at these columns.
            models.Index(
                fields=["author", "-published_at", "-id"],
                condition=Q(status="published", visibility__in=("public", "followers")),
                name="blog_post_listable",
            ),
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(status="published", visibility="followers"),
                name="blog_post_followers",
            ),
            models.Index(
                fields=["series", "-published_at", "-id"],
                condition=Q(status="published", visibility="public", series__isnull=False),
                name="blog_post_by_series",
            ),
            models.Index(fields=["author", "-updated_at"], name="blog_post_desk"),
            models.Index(
                fields=["scheduled_at"],
                condition=Q(status="scheduled"),
                name="blog_post_due",
            ),
            models.Index(
                fields=["author", "-pinned_at"],
                condition=Q(pinned_at__isnull=False),
                name="blog_post_pinned",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.summary[:40] or f"#{self.pk}"

    @property
    def is_note(self) -> bool:
        return self.kind == self.Kind.NOTE

    @property
    def is_thread(self) -> bool:
        return self.kind == self.Kind.THREAD

    @property
    def is_published(self) -> bool:
        return self.status == self.Status.PUBLISHED

    @property
    def is_held(self) -> bool:
        return self.status == self.Status.HELD

    @property
    def has_gone_out(self) -> bool:
        """Whether the row holds what readers saw last: it is out, or held since."""
        return self.is_published or self.is_held

    @property
    def is_edited(self) -> bool:
        return self.edited_at is not None

    def get_absolute_url(self) -> str:
        if self.is_thread:
            return address_of("embed:thread", self.pk)
        if self.is_note:
            return address_of("blog:note", self.author.handle, self.pk)
        if not self.slug:
            return address_of("blog:edit", self.pk)
        return address_of("blog:post", self.author.handle, self.slug)


WRITTEN_KINDS = (Post.Kind.NOTE, Post.Kind.ARTICLE)
"""What people write; lists, choices and files know these alone."""


class PostTag(models.Model):
    """A tag on a post; a public post's date is copied so that one index serves a tag's list.

    Others have no date there: a tag that is mostly used among followers would be read to its end.
    """

    post = models.ForeignKey(Post, models.CASCADE)
    tag = models.ForeignKey(Tag, models.CASCADE)
    published_at = models.DateTimeField(null=True, editable=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "tag"], name="blog_tag_once")]
        indexes = [models.Index(fields=["tag", "-published_at", "-post"], name="blog_tag_newest")]

    def __str__(self) -> str:
        return f"{self.post} #{self.tag}"


class PostViewCount(models.Model):
    """How often a post was read: a narrow row, so that counting never rewrites the post."""

    post = models.OneToOneField(Post, models.CASCADE, primary_key=True, related_name="views")
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("view count")
        verbose_name_plural = _("view counts")

    def __str__(self) -> str:
        return str(self.count)
