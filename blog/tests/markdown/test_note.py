"""Notes are plain text with links."""

import pytest

from blog.markdown import render_note

pytestmark = pytest.mark.one_engine


def resolve(keys):
    return {key: f"/@{key}/" for key in keys if key in ("미나", "minah")}


@pytest.mark.behaviour("BL-02")
def test_addresses_names_and_tags_are_links_and_the_rest_is_escaped():
    rendered = render_note(
        "안녕 <b>**굵게**</b> @미나님이 https://example.com을 보라\n#장고 & mina@example.com으로",
        resolve_mention=resolve,
    )
    assert rendered.html == (
        '<p>안녕 &lt;b&gt;**굵게**&lt;/b&gt; <a class="mention" href="/@미나/">@미나</a>님이 '
        '<a href="https://example.com" rel="ugc nofollow noopener">https://example.com</a>을 보라'
        '<br><a class="hashtag" href="/tags/%EC%9E%A5%EA%B3%A0/">#장고</a> &amp; '
        '<a href="mailto:mina@example.com">mina@example.com</a>으로</p>'
    )
    assert rendered.mentions == ["미나"]
    assert rendered.hashtags == ["장고"]


@pytest.mark.behaviour("BL-02")
def test_lines_and_paragraphs_stay():
    html = render_note("하나\r\n둘\n\n \n셋\n").html
    assert html == "<p>하나<br>둘</p>\n<p>셋</p>"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("https://velog.io/@minah/#장고", 1),
        ("mail@minah", 0),
        ("a/#장고 C# #1", 0),
        ("@none", 0),
        ("@minah@example.com", 0),
        ("https://a.kr과 https://b.kr을", 2),
    ],
)
def test_signs_inside_addresses_mean_nothing(text, links):
    assert render_note(text, resolve_mention=resolve).html.count("<a ") == links


def test_an_empty_note_is_empty():
    assert render_note(" \n").html == ""


def test_the_plain_text_is_the_note():
    assert render_note(" 하나\n둘 ").plain_text == "하나\n둘"
