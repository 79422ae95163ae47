"""The examples of the CommonMark specification, run on the syntax that people really get."""

import json
from pathlib import Path

import pytest

from blog.markdown import render_core

pytestmark = pytest.mark.one_engine

EXAMPLES = json.loads((Path(__file__).parent / "commonmark_spec.json").read_text(encoding="utf-8"))

# Number of the example -> (why we differ, what we give).
DIFFERENCES = {
    602: (
        "a bare address is a link, even inside broken angle brackets",
        '<p>&lt;<a href="https://foo.bar/baz">https://foo.bar/baz</a> bim&gt;</p>\n',
    ),
    608: (
        "a bare address is a link, even inside broken angle brackets",
        '<p>&lt; <a href="https://foo.bar">https://foo.bar</a> &gt;</p>\n',
    ),
    611: (
        "a bare address is a link, as in GitHub Flavored Markdown",
        '<p><a href="https://example.com">https://example.com</a></p>\n',
    ),
    612: (
        "a bare e-mail address is a link, as in GitHub Flavored Markdown",
        '<p><a href="mailto:foo@bar.example.com">foo@bar.example.com</a></p>\n',
    ),
}
# markdown-it writes no line end inside an empty quote; to a browser that is the same.
WITHOUT_LINE_END = {218, 239, 240}


def test_the_whole_specification_is_here():
    assert len(EXAMPLES) == 652


@pytest.mark.behaviour("BL-25")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example["example"]))
def test_an_example_of_the_specification_renders_as_written_there(example):
    number, expected = example["example"], example["html"]
    if number in DIFFERENCES:
        expected = DIFFERENCES[number][1]
        assert expected != example["html"]
    if number in WITHOUT_LINE_END:
        expected = expected.replace("<blockquote>\n<", "<blockquote><")
    assert render_core(example["markdown"]) == expected
