"""Tistory: today's ZIP as people describe it, and TTXML as Textcube's source writes it."""

import base64
from datetime import UTC, datetime
from html import escape

import pytest

from blog.importers.bundles import open_bundle
from blog.importers.html_text import html_to_markdown
from blog.importers.tistory import TistoryReader
from blog.importers.tistory_text import tistory_html
from blog.tests.importers.bundles import packed, png, write, write_all
from blog.tests.importers.exports import Notes, problems, read

PAGE = """<!doctype html>
<html lang="ko"><head><meta charset="utf-8"><title>봄날의 산책</title></head>
<body id="tt-body-page">
<h2 class="title-article">봄날의 산책</h2>
<div class="box-info"><p class="category">일상/산책</p><p class="date">2023-05-01 09:30:00</p></div>
<div class="article-view">
<div class="contents_style">
<p data-ke-size="size16">첫 문단이다.</p>
<p data-ke-size="size16">&nbsp;</p>
<figure class="imageblock alignCenter"><span data-url="./img/나무.png"><img src="./img/나무.png" alt="나무"></span><figcaption>골목</figcaption></figure>
<pre class="python" data-ke-language="python" data-ke-type="codeblock"><code>print("봄")</code></pre>
<form></form>
</div>
</div>
<div class="tags">#산책 #봄 날</div>
</body></html>
"""


@pytest.mark.behaviour("BL-69", "BL-71", "BL-74")
def test_a_backup_of_today_is_read(tmp_path):
    files = {
        "minah-1/12/12-봄날의 산책.html": PAGE,
        "minah-1/12/img/나무.png": png(),
        "minah-1/3/3-둘.html": PAGE,
    }
    posts, notes = read(TistoryReader(), write(tmp_path, "backup.zip", packed(files)))

    assert [post.old_paths for post in posts] == [["/3"], ["/12"]]
    post = posts[1]
    assert post.title == "봄날의 산책"
    assert post.categories == ["일상", "산책"]
    assert post.tags == ["산책", "봄 날"]
    assert post.published_at == datetime(2023, 5, 1, 0, 30, tzinfo=UTC)
    assert post.source == (
        '첫 문단이다.\n\n![나무](./img/나무.png "골목")\n\n```python\nprint("봄")\n```\n'
    )
    assert not notes.noted


@pytest.mark.behaviour("BL-73")
def test_pictures_beside_the_page_come_along_and_missing_ones_are_named(tmp_path):
    files = {"12/12-글.html": PAGE, "12/img/나무.png": png(), "3/3-둘.html": PAGE}
    posts, _notes = read(TistoryReader(), write_all(tmp_path / "blog", files))

    assert posts[1].attachments == {"./img/나무.png": "12/img/나무.png"}
    assert "picture not found: ./img/나무.png" in problems(posts[0])
    assert "12: <form> left out" in problems(posts[0])


@pytest.mark.behaviour("BL-72")
def test_pages_in_cp949_are_read_and_bad_ones_named(tmp_path):
    files = {
        "1/1-가.html": PAGE.replace('charset="utf-8"', 'charset="euc-kr"')
        .replace("\n", "\r\n")
        .encode("cp949"),
        "2/2-나.html": b"<title>\xff\xff\xfe tistory</title>",
        "3/3-다.html": PAGE,
    }
    posts, notes = read(TistoryReader(), write_all(tmp_path / "blog", files))

    assert [post.title for post in posts] == ["봄날의 산책", "봄날의 산책"]
    assert [(name, text) for name, _line, text in notes.noted] == [
        ("1/1-가.html", "read as CP949"),
        ("2/2-나.html", "neither UTF-8 nor CP949"),
    ]


def test_a_page_without_any_class_gives_its_body_and_the_date_of_the_file(tmp_path):
    text = "<html><head><title>제목</title></head><body><p>글 <img src='https://blog.kakaocdn.net/dn/a/img.png'></p></body></html>"
    [post], _notes = read(TistoryReader(), write_all(tmp_path / "blog", {"7/7-제목.html": text}))

    assert post.title == "제목"
    assert post.source == "글 ![](https://blog.kakaocdn.net/dn/a/img.png)\n"
    assert "date" in problems(post)


# TTXML ------------------------------------------------------------------------------------------

PICTURE = png()


def comment(name: str, text: str, rest: str = "", secret: int = 0) -> str:
    return (
        f'<comment><commenter id=""><name>{name}</name><homepage>https://x.kr</homepage><ip>192.0.2.1</ip></commenter>'
        f"<content>{text}</content><password>x</password><secret>{secret}</secret><written>1385700000</written>"
        f"<isFiltered>0</isFiltered>{rest}</comment>"
    )


def ttxml_post(number: int, content: str, rest: str = "", visibility: str = "public") -> str:
    return (
        f'<post slogan="봄날-산책-{number}" format="1.1"><id>{number}</id><visibility>{visibility}</visibility>'
        f"<title>봄날 &amp; 산책</title><content>{escape(content)}</content><location>/</location>"
        f"<acceptComment>1</acceptComment><published>1385697346</published><created>1385697346</created>"
        f"<modified>1395697350</modified><category>일상/산책</category><tag>봄</tag><tag>산책</tag>\n{rest}</post>\n"
    )


