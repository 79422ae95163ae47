"""What of a Markdown text its readers may have: never the remarks that were written for nobody."""

import time

import pytest

from blog.markdown import render_article
from blog.published_source import published_source

SECRET = "김대리흉"


@pytest.mark.parametrize(
    "source",
    [
        f"글 <!-- {SECRET} --> 끝",
        f"<!-- {SECRET}\n\n두 문단 -->\n\n끝",
        f"글\n\n<!-- 닫지 않은 {SECRET}",
        f"- <!-- 목록의 {SECRET}",
        f"> <!-- 인용의 {SECRET}",
        f"[//]: # ({SECRET})",
        f"글\n\n[메모]: <> ({SECRET})\n",
        f'[//]: # "{SECRET}"',
        f"``` `아님\n<!-- {SECRET} -->",
        f"    ```\n<!-- {SECRET} -->",
        f"```\n코드\n```\n<!-- {SECRET} -->",
        f"~~~\n코드\n~~~\n\n[//]: # ({SECRET})",
    ],
    ids=range(12),
)
def test_no_remark_is_left(source):
    assert SECRET not in render_article(source).html
    assert SECRET not in published_source(source)


@pytest.mark.parametrize(
    "source",
    [
        "그냥 글 **굵게**",
        "```html\n<!-- 보이는 예 -->\n```\n",
        "~~~\n[//]: # (보이는 예)\n~~~",
        "[링크][하나]\n\n[하나]: https://example.com '제목'",
        "각주[^1]\n\n[^1]: 뜻풀이",
    ],
    ids=range(5),
)
def test_what_readers_see_stays(source):
    assert published_source(source) == source


@pytest.mark.parametrize("piece", ["```\n", "<!-- ", "[//]: # ", "`<!--", "- ", "<!----", "]:\n"])
def test_a_long_text_takes_no_long_time(piece):
    started = time.process_time()
    published_source(piece * 100_000)
    assert time.process_time() - started < 2
