"""What Markdown blogs really look like: each of these once came in wrong."""

import pytest
from django.db import connection

from blog import actions
from blog.importers.bundles import Bundle
from blog.models import Image, OldPath, Post, Tag
from blog.takeout.markdown import markdown_file
from blog.takeout.texts import taken_text
from blog.tests.factories import make_article
from blog.tests.importers.bundles import bring_in, planned, png, said, write, write_all

pytestmark = pytest.mark.django_db
JEKYLL = "_posts/2023-01-01-a.md"


@pytest.mark.behaviour("BL-69")
def test_folders_are_left_alone_only_at_the_root_and_only_if_a_program_made_them(tmp_path):
    write_all(
        tmp_path,
        {
            "글.md": "# 글\n\n글\n",
            "resources/b.md": "# 자료\n\n글\n",
            "메모/themes/c.md": "# 주제\n\n글\n",
            "vendor/d.md": "# 가게\n\n글\n",
            "public/index.html": "<p>",
            "public/e.md": "# 만든 것\n\n글\n",
            "lib/node_modules/x/README.md": "# x\n\n글\n",
        },
    )
    plan, posts = planned(tmp_path)
    assert {post.title for post in posts.values()} == {"글", "자료", "주제", "가게"}
    assert [problem.path for problem in plan.skipped] == ["public/", "lib/node_modules/"] or {
        problem.path for problem in plan.skipped
    } == {"public/", "lib/node_modules/"}


@pytest.mark.behaviour("BL-73")
def test_an_index_is_the_one_beside_the_text(tmp_path, minah):
    write_all(
        tmp_path,
        {
            "가/index.md": "# 가의 첫 글\n\n글\n",
            "나/index.md": "# 나의 첫 글\n\n글\n",
            "나/b.md": "# 비\n\n[x](index.md) [y](../가/index.md)\n",
        },
    )
    bring_in(tmp_path, minah)
    source = Post.objects.get(title="비").source
    first, second = (Post.objects.get(title=f"{name}의 첫 글") for name in "가나")
    assert source == f"[x]({second.get_absolute_url()}) [y]({first.get_absolute_url()})\n"


@pytest.mark.behaviour("BL-73")
def test_a_link_around_a_picture_is_joined_too(tmp_path, minah):
    write_all(
        tmp_path,
        {
            "a.md": "# 에이\n\n[![그림](x.png)](y.md)\n",
            "y.md": "# 와이\n\n글\n",
            "x.png": png(),
        },
    )
    bring_in(tmp_path, minah)
    other, image = Post.objects.get(title="와이"), Image.objects.get()
    wanted = f"[![그림]({image.get_absolute_url()})]({other.get_absolute_url()})\n"
    assert Post.objects.get(title="에이").source == wanted


@pytest.mark.behaviour("BL-70")
def test_a_link_to_a_post_that_is_not_there_becomes_its_words(tmp_path, minah):
    write(
        tmp_path,
        JEKYLL,
        "---\ntitle: a\n---\n[앞 **글**]({% post_url 2020-01-01-none %}) 끝 {% post_url 없음 %}\n",
    )
    plan, _outcomes = bring_in(tmp_path, minah)
    assert Post.objects.get().source == "앞 **글** 끝 없음\n"
    assert "no such post: 2020-01-01-none" in said(plan)


@pytest.mark.behaviour("BL-71", "BL-74")
def test_a_folder_above_the_posts_is_a_category(tmp_path, minah, client):
    write(tmp_path, "개발/_posts/2023-01-01-a.md", "---\ntitle: a\ncategories: [서버]\n---\n글\n")
    bring_in(tmp_path, minah)
    post = Post.objects.get()
    assert {tag.name for tag in post.tags.all()} == {"개발", "서버"}
    answer = client.get("/개발/서버/2023/01/01/a.html")
    assert answer.headers["Location"] == post.get_absolute_url()


