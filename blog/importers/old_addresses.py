"""The paths at which a generator showed its posts.

Sources: jekyllrb.com/docs/permalinks, gohugo.io/configuration/permalinks,
getzola.org/documentation/content/page, hexo.io/docs/permalinks.
"""

import re
import unicodedata
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from blog.importers.kinds import Kind, folder_categories, name_of
from config.text import identity_key, nfc, slugify_title

JEKYLL_STYLES = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
    "weekdate": "/:categories/:year/W:week/:short_day/:title.html",
}
SHORT_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def default_addresses(
    kind: Kind, path: PurePosixPath, values: dict[str, Any], date: datetime, title: str
) -> list[str]:
    """Return the paths at which the old blog may have shown a post; none if its kind has no rule."""
    local = date.astimezone(kind.zone or ZoneInfo(settings.TIME_ZONE))
    if kind.name == "jekyll":
        return [_jekyll_address(kind, path, values, local)]
    if kind.name == "hexo":
        template = str(kind.config.get("permalink") or ":year/:month/:day/:title/")
        return [_fill(template, path, values, local, name_of(path))]
    if kind.name in {"hugo", "zola"}:
        return _section_addresses(kind, path, values, local, title)
    return []


def _jekyll_address(kind: Kind, path: PurePosixPath, values: dict[str, Any], date: datetime) -> str:
    collection = kind.collections.get(kind.collection_of(path))
    name = str(values.get("slug") or name_of(path))
    if collection is not None:
        label = kind.collection_of(path)
        template = str(
            values.get("permalink") or collection.get("permalink") or "/:collection/:path"
        )
        inside = PurePosixPath(*path.parts[path.parts.index(f"_{label}") + 1 :]).with_suffix("")
        template = template.replace(":collection", label).replace(":path", inside.as_posix())
        return _fill(template, path, values, date, name)
    template = str(values.get("permalink") or kind.config.get("permalink") or "date")
    return _fill(JEKYLL_STYLES.get(template, template), path, values, date, name)


def _fill(
    template: str, path: PurePosixPath, values: dict[str, Any], date: datetime, name: str
) -> str:
    given = values.get("categories") or values.get("category") or []
    if isinstance(given, str):
        given = given.split() if values.get("categories") else [given]
    named = [str(part) for part in given] if isinstance(given, list) else []
    categories = list(dict.fromkeys(map(identity_key, [*folder_categories(path), *named])))
    parts = {
        "categories": "/".join(categories),
        "category": categories[0] if categories else "",
        "year": f"{date:%Y}",
        "month": f"{date:%m}",
        "day": f"{date:%d}",
        "i_month": str(date.month),
        "i_day": str(date.day),
        "short_year": f"{date:%y}",
        "y_day": f"{date:%j}",
        "week": f"{date.isocalendar().week:02}",
        "short_day": SHORT_DAYS[date.weekday()],
        "hour": f"{date:%H}",
        "minute": f"{date:%M}",
        "second": f"{date:%S}",
        "title": name,
        "slug": slugify_title(name, 200),
        "name": name,
        "output_ext": ".html",
    }
    for key in sorted(parts, key=len, reverse=True):
        template = template.replace(f":{key}", parts[key])
    return "/" + re.sub(r"/{2,}", "/", template).lstrip("/")


def _section_addresses(
    kind: Kind, path: PurePosixPath, values: dict[str, Any], date: datetime, title: str
) -> list[str]:
    inside = PurePosixPath(*path.parts[1:]) if path.parts[0] == "content" else path
    given = str(values.get("slug") or "")
    own = name_of(inside) if kind.name == "zola" or inside.stem == "index" else nfc(inside.stem)
    name = given or slugify_title(own, 200)
    folder = inside.parent.parent if inside.stem == "index" else inside.parent
    section = folder.parts[0] if folder.parts else ""
    if kind.name == "zola":
        if values.get("path"):
            return ["/" + str(values["path"]).strip("/") + "/"]
        return _zola_addresses(kind, folder, given or own, name)
    permalinks = kind.config.get("permalinks")
    rules = permalinks.get("page", permalinks) if isinstance(permalinks, dict) else {}
    rule = rules.get(section) if isinstance(rules, dict) else None
    if isinstance(rule, str):
        rule = rule.replace(":slugorfilename", name).replace(":slugorcontentbasename", name)
        rule = rule.replace(":contentbasename", name).replace(":filename", name)
        rule = rule.replace(":sections", "/".join(folder.parts)).replace(":section", section)
        rule = rule.replace(":title", slugify_title(title, 200))
        address = _fill(rule.replace(":slug", name), inside, values, date, name)
    else:
        address = "/" + "/".join([*(part.lower() for part in folder.parts), name]) + "/"
    is_ugly = kind.config.get("uglyURLs", kind.config.get("uglyurls"))
    if isinstance(is_ugly, dict):
        is_ugly = is_ugly.get(section)
    return [f"{address.rstrip('/')}.html"] if is_ugly is True else [address]


def _zola_addresses(kind: Kind, folder: PurePosixPath, own: str, name: str) -> list[str]:
    """Zola writes Hangul in Latin letters unless told otherwise; both ways are kept."""
    slugify = kind.config.get("slugify")
    way = slugify.get("paths", "on") if isinstance(slugify, dict) else "on"
    found = ["/" + "/".join([*(part.lower() for part in folder.parts), name]) + "/"]
    if way == "on":
        latin = [in_latin(part) for part in (*folder.parts, own)]
        if all(latin):
            found.insert(0, "/" + "/".join(latin) + "/")
    return list(dict.fromkeys(found))


def in_latin(text: str) -> str:
    """Return ``text`` as a slug in ASCII, each syllable by its Unicode name (``무`` is ``mu``)."""
    letters = []
    for char in nfc(text):
        if "가" <= char <= "힣":
            letters.append(unicodedata.name(char).removeprefix("HANGUL SYLLABLE ").lower())
        else:
            plain = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
            letters.append(plain if plain or char.isspace() else "-" if not char.isalnum() else "")
    return re.sub(r"[^a-z0-9]+", "-", "".join(letters).lower()).strip("-")