def ttxml(folder, *posts: str, encoding: str = "utf-8"):
    text = (
        f'<?xml version="1.0" encoding="{encoding}" ?>\n<blog type="tattertools/1.1" migrational="false">\n'
        "<setting><name>minah</name><title>봄날</title></setting>\n"
        "<category><name>일상</name><priority>1</priority><category><name>산책</name></category></category>\n"
        f"{''.join(posts)}</blog>"
    )
    return write(
        folder, "Tistory-Backup.xml", text.encode("cp949" if encoding == "euc-kr" else encoding)
    )


def attachment(name: str, label: str, data: bytes) -> str:
    text = base64.encodebytes(data).decode()
    return (
        f'<attachment mime="image/png" size="{len(data)}" width="40" height="20"><name>{name}</name>'
        f"<label>{label}</label><enclosure>0</enclosure><content>{text}</content></attachment>"
    )


@pytest.mark.behaviour("BL-69", "BL-71", "BL-74")
def test_ttxml_is_read_with_comments_and_old_addresses(tmp_path):
    talk = comment(
        "지니",
        "잘 봤어요\r\n또 올게요",
        comment("미나", "고마워요") + comment("미나", "비밀 답", secret=1),
    )
    text = "<p>글[footnote]각주 <b>글</b>[/footnote] 끝</p>[#M_더 보기|접기|<p>숨은 글</p>_M#]"
    [post], notes = read(TistoryReader(), ttxml(tmp_path, ttxml_post(288, text, talk)))

    assert post.title == "봄날 & 산책"
    assert post.old_paths == ["/288", "/entry/봄날-산책-288"]
    assert post.categories == ["일상", "산책"]
    assert post.tags == ["봄", "산책"]
    assert post.published_at == datetime(2013, 11, 29, 3, 55, 46, tzinfo=UTC)
    assert post.edited_at is not None
    assert (
        post.source
        == "글[^1] 끝\n\n<details><summary>더 보기</summary>\n\n숨은 글\n\n</details>\n\n[^1]: 각주 **글**\n"
    )
    assert [(one.author_name, one.text) for one in post.comments] == [
        ("지니", "잘 봤어요\n또 올게요"),
        ("미나", "고마워요"),
    ]
    assert post.comments[1].parent_key == post.comments[0].key
    assert "1 secret comment left out" in problems(post)
    assert not notes.noted


@pytest.mark.behaviour("BL-73")
def test_attachments_inside_the_file_come_along(tmp_path):
    text = (
        '<p>[##_1C|cfile30.uf.11613F.png|width="665" height="361" filename="은행 나무.png" filemime="image/png"|골목_##]</p>'
        '<p>[##_2C|a.png|alt="가"|왼쪽|b.png||오른쪽_##]</p>'
    )
    rest = attachment("cfile30.uf.11613F.png", "은행 나무.png", PICTURE) + attachment(
        "a.png", "가.png", PICTURE * 50
    )
    with open_bundle(ttxml(tmp_path, ttxml_post(1, text, rest))) as bundle:
        [post] = TistoryReader().read(bundle, Notes())

        assert post.source == (
            '![](/attachment/cfile30.uf.11613F.png "골목")\n\n![가](/attachment/a.png "왼쪽")\n\n![](b.png "오른쪽")\n'
        )
        member = post.attachments["/attachment/cfile30.uf.11613F.png"]
        assert bundle.read(member, 10**6) == PICTURE
        assert bundle.read(post.attachments["/attachment/a.png"], 10**6) == PICTURE * 50


@pytest.mark.behaviour("BL-72")
def test_damage_in_ttxml_is_named_and_stops_nothing_else(tmp_path):
    bad = ttxml_post(2, "글").replace("</title>", "<title>")
    broken = attachment("a.png", "가.png", PICTURE).replace("iVBOR", "&#xAC00;!!!")
    path = ttxml(tmp_path, ttxml_post(1, "하나", broken), bad, ttxml_post(3, "셋"))
    posts, notes = read(TistoryReader(), path)

    assert [post.old_paths[0] for post in posts] == ["/1", "/3"]
    assert len(notes.noted) == 1
    assert notes.noted[0][:2] == (
        "Tistory-Backup.xml",
        1
        + path.read_text()
        .split("\n")
        .index(next(line for line in path.read_text().split("\n") if "<id>2</id>" in line))
        + 1,
    )
    assert "attachment damaged: 가.png" in problems(posts[0])


def test_who_may_read_and_what_is_no_post(tmp_path):
    page = ttxml_post(9, "소개").replace("<post ", "<page ").replace("</post>", "</page>")
    path = ttxml(
        tmp_path,
        ttxml_post(1, "하나", visibility="private"),
        ttxml_post(2, "둘", visibility="protected"),
        page,
        encoding="euc-kr",
    )
    posts, notes = read(TistoryReader(), path)

    assert [post.visibility for post in posts] == ["private", "private"]
    assert "password" in problems(posts[1])
    assert notes.skipped == [("Tistory-Backup.xml#page-9", "봄날 & 산책: page, not a post")]


def test_todays_placeholders_are_pictures():
    said = []
    text = (
        '[##_Image|kage@bXyz/btr1/AbC/img.png|CDM|1.3|{"originWidth":800,"alt":"나무","caption":"골목","filename":"img1.png"}_##]'
        "\n[##_Moving|x_##]"
    )

    html = tistory_html(text, lambda name: "", lambda *one: said.append(one))
    assert html_to_markdown(html).startswith(
        '![나무](https://blog.kakaocdn.net/dn/bXyz/btr1/AbC/img.png "골목")'
    )
    assert [line for line, _words in said] == [1]