@pytest.mark.behaviour("BL-71")
def test_the_year_one_is_no_date(tmp_path):
    write(tmp_path, "2021-03-04-a.md", "---\ntitle: a\ndate: 0001-01-01T00:00:00Z\n---\n글\n")
    plan, posts = planned(tmp_path)
    assert posts["2021-03-04-a.md"].published_at.year == 2021
    assert "date cannot be read" in said(plan)


@pytest.mark.behaviour("BL-70")
def test_the_same_unknown_tag_is_reported_where_it_stands(tmp_path):
    write(
        tmp_path,
        JEKYLL,
        "---\ntitle: a\n---\n{% x %}\n\n`{% x %}`\n\n```\n{% x %}\n```\n\n글 {% x %}\n",
    )
    plan, _posts = planned(tmp_path)
    assert [problem.line for problem in plan.problems] == [4, 12]


@pytest.mark.behaviour("BL-73")
def test_pictures_with_spaces_and_brackets_in_their_names_are_found(tmp_path, minah):
    names = ["스크린샷 2023.png", "그림(1).png", "a b (2).png", "한%20글.png"]
    for number, name in enumerate(names[:3]):
        write(tmp_path, name, png(f"#0b6e5{number}"))
    write(
        tmp_path,
        "a.md",
        '# a\n\n![](스크린샷 2023.png) ![](그림(1).png) ![말](a b (2).png "제목")'
        " ![](<스크린샷 2023.png>) ![](스크린샷%202023.png)\n",
    )
    plan, _outcomes = bring_in(tmp_path, minah)
    post = Post.objects.get()
    assert not plan.problems
    assert post.images.count() == 3
    assert post.html.count("<img") == 5


@pytest.mark.behaviour("BL-75")
def test_a_post_deleted_after_it_came_in_stops_nothing(tmp_path, minah):
    write_all(tmp_path, {"a.md": "# 에이\n\n[비](b.md)\n", "b.md": "# 비\n\n[에이](a.md)\n"})
    bring_in(tmp_path, minah)
    for post in Post.objects.all():
        actions.delete_post(post, actor=minah)
    write(tmp_path, "c.md", "# 시\n\n[에이](a.md)\n")
    _plan, outcomes = bring_in(tmp_path, minah)
    assert sorted(outcome.state for outcome in outcomes) == ["imported", "known", "known"]
    assert Post.objects.filter(status="deleted").count() == 2


def test_pictures_are_encoded_while_nothing_is_locked(tmp_path, minah, monkeypatch):
    import blog.actions.images as images

    depth = len(connection.savepoint_ids)
    seen = []
    make_picture = images.make_picture

    def look(data, **options):
        seen.append(len(connection.savepoint_ids) - depth)
        return make_picture(data, **options)

    monkeypatch.setattr(images, "make_picture", look)
    write_all(tmp_path, {"a.md": "# 에이\n\n![](x.png)\n", "x.png": png()})
    bring_in(tmp_path, minah)
    assert seen == [0]


@pytest.mark.behaviour("BL-72")
def test_a_tag_that_may_not_be_used_is_left_out_and_named(tmp_path, minah):
    actions.change_tag(Tag.objects.create(name="광고", key="광고"), name="광고", is_banned=True)
    write(tmp_path, "a.md", "---\ntitle: a\ntags: [광고, 텃밭]\n---\n글\n")
    plan, outcomes = bring_in(tmp_path, minah)
    assert outcomes[0].state == "imported"
    assert [tag.name for tag in Post.objects.get().tags.all()] == ["텃밭"]
    assert "a.md: tag left out: 광고" in said(plan)


@pytest.mark.behaviour("BL-71")
def test_who_may_read_is_what_the_author_usually_chooses(tmp_path, minah):
    minah.default_visibility = "followers"
    minah.save()
    write_all(
        tmp_path,
        {"a.md": "# 에이\n\n글\n", "b.md": "---\ntitle: 비\nprivate: true\n---\n글\n"},
    )
    bring_in(tmp_path, minah)
    found = dict(Post.objects.values_list("title", "visibility"))
    assert found == {"에이": "followers", "비": "private"}


