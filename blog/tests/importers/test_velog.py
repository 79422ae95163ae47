"""velog: files as the usual backup tools write them."""

from datetime import UTC, datetime

import pytest

from blog.importers.bundles import open_bundle
from blog.importers.velog import VelogReader
from blog.models import Post
from blog.tests.importers.bundles import bring_in, packed, png, said, write, write_all
from blog.tests.importers.exports import problems, read

POST = """---
title: "그가 말했다 "안녕" 이라고"
description: "봄에 쓴 글: 짧은 소개"
date: 2023-05-01T01:02:03.000Z
tags: ["파이썬","봄 날"]
---
# 첫 제목

![](/images/abc-나무.png) 그리고 ![원격](https://velog.velcdn.com/images/minah/post/1/image.png)

```yaml
tags: 코드 안
```
"""


@pytest.mark.behaviour("BL-69", "BL-71")
def test_a_backup_is_read_though_its_front_matter_is_no_yaml(tmp_path):
    files = {"backup/content/그가 말했다 안녕 이라고.md": POST, "backup/images/abc-나무.png": png()}
    [post], notes = read(VelogReader(), write(tmp_path, "velog.zip", packed(files)))

    assert post.title == '그가 말했다 "안녕" 이라고'
    assert post.published_at == datetime(2023, 5, 1, 1, 2, 3, tzinfo=UTC)
    assert post.tags == ["파이썬", "봄 날"]
    assert post.excerpt == "봄에 쓴 글: 짧은 소개"
    assert post.source.startswith("# 첫 제목\n")
    assert "tags: 코드 안" in post.source
    assert not notes.noted


@pytest.mark.behaviour("BL-73")
def test_pictures_below_images_come_along(tmp_path):
    files = {"content/글.md": POST, "images/abc-나무.png": png()}
    [post], _notes = read(VelogReader(), write_all(tmp_path / "backup", files))

    assert post.attachments == {
        "/images/abc-나무.png": "images/abc-나무.png",
        "https://velog.velcdn.com/images/minah/post/1/image.png": (
            "https://velog.velcdn.com/images/minah/post/1/image.png"
        ),
    }


def test_a_missing_picture_is_named_with_its_line(tmp_path):
    [post], _notes = read(VelogReader(), write_all(tmp_path / "backup", {"content/글.md": POST}))

    assert problems(post) == "9: picture not found: /images/abc-나무.png"


@pytest.mark.behaviour("BL-71", "BL-74")
def test_series_address_and_state_are_kept(tmp_path):
    text = (
        "---\ntitle: 둘째 글\nreleased_at: 2023-05-01T01:02:03Z\nupdated_at: 2023-06-01T00:00:00Z\n"
        "url_slug: 둘째-글\nseries:\n  name: 장고 입문\nis_private: true\n"
        "thumbnail: https://velog.velcdn.com/a.png\nvelogUrl: https://velog.io/@minah/%EB%91%98%EC%A7%B8-%EA%B8%80\n---\n본문\n"
    )
    [post], _notes = read(VelogReader(), write_all(tmp_path / "backup", {"글.md": text}))

    assert post.series == "장고 입문"
    assert post.slug == "둘째-글"
    assert post.visibility == "private"
    assert post.edited_at == datetime(2023, 6, 1, tzinfo=UTC)
    assert post.cover == "https://velog.velcdn.com/a.png"
    assert post.old_paths == ["/@minah/둘째-글"]


@pytest.mark.behaviour("BL-72")
def test_a_bad_file_stops_nothing_else(tmp_path):
    files = {
        "content/가.md": POST.encode(),
        "content/나.md": POST.replace("그가", "나").encode("cp949"),
        "content/다.md": b"---\ntitle: \xff\xff\xfe\x81\n---\nvelog.io",
        "content/라.md": b"",
        "README.md": b"# velog-backup",
    }
    posts, notes = read(VelogReader(), write_all(tmp_path / "backup", files))

    assert [post.path for post in posts] == ["content/가.md", "content/나.md"]
    assert not notes.noted
    assert {name for name, _why in notes.skipped} == {"README.md", "content/다.md", "content/라.md"}


@pytest.mark.behaviour("BL-75")
def test_files_of_one_name_in_two_folders_are_two_posts(tmp_path):
    text = "---\ntitle: {}\nreleased_at: 2023-05-01T01:02:03Z\n---\n본문\n"
    files = {f"content/{name}/01.md": text.format(name) for name in "가나"}
    posts, _notes = read(VelogReader(), write_all(tmp_path / "backup", files))

    assert len({post.key for post in posts}) == 2


@pytest.mark.behaviour("BL-73")
@pytest.mark.django_db
def test_links_to_posts_of_the_same_backup_lead_to_them(tmp_path, minah):
    head = "---\ntitle: {}\nreleased_at: 2023-05-01T01:02:03Z\nurl_slug: {}\n---\n"
    files = {
        "content/하나.md": head.format("하나", "하나-글")
        + "[둘](https://velog.io/@old/%EB%91%98-%EA%B8%80#끝) [남](https://velog.io/@other/남-글)"
        " [첨부](../files/a.pdf)\n",
        "content/둘.md": head.format("둘", "둘-글") + "본문\n",
        "files/a.pdf": b"%PDF",
    }
    plan, _outcomes = bring_in(write_all(tmp_path / "backup", files), minah)

    assert plan.kind == "velog"
    url = Post.objects.get(title="둘").get_absolute_url()
    source = Post.objects.get(title="하나").source
    assert source.startswith(f"[둘]({url}#끝) [남](https://velog.io/@other/남-글) ")
    assert "file not brought in: files/a.pdf" in said(plan)


@pytest.mark.parametrize(
    "files",
    [
        {
            "_config.yml": "title: 블로그",
            "_posts/2023-05-01-글.md": "---\ntitle: velog에서 옮김\n---\n글",
        },
        {"글.md": "---\ntitle: 글\ndate: 2023-05-01\n---\n글"},
        {"글.txt": "velog.io"},
    ],
)
def test_other_blogs_are_not_taken_for_it(tmp_path, files):
    with open_bundle(write_all(tmp_path / "blog", files)) as bundle:
        assert not VelogReader().recognises(bundle)
