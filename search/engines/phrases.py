"""Phrases are looked up in the texts themselves: tokens have lost their order and their endings."""

from collections.abc import Sequence

from django.db.models import Exists, Model, OuterRef, Q

from accounts.models import User
from blog.models import Comment, Post, Series, Tag
from config.folding import word_pattern
from config.text import nfc

BETWEEN = r"[\s*_~`]+"
"""What may stand between two words of a phrase: white space and the signs of Markdown."""

TEXTS: dict[str, tuple[type[Model], tuple[str, ...]]] = {
    "post": (Post, ("title", "source")),
    "comment": (Comment, ("source",)),
    "person": (User, ("display_name", "handle", "bio")),
    "tag": (Tag, ("name",)),
    "series": (Series, ("title", "description")),
}


def phrase_pattern(phrase: str) -> str:
    """Return a pattern for texts that say ``phrase``, whatever its case and white space."""
    return BETWEEN.join(word_pattern(nfc(word.casefold())) for word in phrase.split())


def says_phrases(kind: str, phrases: Sequence[str]) -> Q:
    """Return the condition on entries of ``kind`` that each of ``phrases`` stands in one text."""
    model, fields = TEXTS[kind]
    said = Q()
    for pattern in filter(None, map(phrase_pattern, phrases)):
        here = Q()
        for name in fields:
            here |= Q(**{f"{name}__regex": pattern})
        said &= here
    return Q(Exists(model._base_manager.filter(said, pk=OuterRef("object_id")))) if said else Q()