def test_a_huge_picture_is_refused_by_its_size_alone(tmp_path, minah, settings, monkeypatch):
    settings.IMAGE_MAX_BYTES = 1024
    write_all(tmp_path, {"a.md": "# 에이\n\n![](x.png)\n", "x.png": b"\x89PNG" + b"0" * 4096})
    monkeypatch.setattr(Bundle, "read", lambda *_: pytest.fail("it was read"))
    plan, outcomes = bring_in(tmp_path, minah)
    assert outcomes[0].state == "imported"
    assert "picture too large: x.png" in said(plan)


def test_a_plan_keeps_no_texts(tmp_path):
    write(tmp_path, "a.md", "# 에이\n\n" + "가나다라 " * 100_000)
    plan, _posts = planned(tmp_path)
    assert len(repr(plan.posts)) < 2000


@pytest.mark.behaviour("BL-70")
def test_an_original_address_that_is_none_is_left_out_and_named(tmp_path, minah):
    write_all(
        tmp_path,
        {
            "a.md": "---\ntitle: a\ncanonical_url: javascript:alert(1)\n---\n글\n",
            "b.md": "---\ntitle: b\ncanonical_url: https://example.com/b\n---\n글\n",
        },
    )
    plan, _outcomes = bring_in(tmp_path, minah)
    found = dict(Post.objects.values_list("title", "canonical_url"))
    assert found == {"a": "", "b": "https://example.com/b"}
    assert "a.md: the original address" in said(plan)


@pytest.mark.behaviour("BL-70", "BL-74")
def test_an_old_address_that_is_taken_is_not_claimed(tmp_path, minah, junho):
    first, second = tmp_path / "하나", tmp_path / "둘"
    for folder in (first, second):
        write(folder, "_posts/2023-01-01-글.md", f"---\ntitle: {folder.name}\n---\n글\n")
    bring_in(first, minah)
    plan, outcomes = bring_in(second, junho)
    assert OldPath.objects.get().post.author == minah
    assert outcomes[0].old_paths == ()
    assert "leads to another post already: /2023/01/01/글.html" in said(plan)


@pytest.mark.behaviour("BL-69", "BL-74")
def test_hugo_settings_in_parts_and_ugly_addresses(tmp_path):
    write_all(
        tmp_path,
        {
            "config/_default/hugo.toml": 'uglyURLs = true\nbaseURL = "https://example.com/blog/"\n',
            "config/_default/permalinks.toml": 'posts = "/:year/:slug/"\n',
            "content/posts/하나.md": "---\ntitle: 하나\ndate: 2024-01-02\n---\n글\n",
            "content/notes/둘.md": "---\ntitle: 둘\ndate: 2024-01-02\n---\n글\n",
        },
    )
    _plan, posts = planned(tmp_path)
    assert posts["content/posts/하나.md"].old_paths == ["/blog/2024/하나.html"]
    assert posts["content/notes/둘.md"].old_paths == ["/blog/notes/둘.html"]


@pytest.mark.behaviour("BL-74")
def test_zola_wrote_hangul_in_latin_letters(tmp_path):
    write_all(
        tmp_path,
        {
            "config.toml": 'base_url = "https://example.com"\n',
            "content/blog/가을 무.md": "+++\ntitle = '가을 무'\ndate = 2024-01-01\n+++\n글\n",
        },
    )
    _plan, posts = planned(tmp_path)
    paths = posts["content/blog/가을 무.md"].old_paths
    assert paths == ["/blog/gaeul-mu/", "/blog/가을-무/"]


