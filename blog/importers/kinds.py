"""Which blog a folder comes from, and what that blog's file names and addresses mean."""

import json
import re
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from django.conf import settings

from config.text import identity_key, nfc, slugify_title

DATED_NAME = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})[-_](.+)$")
CONFIGS = ("hugo", "config", "_config")
JEKYLL_STYLES = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
    "weekdate": "/:categories/:year/W:week/:short_day/:title.html",
}
SHORT_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Kind:
    """A recognised folder: its name, its settings, and where its posts and pictures are."""

    name: str
    config: dict[str, Any] = field(default_factory=dict)
    post_roots: tuple[str, ...] = ("",)
    image_roots: tuple[str, ...] = ("", "static", "public", "assets", "source", "content")


def read_config(folder: Path) -> dict[str, Any]:
    """Return the settings of the blog in ``folder``, or nothing if they cannot be read."""
    for stem in CONFIGS:
        for ending in (".toml", ".yaml", ".yml", ".json"):
            path = folder / f"{stem}{ending}"
            if not path.is_file() or path.is_symlink():
                continue
            try:
                text = path.read_text(encoding="utf-8-sig")
                if ending == ".toml":
                    values = tomllib.loads(text)
                elif ending == ".json":
                    values = json.loads(text)
                else:
                    values = yaml.safe_load(text)
            except (OSError, ValueError, yaml.YAMLError):
                continue
            if isinstance(values, dict):
                return values
    return {}


def recognise(folder: Path) -> Kind:
    """Return what kind of blog ``folder`` holds: jekyll, zola, hugo, hexo or plain."""
    config = read_config(folder)
    if (folder / "_posts").is_dir() or any(folder.glob("*/_posts")):
        return Kind("jekyll", config, ("",))
    if (folder / "source" / "_posts").is_dir():
        return Kind("hexo", config, ("source",))
    if (folder / "content").is_dir():
        if "base_url" in config or (folder / "sass").is_dir():
            return Kind("zola", config, ("content",))
        return Kind("hugo", config, ("content",))
    return Kind("plain", config)


def date_in_name(path: PurePosixPath) -> datetime | None:
    """Return the date at the beginning of a file's (or its bundle's) name."""
    stem = path.parent.name if path.stem == "index" else path.stem
    found = DATED_NAME.match(stem)
    if not found:
        return None
    try:
        return datetime(
            int(found[1]), int(found[2]), int(found[3]), tzinfo=ZoneInfo(settings.TIME_ZONE)
        )
    except ValueError:
        return None


def name_of(path: PurePosixPath) -> str:
    """Return the name of a post in its address: file or bundle name without date."""
    stem = nfc(
        path.parent.name if path.stem in {"index", "README"} and path.parent.name else path.stem
    )
    found = DATED_NAME.match(stem)
    return found[4] if found else stem


def default_address(
    kind: Kind, path: PurePosixPath, values: dict[str, Any], date: datetime, title: str
) -> str | None:
    """Return the path at which the old blog showed a post; None if its kind has no rule."""
    if kind.name == "jekyll":
        return _jekyll_address(kind, path, values, date)
    if kind.name == "hexo":
        template = str(kind.config.get("permalink") or ":year/:month/:day/:title/")
        return _fill(template, path, values, date, name_of(path))
    if kind.name in {"hugo", "zola"}:
        return _section_address(kind, path, values, date, title)
    return None


def _jekyll_address(kind: Kind, path: PurePosixPath, values: dict[str, Any], date: datetime) -> str:
    template = str(values.get("permalink") or kind.config.get("permalink") or "date")
    template = JEKYLL_STYLES.get(template, template)
    return _fill(template, path, values, date, str(values.get("slug") or name_of(path)))


def _fill(
    template: str, path: PurePosixPath, values: dict[str, Any], date: datetime, name: str
) -> str:
    categories = values.get("categories") or values.get("category") or []
    if isinstance(categories, str):
        categories = categories.split()
    parts = {
        "categories": "/".join(identity_key(str(part)) for part in categories),
        "category": identity_key(str(categories[0])) if categories else "",
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


def _section_address(
    kind: Kind, path: PurePosixPath, values: dict[str, Any], date: datetime, title: str
) -> str:
    inside = PurePosixPath(*path.parts[1:]) if path.parts[0] == "content" else path
    name = str(values.get("slug") or "") or slugify_title(name_of(inside), 200)
    folder = inside.parent.parent if inside.stem == "index" else inside.parent
    section = folder.parts[0] if folder.parts else ""
    if kind.name == "zola" and values.get("path"):
        return "/" + str(values["path"]).strip("/") + "/"
    permalinks = kind.config.get("permalinks")
    rules = permalinks.get("page", permalinks) if isinstance(permalinks, dict) else {}
    rule = rules.get(section) if isinstance(rules, dict) else None
    if kind.name == "hugo" and isinstance(rule, str):
        rule = rule.replace(":slugorfilename", name).replace(":slugorcontentbasename", name)
        rule = rule.replace(":contentbasename", name).replace(":filename", name)
        rule = rule.replace(":section", section).replace(":title", slugify_title(title, 200))
        return _fill(rule.replace(":slug", name), inside, values, date, name)
    return "/" + "/".join([*(part.lower() for part in folder.parts), name]) + "/"
