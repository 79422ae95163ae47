"""Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1 of the site, a person, a tag, a topic, a series."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import feedgenerator
from django.utils.cache import patch_cache_control
from django.utils.http import http_date, parse_http_date_safe
from django.views.decorators.http import require_safe

from blog.alternates import X_DEFAULT, LanguageLink, links_of_many
from blog.cards import absolute
from blog.licenses import license_of
from blog.models import Post, Topic
from blog.querysets import PostQuerySet
from blog.selectors import series_posts
from blog.shortcuts import (
    get_series_for_reading,
    get_tag_for_reading,
)
from config import clock
from config.caching import public_page
from config.selectors import site_settings
from config.text import for_xml
from social.shortcuts import get_person_for_reading

FEED_ITEMS = 30
FEED_SECONDS = 60
CONTENT_TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
LOCAL_ADDRESS = re.compile(r'(\s(?:href|src)=")(/[^/"][^"]*|/)(?=")')
LOCAL_SRCSET = re.compile(r'\ssrcset="[^"]*"')
READER = AnonymousUser()


@dataclass(frozen=True)
class Channel:
    """One feed: what it is called, where its page is, and which posts it may show."""

    title: str
    description: str
    page_url: str
    feed_url: str
    posts: PostQuerySet


class AtomFeed(feedgenerator.Atom1Feed):
    """Atom with the full text as ``content``; the summary stays a summary (RFC 4287, 4.1.3)."""

    def add_item_elements(self, handler, item) -> None:
        super().add_item_elements(handler, item)
        for link in item["languages"]:
            # RFC 4287, 4.1.2: further alternates need another hreflang than the entry's own.
            handler.addQuickElement(
                "link", None, {"rel": "alternate", "hreflang": link.language, "href": link.url}
            )
        if item["license"]:
            # RFC 4946, 2
            handler.addQuickElement("link", None, {"rel": "license", "href": item["license"].url})
        handler.addQuickElement("content", item["html"], {"type": "html"} | _lang(item))


def _lang(item) -> dict[str, str]:
    return {"xml:lang": item["language"]} if item["language"] else {}


class RssFeed(feedgenerator.Rss201rev2Feed):
    """RSS 2.0 with the full text as ``content:encoded``."""

    def rss_attributes(self) -> dict[str, str]:
        return super().rss_attributes() | {
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
            "xmlns:creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
        }

    def add_item_elements(self, handler, item) -> None:
        super().add_item_elements(handler, item)
        if item["language"]:
            handler.addQuickElement("dc:language", item["language"])
        for link in item["languages"]:
            handler.addQuickElement(
                "atom:link",
                None,
                {"rel": "alternate", "hreflang": link.language, "href": link.url},
            )
        if item["license"]:
            handler.addQuickElement("creativeCommons:license", item["license"].url)
        handler.addQuickElement("content:encoded", item["html"])


def full_html(post: Post) -> str:
    """Return the stored HTML with every address absolute (from SITE_URL)."""
    html = LOCAL_SRCSET.sub("", post.html)
    return LOCAL_ADDRESS.sub(lambda match: f"{match[1]}{settings.SITE_URL}{match[2]}", html)


def _changed_at(post: Post):
    return max(post.published_at, post.edited_at or post.published_at)


def _xml(channel: Channel, posts: Iterable[Post], form: str) -> str:
    posts = list(posts)
    build = AtomFeed if form == "atom" else RssFeed
    feed = build(
        title=for_xml(channel.title),
        link=channel.page_url,
        description=for_xml(channel.description),
        feed_url=channel.feed_url,
        language=settings.LANGUAGE_CODE,
        feed_guid=channel.page_url,
    )
    languages = links_of_many(posts)
    for post in posts:
        feed.add_item(
            title=for_xml(post.title or post.summary),
            link=absolute(post.get_absolute_url()),
            description=for_xml(post.summary),
            html=for_xml(full_html(post)),
            author_name=for_xml(post.author.name),
            author_link=absolute(post.author.get_absolute_url()),
            unique_id=f"urn:uuid:{post.guid}",
            unique_id_is_permalink=False,
            pubdate=post.published_at,
            updateddate=_changed_at(post),
            categories=[tag.name for tag in post.tags.all()],
            language=post.language,
            languages=_others(post, languages),
            license=license_of(post),
        )
    return feed.writeString("utf-8")


def _others(post: Post, languages: dict[int, tuple[LanguageLink, ...]]) -> list[LanguageLink]:
    """Return the other languages of ``post``; ``x-default`` is for pages alone."""
    held = languages.get(post.pk, ())
    return [link for link in held if link.language not in {post.language, X_DEFAULT}]


def _json(channel: Channel, posts: Iterable[Post]) -> dict[str, object]:
    """Source: https://www.jsonfeed.org/version/1.1/"""
    items = []
    posts = list(posts)
    languages = links_of_many(posts)
    for post in posts:
        item = {
            "id": f"urn:uuid:{post.guid}",
            "url": absolute(post.get_absolute_url()),
            "content_html": full_html(post),
            "summary": post.summary,
            "date_published": clock.iso(post.published_at),
            "date_modified": clock.iso(_changed_at(post)),
            "authors": [
                {
                    "name": post.author.name,
                    "url": absolute(post.author.get_absolute_url()),
                    "avatar": absolute(post.author.avatar_url(128)),
                }
            ],
            "tags": [tag.name for tag in post.tags.all()],
        }
        if post.title:
            item["title"] = post.title
        if post.language:
            item["language"] = post.language
        if others := _others(post, languages):
            # An extension, as the format wants it: an object whose name begins with "_".
            item["_translations"] = {link.language: link.url for link in others}
        if post.cover and not post.cover.is_held:
            item["image"] = absolute(post.cover.get_absolute_url())
        items.append(item)
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "description": channel.description,
        "home_page_url": channel.page_url,
        "feed_url": channel.feed_url,
        "language": settings.LANGUAGE_CODE,
        "items": items,
    }


