"""Ghost: the tables of its JSON export."""

import json
from datetime import UTC, datetime

import pytest

from blog.importers.bundles import open_bundle
from blog.importers.ghost import GhostReader
from blog.tests.importers.bundles import packed, planned, png, said, write
from blog.tests.importers.exports import DATA as EXPORTS
from blog.tests.importers.exports import Notes, problems, read

TIMES = {
    "created_at": "2023-05-01T00:00:00.000Z",
    "published_at": "2023-05-02T00:00:00.000Z",
    "updated_at": "2023-06-01T00:00:00.000Z",
}
POSTS = [
    {
        "id": "1", "uuid": "u-1", "title": "봄날의 산책", "slug": "봄날", "status": "published", "visibility": "public",
        "html": '<p>글과 <a href="__GHOST_URL__/두번째/">다른 글</a></p><figure class="kg-card kg-image-card kg-card-hascaption">'
        '<img src="__GHOST_URL__/content/images/size/w600/2023/05/나무.png" class="kg-image" alt="나무"><figcaption>골목</figcaption>'
        '</figure><figure class="kg-card kg-bookmark-card"><a class="kg-bookmark-container" href="https://x.kr/"><div class="kg-bookmark-content">'
        '<div class="kg-bookmark-title">좋은 곳</div><div class="kg-bookmark-description">설명</div></div></a></figure>',
        "feature_image": "__GHOST_URL__/content/images/2023/05/표지.png", "custom_excerpt": "짧은 소개", "featured": 1, **TIMES,
    },
    {"id": "2", "uuid": "u-2", "title": "회원 글", "slug": "두번째", "status": "published", "visibility": "members", "html": "<p>회원</p>", **TIMES},
    {"id": "3", "uuid": "u-3", "title": "유료 글", "slug": "세번째", "status": "published", "visibility": "paid", "html": "<p>유료</p>", **TIMES},
    {"id": "4", "uuid": "u-4", "title": "초고", "slug": "초고", "status": "draft", "html": None, "lexical": json.dumps({"root": {"children": [
        {"type": "paragraph", "children": [{"type": "text", "text": "굵은 ", "format": 0}, {"type": "text", "text": "글", "format": 1}]},
        {"type": "codeblock", "code": "a < b", "language": "js"},
        {"type": "list", "listType": "bullet", "children": [{"type": "listitem", "children": [{"type": "text", "text": "하나"}]}]},
        {"type": "signup", "children": []},
    ]}}), **TIMES},
    {"id": "5", "uuid": "u-5", "title": "옛 글", "slug": "old", "status": "scheduled", "html": "", "mobiledoc": json.dumps({
        "version": "0.3.1", "atoms": [["soft-return", "", {}]], "cards": [["image", {"src": "/content/images/a.png", "alt": "그림"}]],
        "markups": [["strong"], ["a", ["href", "https://x.kr/"]]],
        "sections": [[1, "p", [[0, [0], 1, "굵게"], [1, [], 0, 0], [0, [1], 1, "길"]]], [10, 0]]}),
        "created_at": 1682899200000, "published_at": "2037-01-01 00:00:00"},
    {"id": "6", "title": "소개", "slug": "about", "type": "page", "status": "published", "html": "<p>소개</p>"},
]  # fmt: skip
DATA = {
    "db": [
        {
            "meta": {"exported_on": 1700000000000, "version": "5.130.6"},
            "data": {
                "posts": POSTS,
                "tags": [
                    {"id": "t1", "name": "산책"},
                    {"id": "t2", "name": "#내부", "visibility": "internal"},
                    {"id": "t3", "name": "봄"},
                ],
                "posts_tags": [
                    {"post_id": "1", "tag_id": "t3", "sort_order": 1},
                    {"post_id": "1", "tag_id": "t1", "sort_order": 0},
                    {"post_id": "1", "tag_id": "t2", "sort_order": 2},
                ],
                "users": [{"id": "a1", "name": "소라", "email": "sora@example.kr"}],
                "posts_authors": [{"post_id": "1", "author_id": "a1", "sort_order": 0}],
                "posts_meta": [{"post_id": "1", "feature_image_alt": "표지 그림"}],
            },
        }
    ]
}


@pytest.fixture
def posts(tmp_path):
    files = {
        "blog.ghost.2023-11-14.json": json.dumps(DATA),
        "content/images/2023/05/나무.png": png(),
        "content/images/2023/05/표지.png": png(),
    }
    found, notes = read(GhostReader(), write(tmp_path, "ghost.zip", packed(files)))
    assert [name for name, _why in notes.skipped] == ["blog.ghost.2023-11-14.json#about"]
    return {post.slug: post for post in found}


@pytest.mark.behaviour("BL-71")
def test_what_a_post_has_is_kept(posts):
    post = posts["봄날"]

    assert post.title == "봄날의 산책"
    assert post.tags == ["산책", "봄"]
    assert post.author_name == "소라"
    assert post.excerpt == "짧은 소개"
    assert post.created_at == datetime(2023, 5, 1, tzinfo=UTC)
    assert post.published_at == datetime(2023, 5, 2, tzinfo=UTC)
    assert post.edited_at == datetime(2023, 6, 1, tzinfo=UTC)
    assert post.old_paths == ["/봄날/"]
    assert "featured" in problems(post)
    assert {slug: one.status for slug, one in posts.items()} == {
        "봄날": "published", "두번째": "published", "세번째": "published", "초고": "draft", "old": "scheduled",
    }  # fmt: skip


