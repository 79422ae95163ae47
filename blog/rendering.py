"""From what was typed to what is stored beside it: HTML, contents, summary, language."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.models import User
from blog.language import detect_language
from blog.markdown import RENDERER_VERSION, render_article, render_note
from blog.models import Image, Post
from blog.working_copy import WorkingCopy
from config.text import clean, clean_line, excerpt, identity_key, reading_minutes
from social.selectors import across_block

SUMMARY_LENGTH = 180  # graphemes
TOC_LEAST_HEADINGS = 3
MENTION = re.compile(r'<a class="mention"[^>]*>@([^<]+)</a>')
IMAGE_SIZES = "(min-width: 46rem) 42rem, 100vw"


@dataclass(frozen=True)
class Rendering:
    """What rendering found besides the HTML."""

    image_ids: list[int]
    mention_keys: list[str]
    hashtags: list[str]


def mention_resolver(writer: User | AnonymousUser) -> Callable[[Iterable[str]], dict[str, str]]:
    """Return what finds whom ``writer`` means by their names; nobody across a block (SO-34)."""

    def mention_urls(keys: Iterable[str]) -> dict[str, str]:
        """Return {identity key: profile address} of the people that exist, in one query."""
        people = User.objects.present().filter(handle_key__in=list(keys))
        people = people.exclude(across_block(writer, "pk")).only("handle", "handle_key")
        return {person.handle_key: person.get_absolute_url() for person in people}

    return mention_urls


def names_called_in(html: str) -> list[str]:
    """Return the identity keys of the people whom stored ``html`` links by name, in its order."""
    return list(dict.fromkeys(identity_key(name) for name in MENTION.findall(html)))


def tag_url(name: str) -> str:
    """Return the address of the tag ``name``."""
    return reverse("blog:tag", args=[identity_key(name)])


def image_key(src: str) -> str | None:
    """Return the key of our own image in ``src`` (``/media/images/<key>/<width>.webp``)."""
    prefix = f"{settings.MEDIA_URL}images/"
    path = src.removeprefix(settings.SITE_URL)
    return path.removeprefix(prefix).split("/", 1)[0] if path.startswith(prefix) else None


class _Images:
    """Find our own images by the address in the text, and remember which were used."""

    def __init__(self, owner_id: int):
        self.owner_id = owner_id
        self.used: list[int] = []

    def __call__(self, src: str) -> dict[str, object] | None:
        key = image_key(src)
        if not key:
            return None
        image = Image.objects.filter(key=key, owner_id=self.owner_id).first()
        if image is None:
            return {"url": ""}  # deleted, or somebody else's: its description stands for it
        self.used.append(image.pk)
        return {
            "url": image.get_absolute_url(),
            "width": image.width,
            "height": image.height,
            "srcset": image.srcset if len(image.widths) > 1 else "",
            "sizes": IMAGE_SIZES,
            "alt": image.alt,
        }


def apply_rendering(post: Post) -> Rendering:
    """Set every derived field of ``post`` from its source; nothing is saved here."""
    images = _Images(post.author_id)
    mention_urls = mention_resolver(post.author)
    if post.is_note:
        rendered = render_note(post.source, resolve_mention=mention_urls, tag_url=tag_url)
    else:
        rendered = render_article(
            post.source, resolve_mention=mention_urls, resolve_image=images, tag_url=tag_url
        )
    post.html = rendered.html
    post.toc = list(rendered.toc) if len(rendered.toc) >= TOC_LEAST_HEADINGS else []
    post.summary = excerpt(post.excerpt or rendered.plain_text, SUMMARY_LENGTH)
    post.reading_minutes = reading_minutes(rendered.plain_text)
    post.renderer_version = RENDERER_VERSION
    if not post.language:
        post.language = detect_language(f"{post.title}\n{rendered.plain_text}")
    return Rendering(images.used, list(rendered.mentions), list(rendered.hashtags))


def preview_html(author: User, title: str, source: str) -> str:
    """Return the HTML that publishing this text would store; nothing is saved here."""
    post = Post(author=author, kind=Post.Kind.ARTICLE, title=clean_line(title))
    post.source, post.language = clean(source), "und"  # known: nothing has to be detected
    apply_rendering(post)
    return post.html


def preview_of(post: Post, copy: WorkingCopy) -> Post:
    """Return an unsaved post that shows ``copy`` of ``post`` as publishing it would."""
    shown = Post(
        author=post.author,
        kind=post.kind,
        title=copy.title,
        source=copy.source,
        excerpt=copy.details.get("excerpt", ""),
        language=copy.details.get("language", ""),
        published_at=post.published_at,
    )
    apply_rendering(shown)
    return shown