def _answer(request: HttpRequest, channel: Channel, form: str) -> HttpResponse:
    if form not in CONTENT_TYPES:
        raise Http404
    listed = channel.posts.public().listed_to(READER)
    marks = list(
        listed.order_by("-published_at", "-pk").values_list("pk", "updated_at")[:FEED_ITEMS]
    )
    # The language of the reader does not change a feed; the newest change of any item does.
    digest = hashlib.sha256(repr((form, channel.title, marks)).encode()).hexdigest()[:32]
    etag = f'"{digest}"'
    last_modified = max((int(mark[1].timestamp()) for mark in marks), default=0)
    if _is_unchanged(request, etag, last_modified):
        response = HttpResponse(status=304)
    else:
        posts = channel.posts.filter(pk__in=[mark[0] for mark in marks]).for_feed().newest_first()
        if form == "json":
            response = JsonResponse(
                _json(channel, posts), json_dumps_params={"ensure_ascii": False, "indent": 1}
            )
        else:
            response = HttpResponse(_xml(channel, posts, form))
        response.headers["Content-Type"] = CONTENT_TYPES[form]
    response.headers["ETag"] = etag
    if last_modified:
        response.headers["Last-Modified"] = http_date(last_modified)
    patch_cache_control(response, public=True, max_age=FEED_SECONDS)
    return response


def _is_unchanged(request: HttpRequest, etag: str, last_modified: int) -> bool:
    """Source: RFC 9110, 13.2.2: If-None-Match decides alone where it is sent."""
    wanted = request.headers.get("If-None-Match")
    if wanted:
        return etag in {part.strip().removeprefix("W/") for part in wanted.split(",")}
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and bool(last_modified) and last_modified <= since


def _channel(title: str, description: str, page_path: str, form: str, posts) -> Channel:
    site = site_settings()
    return Channel(
        title=f"{title} · {site.title}" if title else site.title,
        description=description or site.tagline or site.title,
        page_url=absolute(page_path),
        feed_url=absolute(f"{page_path}feed.{form}"),
        posts=posts,
    )


@require_safe
@public_page
def site_feed(request: HttpRequest, form: str) -> HttpResponse:
    """Anyone: the latest public articles of the site."""
    channel = _channel("", "", reverse("home"), form, Post.objects.articles())
    return _answer(request, channel, form)


@require_safe
@public_page
def author_feed(request: HttpRequest, handle: str, form: str) -> HttpResponse:
    """Anyone: a person's latest public posts, notes too; former handles answer 301."""
    author = get_person_for_reading(handle, READER)
    if author.handle != handle:
        return HttpResponsePermanentRedirect(f"{author.get_absolute_url()}feed.{form}")
    channel = _channel(
        author.name, author.bio, author.get_absolute_url(), form, Post.objects.by(author)
    )
    return _answer(request, channel, form)


@require_safe
@public_page
def tag_feed(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """Anyone: the latest public articles with a tag."""
    tag = get_tag_for_reading(name)
    if tag.key != name:
        return HttpResponsePermanentRedirect(f"{tag.get_absolute_url()}feed.{form}")
    posts = Post.objects.articles().tagged(tag)
    return _answer(request, _channel(f"#{tag.name}", "", tag.get_absolute_url(), form, posts), form)


@require_safe
@public_page
def topic_feed(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """Anyone: the latest public articles of a topic."""
    topic = get_object_or_404(Topic, slug=slug)
    posts = Post.objects.articles().filter(topic=topic)
    channel = _channel(topic.name, topic.description, topic.get_absolute_url(), form, posts)
    return _answer(request, channel, form)


@require_safe
@public_page
def series_feed(request: HttpRequest, handle: str, slug: str, form: str) -> HttpResponse:
    """Anyone: the public articles of a series."""
    series = get_series_for_reading(handle, slug, READER)
    posts = series_posts(series, READER).articles()
    channel = _channel(series.title, series.description, series.get_absolute_url(), form, posts)
    return _answer(request, channel, form)
