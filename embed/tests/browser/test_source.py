"""The script as it is written: light, complete in four languages, and talking to nobody else."""

import gzip
import re

import pytest

from embed.views.script import FILE, script_text

pytestmark = pytest.mark.one_engine

LIMIT = 15_000  # bytes, packed
LANGUAGES = ("en", "ko", "es", "ja")
BY_NAME = {"pin", "unpin", "hide", "show", "approve", "refuse", "remove", "edit", "answer", "like"}
"""Texts that are found by the name of a tool."""


@pytest.mark.behaviour("EM-01")
def test_it_weighs_15_kilobytes_at_most():
    assert len(gzip.compress(script_text().encode(), 9)) <= LIMIT


def texts() -> dict[str, dict[str, str]]:
    """Return {language: {name: text}} as the script has them."""
    block = FILE.read_text("utf-8").split("const TEXTS = {")[1].split("\n  };")[0]
    found = {}
    for language, body in re.findall(r"\n    (\w\w): \{\n(.*?)\n    \},", block, re.DOTALL):
        found[language] = dict(re.findall(r'(\w+): "((?:[^"\\]|\\.)*)"', body))
    return found


@pytest.mark.behaviour("EM-15")
def test_every_text_is_there_in_every_language_with_the_same_places():
    found = texts()
    assert tuple(found) == LANGUAGES
    english = found["en"]
    assert len(english) > 40
    for language in LANGUAGES:
        assert found[language].keys() == english.keys()
        for name, text in found[language].items():
            assert text.strip(), (language, name)
            assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", english[name])


@pytest.mark.behaviour("EM-15")
def test_every_text_is_used_and_every_used_text_is_there():
    code = FILE.read_text("utf-8").split("\n  };", 1)[1]
    used = set(re.findall(r"\bt\.(\w+)", code)) | set(re.findall(r'new Problem\("(\w+)"', code))
    assert set(texts()["en"]) == used | BY_NAME


@pytest.mark.behaviour("EM-01")
def test_it_stores_nothing_and_names_no_other_place():
    text = script_text()
    for word in ("localStorage", "sessionStorage", "document.cookie", "indexedDB", "eval("):
        assert word not in text
    assert set(re.findall(r"https?://[\w./-]+", text)) == {"http://www.w3.org/2000/svg"}
