"""A stylesheet with its imports in it: one request, and compressed as one text."""

import posixpath
import re
from typing import Any

from django.core.files.base import ContentFile

IMPORT = re.compile(r'^@import url\("([^":]+)"\) layer\((\w+)\);$', re.MULTILINE)
ADDRESS = re.compile(r"url\(\s*+[\"']?+(?!data:|#)[^)]*\)")
Paths = dict[str, tuple[Any, str]]
"""Name of a static file → the storage that it was found in, and its path there."""


def whole_stylesheets(paths: Paths) -> Paths:
    """Return ``paths`` with each stylesheet that imports ours into layers replaced by all of it."""
    whole = dict(paths)
    for name, (storage, path) in paths.items():
        if name.endswith(".css"):
            text = read(storage, path)
            if IMPORT.search(text):
                whole[name] = (Whole(whole_text(name, text, paths)), path)
    return whole


def whole_text(name: str, text: str, paths: Paths) -> str:
    """Return the stylesheet ``text`` with each import written out as the layer that it names."""

    def layer(found: re.Match) -> str:
        imported = posixpath.normpath(posixpath.join(posixpath.dirname(name), found[1]))
        inside = read(*paths[imported])
        if wrong := ADDRESS.search(inside):
            raise ValueError(f"{imported}: {wrong[0]} would be looked for beside {name}")
        return f"@layer {found[2]} {{\n{inside}}}"

    return IMPORT.sub(layer, text)


def read(storage: Any, path: str) -> str:
    with storage.open(path) as file:
        return file.read().decode("utf-8")


class Whole:
    """A storage of one file, in whose place it stands."""

    def __init__(self, text: str):
        self._text = text

    def open(self, name: str) -> ContentFile:
        return ContentFile(self._text.encode("utf-8"), name=name)
