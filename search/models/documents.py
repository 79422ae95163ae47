"""What can be found, as tokens. Two tables, so that a new index grows while the old one answers."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from search.querysets import DocumentQuerySet

KIND_MAX_LENGTH = 7


class Document(models.Model):
    """A post, comment, person, tag or series as the index knows it.

    Tokens are separated by single spaces. Who may see it is kept by the database's triggers in the
    transaction that changes it (``search.schema``); the tokens follow by the outbox.
    """

    class Kind(models.TextChoices):
        POST = "post", _("post")
        COMMENT = "comment", _("comment")
        PERSON = "person", _("person")
        TAG = "tag", _("tag")
        SERIES = "series", _("series")

    kind = models.CharField(max_length=KIND_MAX_LENGTH, choices=Kind.choices)
    object_id = models.BigIntegerField()
    # The key of the row in Waiting that this was made from; 0 from a rebuild. Never goes back.
    version = models.BigIntegerField(default=0)
    analyzer = models.CharField(max_length=60)
    # Of all that the tokens were made from, analyser included.
    digest = models.CharField(max_length=64)

    # Who may see it and what it is filtered by; of a comment, person, tag or series: mostly empty.
    status = models.CharField(max_length=9, default="published")
    visibility = models.CharField(max_length=9, default="public")
    author_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=10, blank=True)
    form = models.CharField(max_length=7, blank=True)  # of a post: note or article
    topic_id = models.BigIntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    like_count = models.PositiveIntegerField(default=0)

    title_tokens = models.TextField(blank=True)
    body_tokens = models.TextField(blank=True)
    tag_tokens = models.TextField(blank=True)
    author_tokens = models.TextField(blank=True)
    token_count = models.PositiveIntegerField(default=0)
    # For suggestions while typing: the beginning of the title or name in jamo, and handle or key.
    title_jamo = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=240, blank=True)
    # Whether its words are in the vocabulary: only what everybody may read teaches it words.
    is_counted = models.BooleanField(default=False)
    indexed_at = models.DateTimeField(default=timezone.now)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        abstract = True
        verbose_name = _("index entry")
        verbose_name_plural = _("index entries")
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="search_%(class)s_once")
        ]
        indexes = [
            # Read backwards: what grows at its end fills its pages.
            models.Index(
                fields=["kind", "published_at", "object_id"], name="search_%(class)s_newest"
            ),
            models.Index(fields=["kind", "author_id"], name="search_%(class)s_by_author"),
            models.Index(
                fields=["kind", "title_jamo"],
                opclasses=["varchar_pattern_ops", "varchar_pattern_ops"],
                name="search_%(class)s_title",
            ),
            models.Index(
                fields=["kind", "key"],
                opclasses=["varchar_pattern_ops", "varchar_pattern_ops"],
                name="search_%(class)s_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class DocumentA(Document):
    """The index in slot a."""


class DocumentB(Document):
    """The index in slot b."""