@pytest.mark.behaviour("BL-69", "BL-71")
def test_jekyll_defaults_collections_and_time_zone(tmp_path):
    write_all(
        tmp_path,
        {
            "_config.yml": "timezone: America/New_York\ncollections:\n  recipes:\n    output: true\n"
            "    permalink: /r/:title/\n  people:\n    output: false\n"
            "defaults:\n  - scope: {path: '', type: posts}\n    values: {tags: [일기]}\n"
            "  - scope: {path: _posts/여행}\n    values: {tags: [여행]}\n",
            "_posts/2023-05-01-a.md": "---\ntitle: a\ndate: 2023-05-01 23:30:00\n---\n글\n",
            "_posts/여행/2023-05-02-b.md": "---\ntitle: b\n---\n글\n",
            "_recipes/무조림.md": "---\ntitle: 무조림\n---\n글\n",
            "_people/누구.md": "---\ntitle: 누구\n---\n글\n",
        },
    )
    _plan, posts = planned(tmp_path)
    assert set(posts) == {
        "_posts/2023-05-01-a.md",
        "_posts/여행/2023-05-02-b.md",
        "_recipes/무조림.md",
    }
    first = posts["_posts/2023-05-01-a.md"]
    assert first.published_at.isoformat() == "2023-05-01T23:30:00-04:00"
    assert first.old_paths == ["/2023/05/01/a.html"]
    assert first.tags == ["일기"]
    assert posts["_posts/여행/2023-05-02-b.md"].tags == ["여행"]
    assert posts["_recipes/무조림.md"].old_paths == ["/r/무조림/"]


@pytest.mark.behaviour("BL-69", "BL-71")
def test_hexo_links_name_their_post(tmp_path, minah):
    write_all(
        tmp_path,
        {
            "source/_posts/하나.md": "---\ntitle: 하나\ndate: 2024-01-01\n---\n"
            "{% post_link 둘 '다음 글' %} [길]({% post_path 둘 %}) {% post_link 셋 %}\n",
            "source/_posts/둘.md": "---\ntitle: 둘\ndate: 2024-01-02\n---\n글\n",
        },
    )
    plan, _outcomes = bring_in(tmp_path, minah)
    url = Post.objects.get(title="둘").get_absolute_url()
    assert Post.objects.get(title="하나").source == f"[다음 글]({url}) [길]({url}) 셋\n"
    assert "no such post: 셋" in said(plan)


@pytest.mark.behaviour("BL-71")
def test_code_inside_a_list_is_code(tmp_path, minah):
    write(
        tmp_path,
        JEKYLL,
        "---\ntitle: a\n---\n- 목록\n\n    ```\n    {{ x }} {% y %} [a](b.md) {:.c}\n    ```\n",
    )
    plan, _outcomes = bring_in(tmp_path, minah)
    assert "{{ x }} {% y %} [a](b.md) {:.c}" in Post.objects.get().source
    assert not plan.problems


@pytest.mark.behaviour("BL-72")
def test_what_jekyll_calls_raw_inside_code_loses_its_marks(tmp_path, minah):
    write(
        tmp_path,
        JEKYLL,
        "---\ntitle: a\n---\n```\n{% raw %}\n{{ x }}\n{% endraw %}\n```\n",
    )
    bring_in(tmp_path, minah)
    assert Post.objects.get().source == "```\n{{ x }}\n```\n"


@pytest.mark.behaviour("BL-69")
def test_an_archive_of_this_site_comes_back_as_it_was(tmp_path, minah, junho):
    source = "{{ site.url }} {:.x} 그리고\n\n- 목록\n\n\n끝"
    post = make_article(
        minah,
        "가을 무",
        source=source,
        tags=["텃밭"],
        license="CC-BY-4.0",
        is_open_to_comments=False,
        excerpt="무 이야기",
        visibility="unlisted",
    )
    taken = taken_text(Post.objects.for_detail().get(pk=post.pk), reader=post.author)
    write(tmp_path, "가을-무.md", markdown_file(taken))
    bring_in(tmp_path, junho)
    copy = Post.objects.get(author=junho)
    for name in "title source license is_open_to_comments excerpt visibility slug".split():
        assert getattr(copy, name) == getattr(post, name), name
    assert [tag.name for tag in copy.tags.all()] == ["텃밭"]
