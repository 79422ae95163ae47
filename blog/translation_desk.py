"""The translations of an article as its author sees them, drafts too, and what could be one."""

from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from blog.alternates import own_name
from blog.models import Post
from blog.series_desk import own_articles, title_of

CANDIDATES_SHOWN = 300


@dataclass(frozen=True)
class TranslationRow:
    """One article of a set."""

    id: int
    title: str
    url: str
    language: str
    language_name: str
    status: str
    status_name: str
    visibility: str
    is_this: bool


def _row(post: Post, this: Post) -> TranslationRow:
    language = post.language
    draft = getattr(post, "draft", None)
    if not language and draft is not None:
        language = draft.details.get("language") or ""
    is_this = post.pk == this.pk
    return TranslationRow(
        id=post.pk,
        title=title_of(post),
        url=post.get_absolute_url() if post.is_published else reverse("blog:edit", args=[post.pk]),
        language=language,
        language_name=own_name(language) if language else "",
        status=post.status,
        status_name=post.get_status_display(),
        visibility=post.visibility,
        is_this=is_this,
    )


def translation_rows(post: Post) -> list[TranslationRow]:
    """Return ``post`` and what it is linked to, itself first."""
    linked = Q(pk=post.pk)
    if post.translations_id:
        linked |= Q(translations=post.translations_id)
    rows = [_row(held, post) for held in _with_details(post).filter(linked)]
    return sorted(rows, key=lambda row: (not row.is_this, row.language, row.id))


def articles_to_link(post: Post) -> list[TranslationRow]:
    """Return own articles that could be a translation of ``post``, newest first."""
    posts = _with_details(post).exclude(pk=post.pk)
    if post.language:
        posts = posts.exclude(language=post.language)
    if post.translations_id:
        posts = posts.filter(~Q(translations=post.translations_id) | Q(translations=None))
    posts = posts.annotate(age=Coalesce("published_at", "created_at")).order_by("-age", "-pk")
    return [_row(held, post) for held in posts[:CANDIDATES_SHOWN]]


def _with_details(post: Post):
    return own_articles(post.author).only(
        "pk", "kind", "status", "slug", "title", "language", "visibility", "translations",
        "author__handle", "draft__title", "draft__is_changed", "draft__details",
    )  # fmt: skip
