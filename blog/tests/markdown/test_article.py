"""Articles: headings, code, tables, tasks, footnotes, images, names and tags."""

import dataclasses
import re

import pytest

from blog.markdown import MAX_MENTIONS, RENDERER_VERSION, Rendered, render_article, render_comment
from blog.markdown.code import MAX_HIGHLIGHTED_LENGTH, parse_info

pytestmark = pytest.mark.one_engine

PEOPLE = {"미나": "/@미나/", "minah": "/@minah/", "준호": "/@준호/", "tae_o_": "/@tae_o_/"}


def resolve(keys):
    return {key: PEOPLE[key] for key in keys if key in PEOPLE}


def html_of(source, **options):
    return render_article(source, **options).html


def test_a_rendering_cannot_be_changed_and_knows_its_version():
    rendered = render_article("글")
    assert rendered == Rendered(html="<p>글</p>\n", plain_text="글", version=RENDERER_VERSION)
    with pytest.raises(dataclasses.FrozenInstanceError):
        rendered.html = ""


@pytest.mark.parametrize("source", ["", " \n\t\n", "\x00", "\ud800", "<!-- -->"])
def test_nothing_gives_nothing_visible(source):
    assert not render_article(source).plain_text.strip("�?")


class TestHeadings:
    @pytest.mark.behaviour("BL-27")
    def test_anchors_keep_hangul_and_are_unique(self):
        rendered = render_article(
            "# 소개\n\n## 설치 하기!\n\n## 설치 하기\n\n#### 깊은 곳\n\n##### 더"
        )
        assert [(entry["level"], entry["id"]) for entry in rendered.toc] == [
            (2, "소개"),
            (3, "설치-하기"),
            (3, "설치-하기-2"),
        ]
        assert '<h2 id="소개"><a class="anchor" href="#소개">소개</a></h2>' in rendered.html
        assert '<h6 id="더">' in rendered.html

    def test_a_text_that_starts_lower_leaves_no_gap_below_the_title(self):
        assert [entry["level"] for entry in render_article("## 하나\n\n### 둘").toc] == [2, 3]

    def test_ascii_anchors_cannot_take_an_id_of_the_page(self):
        rendered = render_article("# Main\n\n[아래](#main) [위](#Main)")
        assert rendered.toc[0]["id"] == "h-main"
        assert rendered.html.count('href="#h-main"') == 3

    def test_ids_are_unique_when_numbers_collide(self):
        rendered = render_article("# 가\n\n# 가\n\n# 가-2\n\n# !\n\n# ?")
        ids = re.findall(r' id="([^"]+)"', rendered.html)
        assert ids == ["가", "가-2", "가-2-2", "h", "h-2"]

    def test_a_prefix_goes_before_every_id(self):
        rendered = render_article(
            "# 가\n\n[가](#가) 각주[^1]\n\n|a|\n|-|\n|1|\n\n[^1]: 글", id_prefix="p7-"
        )
        assert re.findall(r' id="([^"]+)"', rendered.html) == [
            "p7-가",
            "p7-fnref-1",
            "p7-t-1",
            "p7-fn-1",
        ]
        assert rendered.toc[0]["id"] == "p7-가"
        assert rendered.html.count('href="#p7-가"') == 2

    def test_a_heading_with_a_link_has_no_second_link(self):
        html = html_of("# [장고](/x) 글 #태그")
        assert html == '<h2 id="장고-글-태그"><a href="/x">장고</a> 글 #태그</h2>\n'

    def test_an_empty_heading_is_left_out(self):
        assert "<h" not in html_of("#\n\n글\n\n## <b></b>")

    def test_headings_in_quotes_are_not_in_the_table_of_contents(self):
        rendered = render_article("> # 인용\n\n# 글")
        assert [entry["text"] for entry in rendered.toc] == ["글"]


