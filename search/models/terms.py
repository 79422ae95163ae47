"""The vocabulary of what everybody may read: for spelling, initials, and suggestions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

TERM_MAX_LENGTH = 40  # code points; longer tokens are found, but neither corrected nor suggested


class Term(models.Model):
    """A word, how many public documents say it, and how it is typed.

    The row of the empty word counts the documents themselves.
    """

    # A number that stays with the row: the database's own index of grams points here.
    id = models.BigAutoField(primary_key=True)
    term = models.CharField(max_length=TERM_MAX_LENGTH, unique=True)
    df = models.IntegerField(default=0)
    title_df = models.IntegerField(default=0)
    # Joined from several morphemes (웹서버), not one word of the analyser.
    is_joined = models.BooleanField(default=False)
    jamo = models.CharField(max_length=5 * TERM_MAX_LENGTH)
    choseong = models.CharField(max_length=TERM_MAX_LENGTH)
    # Pieces of ``jamo`` and its length, separated by spaces, for finding words of like spelling.
    grams = models.TextField(blank=True)

    class Meta:
        abstract = True
        verbose_name = _("word")
        verbose_name_plural = _("words")
        # For what begins so, whatever the order of letters in the database's locale.
        indexes = [
            models.Index(
                fields=["jamo"], opclasses=["varchar_pattern_ops"], name="search_%(class)s_jamo"
            ),
            models.Index(
                fields=["choseong"],
                opclasses=["varchar_pattern_ops"],
                name="search_%(class)s_choseong",
            ),
        ]

    def __str__(self) -> str:
        return self.term


class TermA(Term):
    """The vocabulary in slot a."""


class TermB(Term):
    """The vocabulary in slot b."""
