"""Stylesheets are sent whole: what one imports stands in it, in its layer."""

import io
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import get_finders

from config.static_files import HashedFiles
from config.stylesheets import IMPORT, read, whole_stylesheets


class Shelf:
    """A storage of texts."""

    def __init__(self, **texts: str):
        self._texts = texts

    def open(self, name: str):
        return io.BytesIO(self._texts[name].encode())

    def paths(self, names: dict[str, str]) -> dict:
        return {name: (self, path) for name, path in names.items()}


def found_files() -> dict:
    return {
        name: (storage, name)
        for finder in get_finders()
        for name, storage in finder.list([])
        if name.startswith("madang/css/")
    }


@pytest.mark.behaviour("UX-29")
def test_a_stylesheet_holds_what_it_imports_in_the_layer_that_it_names():
    shelf = Shelf(
        site='@layer base, parts;\n@import url("base.css") layer(base);\n'
        '@import url("../parts/box.css") layer(parts);\n',
        base="a {\n  color: red;\n}\n",
        box='b {\n  background: url("data:image/svg+xml,x");\n}\n',
    )
    names = {"css/site.css": "site", "css/base.css": "base", "parts/box.css": "box"}
    whole = whole_stylesheets(shelf.paths(names))
    assert read(*whole["css/site.css"]) == (
        "@layer base, parts;\n@layer base {\na {\n  color: red;\n}\n}\n"
        '@layer parts {\nb {\n  background: url("data:image/svg+xml,x");\n}\n}\n'
    )
    assert whole["parts/box.css"] == (shelf, "box")


def test_an_address_that_would_be_looked_for_in_another_folder_is_refused():
    shelf = Shelf(
        site='@import url("parts/box.css") layer(parts);', box="b { src: url('../font.woff2') }"
    )
    names = {"site.css": "site", "parts/box.css": "box"}
    with pytest.raises(ValueError, match=r"parts/box\.css"):
        whole_stylesheets(shelf.paths(names))


def test_nothing_of_our_stylesheets_is_left_to_ask_for():
    files = found_files()
    whole = whole_stylesheets(files)
    for name in files:
        text = read(*whole[name])
        assert "@import" not in text, name
        # What belongs to a rule is closed in the layer that it was put in.
        assert text.count("{") == text.count("}"), name
    layers = [layer for _, layer in IMPORT.findall(read(*files["madang/css/site.css"]))]
    text = read(*whole["madang/css/site.css"])
    assert re.findall(r"^@layer (\w+) \{", text, re.MULTILINE) == layers
    assert len(text) > 40_000


def test_what_is_collected_is_whole(tmp_path):
    static = HashedFiles(location=tmp_path, base_url="/static/")
    files = found_files()
    for name, (storage, path) in files.items():
        with storage.open(path) as file:
            static.save(name, file)
    for _, _, processed in static.post_process(files):
        assert not isinstance(processed, Exception), processed
    address = Path(static.url("madang/css/site.css", force=True)).relative_to("/static")
    assert re.fullmatch(r"site\.[0-9a-f]{12}\.css", address.name)
    text = (tmp_path / address).read_text(encoding="utf-8")
    assert "@import" not in text
    assert "@layer components {" in text
