"""Books: their parts, their order, and what a strict checker says."""

import io
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from django.db import connection
from PIL import Image as Picture

from blog import actions
from blog.models import Post
from blog.tests.factories import make_article, make_draft
from blog.tests.takeout.test_take_out import SOURCE, body, fetched, png, url

pytestmark = pytest.mark.django_db

JAR = Path("/usr/share/java/epubcheck.jar")
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def package(book: zipfile.ZipFile):
    return ElementTree.fromstring(book.read("EPUB/package.opf"))


def titles(book: zipfile.ZipFile) -> list[str]:
    names = sorted(name for name in book.namelist() if "chapter-" in name)
    found = [ElementTree.fromstring(book.read(name)).find(f".//{XHTML}h1") for name in names]
    return [heading.text for heading in found]


@pytest.fixture
def image(minah):
    return actions.store_image(png(size=(1200, 600)), actor=minah, name="그림.png", alt="초록 들")


@pytest.fixture
def series(minah, image):
    series = actions.create_series("도커 이야기", actor=minah, description="처음부터 끝까지")
    first = make_article(minah, "1편", source=SOURCE, series=series, license="CC-BY-4.0")
    make_article(
        minah,
        "2편 <&>",
        source=f"[1편]({first.get_absolute_url()})에서\n\n![들]({image.get_absolute_url()})\n",
        series=series,
    )
    make_article(minah, "3편", source="이웃에게.", series=series, visibility="followers")
    make_article(minah, "4편", source="나에게.", series=series, visibility="private")
    make_draft(minah, "5편", series=series)
    return series


def series_book(client, series) -> zipfile.ZipFile:
    return opened(body(client.get(f"{series.get_absolute_url()}download.epub")))


# Parts --------------------------------------------------------------------------------------------


def test_a_book_has_every_part_in_its_place(client, minah, image):
    post = make_article(
        minah, "도커로 배포하기", source=f"{SOURCE}\n![들]({image.get_absolute_url()})\n",
        tags=["도커"], cover=image, license="CC-BY-4.0", language="ko",
    )  # fmt: skip
    book = opened(body(client.get(url(post, "epub"))))
    assert book.testzip() is None
    first = book.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert book.read("mimetype") == b"application/epub+zip"
    held = package(book)
    assert held.find(f".//{DC}title").text == "도커로 배포하기"
    assert held.find(f".//{DC}creator").text == "미나"
    assert held.find(f".//{DC}language").text == "ko"
    assert held.find(f".//{DC}identifier").text == f"urn:uuid:{post.guid}"
    assert "CC BY 4.0" in held.find(f".//{DC}rights").text
    assert held.find(f".//{DC}subject").text == "도커"
    named = {item.get("href") for item in held.iter(f"{OPF}item")}
    stored = {name.removeprefix("EPUB/") for name in book.namelist() if name.startswith("EPUB/")}
    assert named == stored - {"package.opf"}
    ids = {item.get("id") for item in held.iter(f"{OPF}item")}
    assert {ref.get("idref") for ref in held.iter(f"{OPF}itemref")} <= ids
    for name in book.namelist():
        assert name.isascii()
        if name.endswith((".xhtml", ".opf", ".ncx", ".svg", ".xml")):
            ElementTree.fromstring(book.read(name))


def test_pictures_are_in_formats_that_every_reader_knows(client, minah, image):
    clear = actions.store_image(
        png((255, 0, 0, 100), mode="RGBA"), actor=minah, name="투명.png", alt=""
    )
    text = f"![들]({image.get_absolute_url()})\n\n![점]({clear.get_absolute_url()})\n"
    book = opened(body(client.get(url(make_article(minah, source=text), "epub"))))
    found = {
        Path(name).suffix: Picture.open(io.BytesIO(book.read(name)))
        for name in book.namelist()
        if "/images/" in name
    }
    assert found[".jpg"].format == "JPEG"
    assert found[".jpg"].width == 960
    assert (found[".png"].format, found[".png"].mode) == ("PNG", "RGBA")


def test_contents_lead_to_headings_that_are_there(client, minah):
    book = opened(body(client.get(url(make_article(minah, source=SOURCE), "epub"))))
    for name in ("EPUB/nav.xhtml", "EPUB/toc.ncx"):
        root = ElementTree.fromstring(book.read(name))
        targets = [
            element.get("href") or element.get("src")
            for element in root.iter()
            if element.get("href") or element.get("src")
        ]
        targets = [target for target in targets if "chapter" in target]
        assert any("#" in target for target in targets)
        for target in targets:
            file, _hash, anchor = target.partition("#")
            chapter = book.read(f"EPUB/{file}").decode()
            assert not anchor or f'id="{anchor}"' in chapter


# Series -------------------------------------------------------------------------------------------


