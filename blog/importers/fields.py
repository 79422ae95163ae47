"""The many names that blogs give to the same thing."""

import re
from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from blog.exceptions import TagRefused
from blog.models import Post
from blog.tagging import clean_tag_name
from config.text import clean_line, identity_key

DATES = ("date", "publishDate", "publishdate", "pubDate", "published_at", "created_at", "created")
EDITED = ("lastmod", "updated", "last_modified_at", "updatedDate", "modified")
EXCERPTS = ("excerpt", "description", "summary", "subtitle")
COVERS = tuple(
    "cover image featured_image featuredImage thumbnail feature_image coverImage hero banner header"
    " img".split()
)
INSIDE_COVERS = ("image", "src", "path", "url", "teaser", "overlay_image", "feature")
OLD_ADDRESSES = ("permalink", "url", "aliases", "alias", "redirect_from", "redirects")
FIRST_YEAR, LAST_YEAR = 1980, 9998
LOOSE_DATE = re.compile(
    r"(\d{4})\s*+(?:[-/.]|년)\s*+(\d{1,2})\s*+(?:[-/.]|월)\s*+(\d{1,2})(?:\s*+[.일])?"
    r"(?:\s*+\([월화수목금토일]\)|\s*+[월화수목금토일]요일)?"
    r"(?:[T\s]\s*+(?:(오전|오후|[AaPp][Mm])\s*+)?(\d{1,2})\s*+(?::|시)"
    r"(?:\s*+(\d{1,2})(?:분)?)?(?:\s*+:?(\d{1,2})초?)?(?:\.\d+)?"
    r"(?:\s*+([AaPp][Mm]))?)?\s*+(Z|[+-]\d{2}:?\d{2})?"
)
HALF_A_DAY = 12
ITEMS_MOST = 1000
"""Values that are looked at in one list: no post has as many tags."""


def read_moment(value: Any, zone: tzinfo | None = None) -> datetime | None:
    """Return ``value`` as an aware time, naive ones in ``zone`` (else the site's); None if unreadable.

    Nobody had a blog before FIRST_YEAR: year 1 is how Hugo writes that there is no date.
    """
    if isinstance(value, datetime):
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            return None
        return value if timezone.is_aware(value) else _in_zone(value, zone)
    if isinstance(value, date):
        return read_moment(datetime(value.year, value.month, value.day), zone)  # noqa: DTZ001
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        found = parse_datetime(text) or parse_date(text)
    except ValueError:
        return None
    if found:
        return read_moment(found, zone)
    loose = LOOSE_DATE.match(text)
    if not loose:
        return None
    year, month, day, before, hour, minute, second, after, offset = loose.groups()
    clock = _hour(int(hour or 0), (before or after or "").lower())
    stamp = f"{year}-{int(month):02}-{int(day):02}T{clock:02}:{int(minute or 0):02}"
    try:
        return read_moment(parse_datetime(f"{stamp}:{int(second or 0):02}{offset or ''}"), zone)
    except ValueError:
        return None


def _hour(number: int, half: str) -> int:
    """Return the hour of the day: 오후 3시 is 15, 오전 12시 is 0."""
    if half in {"오후", "pm"} and number < HALF_A_DAY:
        return number + HALF_A_DAY
    return 0 if half in {"오전", "am"} and number == HALF_A_DAY else number


def _in_zone(moment: datetime, zone: tzinfo | None) -> datetime:
    return moment.replace(tzinfo=zone or ZoneInfo(settings.TIME_ZONE))


def first_moment(
    values: dict[str, Any], names: tuple[str, ...], zone: tzinfo | None = None
) -> datetime | None:
    """Return the first of ``names`` that holds a time."""
    return next((found for name in names if (found := read_moment(values.get(name), zone))), None)


def has_unreadable_date(values: dict[str, Any]) -> bool:
    """Return whether there is a date in the front matter that is none."""
    given = [values[name] for name in DATES if values.get(name) not in (None, "")]
    return bool(given) and not any(read_moment(value) for value in given)


def texts(value: Any, *, splits_words: bool = False) -> Iterator[str]:
    """Yield the texts in ``value``: one, a list, or (Jekyll's tags) words in a line.

    Lists may hold lists, even themselves, and each other many times: only so much is looked at.
    """
    waiting, left = [value], ITEMS_MOST
    while waiting and left:
        one, left = waiting.pop(), left - 1
        if isinstance(one, (list, tuple)):
            waiting += reversed(one[:left])
        elif one is not None and not isinstance(one, (bool, dict)):
            # Inside a list a space parts no words.
            yield from islice(_words(one, splits=splits_words and one is value), left)


def _words(value: Any, *, splits: bool) -> Iterator[str]:
    text = clean_line(str(value))
    if "," in text:
        yield from filter(None, (part.strip() for part in text.split(",")))
    elif splits:
        yield from text.split()
    elif text:
        yield text


def first_text(values: dict[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of ``names`` that holds a text, in one line."""
    for name in names:
        value = values.get(name)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            if text := clean_line(str(value)):
                return text
    return ""


def tag_names(
    values: dict[str, Any], *, splits_words: bool, folders: list[str] | None = None
) -> tuple[list[str], list[str]]:
    """Return (tags, names that cannot be tags) from tags, categories, taxonomies and folders."""
    taxonomies = values.get("taxonomies") if isinstance(values.get("taxonomies"), dict) else {}
    values = {**values, "category": [values.get("category"), folders or []]}
    found: dict[str, str] = {}
    refused = []
    for place in (values, taxonomies):
        for name in ("tags", "tag", "categories", "category"):
            for text in texts(place.get(name), splits_words=splits_words):
                try:
                    tag = clean_tag_name(text.replace("/", "-"))
                except TagRefused:
                    refused.append(text)
                    continue
                found.setdefault(identity_key(tag), tag)
    names = list(found.values())
    return names[: settings.TAGS_PER_POST], refused + names[settings.TAGS_PER_POST :]


def series_name(values: dict[str, Any]) -> str:
    """Return the series that the front matter names, under any of its usual places."""
    for place in (values, values.get("taxonomies"), values.get("extra")):
        if isinstance(place, dict):
            for name in ("series", "Series"):
                if found := next(texts(place.get(name)), ""):
                    return found
    return ""


def cover_address(values: dict[str, Any]) -> str:
    """Return the address of the picture that stands for the post."""
    extra = values.get("extra") if isinstance(values.get("extra"), dict) else {}
    for place in (values, extra):
        for name in COVERS:
            value = place.get(name)
            if isinstance(value, dict):
                value = next((value[key] for key in INSIDE_COVERS if value.get(key)), None)
            if isinstance(value, str) and value.strip():
                return value.strip()
    return ""


def is_draft(values: dict[str, Any]) -> bool:
    """Return whether the front matter keeps the post back."""
    status = str(values.get("status", "")).lower()
    return values.get("draft") is True or values.get("published") is False or status == "draft"


def visibility(values: dict[str, Any]) -> str:
    """Return who may read the post if the front matter says so, else nothing."""
    if values.get("private") is True:
        return "private"
    wished = str(values.get("visibility", "")).lower()
    return wished if wished in Post.Visibility.values else ""


def old_addresses(values: dict[str, Any]) -> list[str]:
    """Return the addresses that the front matter itself names."""
    return [text for name in OLD_ADDRESSES for text in texts(values.get(name))]
