"""Interrupted equals uninterrupted; undone equals never."""

from dataclasses import replace

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from blog import actions
from blog.importers.markdown_blog import MarkdownReader
from blog.importers.records import ImportedComment as Comment
from blog.importers.running import undo
from blog.models import Image, ImportedComment, OldPath, Post, Series, Tag
from blog.tests.factories import make_article
from blog.tests.importers.bundles import bring_in, png, write, write_all

pytestmark = pytest.mark.django_db
VOLATILE = {"unused_since", "updated_at", "created_at", "guid", "key", "finished_at", "undone_at"}


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path_factory):
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


def blog(folder):
    return write_all(
        folder,
        {
            "_posts/2023-01-01-하나.md": "---\ntitle: 하나\ntags: [텃밭]\nseries: 일기\n---\n"
            "[둘]({% post_url 2023-02-01-둘 %}) ![](/assets/가.png)\n",
            "_posts/2023-02-01-둘.md": "---\ntitle: 둘\ntags: [텃밭, 무]\nseries: 일기\n---\n"
            "[하나]({% post_url 2023-01-01-하나 %}) ![](/assets/나.png)\n",
            "_posts/2023-03-01-셋.md": "---\ntitle: 셋\n---\n![](/assets/가.png)\n",
            "_drafts/넷.md": "---\ntitle: 넷\ntags: [옛것]\n---\n쓰다 만\n",
            "assets/가.png": png("#c03a27"),
            "assets/나.png": png("#0b6e5f"),
        },
    )


