"""HTML of other blogs becomes Markdown that shows the same words here."""

import re
import time
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blog.importers.html_text import html_to_markdown, plain_text
from blog.importers.html_tree import read_tree
from blog.markdown import render_article

pytestmark = pytest.mark.one_engine

WORDS = [
    "봄날의 산책", "가", "파이썬", "C++", "a_b_c", "_밑줄_", "*별*", "3 * 4", "~~물결~~", "`따옴표`", "[참고]",
    "[a](b)", "[^1]", "![그림](x)", "<태그>", "<b>", "&amp;", "& 그리고", "\\역", "# 제목", "1. 하나", "- 둘", "> 셋",
    "| 표 |", "---", "===", "+ 더하기", "@minah", "#태그", "me@example.com", "https://example.com/a_b_/c*d",
    "https://한글.com/글을", "“인용”", "\"인용\"은", "(괄호)", "끝!", "😊", "ㅋㅋㅋ", "12) 열둘", "{{ 식 }}", "{% 태그 %}",
]  # fmt: skip
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(
    lambda words: escape(" ".join(words), quote=False)
)
glued = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(
    lambda words: escape("".join(words), quote=False)
)


def marked(inner):
    pairs = st.tuples(
        st.sampled_from(["b", "i", "em", "strong", "del", "u", "span", "mark"]), inner
    )
    return st.one_of(
        pairs.map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"),
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("<br>".join),
        inner.map(lambda words: f'<a href="https://example.org/글_쓰기">{words}</a>'),
    )


lines = st.recursive(st.one_of(texts, glued), marked, max_leaves=6)
blocks = st.recursive(
    st.one_of(
        lines.map(lambda line: f"<p>{line}</p>"),
        lines.map(lambda line: f"<h2>{line}</h2>"),
        lines,
        texts.map(lambda text: f"<pre><code>{text}</code></pre>"),
        st.lists(lines, min_size=1, max_size=3).map(
            lambda items: f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
        ),
        st.lists(lines, min_size=2, max_size=4).map(
            lambda cells: f"<table><tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr></table>"
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        inner.map(lambda html: f"<blockquote>{html}</blockquote>"),
        inner.map(lambda html: f"<div>{html}</div>"),
        inner.map(lambda html: f"<ol><li>{html}</li></ol>"),
    ),
    max_leaves=5,
)


def shown(html: str) -> str:
    return re.sub(r"\s+", "", read_tree(html).text())


def rendered(markdown: str) -> str:
    html = render_article(markdown).html
    html = re.sub(r'<div class="code-block__bar">.*?</div>', "", html, flags=re.S)
    return shown(html)


@pytest.mark.behaviour("BL-71")
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocks)
def test_the_same_words_are_shown(html):
    assert rendered(html_to_markdown(html)) == shown(html), html_to_markdown(html)


@pytest.mark.parametrize("around", ["@minah{}", "{}랑", "가{}나", "a{}b"])
def test_an_address_in_bold_beside_a_word_stays_bold(around):
    html = f"<p>{around.format('<b>https://example.com/a_b_/c*d</b>')}</p>"
    assert rendered(html_to_markdown(html)) == shown(html), html_to_markdown(html)


def test_marks_that_touch_korean_words_stay_marks():
    written = html_to_markdown('<p><b>"봄"</b>은 <b>가</b><b>나</b> <b><i>둘 다</i></b></p>')

    html = render_article(written).html
    assert '<strong>"봄"</strong>은 <strong>가나</strong>' in html
    assert "<em><strong>둘 다</strong></em>" in html or "<strong><em>둘 다</em></strong>" in html


@pytest.mark.parametrize(
    "html",
    [
        '<pre class="wp-block-code"><code lang="python" class="language-python">def 함수():\n  pass</code></pre>',
        '<pre class="brush: python; gutter: false">def 함수():\n  pass</pre>',
        '<pre data-ke-language="python" data-ke-type="codeblock"><code>def 함수():\n  pass</code></pre>',
        '<pre class="python hljs"><code>def 함수():<br>  pass</code></pre>',
        '<table class="crayon"><tr><td class="gutter">1<br>2</td><td><pre class="language-python">'
        "def 함수():\n  pass</pre></td></tr></table>",
    ],
)
def test_code_keeps_its_lines_and_language(html):
    assert html_to_markdown(html) == "```python\ndef 함수():\n  pass\n```\n"


def test_code_that_holds_fences_gets_a_longer_one():
    assert html_to_markdown("<pre>```\n글\n```</pre>") == "````\n```\n글\n```\n````\n"


def test_figures_keep_their_captions():
    html = '<figure><img src="/a.png" alt="나무"><figcaption>은행나무 "둘"</figcaption></figure>'

    assert html_to_markdown(html) == '![나무](/a.png "은행나무 \\"둘\\"")\n'


def test_a_picture_that_leads_to_its_larger_self_is_the_larger_one():
    html = '<a href="/up/a.jpg"><img src="/up/a-300x200.jpg" alt=""></a><a href="https://x.kr/"><img src="/b.jpg"></a>'

    assert html_to_markdown(html) == "![](/up/a.jpg)[![](/b.jpg)](https://x.kr/)\n"


def test_pictures_that_a_script_was_to_load_have_their_address():
    html = '<img src="data:image/gif;base64,R0lGOD" data-src="/나무.jpg"> <img class="emoji" alt="🙂" src="/e.png">'

    assert html_to_markdown(html) == "![](/나무.jpg) 🙂\n"


