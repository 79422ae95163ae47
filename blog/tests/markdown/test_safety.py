"""Nothing a person writes can run, load, or pass for a part of the page (BL-26)."""

import re
import time
from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blog.markdown import render_article, render_comment, render_note
from blog.markdown.sanitise import ARTICLE_TAGS, leads_away, sanitise, words

pytestmark = pytest.mark.one_engine

RENDERERS = [render_article, render_comment, render_note]
ATTACKS = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<SCRIPT SRC=//e.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img src=/media/x.png onload=alert(1)>",
    '<img src="/media/x.png"onerror="alert(1)">',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math><mtext><table><mglyph><style><!--</style>"
    '<img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<textarea><img title='</textarea><img src onerror=alert(1)>'></textarea>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='&#x6A;avascript:alert(1)'>x</a>",
    "<a href=' \x01javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](vbscript:x) [y](data:text/html,<script>1</script>)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    '![x"onerror="alert(1)](/media/a.png)',
    '![x](/media/a.png"onerror="alert(1))',
    '![x](/media/a.png "x\\" onerror=\\"alert(1)")',
    "<javascript:alert(1)>",
    '<iframe src="https://e.example"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<object data=x></object><embed src=x><applet code=x>",
    "<base href=//e.example/>",
    "<meta http-equiv=refresh content=0;url=//e.example>",
    "<link rel=stylesheet href=//e.example/x.css>",
    "<style>*{display:none}</style>",
    '<div style="position:fixed;inset:0">x</div>',
    "<form action=//e.example><input name=password type=password><button>go</button></form>",
    '<p id="main">x</p><a name="csrf">y</a><img id=location name=cookie src=/media/a.png>',
    '<p class="button button--danger site-header">x</p>',
    '<div aria-labelledby="main" aria-hidden="true" role="alert" tabindex="5">x</div>',
    '<details ontoggle=alert(1) open><summary onclick="x()">x</summary></details>',
    '<a href="/x" target="_blank" download ping="//e.example">x</a>',
    '```python title="<img src=x onerror=alert(1)>"\nx\n```',
    '```<script>:"><img/src=x/onerror=1>\nx\n```',
    "# <img src=x onerror=alert(1)> <script>x</script>",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=1> |",
    "[^1]\n\n[^1]: <script>alert(1)</script>",
    '[^"><script>]\n\n[^"><script>]: x',
    "- [ ] <script>alert(1)</script>",
    "@<script> #<script>",
    'https://example.com/"onmouseover="alert(1)',
    "https://example.com/'><script>alert(1)</script>",
    '[x](/a "\\"><script>alert(1)</script>")',
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php <script>alert(1)</script> ?>",
    '<a href="https://e.example" rel="follow">x</a>',
    "<x onclick=alert(1)>x</x>",
    "<video src=x onerror=alert(1)></video><audio autoplay src=//e.example/a.mp3>",
    "<p>" * 3000 + "<div>" * 3000,
    "<b lang=aa><b lang=ab><b lang=ac>\n\n" * 300,
]
URL_ATTRIBUTES = ("href", "src", "srcset", "action", "formaction", "poster", "background")


