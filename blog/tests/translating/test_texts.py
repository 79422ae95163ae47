"""What is sent of a text: its prose in plain words, block by block."""

import pytest

from blog.markdown import render_article, render_comment
from blog.models import Comment, Post
from blog.tests.factories import make_article, make_note
from blog.translating.texts import (
    HEADING,
    ITEM,
    TEXT,
    Block,
    base_language,
    beside,
    blocks_of,
    original_of,
)

ARTICLE = """First **bold** and `code` with a [link](https://example.com).
Still the same paragraph.

## A heading

- one
- two

  with a second paragraph

1. [x] done

> A quote.

```python title="app.py"
print("never sent")
```

    indented code

| Name | Value |
| --- | --- |
| 가 | 1 |

![a picture](https://example.com/a.png)

<details><summary>More</summary>Hidden words</details>

<pre>raw code</pre>

A note[^1] & an <em>end</em>.

[^1]: The footnote.
"""


def test_prose_alone_is_sent_block_by_block():
    found = blocks_of(render_article(ARTICLE).html)
    assert found == [
        Block(TEXT, "First bold and code with a link. Still the same paragraph."),
        Block(HEADING, "A heading"),
        Block(ITEM, "one"),
        Block(ITEM, "two"),
        Block(ITEM, "with a second paragraph"),
        Block(ITEM, "done"),
        Block(TEXT, "A quote."),
        Block(TEXT, "Name · Value"),
        Block(TEXT, "가 · 1"),
        *[block for block in found if "picture" in block.text],
        Block(HEADING, "More"),
        Block(TEXT, "Hidden words"),
        Block(TEXT, "A note[1] & an end."),
        Block(ITEM, "The footnote."),
    ]


def test_lines_of_a_comment_stay_lines():
    html = render_comment("one\ntwo\n\n- three <b>four</b>").html
    assert blocks_of(html) == [Block(TEXT, "one\ntwo"), Block(ITEM, "three four")]


@pytest.mark.parametrize("html", ["", "   ", "<p> </p>", "<hr>", "<p><img alt='x' src='/a'></p>"])
def test_nothing_is_nothing(html):
    assert blocks_of(html) == []


@pytest.mark.parametrize(
    ("code", "base"), [("es-MX", "es"), ("es", "es"), ("pt_BR", "pt"), ("", ""), ("KO", "ko")]
)
def test_the_base_of_a_language(code, base):
    assert base_language(code) == base


def test_the_same_text_has_one_name_and_another_another():
    same = {"kind": "article", "title": "a", "html": "<p>b</p><p>c</p>", "language": "en"}
    name = original_of(Post(**same)).text_hash
    assert original_of(Post(**same)).text_hash == name
    for change in (
        {"title": "a b"},
        {"html": "<p>b c</p>"},
        {"html": "<p>c</p><p>b</p>"},
        {"language": "es"},
        {"title": "", "html": "<p>a</p><p>b</p><p>c</p>"},
    ):
        assert original_of(Post(**(same | change))).text_hash != name


@pytest.mark.django_db
def test_of_a_card_goes_what_it_shows(minah):
    article = make_article(minah, "Title", source="One.\n\nTwo.", excerpt="Short.")
    assert original_of(article, is_card=True).texts == ["Title", "Short."]
    assert original_of(article).texts == ["Title", "One.", "Two."]
    note = make_note(minah, "Hello there\nagain")
    assert original_of(note, is_card=True) == original_of(note)
    assert original_of(note).texts == ["Hello there\nagain"]
    assert original_of(Comment(html="<p>Hi</p>", language="en-GB")).language == "en"


def test_smileys_and_addresses_stay_at_home():
    html = "<p>🎉 1,000</p><p>https://example.com/path</p><p>@minah</p><p>words</p>"
    original = original_of(Comment(html=html, language="en"))
    assert original.sent == ["words"]
    assert original.characters == 5


def test_a_translation_stands_beside_the_same_kinds():
    original = original_of(
        Post(kind="article", title="t", html="<h2>a</h2><p>b</p>", language="en")
    )
    assert beside(original, "가\n\n나") == [Block(HEADING, "가"), Block(TEXT, "나")]
    assert beside(original, "가") == [Block(TEXT, "가")]
    assert beside(original, "") == []