def test_tables_keep_rows_and_bars():
    html = "<table><tr><th>이름<th>값|단위</tr><tr><td>물<br>차가운<td><b>200</b></tr></table>"

    assert (
        html_to_markdown(html)
        == "| 이름 | 값\\|단위 |\n| --- | --- |\n| 물<br>차가운 | **200** |\n"
    )


def test_a_table_with_joined_cells_stays_html():
    written = html_to_markdown('<table><tr><td colspan="2">둘</td></tr><tr><td>가<td>나</table>')

    assert 'colspan="2"' in render_article(written).html
    assert "\n\n" not in written.strip()


def test_a_frame_of_one_cell_is_no_table():
    assert (
        html_to_markdown("<table><tr><td><h3>제목</h3><p>글</p></td></tr></table>")
        == "### 제목\n\n글\n"
    )


@pytest.mark.parametrize(
    "html",
    [
        '글<sup id="fnref1"><a href="#fn1">1</a></sup> 끝.<div class="footnotes"><hr><ol><li id="fn1">'
        '<p>각주 <b>하나</b> <a href="#fnref1">↩</a></p></li></ol></div>',
        '글<a href="#_ftn1" name="_ftnref1">[1]</a> 끝.<p id="_ftn1"><a href="#_ftnref1">[1]</a> 각주 <b>하나</b></p>',
        '글<sup data-fn="ab12" class="fn"><a href="#ab12" id="ab12-link">1</a></sup> 끝.<ol class="wp-block-footnotes">'
        '<li id="ab12">각주 <b>하나</b> <a href="#ab12-link">↩︎</a></li></ol>',
    ],
)
def test_footnotes_are_footnotes(html):
    written = html_to_markdown(html)

    assert "글[^1] 끝." in written
    assert "[^1]: 각주 **하나**" in written
    assert written.count("[^1]") == 2


@pytest.mark.parametrize(
    ("html", "url"),
    [
        ('<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ?rel=0"></iframe>', "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ('<p><iframe src="//player.vimeo.com/video/12345"></iframe></p>', "https://vimeo.com/12345"),
        ('<object><param name="movie" value="https://www.youtube.com/v/dQw4w9WgXcQ"></object>', "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ('<script src="https://gist.github.com/minah/abc123.js"></script>', "https://gist.github.com/minah/abc123"),
    ],
)  # fmt: skip
def test_films_and_gists_become_links(html, url):
    assert html_to_markdown(html) == f"<{url}>\n"


def test_lists_keep_their_shape():
    html = '<ul><li>하나<ol><li>셋<li>넷</ol><li><input type="checkbox" checked>한 일</ul><ul><li>다른 목록</ul>'

    assert html_to_markdown(html) == "- 하나\n  1. 셋\n  2. 넷\n- [x] 한 일\n\n* 다른 목록\n"


@pytest.mark.parametrize(
    "html",
    [
        '<ul><li>하나<ol start="3"><li>셋</ol></ul>',
        "<ol><li><ul><li>하나</ul><table><tr><td>가<td>나</table></ol>",
        "<ul><li><pre>코드</pre><ul><li>하나</ul></ul>",
        "<ul><li><ul><li>하나</ul><p>뒤</p></ul>",
    ],
)
def test_lists_that_need_room_get_it(html):
    assert rendered(html_to_markdown(html)) == shown(html)
    assert render_article(html_to_markdown(html)).html.count("<li>") == html.count("<li>")


def test_what_is_lost_is_told_with_its_line():
    said = []

    html_to_markdown(
        "<p>글</p>\n\n<form>\n<input></form>\n<script>x()</script>", lambda *one: said.append(one)
    )

    assert [line for line, _text in said] == [2, 4]
    assert "<form>" in said[0][1]


def test_the_cards_of_other_editors_are_known():
    tistory = (
        '<figure data-ke-type="opengraph" data-og-title="제목 [둘]" data-og-url="https://x.kr/1"><a href="https://x.kr/1">'
        '<div class="og-text"><p>제목</p><p>설명</p></div></a></figure>'
        '<div data-ke-type="moreLess" data-text-more="더보기" data-text-less="닫기"><a class="btn-toggle-moreless">더보기</a>'
        '<div class="moreless-content"><p>숨은 글</p></div></div>'
    )

    written = html_to_markdown(tistory)
    assert written.startswith(
        "[제목 \\[둘\\]](https://x.kr/1)\n\n<details><summary>더보기</summary>\n\n숨은 글"
    )
    assert "숨은 글" in render_article(written).html


def test_broken_and_hostile_html_ends_and_stays_harmless():
    start = time.monotonic()
    deep = html_to_markdown("<div>" * 30_000 + "깊은 글")
    lists = html_to_markdown("<ul><li>" * 300 + "목록")
    html_to_markdown("<b>" * 5000 + "<p>글" * 2000)
    html_to_markdown("[" * 20_000 + "*_`~<" * 5000)

    assert "깊은 글" in deep
    assert "목록" in lists
    assert time.monotonic() - start < 30
    assert "javascript" not in html_to_markdown('<a href="javascript:alert(1)">글</a>')


@pytest.mark.behaviour("BL-72")
def test_a_text_of_one_megabyte_is_converted():
    start = time.monotonic()
    one = f"<p>봄날의 <b>산책</b>은 {'길고 조용했다. ' * 20}</p>\n"
    written = html_to_markdown(one * (1_000_000 // len(one.encode()) + 1))

    assert len(written.encode()) > 950_000
    assert time.monotonic() - start < 60


def test_comments_become_plain_words():
    assert (
        plain_text("<b>질문</b>이 <a href='/x'>있어요</a><br>둘째 &amp; 줄<p>끝</p>")
        == "질문이 있어요\n둘째 & 줄끝"
    )
