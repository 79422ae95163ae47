"""An article as Markdown with front matter, which blog.importers reads back unchanged."""

import zipfile
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import yaml
from django.conf import settings

from blog.rendering import image_key
from blog.takeout.addresses import image_addresses, outside
from blog.takeout.pictures import stored_bytes
from blog.takeout.texts import TakenText

IMAGE_FOLDER = "images"
WIDEST = 10_000_000  # columns: no line of the front matter is folded


def front_matter(text: TakenText, cover: str = "") -> dict[str, Any]:
    """Return what stands above the text; what is empty is left out."""
    zone = ZoneInfo(settings.TIME_ZONE)
    date = text.published_at or text.created_at
    values = {
        "title": text.title,
        "date": date.astimezone(zone),
        "lastmod": text.edited_at.astimezone(zone) if text.edited_at else None,
        "draft": True if text.is_draft else None,
        "slug": text.slug,
        "tags": text.tags,
        "topic": text.topic_name,
        "series": text.series_title,
        "excerpt": text.excerpt,
        "cover": cover,
        "language": text.language,
        "visibility": text.visibility,
        "license": text.license.code if text.license else "",
        "canonical_url": text.canonical_url,
        "comments": None if text.is_open_to_comments else False,
        "author": text.author.name,
        "source": text.url if not text.is_draft else "",
    }
    return {name: value for name, value in values.items() if value not in ("", None, [])}


def _document(text: TakenText, source: str, cover: str) -> bytes:
    head = yaml.safe_dump(
        front_matter(text, cover), allow_unicode=True, sort_keys=False, width=WIDEST
    )
    # No blank line after the marks: the text begins with exactly what was typed.
    return f"---\n{head}---\n{source}".encode()


def markdown_file(text: TakenText) -> bytes:
    """Return the article as one file; our images keep their (absolute) addresses."""
    source = image_addresses().sub(
        lambda match: outside(match[0]) if image_key(match[0]) else match[0], text.source
    )
    return _document(text, source, outside(text.cover.get_absolute_url()) if text.cover else "")


def write_zip(file: BinaryIO, text: TakenText) -> None:
    """Write the article and its images as a ZIP: ``<slug>.md`` and ``images/…``.

    One picture is in memory at a time; it is stored as it is, because WebP is compressed already.
    """
    images = dict(text.images)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for key, image in list(images.items()):
            data = stored_bytes(image, image.width)
            if data is None:
                del images[key]
            else:
                archive.writestr(_image_name(key), data)

        def inside(address: str) -> str:
            key = image_key(address)
            if not key:
                return address
            return _image_name(key) if key in images else outside(address)

        source = image_addresses().sub(lambda match: inside(match[0]), text.source)
        cover = inside(text.cover.get_absolute_url()) if text.cover else ""
        archive.writestr(
            f"{text.file_stem}.md",
            _document(text, source, cover),
            compress_type=zipfile.ZIP_DEFLATED,
        )


def _image_name(key: str) -> str:
    return f"{IMAGE_FOLDER}/{key}.webp"
