"""What people look for, without who: and which words mean the same."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

QUERY_MAX_LENGTH = 200  # code points


class QueryDay(models.Model):
    """How often something was searched on one day; nobody is named."""

    day = models.DateField(_("day"))
    query = models.CharField(_("searched for"), max_length=QUERY_MAX_LENGTH)
    count = models.PositiveIntegerField(_("times"), default=0)
    empty_count = models.PositiveIntegerField(_("times without a hit"), default=0)

    class Meta:
        verbose_name = _("what was searched")
        verbose_name_plural = _("what was searched")
        constraints = [models.UniqueConstraint(fields=["day", "query"], name="search_query_once")]
        indexes = [models.Index(fields=["query"], name="search_query_text")]

    def __str__(self) -> str:
        return self.query


class PopularQuery(models.Model):
    """What many people looked for and found, offered to others while they type.

    Only words that public documents say, so that nobody's private words are offered.
    """

    query = models.CharField(max_length=QUERY_MAX_LENGTH, unique=True)
    count = models.PositiveIntegerField(default=0)
    jamo = models.CharField(max_length=5 * QUERY_MAX_LENGTH)
    choseong = models.CharField(max_length=2 * QUERY_MAX_LENGTH)

    class Meta:
        indexes = [
            models.Index(
                fields=["jamo"], opclasses=["varchar_pattern_ops"], name="search_popular_jamo"
            ),
            models.Index(
                fields=["choseong"],
                opclasses=["varchar_pattern_ops"],
                name="search_popular_choseong",
            ),
        ]

    def __str__(self) -> str:
        return self.query


class Synonym(models.Model):
    """Words that mean the same: who searches one finds the others, ranked a little lower."""

    words = models.TextField(
        _("words"),
        help_text=_("Separated by commas, such as 도커, docker."),
    )
    is_one_way = models.BooleanField(
        _("one way"),
        default=False,
        help_text=_("The first word also finds the others, but not the other way round."),
    )
    is_shipped = models.BooleanField(default=False, editable=False)
    is_active = models.BooleanField(_("in use"), default=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("words of one meaning")
        verbose_name_plural = _("words of one meaning")
        ordering = ["words"]

    def __str__(self) -> str:
        return self.words
