"""Where "Translate" stands: decided from what a list or page has loaded, without a query."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import get_script_prefix
from django.utils.translation import get_language, get_language_info

from blog.cards import PostCard
from blog.comment_tree import ShownComment
from blog.models import Comment, MachineTranslation, Post
from blog.translating.providers import PROVIDERS, provider_name
from blog.translating.texts import (
    HEADING,
    MOST_CHARACTERS,
    Block,
    Original,
    base_language,
    beside,
)

OPEN = frozenset({"public", "unlisted"})


@dataclass(frozen=True)
class Offer:
    """The form behind "Translate" at one thing; ``part`` is ``card`` for what a card shows."""

    url: str
    part: str = ""


@dataclass(frozen=True)
class ShownTranslation:
    """A translation as it stands beside its original."""

    language: str
    source_name: str
    target_name: str
    provider_name: str
    title: str
    blocks: list[Block]


def readers_language() -> str:
    """Return the base of the language that the page is in."""
    return base_language(get_language() or settings.LANGUAGE_CODE)


def offer_for(thing: object, post: Post | None = None) -> Offer | None:
    """Return how to have ``thing`` translated; None where that is not offered (BL-64).

    ``thing`` is a post, a card, a comment or a shown comment; ``post`` is what a shown comment is
    under.
    """
    if not settings.TRANSLATION_PROVIDER:
        return None
    match thing:
        case PostCard():
            part = "" if thing.is_note else "card"
            return _offer(thing.lang, thing.visibility, "posts", thing.id, part)
        case Post() if thing.is_published and len(thing.source) <= MOST_CHARACTERS:
            return _offer(thing.language, thing.visibility, "posts", thing.pk)
        case Comment() if thing.is_published and not thing.is_hidden:
            return _offer(thing.language, thing.post.visibility, "comments", thing.pk)
        case ShownComment() if _stands(thing) and post and post.is_published:
            return _offer(thing.lang, post.visibility, "comments", thing.pk)
    return None


def _stands(comment: ShownComment) -> bool:
    return comment.is_seen and not (comment.is_waiting or comment.is_held or comment.is_hidden)


def _offer(language: str, visibility: str, kind: str, pk: int, part: str = "") -> Offer | None:
    source, target = base_language(language), readers_language()
    if not source or source == target or visibility not in OPEN:
        return None
    if not PROVIDERS[settings.TRANSLATION_PROVIDER].supports(source, target):
        return None
    # reverse() for every row of a list would cost more than all the rest of this.
    return Offer(f"{get_script_prefix()}{kind}/{pk}/translate/", part)


def shown_translation(row: MachineTranslation, original: Original) -> ShownTranslation:
    """Return the finished ``row`` of ``original`` as a page shows it."""
    return ShownTranslation(
        language=row.target_language,
        source_name=language_name(row.source_language),
        target_name=language_name(row.target_language),
        provider_name=provider_name(row.provider),
        title=row.title,
        blocks=([Block(HEADING, row.title)] if row.title else []) + beside(original, row.text),
    )


def language_name(code: str) -> str:
    """Return what the reader calls a language."""
    try:
        return get_language_info(code)["name_translated"]
    except KeyError:
        return code