class TestCode:
    @pytest.mark.behaviour("BL-25")
    def test_a_block_has_language_title_and_classes(self):
        html = html_of('```python title="app.py" {1,3-4}\ndef f():\n    pass\n```')
        assert html.startswith(
            '<div class="code-block" data-language="python"><div class="code-block__bar">'
            '<span class="code-block__title">app.py</span>'
            '<span class="code-block__language">Python</span></div>'
            '<pre tabindex="0"><code class="highlight"><span class="hll"><span class="k">def</span>'
        )
        assert "style=" not in html

    @pytest.mark.parametrize(
        ("info", "expected"),
        [
            ("", ("", "", ())),
            ("python", ("python", "", ())),
            ("python:app.py", ("python", "app.py", ())),
            ("js:경로/앱.js {2}", ("js", "경로/앱.js", (2,))),
            ("js{1,3-4}", ("js", "", (1, 3, 4))),
            ("c++ title='한 글.cpp'", ("c++", "한 글.cpp", ())),
            ("{.python .numberLines}", ("python", "", ())),
            ("{1-99999999999999999999}", ("", "", ())),
            ('title="a.txt"', ("", "a.txt", ())),
            ("<script>", ("", "", ())),
            ("{3-1}", ("", "", ())),
            ("\u00b2{\u00b2}", ("", "", ())),
        ],
    )
    def test_info_lines(self, info, expected):
        assert parse_info(info) == expected

    def test_a_huge_range_of_lines_is_bounded(self):
        assert len(parse_info("{1-999999999}").lines) == 10_000

    def test_unknown_languages_and_long_blocks_are_plain_and_escaped(self):
        assert "&lt;b&gt;\n</code>" in html_of("```없는말\n<b>\n```")
        assert ">nosuch</span>" in html_of("```nosuch\n<b>\n```")
        long = "x = 1\n" * (MAX_HIGHLIGHTED_LENGTH // 6 + 1)
        assert "<span class=" not in html_of(f"```python\n{long}```").partition("<pre")[2]

    def test_leading_blank_lines_and_indentation_stay(self):
        assert '<code class="highlight">\n\n  x\n</code>' in html_of("```\n\n\n  x\n```")
        assert "\n\n" in html_of("```python\n\n\nx\n```").partition("<code")[2]


def test_tables_scroll_and_are_named_by_their_header():
    html = html_of("| 이름 | 값 | |\n|---|--:|---|\n| a | 1 | 2 |")
    assert (
        '<div class="table-scroll" tabindex="0" role="group" aria-labelledby="t-1"><table>' in html
    )
    assert '<tr id="t-1">' in html
    assert '<th class="align-right" scope="col">값</th>' in html
    assert "<td></td>\n</tr>\n</thead>" in html


def test_tasks_are_named_by_their_text():
    html = html_of("- [ ] 할 **일**\n- [x] 한 일\n- [ ]\n- [y] 아님")
    assert '<label><input disabled="" type="checkbox"> 할 <strong>일</strong></label>' in html
    assert '<input disabled="" checked="" type="checkbox"> 한 일</label>' in html
    assert html.count("<input") == 2


@pytest.mark.behaviour("BL-25")
def test_footnotes_lead_there_and_back():
    html = html_of("하나[^a] 둘[^a] 셋^[바로 **쓴** 글]\n\n[^a]: https://example.com을 보라")
    assert '<a id="fnref-1" href="#fn-1" role="doc-noteref">[1]</a>' in html
    assert '<a id="fnref-1-2" href="#fn-1" role="doc-noteref">[1]</a>' in html
    assert '<li id="fn-1">' in html
    assert 'href="#fnref-1-2" role="doc-backlink" aria-labelledby="fnref-1-2"' in html
    assert ">https://example.com</a>을" in html
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="#|labelledby=")([^"]+)', html)) <= set(ids)


def test_a_footnote_in_an_image_description_leaves_no_dangling_way_back():
    html = html_of("![그림[^a]](/media/x.png)\n\n[^a]: 글")
    assert "fnref" not in html


class TestImages:
    @pytest.mark.behaviour("BL-28")
    @pytest.mark.parametrize(
        "source",
        [
            "![바깥](https://other.example/a.png)",
            "![바깥](//other.example/a.png)",
            "![바깥](/other/a.png)",
            "![바깥](/media/../a.png)",
            '<img src="https://other.example/a.png" alt="바깥">',
            "<IMG SRC=https://other.example/a.png>",
            "<image src=https://other.example/a.png>",
            '<div><img\nsrc="https://other.example/a.png"\n></div>',
            '<p><img alt="<" src="https://other.example/a.png"></p>',
            "<div><img src=https://other.example/a.png",
            '<picture><source srcset="https://other.example/a"><img src="/media/../b"></picture>',
            '<video poster="https://other.example/a.png"></video>',
            '<table background="https://other.example/a.png"></table>',
            '<div style="background:url(https://other.example/a.png)">글</div>',
            '<svg><image href="https://other.example/a.png"/></svg>',
            '<input type="image" src="https://other.example/a.png">',
            '<link rel="stylesheet" href="https://other.example/a.css">',
        ],
    )
    def test_an_image_from_elsewhere_is_never_loaded(self, source):
        html = html_of(source)
        assert "<img" not in html
        assert not re.search(r"<[^>]*\b(?:src|srcset|poster|background|style)\s*=", html)

    def test_an_image_from_elsewhere_is_a_link(self):
        rendered = render_article("![바깥](https://other.example/a.png) ![](https://o.kr/b.png)")
        assert rendered.html == (
            '<p><a class="external-image" href="https://other.example/a.png" '
            'rel="ugc nofollow noopener">바깥</a> <a class="external-image" '
            'href="https://o.kr/b.png" rel="ugc nofollow noopener">https://o.kr/b.png</a></p>\n'
        )
        assert rendered.image_sources == ["https://other.example/a.png", "https://o.kr/b.png"]

    def test_an_image_inside_a_link_is_its_text(self):
        html = html_of("[![배지](https://o.kr/b.svg)](https://o.kr)")
        assert html == '<p><a href="https://o.kr" rel="ugc nofollow noopener">배지</a></p>\n'

    def test_our_images_have_sizes_and_captions(self):
        def resolve_image(source):
            return {
                "url": f"/media/{source}",
                "width": 800,
                "height": 600,
                "srcset": "/media/a-400.webp 400w, /media/a-800.webp 800w",
                "alt": "저장된 설명",
            }

        html = html_of('![](a.png "캡션 <b>")', resolve_image=resolve_image)
        assert html == (
            '<figure><img src="/media/a.png" alt="저장된 설명" width="800" height="600" '
            'srcset="/media/a-400.webp 400w, /media/a-800.webp 800w" loading="lazy" '
            'decoding="async" sizes="(min-width: 44rem) 42rem, 100vw">'
            "<figcaption>캡션 &lt;b&gt;</figcaption></figure>\n"
        )

    def test_an_image_among_words_is_no_figure(self):
        html = html_of('글 ![a](/media/a.png "제목") 글')
        assert "<figure" not in html
        assert 'title="제목"' in html

    def test_raw_images_of_ours_follow_the_same_rule(self):
        html = html_of('<div><img src="/media/a.png" alt="a" onerror="x()" width="9"></div>')
        assert '<img src="/media/a.png" alt="a" loading="lazy" decoding="async">' in html


class TestNames:
    @pytest.mark.behaviour("SO-34")
    def test_names_before_particles(self):
        rendered = render_article(
            "@미나님이 @minah를 @준호, (@MINAH) @없는사람 @미나리", resolve_mention=resolve
        )
        assert rendered.mentions == ["미나", "minah", "준호"]
        assert '<a class="mention" href="/@미나/">@미나</a>님이' in rendered.html
        assert '<a class="mention" href="/@minah/">@minah</a>를' in rendered.html
        assert '(<a class="mention" href="/@minah/">@MINAH</a>)' in rendered.html
        assert "@없는사람 @미나리</p>" in rendered.html

    def test_the_longest_name_that_exists_wins(self):
        people = {"미나": "/1/", "미나님": "/2/"}
        rendered = render_article(
            "@미나님이", resolve_mention=lambda keys: {k: people[k] for k in keys if k in people}
        )
        assert rendered.mentions == ["미나님"]

    def test_underscores_belong_to_the_name(self):
        rendered = render_article("@tae_o_ 와 *@tae_o_*", resolve_mention=resolve)
        assert rendered.html.count('href="/@tae_o_/">@tae_o_</a>') == 2

    @pytest.mark.parametrize(
        "source",
        [
            "a@minah.com",
            "mail@minah",
            "`@minah`",
            "<code>@minah</code>",
            "[@minah](/x)",
            '<a href="/x">@minah</a>',
            "https://velog.io/@minah",
            "www.velog.io/@minah",
            "@minah/core",
            "@minah@mastodon.example",
            "@minah.com",
            "@minahs",
            "@@minah",
            "```\n@minah\n```",
            "    @minah",
            "![@minah](/media/a.png)",
        ],
    )
    def test_what_is_no_mention(self, source):
        rendered = render_article(source, resolve_mention=resolve)
        assert rendered.mentions == []
        assert 'class="mention"' not in rendered.html

    @pytest.mark.behaviour("SO-34")
    def test_at_most_twenty_and_one_lookup(self):
        calls = []

        def everybody(keys):
            calls.append(keys)
            return {key: f"/@{key}/" for key in keys}

        source = " ".join(f"@user{number} @USER{number}" for number in range(50))
        rendered = render_article(source, resolve_mention=everybody)
        assert rendered.mentions == [f"user{number}" for number in range(MAX_MENTIONS)]
        assert rendered.html.count('class="mention"') == 2 * MAX_MENTIONS
        assert len(calls) == 1

    def test_nobody_is_asked_when_nobody_is_named(self):
        render_article("글", resolve_mention=lambda keys: pytest.fail("asked"))


class TestTags:
    def test_tags_link_and_are_collected_once(self):
        rendered = render_article("#장고 (#Python) #python ㅋ #ㅋㅋㅋ #snake_case_x")
        assert rendered.hashtags == ["장고", "Python", "ㅋㅋㅋ", "snake_case_x"]
        assert '<a class="hashtag" href="/tags/python/">#Python</a>' in rendered.html
        assert 'href="/tags/%EC%9E%A5%EA%B3%A0/"' in rendered.html

    def test_tag_pages_can_live_elsewhere(self):
        assert 'href="/t/장고"' in html_of("#장고", tag_url=lambda name: f"/t/{name}")

    @pytest.mark.parametrize(
        "source",
        [
            "#1",
            "# 제목",
            "C#언어",
            "a/#장고",
            "&#장고",
            "##장고",
            "`#장고`",
            "[#장고](/x)",
            "https://example.com/#장고",
            "#" + "가" * 31,
            "#_",
            "#️⃣",
        ],
    )
    def test_what_is_no_tag(self, source):
        assert render_article(source).hashtags == []

    def test_thirty_characters_are_a_tag(self):
        assert render_article("#" + "가" * 30).hashtags == ["가" * 30]


def test_plain_text_is_what_a_reader_reads():
    rendered = render_article(
        "# 제목 `코드`\n\n**굵(게)**를\n둘째 줄 ![그림](/media/a.png)\n\n```\n빼기\n```\n\n"
        "| 가 | 나 |\n|--|--|\n| 1 | 2 |\n\n<div>속 &amp; 글</div>\n\n글[^1]\n\n[^1]: 각주"
    )
    assert rendered.plain_text == (
        "제목 코드\n굵(게)를 둘째 줄 그림\n가 나\n1 2\n속 & 글\n글\n각주"
    )


class TestComments:
    @pytest.mark.behaviour("BL-51")
    def test_comments_have_no_headings_images_or_ids(self):
        rendered = render_comment(
            "# 제목\n\n둘\n==\n\n![그림](/media/a.png)\n\n<h2 id=x>셋</h2><img src=/media/b.png>"
            "\n\n각주[^1]\n\n[^1]: 글\n\n|a|\n|-|\n|1|"
        )
        assert not re.search(r"<(?:h\d|img|section|details)\b| id=", rendered.html)
        assert "# 제목" in rendered.html
        assert rendered.toc == []

    def test_a_line_end_is_a_line_break(self):
        assert render_comment("하나\n둘").html == "<p>하나<br>\n둘</p>\n"
        assert render_article("하나\n둘").html == "<p>하나\n둘</p>\n"

    @pytest.mark.behaviour("SO-34")
    def test_people_can_be_named_and_tags_stay_text(self):
        rendered = render_comment("@미나님 #장고 **굵(게)**를", resolve_mention=resolve)
        assert rendered.mentions == ["미나"]
        assert rendered.hashtags == []
        assert "#장고 <strong>굵(게)</strong>를" in rendered.html