class Judge(HTMLParser):
    """Collects what must not be there."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.faults = []
        self.ids = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag not in ARTICLE_TAGS:
            self.faults.append(tag)
        for name, value in attrs:
            value = value or ""
            scheme = re.sub(r"[\x00-\x20]", "", value).lower()
            if name.startswith("on") or name in ("style", "name", "target", "srcdoc", "form"):
                self.faults.append(f"{tag} {name}")
            if name in URL_ATTRIBUTES and scheme.startswith(("javascript:", "data:", "vbscript:")):
                self.faults.append(f"{tag} {name}={value}")
            if name == "src" and not value.startswith("/media/"):
                self.faults.append(f"{tag} {name}={value}")
            if name == "id":
                self.ids.append(value)
        if tag == "input" and dict(attrs).get("type") != "checkbox":
            self.faults.append("input")
        if tag == "a":
            values = dict(attrs)
            if "href" in values and leads_away(values["href"]) and "rel" not in values:
                self.faults.append("link without rel")


def assert_safe(html):
    judge = Judge(html)
    assert judge.faults == []
    assert "<script" not in html.lower()
    assert len(judge.ids) == len(set(judge.ids))
    # What is clean stays as it is: browsers and the sanitiser see the same thing.
    assert sanitise(html, id_mark="") == html


@pytest.mark.behaviour("BL-26")
@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack[:40])
def test_an_attack_leaves_nothing_that_runs(render, attack):
    assert_safe(render(attack).html)
    assert_safe(render(f"**글**\n\n{attack}\n\n끝").html)


@pytest.mark.behaviour("BL-26")
def test_ids_of_ours_cannot_be_written_by_hand():
    html = render_article(
        '# 소개\n\n<p id="소개" aria-labelledby="x">글</p><p id="main">글</p>'
    ).html
    assert html.count(" id=") == 1
    assert "aria-labelledby" not in html


@pytest.mark.behaviour("BL-26")
def test_only_links_to_other_hosts_say_so():
    html = render_article(
        "[밖](https://o.kr) [밖2](//o.kr) [안](/x) [여기](#a) [편지](mailto:a@b.kr)\n"
        '<a href="/\\o.kr">밖3</a> <a href="/\t/o.kr">밖4</a> <a href="x">안2</a> <a>없음</a>'
    ).html
    assert html.count('rel="ugc nofollow noopener"') == 4
    assert '<a href="/x">' in html
    assert "<a>없음</a>" in html


def test_useful_html_stays():
    source = (
        "<kbd>Ctrl</kbd> H<sub>2</sub>O x<sup>2</sup> <mark>표시</mark> <abbr title='글'>a</abbr> "
        "<ruby>漢字<rp>(</rp><rt>한자</rt><rp>)</rp></ruby> <bdo dir='rtl'>a</bdo>\n\n"
        "<details open><summary>더</summary>\n\n**굵게**\n\n</details>\n\n"
        '<figure><blockquote lang="en">q</blockquote><figcaption>c</figcaption></figure>'
    )
    html = render_article(source).html
    for tag in words("kbd sub sup mark abbr ruby rp rt bdo details summary figure figcaption"):
        assert f"<{tag}" in html
    assert "<strong>굵게</strong>" in html
    assert 'lang="en"' in html


PIECES = """
** * _ ~~ ` ``` [ ] ( ) ![ <b> </b> <a <img <script <div> </div> > # - + 1. | |- & &lt; @ @미나
#태그 [^1] [^1]: ^[ https:// www. a@b.kr 가 를 장고 (x) “ ” 。 : \\ " ' = src= onerror= javascript:
<!-- --> <![CDATA[ /media/a.png {1-3} title= 😀 <svg> <math> <style> </style> <table> <td>
<details> <summary> <p> <h2> <li> <ruby> <rt> <input <select> <textarea> <form> <label> <pre> <code>
<applet> <object> <button> <template> </p> </table> </a> </svg> <mglyph> <noscript> <title>
<h1> </h1> <a> <nobr> <font>
"""
MARKDOWN_PIECES = st.sampled_from(
    [*words(PIECES), "\n", "\n\n", "    ", " ", "\t", "\r\n", "\x00", "\ufe0f"]
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(MARKDOWN_PIECES, max_size=40).map("".join))
def test_any_markup_is_safe(source):
    for render in RENDERERS:
        assert_safe(render(source).html)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_renders(source):
    for render in RENDERERS:
        assert_safe(render(source).html)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_render(data):
    source = data.decode("utf-8", "surrogateescape")
    for render in RENDERERS:
        assert_safe(render(source).html)


@pytest.mark.parametrize(
    "piece",
    [
        "> ", "- ", "[", "![", "^[", "*가(", "**", "`", "<", "<div>", "<b>", "<a href='", "[^1]",
        "@ab ", "#a ", "https://a.b/", "www.a.b ", "a@b.", "# 같은 제목\n\n", "|a", "~~",
        "- [ ] a\n", "<p title='", "<!--", "[a](", "[a]: /x\n", "<details>", "@" + "a" * 49,
    ],
)  # fmt: skip
def test_repetition_takes_time_in_proportion(piece):
    source = piece * (20_000 // len(piece))
    start = time.process_time()
    for render in RENDERERS:
        render(source)
    # Generous: the point is that nothing here takes minutes.
    assert time.process_time() - start < 20


def test_nesting_is_bounded():
    html = render_article(">" * 5000 + " 글\n\n" + "<div>" * 5000).html
    assert html.count("<blockquote>") < 100
    assert html.count("<div>") < 100


def test_the_sanitiser_reads_what_it_wrote():
    assert nh3.is_html("<p>글</p>")
    assert sanitise("<p>글<br></p>") == "<p>글<br></p>"
