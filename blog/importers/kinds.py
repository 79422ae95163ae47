"""Which blog a folder comes from: its settings, where its posts are, and what is not its own."""

import fnmatch
import json
import re
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from django.conf import settings

from blog.importers.frontmatter import UNREADABLE, load_yaml
from config.text import nfc

DATED_NAME = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})[-_](.+)$")
CONFIGS = ("hugo", "config", "_config")
CONFIG_FOLDERS = (".", "config/_default", "config")
ENDINGS = (".toml", ".yaml", ".yml", ".json")
CONFIG_MOST = 128 * 1024  # bytes
GENERATORS_OWN = frozenset("_layouts _includes _data _sass".split())


@dataclass(frozen=True)
class Kind:
    """A recognised folder: its name, its settings, and where its posts and pictures are."""

    name: str
    config: dict[str, Any] = field(default_factory=dict)
    post_roots: tuple[str, ...] = ("",)
    image_roots: tuple[str, ...] = ("", "static", "public", "assets", "source", "content")
    collections: dict[str, dict[str, Any]] = field(default_factory=dict)
    zone: tzinfo | None = None

    def collection_of(self, relative: PurePosixPath) -> str:
        """Return the collection of Jekyll in which a file lies."""
        if {"_posts", "_drafts"} & set(relative.parts):
            return "posts"
        return next((part[1:] for part in relative.parts if part[1:] in self.collections), "")

    def defaults_for(self, relative: PurePosixPath) -> dict[str, Any]:
        """Return the front matter that Jekyll's ``defaults`` give a file; the longer path wins."""
        found: list[tuple[int, dict]] = []
        rules = self.config.get("defaults") if self.name == "jekyll" else None
        for rule in rules if isinstance(rules, list) else []:
            scope = rule.get("scope") if isinstance(rule, dict) else None
            values = rule.get("values") if isinstance(rule, dict) else None
            if not isinstance(scope, dict) or not isinstance(values, dict):
                continue
            path = str(scope.get("path") or "").strip("/")
            wanted = str(scope.get("type") or "")
            if wanted and wanted not in {self.collection_of(relative), ""}:
                continue
            name = relative.as_posix()
            if path and not (
                name == path or name.startswith(f"{path}/") or fnmatch.fnmatch(name, path)
            ):
                continue
            found.append((len(path) * 2 + bool(wanted), values))
        merged: dict[str, Any] = {}
        for _weight, values in sorted(found, key=lambda pair: pair[0]):
            merged |= values
        return merged


def read_config(folder: Path) -> dict[str, Any]:
    """Return the settings of the blog in ``folder``, or nothing if they cannot be read.

    Hugo may spread them over ``config/_default``, one file for each part.
    """
    merged: dict[str, Any] = {}
    for place in CONFIG_FOLDERS:
        for stem in CONFIGS:
            for ending in ENDINGS:
                if values := _read_values(folder / place / f"{stem}{ending}"):
                    merged = {**values, **merged}
    for path in sorted((folder / "config" / "_default").glob("*")):
        if path.stem not in CONFIGS and path.suffix in ENDINGS and path.stem not in merged:
            if values := _read_values(path):
                merged[path.stem] = values
    return merged


def _read_values(path: Path) -> dict[str, Any]:
    if not path.is_file() or path.is_symlink():
        return {}
    try:
        if path.stat().st_size > CONFIG_MOST:
            return {}
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".toml":
            values = tomllib.loads(text)
        elif path.suffix == ".json":
            values = json.loads(text)
        else:
            values = load_yaml(text)
    except (OSError, yaml.YAMLError, *UNREADABLE):
        return {}
    return values if isinstance(values, dict) else {}


def recognise(folder: Path, zone: tzinfo | None = None) -> Kind:
    """Return what kind of blog ``folder`` holds: jekyll, zola, hugo, hexo or plain."""
    config = read_config(folder)
    zone = _zone_of(config) or zone
    if (folder / "source" / "_posts").is_dir():
        return Kind("hexo", config, ("source",), zone=zone)
    if (
        (folder / "_posts").is_dir()
        or (folder / "_drafts").is_dir()
        or any(folder.glob("*/_posts"))
    ):
        return Kind("jekyll", config, ("",), collections=_collections(config), zone=zone)
    if (folder / "content").is_dir():
        if "base_url" in config or (folder / "sass").is_dir():
            return Kind("zola", config, ("content",), zone=zone)
        return Kind("hugo", config, ("content",), zone=zone)
    return Kind("plain", config, zone=zone)


def _zone_of(config: dict[str, Any]) -> tzinfo | None:
    name = config.get("timezone") or config.get("timeZone") or config.get("timezone_name")
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _collections(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return Jekyll's own collections that have pages."""
    given = config.get("collections")
    if isinstance(given, list):
        given = {str(name): {} for name in given}
    if not isinstance(given, dict):
        return {}
    return {
        str(name): values
        for name, values in given.items()
        if isinstance(values, dict) and values.get("output") and name != "posts"
    }


def why_left_alone(folder: Path, place: Path, kind: Kind) -> str:
    """Return what a folder is that is not the blog's own text; empty if it is read.

    Only at the root can a folder be a generator's output, and only if it looks like one:
    ``resources`` deeper down may be what a person writes about.
    """
    name = place.name
    if name == "node_modules":
        return "node_modules"
    if name.startswith("."):
        return "hidden"
    if place.parent != folder:
        return ""
    if kind.name != "plain" and name in GENERATORS_OWN:
        return "generator"
    is_output = (
        (name in {"_site", "public"} and (place / "index.html").is_file())
        or (name == "resources" and (place / "_gen").is_dir())
        or (name == "themes" and any(place.glob("*/theme.*")))
        or (name == "themes" and kind.name in {"hugo", "zola", "hexo"})
        or (name == "vendor" and any((place / part).is_dir() for part in ("bundle", "cache")))
    )
    return "generator" if is_output else ""


def date_in_name(path: PurePosixPath, zone: tzinfo | None = None) -> datetime | None:
    """Return the date at the beginning of a file's (or its bundle's) name."""
    stem = path.parent.name if path.stem == "index" else path.stem
    found = DATED_NAME.match(stem)
    if not found:
        return None
    try:
        return datetime(
            int(found[1]),
            int(found[2]),
            int(found[3]),
            tzinfo=zone or ZoneInfo(settings.TIME_ZONE),
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


def folder_categories(path: PurePosixPath) -> list[str]:
    """Return Jekyll's categories by folder: those above ``_posts``."""
    parts = path.parts
    if "_posts" not in parts:
        return []
    return [nfc(part) for part in parts[: parts.index("_posts")] if part not in {"/", "."}]
