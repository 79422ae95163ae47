"""A WordPress export all the way in: what its reader yields meets what this site keeps."""

from datetime import timedelta

import pytest
from django.utils import timezone

from blog import actions
from blog.importers.running import read_only, undo
from blog.models import Image, ImportedComment, OldPath, Post
from blog.tests.importers.bundles import bring_in, packed, png, said, write

pytestmark = pytest.mark.django_db

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>들꽃</title><link>https://deul.example.com</link><wp:wxr_version>1.2</wp:wxr_version>
<wp:base_site_url>https://deul.example.com</wp:base_site_url>
<wp:base_blog_url>https://deul.example.com</wp:base_blog_url>
"""
COMMENT = """<wp:comment><wp:comment_id>{number}</wp:comment_id>
<wp:comment_author><![CDATA[{name}]]></wp:comment_author>
<wp:comment_author_url>https://example.com/~a</wp:comment_author_url>
<wp:comment_date_gmt><![CDATA[2020-01-0{number} 00:00:00]]></wp:comment_date_gmt>
<wp:comment_content><![CDATA[{text}]]></wp:comment_content>
<wp:comment_approved><![CDATA[{approved}]]></wp:comment_approved>
<wp:comment_type><![CDATA[comment]]></wp:comment_type>
<wp:comment_parent>{parent}</wp:comment_parent></wp:comment>"""


def item(
    number: int, title: str, text: str, *, status="publish", date="2020-01-01", more=""
) -> str:
    return f"""<item><title><![CDATA[{title}]]></title>
<link>https://deul.example.com/{date.replace("-", "/")}/{title}/</link>
<dc:creator><![CDATA[deul]]></dc:creator>
<content:encoded><![CDATA[{text}]]></content:encoded><excerpt:encoded></excerpt:encoded>
<wp:post_id>{number}</wp:post_id><wp:post_date><![CDATA[{date} 09:00:00]]></wp:post_date>
<wp:post_date_gmt><![CDATA[{date} 00:00:00]]></wp:post_date_gmt>
<wp:comment_status>open</wp:comment_status><wp:post_name><![CDATA[{title}]]></wp:post_name>
<wp:status><![CDATA[{status}]]></wp:status><wp:post_type><![CDATA[post]]></wp:post_type>
<wp:post_password></wp:post_password><wp:is_sticky>0</wp:is_sticky>{more}</item>"""


def export(*items: str) -> str:
    return HEAD + "\n".join(items) + "</channel></rss>"


@pytest.mark.behaviour("BL-69", "BL-71", "BL-73", "BL-74", "BL-75")
def test_a_wordpress_blog_arrives_once_and_can_be_undone(
    tmp_path, client, minah, django_capture_on_commit_callbacks
):
    soon = (timezone.now() + timedelta(days=30)).date().isoformat()
    said_there = [
        COMMENT.format(number=1, name="영희", text="잘 <b>읽었어요</b>", approved=1, parent=0),
        COMMENT.format(number=2, name="철수", text="저도요", approved=1, parent=1),
        COMMENT.format(number=3, name="광고", text="사세요", approved=0, parent=0),
    ]
    files = {
        "export.xml": export(
            item(
                5,
                "가을",
                '<p><a href="https://deul.example.com/?p=6">겨울</a> 그리고 '
                '<img src="https://deul.example.com/wp-content/uploads/2020/01/a.png" alt="밭"></p>',
                more="".join(said_there),
            ),
            item(6, "겨울", "<p>눈이 왔다.</p>", status="private"),
            item(7, "봄", "<p>곧.</p>", status="future", date=soon),
            item(8, "여름", "<p>아직.</p>", status="draft"),
        ),
        "uploads/2020/01/a.png": png(),
    }
    archive = write(tmp_path, "wp.zip", packed(files))
    run = actions.open_import(actor=minah, name="wp.zip")
    plan, outcomes = bring_in(archive, minah, run=run)
    assert (plan.kind, [one.state for one in outcomes]) == ("wordpress", ["imported"] * 4)
    states = {post.title: (post.status, post.visibility) for post in Post.objects.all()}
    assert states == {
        "가을": ("published", "public"),
        "겨울": ("published", "private"),
        "봄": ("scheduled", "public"),
        "여름": ("draft", "public"),
    }
    post, other = Post.objects.get(title="가을"), Post.objects.get(title="겨울")
    assert other.get_absolute_url() in post.source
    assert "deul.example.com" not in post.source
    assert post.images.get() == Image.objects.get()
    for path in ("/?p=5", "/2020/01/01/가을/", "/2020/01/01/%EA%B0%80%EC%9D%84"):
        assert client.get(path).headers["Location"] == post.get_absolute_url(), path
    assert client.get("/?p=6").status_code == 200  # the home page: 겨울 is private
    first, second = ImportedComment.objects.order_by("created_at")
    assert (first.author_name, second.parent) == ("영희", first)
    assert "left out" in said(plan)
    page = client.get(post.get_absolute_url()).content.decode()
    assert "영희" in page
    assert "사세요" not in page
    before = list(Post.objects.values())
    _plan, outcomes = bring_in(archive, minah)
    assert [one.state for one in outcomes] == ["known"] * 4
    assert list(Post.objects.values()) == before
    with django_capture_on_commit_callbacks(execute=True):
        undo(run)
    for model in (Post, Image, ImportedComment, OldPath):
        assert not model.objects.exists(), model


@pytest.mark.behaviour("BL-72")
def test_what_is_too_long_is_cut_and_bytes_that_are_no_text_stop_nothing(tmp_path, minah):
    write(tmp_path, "긴.md", f"---\ntitle: {'가' * 300}\nexcerpt: {'나다 ' * 400}\n---\n글\n")
    long = export(item(1, "다" * 250, "<p>글</p>"))
    folder = tmp_path / "wp"
    write(folder, "export.xml", long)
    odd = (tmp_path / "md").as_posix().encode() + b"/\xff\xfe.md"
    write(tmp_path, "md/바른.md", "# 바른 글\n\n글\n")
    with open(odd, "wb") as file:
        file.write("# 이름 없는 글\n\n글\n".encode())
    for place in (tmp_path / "긴.md", folder, tmp_path / "md"):
        _plan, outcomes = bring_in(place, minah)
        assert {one.state for one in outcomes} == {"imported"}, place
    assert Post.objects.count() == 4
    assert {len(post.title) for post in Post.objects.filter(title__contains="가가")} == {200}
    report = read_only(tmp_path / "md", author=minah)
    assert {post["state"] for post in report["posts"]} == {"known"}
