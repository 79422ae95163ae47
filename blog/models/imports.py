"""Blogs that moved in: each run, exactly what it brought, and the comments that came along."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import new_key
from blog.models.images import Image
from blog.models.posts import Post
from blog.models.taxonomy import Series, Tag


class ImportRun(models.Model):
    """One blog on its way in: read first, then brought in, and perhaps undone."""

    class State(models.TextChoices):
        STORED = "stored", _("waiting to be read")
        READING = "reading", _("being read")
        READY = "ready", _("read, nothing is brought in yet")
        RUNNING = "running", _("being brought in")
        DONE = "done", _("brought in")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("could not be read")

    UNFINISHED = (State.READING, State.RUNNING, State.UNDOING)

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="imports")
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    kind = models.CharField(_("kind"), max_length=20, blank=True)
    name = models.CharField(_("file"), max_length=255)
    archive = models.CharField(_("stored file"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.STORED)
    options = models.JSONField(_("choices"), default=dict, blank=True)
    plan = models.JSONField(_("what it would bring"), default=dict, blank=True)
    report = models.JSONField(_("what it brought"), default=dict, blank=True)
    reason = models.TextField(_("reason of a failure"), blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("blog that moved in")
        verbose_name_plural = _("blogs that moved in")
        indexes = [models.Index(fields=["owner", "-created_at"], name="blog_import_newest")]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind or '?'})"

    def get_absolute_url(self) -> str:
        return reverse("blog:import_run", args=[self.pk])

    @property
    def is_unfinished(self) -> bool:
        """Whether a step was begun and not ended; it may be at work or stopped."""
        return self.state in self.UNFINISHED

    @property
    def is_with_the_command(self) -> bool:
        """Whether ``manage.py import_blog`` brings it in: that has no job to ask."""
        return self.state == self.State.RUNNING and "path" in self.options


class ImportedItem(models.Model):
    """One row that a run made, so that undoing removes it and nothing else.

    An image is noted by its ``content_hash`` before it is stored: a run that ends in between
    still knows what is its own. ``fingerprint`` is how a post looked when it came in.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="items")
    post = models.OneToOneField(
        Post, models.CASCADE, null=True, blank=True, related_name="imported_as"
    )
    image = models.OneToOneField(
        Image, models.SET_NULL, null=True, blank=True, related_name="imported_as"
    )
    series = models.OneToOneField(
        Series, models.CASCADE, null=True, blank=True, related_name="imported_as"
    )
    tag = models.OneToOneField(
        Tag, models.CASCADE, null=True, blank=True, related_name="imported_as"
    )
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("thing brought in")
        verbose_name_plural = _("things brought in")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "content_hash"],
                condition=~Q(content_hash=""),
                name="blog_imported_image_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.post or self.series or self.tag or self.image or self.content_hash)


class ImportedComment(models.Model):
    """What somebody said under a post on the former blog: quoted by name, nobody's account."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="imported_comments")
    run = models.ForeignKey(
        ImportRun, models.SET_NULL, null=True, blank=True, related_name="comments"
    )
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="replies"
    )
    author_name = models.CharField(_("name"), max_length=200, blank=True)
    author_url = models.URLField(_("address"), max_length=500, blank=True)
    text = models.TextField(_("text"))
    html = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(_("written"))
    origin_key = models.CharField(max_length=200, editable=False)

    class Meta:
        verbose_name = _("comment from a former blog")
        verbose_name_plural = _("comments from former blogs")
        constraints = [
            models.UniqueConstraint(
                fields=["post", "origin_key"], name="blog_imported_comment_once"
            )
        ]
        indexes = [models.Index(fields=["post", "created_at", "id"], name="blog_imported_comments")]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:40]}"
