"""From people's HTML to XHTML that strict programs accept; no text is lost on the way."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.markdown import render_article
from blog.markdown.sanitise import sanitise
from blog.takeout.addresses import as_uri
from blog.takeout.tree import DEPTH_MAX, read_html
from blog.takeout.xhtml import CHECKED, Conversion, Shown, as_xhtml

pytestmark = pytest.mark.one_engine

WRAPPED = '<body xmlns="x" xmlns:epub="e">{}</body>'


def convert(html: str, **options) -> str:
    conversion = Conversion(
        options.get("show", lambda _source: None), options.get("resolve", as_uri)
    )
    return as_xhtml(html, conversion)


def rendered(source: str) -> str:
    found = render_article(
        source,
        resolve_mention=lambda _keys: {},
        resolve_image=lambda _source: None,
        tag_url=lambda name: f"/tags/{name}/",
    )
    return found.html


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>하나<br>둘</p>", "<p>하나<br/>둘</p>"),
        ("<p>1 &lt; 2 &amp; 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
        ("<em><div>안</div></em>", '<em><span class="block">안</span></em>'),
        ("<li>홀로</li>", "<div>홀로</div>"),
        ("<ul>글<li>하나</li></ul>", "<ul><li>글</li><li>하나</li></ul>"),
        ("<ul></ul>", "<div></div>"),
        ("<dl><dd>뜻</dd></dl>", "<div><div>뜻</div></div>"),
        ("<dl><dt>말</dt><dd>뜻</dd></dl>", "<dl><dt>말</dt><dd>뜻</dd></dl>"),
        ("<details>속</details>", "<div>속</div>"),
        ("<ruby>漢<rt>한</rt></ruby>", "<ruby>漢<rt>한</rt></ruby>"),
        ("<ruby><rt>한</rt></ruby>", "<span><span>한</span></span>"),
        ('<a href="http://[bad">x</a>', "<span>x</span>"),
        ('<a href="#없음">x</a>', "<span>x</span>"),
        ('<ol start="3"><li value="x">a</li></ol>', '<ol start="3"><li>a</li></ol>'),
        ('<img src="/x.webp" alt="설명">', "설명"),
        ("<time datetime='2020-99-99'>그때</time>", "<span>그때</span>"),
        ("<dfn>a<dfn>b</dfn></dfn>", "<dfn>a<span>b</span></dfn>"),
    ],
)
def test_what_stands_where_it_may_not_becomes_the_nearest_that_may(html, expected):
    assert convert(html) == expected


def test_a_task_shows_its_box_as_a_character():
    made = convert(rendered("- [x] 한 일\n- [ ] 할 일\n"))
    assert CHECKED in made
    assert "<input" not in made
    assert "<label" not in made


def test_ids_are_short_and_links_follow_them():
    made = convert(rendered("## 준비\n\n[위로](#준비) 글[^1]\n\n[^1]: 각주\n"))
    assert not re.search(r'(?:id|href)="#?[^"]*[가-힣]', made)
    ids = re.findall(r' id="([^"]+)"', made)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r' href="#([^"]+)"', made)) <= set(ids)
    assert 'epub:type="noteref"' in made
    assert 'epub:type="footnotes"' in made


def test_an_id_that_stands_twice_is_kept_once():
    assert convert('<p id="a">1</p><p id="a">2</p>').count("id=") == 1


def test_a_picture_has_its_place_and_size():
    made = convert(
        '<img src="/m" alt="그림 &amp; 글" srcset="x 1w" loading="lazy">',
        show=lambda _source: Shown("images/a.jpg", 8, 6),
    )
    assert made == '<img src="images/a.jpg" alt="그림 &amp; 글" width="8" height="6"/>'


def test_a_table_comes_in_its_order():
    made = convert(
        "<table><tfoot><tr><td>발</td></tr></tfoot><tbody><tr><td>몸</td></tr></tbody>"
        "<thead><tr><th>머리</th></tr></thead><caption>이름</caption></table>"
    )
    assert [made.index(word) for word in ("이름", "머리", "몸", "발")] == sorted(
        made.index(word) for word in ("이름", "머리", "몸", "발")
    )


def test_a_very_deep_text_is_flattened_not_lost():
    made = convert("<div>" * 5000 + "깊다" + "</div>" * 5000)
    assert "깊다" in made
    assert made.count("<div>") <= DEPTH_MAX + 1


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("https://ko.wikipedia.org/wiki/한글", "https://ko.wikipedia.org/wiki/%ED%95%9C%EA%B8%80"),
        ("https://예시.한국/가 나", "https://xn--vv4b11d.xn--3e0b707e/%EA%B0%80%20%EB%82%98"),
        ("https://e.com/100%", "https://e.com/100%25"),
        ("mailto:a@b.c", "mailto:a@b.c"),
        ("http://a..b/", None),
        ("https://x:99999/", None),
        ("javascript:alert(1)", None),
        ("//e.com/", None),
        ("", None),
    ],
)
def test_addresses_become_plain_uris_or_nothing(typed, expected):
    assert as_uri(typed) == expected


TAGS = sorted(
    "a b bdo blockquote caption code dd del details dfn div dl dt em figcaption figure h2 h3 hr i"
    " img input ins label li ol p pre q rp rt ruby section span summary sup table tbody td tfoot th"
    " thead time tr ul".split()
)
pieces = st.recursive(
    st.text(alphabet="가나 a<&>\"'\n", max_size=4),
    lambda inside: st.builds(
        lambda tag, children: f"<{tag}>{''.join(children)}</{tag}>",
        st.sampled_from(TAGS),
        st.lists(inside, max_size=4),
    ),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(pieces)
def test_any_html_gives_well_formed_xhtml_with_the_same_text(html):
    clean = sanitise(html, id_mark="")
    root = ElementTree.fromstring(WRAPPED.format(convert(clean)))
    squeeze = lambda text: sorted(re.sub(r"[\s☐☑]", "", text))  # noqa: E731
    assert squeeze("".join(root.itertext())) == squeeze(read_html(clean).text())
    for element in root.iter():
        name = element.tag.split("}")[-1]
        children = [child.tag.split("}")[-1] for child in element]
        if name in {"ul", "ol"}:
            assert set(children) == {"li"}
        if name in {"p", "h2", "h3", "em", "b", "span", "code", "pre"}:
            assert not {"p", "div", "ul", "ol", "table", "blockquote", "h2"} & set(children)
        if name == "tr":
            assert set(children) <= {"td", "th"}
