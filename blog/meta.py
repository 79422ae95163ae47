"""What search engines and messengers read in the head of a page."""

import json
from dataclasses import dataclass

from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from blog.alternates import LanguageLink
from blog.cards import absolute
from blog.licenses import license_of
from blog.models import Post, Series
from config import clock
from config.selectors import site_settings

CARD_WIDTH, CARD_HEIGHT = 1200, 630  # pixels
ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@dataclass(frozen=True)
class PageMeta:
    """Canonical link, Open Graph, Twitter card and JSON-LD of one page (https://ogp.me)."""

    url: str
    title: str
    description: str
    kind: str
    image: str
    image_width: int
    image_height: int
    image_alt: str
    locale: str
    robots: str
    published_at: str
    modified_at: str
    author_name: str
    author_url: str
    json_ld: SafeString
    alternates: tuple[LanguageLink, ...] = ()


def as_json_ld(data: dict[str, object]) -> SafeString:
    """Return ``data`` as JSON that no text can break out of inside a script element."""
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(ESCAPES))  # noqa: S308


def default_card() -> tuple[str, int, int]:
    """Return (address, width, height in pixels) of the site's own card image."""
    path = site_settings().card_path or static("madang/icons/og-card.png")
    return absolute(path), CARD_WIDTH, CARD_HEIGHT


def page_meta_for_post(post: Post, alternates: tuple[LanguageLink, ...] = ()) -> PageMeta:
    """Return the head of a post's page; unlisted and restricted posts are not indexed.

    ``alternates``: the same text in other languages (see blog.alternates).
    """
    url = absolute(post.get_absolute_url())
    author_url = absolute(post.author.get_absolute_url())
    title = post.title or post.summary
    image, width, height = default_card()
    alt = ""
    if post.cover and not post.cover.is_held:
        image, width, height = (
            absolute(post.cover.get_absolute_url()),
            post.cover.width,
            post.cover.height,
        )
        alt = post.cover.alt
    published = clock.iso(post.published_at) if post.published_at else ""
    modified = clock.iso(post.edited_at or post.published_at) if post.published_at else ""
    data = {
        "@context": "https://schema.org",
        "@type": "SocialMediaPosting" if post.is_note else "BlogPosting",
        "headline": title[:110],
        "url": url,
        "image": image,
        "datePublished": published,
        "dateModified": modified,
        "inLanguage": post.language or settings.LANGUAGE_CODE,
        "author": {"@type": "Person", "name": post.author.name, "url": author_url},
        "publisher": {"@type": "Organization", "name": site_settings().title},
        "description": post.summary,
    }
    if license := license_of(post):
        data["license"] = license.url
    is_indexed = post.is_published and post.visibility == "public"
    return PageMeta(
        url=post.canonical_url or url,
        title=title,
        description=post.summary,
        kind="article",
        image=image,
        image_width=width,
        image_height=height,
        image_alt=alt,
        locale=post.language or settings.LANGUAGE_CODE,
        robots="" if is_indexed else "noindex",
        published_at=published,
        modified_at=modified,
        author_name=post.author.name,
        author_url=author_url,
        json_ld=as_json_ld(data),
        alternates=alternates,
    )


def page_meta_for_series(series: Series, post_count: int) -> PageMeta:
    """Return the head of a series' page; one that shows its reader nothing is not indexed."""
    url = absolute(series.get_absolute_url())
    author = series.author
    author_url = absolute(author.get_absolute_url())
    image, width, height = default_card()
    data = {
        "@context": "https://schema.org",
        "@type": "CreativeWorkSeries",
        "name": series.title,
        "url": url,
        "description": series.description,
        "author": {"@type": "Person", "name": author.name, "url": author_url},
        "publisher": {"@type": "Organization", "name": site_settings().title},
    }
    return PageMeta(
        url=url,
        title=series.title,
        description=series.description,
        kind="website",
        image=image,
        image_width=width,
        image_height=height,
        image_alt="",
        locale=author.language or settings.LANGUAGE_CODE,
        robots="" if post_count else "noindex",
        published_at="",
        modified_at="",
        author_name=author.name,
        author_url=author_url,
        json_ld=as_json_ld(data),
    )


def page_meta_for_person(person: User) -> PageMeta:
    """Return the head of a profile page."""
    url = absolute(person.get_absolute_url())
    image = absolute(person.avatar_url(256))
    data = {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "mainEntity": {
            "@type": "Person",
            "name": person.name,
            "alternateName": person.handle,
            "description": person.bio,
            "url": url,
            "image": image,
        },
    }
    return PageMeta(
        url=url,
        title=person.name,
        description=person.bio,
        kind="profile",
        image=image,
        image_width=256,
        image_height=256,
        image_alt="",
        locale=person.language or settings.LANGUAGE_CODE,
        robots="",
        published_at="",
        modified_at="",
        author_name=person.name,
        author_url=url,
        json_ld=as_json_ld(data),
    )