def tables() -> dict[str, list]:
    """Return every row of the site by what lasts of it."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table.startswith(("django_", "auth_", "blog_import", "search_")):
                continue
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            rows = [
                tuple((n, v) for n, v in zip(names, row, strict=True) if n not in VOLATILE)
                for row in cursor.fetchall()
            ]
            found[table] = sorted(rows, key=repr)
    return found


def files(folder: str = "") -> set[str]:
    try:
        folders, names = default_storage.listdir(folder or ".")
    except FileNotFoundError:
        return set()
    found = {f"{folder}/{name}" for name in names}
    for one in folders:
        found |= files(f"{folder}/{one}".lstrip("/"))
    return found


def content() -> list:
    """What readers see of all posts, without numbers and random names."""
    keys = {image.key: image.original_name for image in Image.objects.all()}
    rows = []
    for post in Post.objects.order_by("title"):
        source = post.source
        for key, name in keys.items():
            source = source.replace(key, name)
        rows.append(
            [
                post.title,
                post.slug,
                post.status,
                post.visibility,
                source,
                post.published_at,
                post.series and post.series.title,
                post.series_position,
                sorted(post.tags.values_list("name", flat=True)),
                sorted(image.original_name for image in post.images.all()),
                sorted(post.old_paths.values_list("path", flat=True)),
                [(one.author_name, one.text) for one in post.imported_comments.order_by("pk")],
            ]
        )
    return rows


@pytest.mark.behaviour("BL-75")
def test_undone_is_as_if_it_never_was(tmp_path, minah, django_capture_on_commit_callbacks):
    make_article(minah, "원래 있던 글", tags=["텃밭"])
    held = actions.store_image(png("#c03a27"), actor=minah, name="원래.png")
    before, files_before = tables(), files()
    run = actions.open_import(actor=minah, name="블로그")
    bring_in(blog(tmp_path), minah, run=run)
    assert Post.objects.count() == 5
    assert Series.objects.count() == 1
    assert OldPath.objects.count() == 4
    assert Image.objects.count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        result = undo(run)
    assert result == {"removed": 4, "kept": []}
    after = tables()
    assert {name for name in before if before[name] != after[name]} == set()
    assert files() == files_before
    assert Image.objects.get() == held


@pytest.mark.behaviour("BL-75")
def test_what_was_changed_since_stays_and_is_named(
    tmp_path, minah, django_capture_on_commit_callbacks
):
    run = actions.open_import(actor=minah, name="블로그")
    bring_in(blog(tmp_path), minah, run=run)
    first, second = Post.objects.get(title="하나"), Post.objects.get(title="둘")
    actions.change_article(first, actor=minah, title="하나, 고침")
    actions.save_draft(second, actor=minah, changes={"source": "다시 쓰는 중"})
    actions.delete_post(Post.objects.get(title="셋"), actor=minah)
    with django_capture_on_commit_callbacks(execute=True):
        result = undo(run)
    assert {post["title"] for post in result["kept"]} == {"하나, 고침", "둘"}
    assert set(Post.objects.values_list("title", flat=True)) == {"하나, 고침", "둘"}
    assert Image.objects.count() == 2
    assert {tag.name for tag in Tag.objects.all()} == {"텃밭", "무"}
    with django_capture_on_commit_callbacks(execute=True):
        assert undo(run, takes_changed=True) == {"removed": 4, "kept": []}
    assert not Post.objects.exists()
    assert not Image.objects.exists()
    assert not Series.objects.exists()
    assert not Tag.objects.exists()
    minah.refresh_from_db()
    assert minah.article_count == 0


class PowerCut(BaseException):
    """Nobody catches this."""


CUTS = (
    "create_article",
    "publish_post",
    "store_image",
    "claim_image",
    "claim_post",
    "keep_old_path",
    "claim_tags",
)


@pytest.mark.behaviour("BL-75")
@pytest.mark.parametrize("name", CUTS)
@pytest.mark.parametrize("when", [1, 3])
@pytest.mark.parametrize("is_after", [False, True])
def test_cut_off_anywhere_and_started_again_is_as_if_nothing_happened(
    tmp_path, minah, junho, monkeypatch, name, when, is_after, django_capture_on_commit_callbacks
):
    folder = blog(tmp_path)
    bring_in(folder, junho)
    wanted = [[value for value in row if value != junho] for row in content()]
    for post in Post.objects.all():
        post.delete()
    Series.objects.all().delete()
    OldPath.objects.all().delete()
    Image.objects.all().delete()

    run = actions.open_import(actor=minah, name="블로그")
    real, calls = getattr(actions, name), []

    def cut(*args, **kwargs):
        calls.append(1)
        if len(calls) == when and not is_after:
            raise PowerCut
        result = real(*args, **kwargs)
        if len(calls) == when:
            raise PowerCut
        return result

    with monkeypatch.context() as patch:
        patch.setattr(actions, name, cut)
        with pytest.raises(PowerCut):
            bring_in(folder, minah, run=run)
    bring_in(folder, minah, run=run)
    got = [
        [value.replace("@minah", "@junho") if isinstance(value, str) else value for value in row]
        for row in content()
    ]
    assert got == wanted
    minah.refresh_from_db()
    assert minah.article_count == 3
    assert len(files()) == sum(len(image.widths) for image in Image.objects.all()) + len(
        [one for one in files() if image_key(one) not in keys()]
    )
    with django_capture_on_commit_callbacks(execute=True):
        undo(run)
    assert not Post.objects.exists()
    assert not Image.objects.exists()
    assert not Series.objects.exists()


def image_key(name: str) -> str:
    return name.strip("/").split("/")[1]


def keys() -> set[str]:
    return set(Image.objects.values_list("key", flat=True))


# Comments


@pytest.mark.behaviour("BL-71", "BL-75")
def test_a_grown_export_adds_new_comments_and_nothing_else(tmp_path, minah, monkeypatch):
    write(tmp_path, "글.md", "# 글\n\n글\n")
    now = timezone.now()
    said = [Comment("1", "첫 말", now, "영희", "https://example.com")]
    real = MarkdownReader.read

    def with_comments(*args, **options):
        for post in real(*args, **options):
            yield replace(post, comments=list(said))

    monkeypatch.setattr(MarkdownReader, "read", with_comments)
    first = actions.open_import(actor=minah, name="1")
    bring_in(tmp_path, minah, run=first)
    before = Post.objects.values().get()
    said.append(Comment("2", "대답", now, "철수", "javascript:alert(1)", parent_key="1"))
    second = actions.open_import(actor=minah, name="2")
    bring_in(tmp_path, minah, run=second)
    assert Post.objects.values().get() == before
    one, two = ImportedComment.objects.order_by("pk")
    assert (two.parent, two.author_url, two.run) == (one, "", second)
    undo(second)
    assert ImportedComment.objects.get() == one
    undo(first)
    assert not ImportedComment.objects.exists()
