"""What readers answer: comments, likes, bookmarks; and the tags and series they follow."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from blog.models.posts import Post
from blog.models.taxonomy import Series, Tag
from blog.querysets import CommentQuerySet

COMMENT_MAX_LENGTH = 10_000  # graphemes
GUEST_NAME_MAX_LENGTH = 40  # graphemes


class Comment(models.Model):
    """An answer to a post or to another comment, in a subset of Markdown.

    ``root`` is the thread's first comment (empty for that one itself), ``depth`` counts from 0.
    Without ``author`` it is by a guest, or by somebody who left.
    """

    class Status(models.TextChoices):
        PUBLISHED = "published", _("published")
        WAITING = "waiting", pgettext_lazy("state of a comment", "waiting for approval")
        HELD = "held", _("held")
        DELETED = "deleted", pgettext_lazy("state of a post", "deleted")

    post = models.ForeignKey(Post, models.CASCADE, related_name="comments", db_index=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="comments",
        db_index=False,
    )
    guest_name = models.CharField(_("name"), max_length=8 * GUEST_NAME_MAX_LENGTH, blank=True)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="replies"
    )
    root = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="thread", db_index=False
    )
    depth = models.PositiveSmallIntegerField(default=0, editable=False)
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.PUBLISHED
    )
    source = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True, editable=False)
    language = models.CharField(_("language"), max_length=10, blank=True)
    renderer_version = models.PositiveSmallIntegerField(default=0, editable=False)
    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    origin_key = models.CharField(max_length=100, blank=True, editable=False)
    like_count = models.PositiveIntegerField(_("likes"), default=0, editable=False)
    is_hidden = models.BooleanField(_("hidden by the author of the post"), default=False)
    pinned_at = models.DateTimeField(_("pinned"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    edited_at = models.DateTimeField(
        pgettext_lazy("moment", "edited"), null=True, blank=True, editable=False
    )
    deleted_at = models.DateTimeField(
        pgettext_lazy("moment", "deleted"), null=True, blank=True, editable=False
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            models.UniqueConstraint(
                fields=["author", "origin_key"],
                condition=~Q(origin_key=""),
                name="blog_comment_once",
            )
        ]
        indexes = [
            # Programs read all of a post in one list, pages its threads.
            models.Index(fields=["post", "created_at", "id"], name="blog_comment_by_post"),
            models.Index(
                fields=["post", "created_at", "id"],
                condition=Q(root__isnull=True),
                name="blog_comment_threads",
            ),
            models.Index(
                fields=["post", "-like_count", "created_at", "id"],
                condition=Q(root__isnull=True),
                name="blog_comment_liked",
            ),
            models.Index(fields=["root", "created_at", "id"], name="blog_comment_answers"),
            models.Index(fields=["author", "-created_at", "-id"], name="blog_comment_by_author"),
            models.Index(fields=["created_at"], name="blog_comments_by_time"),
            models.Index(
                fields=["post", "created_at"],
                condition=Q(status="waiting"),
                name="blog_comment_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("blog:comment", args=[self.pk])

    @property
    def is_published(self) -> bool:
        return self.status == self.Status.PUBLISHED

    @property
    def is_edited(self) -> bool:
        return self.edited_at is not None


class CommentText(models.Model):
    """How a comment read before an edit; staff and its author may look."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="former_texts")
    source = models.TextField(_("text"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("former text of a comment")
        verbose_name_plural = _("former texts of comments")

    def __str__(self) -> str:
        return f"{self.comment} {self.created_at:%Y-%m-%d}"


class PostLike(models.Model):
    """Somebody likes a post; once."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="likes", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="liked_posts")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("like of a post")
        verbose_name_plural = _("likes of posts")
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="blog_like_once")]
        indexes = [
            models.Index(fields=["post", "-created_at", "-id"], name="blog_likes_newest"),
            models.Index(fields=["created_at"], name="blog_likes_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} ♥ {self.post_id}"


class CommentLike(models.Model):
    """Somebody likes a comment; once."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="likes", db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="liked_comments"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("like of a comment")
        verbose_name_plural = _("likes of comments")
        constraints = [
            models.UniqueConstraint(fields=["comment", "person"], name="blog_comment_like_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} ♥ {self.comment_id}"


class Bookmark(models.Model):
    """A post that somebody keeps for later; private. ``read_at``: done with it."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="bookmarks", db_index=False
    )
    post = models.ForeignKey(Post, models.CASCADE, related_name="bookmarks")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(_("read"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("bookmark")
        verbose_name_plural = _("bookmarks")
        constraints = [
            models.UniqueConstraint(fields=["person", "post"], name="blog_bookmark_once")
        ]
        indexes = [
            models.Index(fields=["person", "-created_at", "-id"], name="blog_bookmarks_newest"),
            models.Index(fields=["created_at"], name="blog_bookmarks_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} ☆ {self.post_id}"


class TagFollow(models.Model):
    """Somebody reads what comes with a tag."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="tag_follows", db_index=False
    )
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="followers")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("followed tag")
        verbose_name_plural = _("followed tags")
        constraints = [
            models.UniqueConstraint(fields=["person", "tag"], name="blog_tag_follow_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.tag}"


class SeriesFollow(models.Model):
    """Somebody reads what comes in a series."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="series_follows", db_index=False
    )
    series = models.ForeignKey(Series, models.CASCADE, related_name="followers")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("followed series")
        verbose_name_plural = _("followed series")
        constraints = [
            models.UniqueConstraint(fields=["person", "series"], name="blog_series_follow_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.series}"
