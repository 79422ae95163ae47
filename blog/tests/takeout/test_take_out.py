"""Taking an article along: who may, as what, and that it comes back as it was."""

import base64
import io
import re
import time
import unicodedata
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from django.core.files.storage import default_storage
from PIL import Image as Picture

from accounts.tests.factories import make_person
from blog import actions
from blog.importers import apply_plan, plan_import
from blog.models import Image, Post
from blog.takeout.addresses import image_addresses
from blog.tests.factories import BODY, make_article, make_draft, make_note

pytestmark = pytest.mark.django_db

SOURCE = "첫 줄이다.\n\n## 준비\n\n- [x] 한 일\n- [ ] 할 일\n\n글[^1] **장고(Django)**를\n\n[^1]: 각주\n\n```python\nprint('<&>')\n```\n"


def png(colour=(11, 110, 95), size=(40, 20), mode="RGB") -> bytes:
    out = io.BytesIO()
    Picture.new(mode, size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def image(minah):
    return actions.store_image(png(), actor=minah, name="그림.png", alt="초록 들")


def url(post, form: str) -> str:
    return f"/posts/{post.pk}/download.{form}"


def body(response) -> bytes:
    """Read a file to its end, which closes it."""
    return b"".join(response.streaming_content)


def fetched(client, path: str):
    """Return the answer with its file read and closed."""
    response = client.get(path)
    if response.streaming:
        body(response)
    return response


# Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("visibility", ["public", "unlisted", "followers", "private"])
def test_who_reads_an_article_takes_it_along_but_not_its_source(
    client, minah, junho, taeo, stranger, visibility
):
    post = make_article(minah, visibility=visibility)
    for person in (None, stranger, junho, taeo, minah):
        client.logout()
        if person:
            client.force_login(person)
        reads = client.get(post.get_absolute_url()).status_code == 200
        for form in ("html", "epub"):
            assert fetched(client, url(post, form)).status_code == (200 if reads else 404)
        for form in ("md", "zip"):
            expected = 404 if not reads else 200 if person == minah else 403
            assert fetched(client, url(post, form)).status_code == expected


def test_a_draft_is_its_authors_alone(client, minah, junho, sora):
    draft = make_draft(minah)
    for person in (None, junho, sora):
        if person:
            client.force_login(person)
        for form in ("md", "zip", "html", "epub"):
            assert fetched(client, url(draft, form)).status_code == 404
    client.force_login(minah)
    for form in ("md", "zip", "html", "epub"):
        assert fetched(client, url(draft, form)).status_code == 200


def test_a_draft_is_taken_as_it_stands_in_the_editor(as_user, minah):
    draft = make_draft(minah, "옛 제목")
    changes = {"title": "새 제목", "source": "새 글이다.", "tags": ["도커"]}
    actions.save_draft(draft, actor=minah, changes=changes)
    client = as_user(minah)
    text = body(client.get(url(draft, "md"))).decode()
    assert "새 제목" in text
    assert text.endswith("새 글이다.")
    assert "draft: true" in text
    assert "새 글이다." in body(client.get(url(draft, "html"))).decode()


@pytest.mark.behaviour("X-01")
def test_a_published_article_does_not_tell_what_its_draft_holds(client, minah):
    post = make_article(minah)
    actions.save_draft(post, actor=minah, changes={"source": "아직 비밀이다."})
    for form in ("html", "epub"):
        data = body(client.get(url(post, form)))
        if form == "epub":
            data = b"".join(zipfile.ZipFile(io.BytesIO(data)).read(f) for f in chapters_of(data))
        assert "아직 비밀이다.".encode() not in data


def chapters_of(data: bytes) -> list[str]:
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    return [name for name in names if "chapter-" in name]


def test_comments_in_the_source_stay_with_the_author(client, minah):
    post = make_article(minah, source="글이다. <!-- 나만 볼 말 -->\n\n[//]: # (이것도)\n")
    page = body(client.get(url(post, "html"))).decode()
    assert "나만 볼 말" not in page
    assert "이것도" not in page


def test_notes_and_other_forms_are_not_found(client, minah):
    assert client.get(url(make_note(minah), "html")).status_code == 404
    assert client.get(url(make_article(minah), "pdf")).status_code == 404


def test_what_others_may_not_read_is_never_cached(client, minah):
    public, private = make_article(minah), make_article(minah, "비밀", visibility="private")
    assert (
        fetched(client, url(public, "html")).headers["Cache-Control"].startswith("public, max-age")
    )
    client.force_login(minah)
    for post, form in ((public, "html"), (public, "md"), (private, "html"), (private, "epub")):
        answer = fetched(client, url(post, form))
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"


def test_the_file_has_its_korean_name(as_user, minah):
    answer = fetched(as_user(minah), url(make_article(minah, "도커로 배포하기"), "md"))
    name = quote("도커로-배포하기.md")
    assert answer.headers["Content-Disposition"] == (
        f"attachment; filename=\"article.md\"; filename*=UTF-8''{name}"
    )
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"


def test_taking_has_a_limit_and_asking_for_the_head_is_free(client, minah, monkeypatch):
    monkeypatch.setattr("blog.limits.TAKEN_AN_HOUR", 2)
    post = make_article(minah)
    for _time in range(5):
        head = client.head(url(post, "epub"))
        assert head.status_code == 200
        assert "attachment" in head.headers["Content-Disposition"]
    assert [fetched(client, url(post, "epub")).status_code for _time in range(3)] == [200, 200, 429]


def test_the_menu_offers_what_the_reader_may_take(client, minah):
    post = make_article(minah)
    page = client.get(post.get_absolute_url()).content.decode()
    assert url(post, "epub") in page
    assert url(post, "md") not in page
    client.force_login(minah)
    page = client.get(post.get_absolute_url()).content.decode()
    assert url(post, "md") in page
    assert url(post, "zip") in page


@pytest.mark.parametrize("form", ["md", "zip", "html", "epub"])
def test_the_cost_does_not_grow_with_pictures_and_tags(
    as_user, minah, form, django_assert_max_num_queries
):
    images = [
        actions.store_image(png((number, 0, 0)), actor=minah, name=f"{number}.png", alt="")
        for number in range(6)
    ]
    text = "\n\n".join(f"![그림]({image.get_absolute_url()})" for image in images)
    post = make_article(minah, source=text, tags=["하나", "둘", "셋"], cover=images[0])
    client = as_user(minah)
    client.head(url(post, form))
    with django_assert_max_num_queries(6):
        body(client.get(url(post, form)))


# Markdown -----------------------------------------------------------------------------------------


def taken(client, post, tmp_path: Path, form: str) -> Path:
    data = body(client.get(url(post, form)))
    folder = tmp_path / form
    folder.mkdir()
    if form == "md":
        (folder / f"{post.slug}.md").write_bytes(data)
    else:
        zipfile.ZipFile(io.BytesIO(data)).extractall(folder)
    return folder


@pytest.mark.parametrize("form", ["md", "zip"])
@pytest.mark.parametrize("visibility", ["public", "followers", "private", "unlisted"])
def test_the_importer_reads_back_what_was_taken(as_user, minah, tmp_path, form, visibility):
    when = datetime(2024, 2, 29, 23, 59, 58, 123456, tzinfo=UTC)
    post = make_article(
        minah,
        '제목: "따옴표" #샵 & 이모지 👨‍👩‍👧',
        source=SOURCE,
        tags=["도커", "C++", "ㅋㅋㅋ", "2024"],
        series=actions.create_series("도커 이야기 – 처음부터", actor=minah),
        slug="도커-처음",
        language="ko",
        visibility=visibility,
        excerpt="짧게: 말하면",
        license="CC-BY-4.0",
        published_at=when,
    )
    folder = taken(as_user(minah), post, tmp_path, form)
    other = make_person("bora", "보라")
    with plan_import(folder) as plan:
        list(apply_plan(plan, author=other))
        assert not plan.problems
    back = Post.objects.get(author=other)
    post.refresh_from_db()
    for name in ("title", "source", "slug", "language", "visibility", "excerpt", "published_at"):
        assert getattr(back, name) == getattr(post, name), name
    assert back.series.title == post.series.title
    assert [row.tag.name for row in back.posttag_set.order_by("position")] == [
        row.tag.name for row in post.posttag_set.order_by("position")
    ]
    assert back.status == "published"


def test_a_draft_comes_back_as_a_draft(as_user, minah, tmp_path):
    draft = make_draft(minah, "쓰다 만 글", tags=["도커"])
    folder = tmp_path / "md"
    folder.mkdir()
    (folder / "글.md").write_bytes(body(as_user(minah).get(url(draft, "md"))))
    other = make_person("bora", "보라")
    with plan_import(folder) as plan:
        list(apply_plan(plan, author=other))
    back = Post.objects.get(author=other)
    assert (back.title, back.source, back.status) == ("쓰다 만 글", BODY, "draft")


def test_one_file_names_images_where_they_are(as_user, minah, image, settings):
    post = make_article(minah, source=f"![들]({image.get_absolute_url()})\n", cover=image)
    text = body(as_user(minah).get(url(post, "md"))).decode()
    address = f"{settings.SITE_URL}{image.get_absolute_url()}"
    assert f"![들]({address})" in text
    head = yaml.safe_load(text.split("---\n")[1])
    assert head["cover"] == address


def test_a_zip_brings_the_images_and_they_come_back(as_user, minah, image, tmp_path):
    post = make_article(minah, source=f"![들]({image.get_absolute_url()})\n", cover=image)
    folder = taken(as_user(minah), post, tmp_path, "zip")
    held = folder / "images" / f"{image.key}.webp"
    assert Picture.open(io.BytesIO(held.read_bytes())).size == (40, 20)
    assert f"![들](images/{image.key}.webp)" in (folder / f"{post.slug}.md").read_text()
    other = make_person("bora", "보라")
    with plan_import(folder) as plan:
        list(apply_plan(plan, author=other))
    back = Post.objects.get(author=other)
    brought = Image.objects.get(owner=other)
    assert brought.get_absolute_url() in back.source
    assert back.cover == brought


def test_an_image_whose_file_is_gone_stops_nothing(as_user, minah, image):
    post = make_article(minah, source=f"![들]({image.get_absolute_url()})\n", cover=image)
    for name in image.file_names:
        default_storage.delete(name)
    client = as_user(minah)
    for form in ("md", "zip", "html", "epub"):
        assert fetched(client, url(post, form)).status_code == 200


def test_a_text_without_a_space_is_searched_in_one_pass(minah):
    key = "a" * 32
    ours = f"/media/images/{key}/480.webp"
    foreign = f"https://elsewhere.example/media/images/{key}/480.webp"
    text = f"{'가' * 500_000}{ours} ({ours}) {foreign} https://madang.example{ours}"
    began = time.monotonic()
    found = [match[0] for match in image_addresses().finditer(text)]
    assert time.monotonic() - began < 5
    assert found == [ours, f"https://madang.example{ours}"]


# HTML ---------------------------------------------------------------------------------------------


def test_the_page_needs_nothing_else(client, minah, image, settings):
    post = make_article(
        minah,
        "제목 <&>",
        source=f'{SOURCE}\n![들 > "산"]({image.get_absolute_url()})\n\n[글](/tags/도커/)\n',
        cover=image,
        license="CC0-1.0",
        language="ko",
    )
    page = body(client.get(url(post, "html"))).decode()
    pictures = re.findall(r'src="data:image/webp;base64,([^"]+)"', page)
    assert len(pictures) == 2
    assert Picture.open(io.BytesIO(base64.b64decode(pictures[0]))).size == (40, 20)
    assert not re.search(r'(?:src|srcset)="(?!data:)', page)
    assert "<script" not in page
    assert "url(http" not in page
    assert f'href="{settings.SITE_URL}/tags/' in page
    assert "<title>제목 &lt;&amp;&gt;</title>" in page
    assert '<html lang="ko">' in page
    assert "default-src &#x27;none&#x27;" in page
    assert ".prose" in page
    assert page.isprintable() or unicodedata.normalize("NFC", page) == page


def test_pictures_that_do_not_fit_are_links(client, minah, image, settings, monkeypatch):
    from blog.takeout import page as page_module

    monkeypatch.setattr(page_module, "PICTURES_MAX_BYTES", 10)
    post = make_article(minah, source=f"![들]({image.get_absolute_url()})\n")
    page = body(client.get(url(post, "html"))).decode()
    assert f'<a href="{settings.SITE_URL}{image.get_absolute_url()}">들</a>' in page