def test_who_may_read_becomes_what_is_nearest_here(posts):
    assert {
        slug: post.visibility for slug, post in posts.items() if post.visibility != "public"
    } == {
        "두번째": "followers",
        "세번째": "private",
    }
    assert "members" in problems(posts["두번째"])
    assert "paying" in problems(posts["세번째"])


@pytest.mark.behaviour("BL-73")
def test_pictures_and_links_of_the_blog_itself(posts):
    post = posts["봄날"]

    assert post.attachments == {
        "__GHOST_URL__/content/images/size/w600/2023/05/나무.png": "content/images/2023/05/나무.png",
        "__GHOST_URL__/content/images/2023/05/표지.png": "content/images/2023/05/표지.png",
    }
    assert post.cover == "__GHOST_URL__/content/images/2023/05/표지.png"
    assert post.alts == {post.cover: "표지 그림"}
    assert "글과 [다른 글](/두번째/)" in post.source
    assert '나무.png "골목")' in post.source
    assert "[좋은 곳](https://x.kr/)" in post.source


def test_texts_without_html_are_read_from_the_editor(posts):
    assert posts["초고"].source == "굵은 **글**\n\n```js\na < b\n```\n\n- 하나\n"
    assert "signup" in problems(posts["초고"])
    assert (
        posts["old"].source == "**굵게**\\\n[길](https://x.kr/)\n\n![그림](/content/images/a.png)\n"
    )


@pytest.mark.behaviour("BL-69", "BL-71")
def test_an_export_that_ghost_wrote_itself(tmp_path):
    """Ghost 5.130.6; tables with its settings and keys were taken out of the file."""
    export = (EXPORTS / "ghost-5.130.json").read_bytes()
    files = {"a.ghost.json": export, "content/images/2026/11/cover.png": png()}
    found, notes = read(GhostReader(), write(tmp_path, "ghost.zip", packed(files)))
    posts = {post.title: post for post in found}

    assert len(notes.skipped) == 2
    walk = posts["봄날의 산책 🌱"]
    assert walk.source == (
        "첫 문단과 **굵은** *글*, a_b_c 3 * 4.\n\n"
        '![나무](__GHOST_URL__/content/images/2026/11/------------.png "골목의 은행나무")\n\n'
        '## 둘째\n\n- 하나\n- 둘\n\n```python\nprint("봄") # <b>\n```\n\n> 인용\n\n---\n\n[다른 글](/dulrae/)\n'
    )
    assert walk.attachments == {walk.cover: "content/images/2026/11/cover.png"}
    assert "picture not found: content/images/2026/11/------------.png" in problems(walk)
    assert walk.alts == {walk.cover: "표지"}
    assert [posts[title].visibility for title in ("회원에게만", "유료 글")] == [
        "followers",
        "private",
    ]
    assert posts["예약한 글"].status == "scheduled"
    assert "> 💡 알림 글" in posts["카드 모음"].source
    assert "<details><summary>접은 제목</summary>\n\n접은 글" in posts["카드 모음"].source
    assert "[책갈피 제목](https://example.org/)" in posts["카드 모음"].source


@pytest.mark.behaviour("BL-72")
def test_a_bad_file_is_named_by_line_and_stops_nothing_else(tmp_path):
    text = json.dumps(DATA, indent=1, ensure_ascii=False)
    write(tmp_path / "blog", "가.json", text.replace('"posts_tags":', '"posts_tags"'))
    write(tmp_path / "blog", "나.json", text)
    line = text[: text.index('"posts_tags":')].count("\n") + 1

    found, notes = read(GhostReader(), tmp_path / "blog")
    assert len(found) == 5
    assert notes.noted[0][:2] == ("가.json", line)


@pytest.mark.parametrize(
    "text", ['{"data": {}}', '[{"db": []}]', '{"db": [{"data": null}]}', "{", ""]
)
def test_other_json_is_left_alone_or_gives_nothing(tmp_path, text):
    with open_bundle(write(tmp_path, "a.json", text)) as bundle:
        assert not list(GhostReader().read(bundle, Notes()))


@pytest.mark.behaviour("BL-70")
@pytest.mark.django_db
def test_a_file_beside_the_export_is_named(tmp_path):
    link = '<p><a href="__GHOST_URL__/content/files/2023/a.pdf">첨부</a></p>'
    row = {"id": "1", "title": "글", "slug": "글", "status": "published", "html": link, **TIMES}
    tables = {"db": [{"meta": {"version": "5.130.6"}, "data": {"posts": [row]}}]}
    files = {"ghost.json": json.dumps(tables), "content/files/2023/a.pdf": b"%PDF"}
    plan, _posts = planned(write(tmp_path, "ghost.zip", packed(files)))

    assert plan.kind == "ghost"
    assert "file not brought in: content/files/2023/a.pdf" in said(plan)
