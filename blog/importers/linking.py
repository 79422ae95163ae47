"""Which post of the blog an address in a text means."""

import os
import re
from collections import defaultdict
from pathlib import PurePosixPath
from urllib.parse import parse_qs, unquote, urlsplit

from config.text import nfc

POST_SCHEME = "\U0010fade:"
"""Begins what a text calls a post by name (``post_url``, ``ref``), until its address is known.

A character of nobody's: the words of an author never begin so.
"""

NAMED = re.compile(POST_SCHEME + r"[^\s<>()\[\]\"']+")
NUMBER_QUERIES = ("p", "page_id")


def old_path_of(address: str, base_path: str = "") -> str:
    """Return ``address`` of a former blog as the path that is kept: NFC, decoded, no host.

    Of a query only WordPress's number is kept (``/?p=123``). Empty if nothing is left.
    """
    try:
        parts = urlsplit(str(address).strip())
    except ValueError:
        return ""
    path = "/" + nfc(unquote(parts.path)).strip().lstrip("/")
    if base_path and not parts.netloc and not f"{path}/".startswith(f"{base_path}/"):
        path = f"{base_path}{path}"
    query = parse_qs(parts.query)
    for name in NUMBER_QUERIES:
        if query.get(name, [""])[0].isdigit():
            return f"{path.removesuffix('index.php')}?{name}={int(query[name][0])}"
    return "" if path == "/" else path


def _spellings(path: str) -> list[str]:
    bare = path.rstrip("/")
    return [path, bare, f"{bare}/", bare.removesuffix("/index.html"), bare.removesuffix(".html")]


class Directory:
    """Every name of every post, without any text."""

    def __init__(self):
        self.files: dict[str, str] = {}
        self.paths: dict[str, str] = {}
        self.stems: dict[str, set[str]] = defaultdict(set)
        self.hosts: set[str] = set()

    def add(self, key: str, path: str, old_paths: list[str], names: list[str]) -> None:
        """Remember how a post may be called."""
        file = PurePosixPath(path)
        self.files.setdefault(path, key)
        self.files.setdefault(str(file.with_suffix("")), key)
        if file.stem in {"index", "README"}:
            self.files.setdefault(str(file.parent), key)
            self.stems[file.parent.name].add(key)
        else:
            self.stems[file.stem].add(key)
        for old in old_paths:
            for spelling in _spellings(old):
                self.paths.setdefault(spelling, key)
        for name in names:
            self.stems[name].add(key)

    def find(self, url: str, path: str) -> str | None:
        """Return the key of the post that ``url`` in the file ``path`` means."""
        if url.startswith(POST_SCHEME):
            return self._named(nfc(unquote(url.removeprefix(POST_SCHEME).partition("#")[0])))
        bare = url.partition("#")[0]
        try:
            parts = urlsplit(bare)
        except ValueError:
            return None
        if not bare or parts.scheme not in {"", "http", "https"}:
            return None
        if parts.netloc and parts.netloc.lower().removeprefix("www.") not in self.hosts:
            return None
        if parts.netloc or bare.startswith("/"):
            old = old_path_of(bare)
            return self._at(old) or self._file(nfc(unquote(parts.path)).lstrip("/"))
        name = nfc(unquote(parts.path))
        if name.startswith("@/"):
            return self._file(f"content/{name[2:]}")
        near = os.path.normpath(PurePosixPath(path).parent / name)
        # A post in a folder of its own is shown one step deeper than its file lies.
        bundle = os.path.normpath(PurePosixPath(path).with_suffix("") / name)
        return self._file(near) or (self._file(bundle) if not name.endswith(".md") else None)

    def _at(self, old: str) -> str | None:
        return next((self.paths[way] for way in _spellings(old) if way in self.paths), None)

    def _file(self, name: str) -> str | None:
        name = name.rstrip("/")
        return self.files.get(name) or self.files.get(f"content/{name}")

    def _named(self, name: str) -> str | None:
        """Return the post of a name; none if the name could mean several."""
        if name.startswith("@/"):
            name = f"content/{name[2:]}"
        for way in (name, f"_posts/{name}", f"content{name}" if name[:1] == "/" else name):
            if found := self._file(way.lstrip("/")):
                return found
        stem = PurePosixPath(name).name
        for way in (name, stem, PurePosixPath(stem).stem):
            if len(self.stems.get(way, ())) == 1:
                return next(iter(self.stems[way]))
        return None
