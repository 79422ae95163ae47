"""The same text in other languages, as its author linked it: for readers, feeds and the sitemap."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf.locale import LANG_INFO
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import get_language_info

from accounts.models import User
from blog.cards import absolute
from blog.models import Post

X_DEFAULT = "x-default"


@dataclass(frozen=True)
class Alternate:
    """One language of a text. ``name`` is what speakers of the language call it."""

    id: int
    language: str
    name: str
    title: str
    url: str
    is_this: bool = False


@dataclass(frozen=True)
class LanguageLink:
    """``<link rel="alternate" hreflang>``: absolute (https://www.rfc-editor.org/rfc/rfc8288)."""

    language: str
    url: str


def own_name(language: str) -> str:
    """Return what speakers of ``language`` call it; the code itself if nobody told."""
    code = language.lower()
    known = code if code in LANG_INFO else code.split("-")[0]
    return get_language_info(known)["name_local"] if known in LANG_INFO else language


@dataclass(frozen=True)
class Translations:
    """What a reader of one post learns of its translations; empty if there are none."""

    languages: tuple[Alternate, ...] = ()
    links: tuple[LanguageLink, ...] = ()


def translations_of(post: Post, user: User | AnonymousUser) -> Translations:
    """Return the languages of ``post`` for ``user``, itself included, in one query or none.

    Unpublished, unlisted and otherwise hidden ones are left out, as in every list.
    """
    if post.translations_id is None or not post.is_published:
        return Translations()
    others = list(
        Post.objects.listed_to(user, with_muted=True)
        .filter(translations=post.translations_id)
        .exclude(pk=post.pk)
        .exclude(language="")
        .only(*FIELDS)
    )
    if not others:
        return Translations()
    for other in others:
        other.author = post.author  # the set is one author's: no query for it
    every = sorted([post, *others], key=lambda held: (held.published_at, held.pk))
    languages = tuple(
        Alternate(
            id=held.pk,
            language=held.language,
            name=own_name(held.language),
            title=held.title,
            url=held.get_absolute_url(),
            is_this=held.pk == post.pk,
        )
        for held in every
    )
    return Translations(languages, language_links(post, every))


FIELDS = (
    "pk", "kind", "slug", "title", "language", "visibility", "status", "published_at",
    "canonical_url", "translations", "author",
)  # fmt: skip


def language_links(post: Post, members: Iterable[Post]) -> tuple[LanguageLink, ...]:
    """Return the links of ``post`` among ``members`` (itself one of them), oldest first.

    Only for what anybody may read here: a search engine believes links that lead both ways, and
    a text whose original stands elsewhere is not the one to be found. The oldest is the default.
    """
    open_to_all = [held for held in members if _is_indexed(held)]
    if len(open_to_all) < 2 or post.pk not in {held.pk for held in open_to_all}:
        return ()
    links = [LanguageLink(held.language, absolute(held.get_absolute_url())) for held in open_to_all]
    return (*links, LanguageLink(X_DEFAULT, links[0].url))


def _is_indexed(post: Post) -> bool:
    return (
        post.is_published
        and post.visibility == "public"
        and not post.canonical_url
        and bool(post.language)
    )


def links_of_many(posts: Iterable[Post]) -> dict[int, tuple[LanguageLink, ...]]:
    """Return {primary key: links} of public ``posts`` that have any, in one query or none."""
    posts = list(posts)
    sets = {post.translations_id for post in posts} - {None}
    if not sets:
        return {}
    members = defaultdict(list)
    rows = (
        Post.objects.public()
        .filter(translations__in=sets)
        .select_related("author")
        .only(*FIELDS, "author__handle")
        .order_by("published_at", "pk")
    )
    for row in rows:
        members[row.translations_id].append(row)
    found = {
        post.pk: language_links(post, members[post.translations_id])
        for post in posts
        if post.translations_id
    }
    return {pk: links for pk, links in found.items() if links}