def test_chapters_are_those_the_reader_may_read_in_their_order(
    client, minah, junho, stranger, series
):
    expected = {
        None: ["1편", "2편 <&>"],
        stranger: ["1편", "2편 <&>"],
        junho: ["1편", "2편 <&>", "3편"],
        minah: ["1편", "2편 <&>", "3편", "4편"],
    }
    for person, wanted in expected.items():
        if person:
            client.force_login(person)
        book = series_book(client, series)
        assert titles(book) == wanted
        everything = b"".join(book.read(name) for name in book.namelist())
        if person != minah:
            assert "나에게".encode() not in everything
            assert "4편".encode() not in everything
        assert "5편".encode() not in everything
    actions.order_series(series, [series.posts.get(title="2편 <&>").pk], actor=minah)
    assert titles(series_book(client, series))[0] == "2편 <&>"


def test_what_is_hidden_while_the_book_is_made_is_not_in_it(client, series):
    second = series.posts.get(title="2편 <&>")

    path = f"{series.get_absolute_url()}download.epub"
    hidden = []

    def hide_once(execute, sql, params, many, context):
        if '"blog_post"."html"' in sql and not hidden:
            hidden.append(second.pk)
            Post.objects.filter(pk=second.pk).update(visibility="private")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hide_once):
        book = opened(body(client.get(path)))
    assert hidden
    assert titles(book) == ["1편"]


def test_a_link_to_another_chapter_stays_in_the_book(client, series):
    book = series_book(client, series)
    second = book.read("EPUB/chapter-002.xhtml").decode()
    assert 'href="chapter-001.xhtml"' in second
    assert unquote(second).count("/@minah/1편/") == 0


def test_a_chapter_of_a_series_begins_with_its_cover(client, minah, image, series):
    make_article(minah, "표지가 있는 글", source="글.", series=series, cover=image)
    chapter = series_book(client, series).read("EPUB/chapter-003.xhtml").decode()
    assert f'<figure><img src="images/{image.key}.jpg" alt="초록 들"' in chapter


def test_only_public_books_may_be_kept_by_caches(client, minah, series):
    path = f"{series.get_absolute_url()}download.epub"
    assert fetched(client, path).headers["Cache-Control"].startswith("public")
    client.force_login(minah)
    assert fetched(client, path).headers["Cache-Control"] == "private, no-store"


def test_who_sees_nothing_gets_no_book(client, minah, taeo, stranger):
    series = actions.create_series("비밀 이야기", actor=minah)
    make_article(minah, series=series, visibility="private")
    path = f"{series.get_absolute_url()}download.epub"
    for person in (None, stranger, taeo):
        if person:
            client.force_login(person)
        assert client.get(path).status_code == 404


def test_the_cost_does_not_grow_with_chapters_but_for_their_pictures(
    client, minah, series, django_assert_max_num_queries
):
    path = f"{series.get_absolute_url()}download.epub"
    for number in range(8):
        make_article(minah, f"더 {number}", source="그림 없는 글.", series=series)
    client.head(path)
    with django_assert_max_num_queries(8):
        body(client.get(path))


# A strict checker ---------------------------------------------------------------------------------


def checked(data: bytes, folder: Path) -> str:
    """Return what epubcheck complains of; skip without it (Debian: ``apt install epubcheck``)."""
    java = shutil.which("java")
    if not java or not JAR.exists():
        if "CI" in os.environ:
            pytest.fail("No epubcheck: .ci/run installs it.")
        pytest.skip("No epubcheck here.")
    file = folder / "book.epub"
    file.write_bytes(data)
    done = subprocess.run(
        [java, "-jar", JAR, file], capture_output=True, text=True, timeout=300, check=False
    )
    lines = f"{done.stdout}\n{done.stderr}".splitlines()
    found = [line for line in lines if line.startswith(("FATAL", "ERROR", "WARNING"))]
    assert found or "0 fatals / 0 errors / 0 warnings" in done.stdout, done.stdout
    return "\n".join(found)


ODD = """
<em><div>안</div></em> <li>홀로</li> <ul>글</ul> <dl><dd>뜻</dd></dl> <details>속</details>
<table><tr><td>몸</td></tr><caption>이름</caption></table> <ruby>漢<rt>한</rt></ruby>
<a href="https://예시.한국/가 나?q=100%">길</a> [x](http://a..b/) <figure>그림<figcaption>말</figcaption>글</figure>

## 준비 <b id="같은">굵게</b>

### <span id="같은">또</span>

| a | `b` |
|--:|:-:|
| 1 | <ul><li>x</li></ul> |

> - [x] 한 일[^1]

[^1]: 각주 ~~취소~~
"""


def test_a_strict_checker_finds_nothing_in_a_series(client, minah, image, series, tmp_path):
    make_article(minah, "이상한 글", source=SOURCE + ODD, series=series, cover=image)
    data = body(client.get(f"{series.get_absolute_url()}download.epub"))
    assert checked(data, tmp_path) == ""


def test_a_strict_checker_finds_nothing_in_an_article(client, minah, image, tmp_path):
    post = make_article(minah, "글", source=SOURCE + ODD, cover=image, tags=["도커"])
    assert checked(body(client.get(url(post, "epub"))), tmp_path) == ""
