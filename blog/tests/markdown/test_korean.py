"""Emphasis before particles, and where addresses end."""

import json
from pathlib import Path

import pytest

from blog.markdown import render_article, render_core
from blog.markdown.korean import is_cjk, is_hangul
from blog.markdown.links import find_links

pytestmark = pytest.mark.one_engine

# Inputs and what markdown-it with markdown-it-cjk-friendly makes of them: the first are sentences,
# the rest drawn at random from marks, particles, brackets and quotes. To make the file again,
# render the inputs with `new MarkdownIt("commonmark").enable(["strikethrough"]).use(plugin)`.
ORACLE = json.loads((Path(__file__).parent / "korean_emphasis.json").read_text(encoding="utf-8"))


@pytest.mark.behaviour("BL-25")
@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**장고(Django)**를 씁니다", "<strong>장고(Django)</strong>를 씁니다"),
        ("**“인용”**은 이렇게", "<strong>“인용”</strong>은 이렇게"),
        ("**링크.**다음", "<strong>링크.</strong>다음"),
        ("~~취소(x)~~는", "<s>취소(x)</s>는"),
        ("*“강조”*라고", "<em>“강조”</em>라고"),
        ("이것은**(중요)**입니다", "이것은<strong>(중요)</strong>입니다"),
        ("**`코드`**를", "<strong><code>코드</code></strong>를"),
        ("**[링크](/x)**를", '<strong><a href="/x">링크</a></strong>를'),
        ("**「テスト」**を", "<strong>「テスト」</strong>を"),
        ("**テスト。**テスト", "<strong>テスト。</strong>テスト"),
        ("**重要（注意）**的", "<strong>重要（注意）</strong>的"),
        ("snake_case와 __init__.py를", "snake_case와 <strong>init</strong>.py를"),
        ("변수_이름_하나와 a_b_c", "변수_이름_하나와 a_b_c"),
        ("`**장고(x)**를`", "<code>**장고(x)**를</code>"),
        ("2 * 3 * 4는 24", "2 * 3 * 4는 24"),
        ("**닫지 않음(x) 를", "**닫지 않음(x) 를"),
        (r"\*\*장고(Django)\*\*를", "**장고(Django)**를"),
    ],
)
def test_emphasis_closes_before_a_particle(source, html):
    assert render_core(source) == f"<p>{html}</p>\n"


@pytest.mark.parametrize("case", ORACLE, ids=lambda case: case["markdown"][:24])
def test_emphasis_agrees_with_an_independent_implementation(case):
    assert render_core(case["markdown"]) == case["html"]


def test_characters_are_told_apart():
    assert all(map(is_cjk, "가ㅋᄀ漢かカ。、「ｱ（𠮷"))
    assert not any(map(is_cjk, "aé1 (“😀⌚¡"))
    assert all(map(is_hangul, "가힣ㅋㆍᄀ"))
    assert not any(map(is_hangul, "漢aか"))


@pytest.mark.behaviour("BL-25", "BL-02")
@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://example.com을 보라", "https://example.com"),
        ("https://example.com입니다.", "https://example.com"),
        ("https://example.com에서는요", "https://example.com"),
        ("http://localhost:8000을", "http://localhost:8000"),
        ("http://localhost에서", "http://localhost"),
        ("http://127.0.0.1에서", "http://127.0.0.1"),
        ("https://example.com/path을", "https://example.com/path"),
        ("https://example.com/path에서는", "https://example.com/path"),
        ("https://example.com/을 보라", "https://example.com/"),
        ("https://example.com/python입문", "https://example.com/python입문"),
        ("https://ko.wikipedia.org/wiki/한글", "https://ko.wikipedia.org/wiki/한글"),
        ("https://ko.wikipedia.org/wiki/은", "https://ko.wikipedia.org/wiki/은"),
        ("https://velog.io/@minah/django-입문기", "https://velog.io/@minah/django-입문기"),
        ("https://example.com/?q=한글", "https://example.com/?q=한글"),
        ("https://example.com/?q=abc를", "https://example.com/?q=abc"),
        ("https://example.com/a#소개", "https://example.com/a#소개"),
        ("https://example.com/%ED%95%9C을", "https://example.com/%ED%95%9C"),
        ("https://한글.com은", "https://한글.com"),
        ("https://한글.com 은", "https://한글.com"),
        ("https://도메인.한국 은", "https://도메인.한국"),
        ("https://example.com(공식)을", "https://example.com"),
        ("https://example.com/docs(영문)을", "https://example.com/docs"),
        (
            "https://ko.wikipedia.org/wiki/장고_(프레임워크)를",
            "https://ko.wikipedia.org/wiki/장고_(프레임워크)",
        ),
        ("(https://example.com/a)를", "https://example.com/a"),
        ("「https://example.com/a」を", "https://example.com/a"),
        ("“https://example.com/a”라고", "https://example.com/a"),
        ("https://example.comを見る", "https://example.com"),
        ("https://example.com/aを見る", "https://example.com/a"),
        ("https://example.com/a, 그리고", "https://example.com/a"),
        ("https://example.com/a.", "https://example.com/a"),
        ("https://a.com이고https://b.com", "https://a.com"),
        ("www.naver.com에서", "www.naver.com"),
        ("mina@example.com으로", "mina@example.com"),
        ("https://web.archive.org/web/*/http://a.kr", "https://web.archive.org/web/*/http://a.kr"),
    ],
)
def test_an_address_ends_before_its_particle(text, address):
    link = next(find_links(text))
    assert text[link.start : link.end] == address


@pytest.mark.parametrize(
    "text",
    [
        "manage.py",
        "README.md를 여세요",
        "example.com",
        "https://",
        "http://foo",
        "https://user:secret@example.com/",
        "xhttps://example.com",
        "a@b",
        "@example.com",
        "https:// example.com",
    ],
)
def test_what_is_no_address_stays_text(text):
    assert list(find_links(text)) == []


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (
            "https://example.com/__init__.py_ 을",
            '<a href="https://example.com/__init__.py">https://example.com/__init__.py</a>_ 을',
        ),
        (
            "**https://example.com/a**를",
            '<strong><a href="https://example.com/a">https://example.com/a</a></strong>를',
        ),
        (
            "https://example.com/?a=1&amp;b=2",
            '<a href="https://example.com/?a=1&amp;b=2">https://example.com/?a=1&amp;b=2</a>',
        ),
        ("`https://example.com을`", "<code>https://example.com을</code>"),
        ("[https://a.kr](https://b.kr)", '<a href="https://b.kr">https://a.kr</a>'),
        ('<a href="/x">https://a.kr</a>', '<a href="/x">https://a.kr</a>'),
        ('<a href="/x">www.a.kr</a>', '<a href="/x">www.a.kr</a>'),
        ("<https://example.com/한글>을", None),
        (
            "https://한글.com 은",
            '<a href="https://xn--bj0bj06e.com">https://한글.com</a> 은',
        ),
    ],
)
def test_addresses_inside_other_marks(source, html):
    rendered = render_core(source)
    if html is None:
        assert ">https://example.com/한글</a>을" in rendered
    else:
        assert rendered == f"<p>{html}</p>\n"


@pytest.mark.behaviour("BL-24")
def test_a_decomposed_source_renders_like_a_composed_one():
    import unicodedata

    source = "## 소개\n\n**장고(Django)**를 #태그"
    assert render_article(unicodedata.normalize("NFD", source)) == render_article(source)
