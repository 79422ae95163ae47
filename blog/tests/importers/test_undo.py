"""Interrupted equals uninterrupted; undone equals never."""

import hashlib
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from accounts.tests.factories import make_person
from blog import actions
from blog.import_changes import changed_posts
from blog.importers import apply_plan, plan_import
from blog.importers.markdown_blog import MarkdownReader
from blog.importers.records import ImportedComment as Comment
from blog.importers.running import undo
from blog.models import Draft, Image, ImportedComment, ImportRun, OldPath, Post, Series, Tag
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
    assert OldPath.objects.count() == 3
    assert Image.objects.count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        result = undo(run)
    assert result == {"removed": 4, "kept": []}
    after = tables()
    # How texts looked to the rules, without their words, is kept for its own while.
    looked_at = {"moderation_screening"}
    assert {name for name in before if before[name] != after[name]} <= looked_at
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


@pytest.mark.behaviour("BL-75")
def test_what_the_site_or_staff_do_is_no_change_of_the_author(
    tmp_path, minah, sora, django_capture_on_commit_callbacks
):
    soon = timezone.now() + timedelta(hours=1)
    write_all(
        tmp_path,
        {
            "나갈.md": f"---\ntitle: 나갈 글\ndate: {soon.isoformat()}\ntags: [텃밭]\n---\n글\n",
            "못갈.md": f"---\ntitle: 못 갈 글\ndate: {soon.isoformat()}\n---\n글\n",
            "초안.md": "---\ntitle: 초안\ndraft: true\ntags: [무]\n---\n글\n",
            "거둘.md": "---\ntitle: 거둘 글\n---\n글\n",
        },
    )
    run = actions.open_import(actor=minah, name="블로그")
    bring_in(tmp_path, minah, run=run)
    planned = Post.objects.filter(status="scheduled")
    assert planned.count() == 2
    planned.update(scheduled_at=timezone.now() - timedelta(minutes=1))
    # One goes out by itself; the other cannot, because the site turned it back.
    planned.filter(title="못 갈 글").update(source=" ")
    actions.publish_due_posts()
    Post.objects.filter(title="못 갈 글").update(source="글\n")
    assert Post.objects.get(title="못 갈 글").schedule_problem
    assert Post.objects.get(title="나갈 글").is_published
    actions.merge_tags(Tag.objects.get(name="텃밭"), Tag.objects.get(name="무"), actor=sora)
    # Its author does these two.
    actions.publish_post(Post.objects.get(title="초안"), actor=minah)
    actions.unpublish_post(Post.objects.get(title="거둘 글"), actor=minah)
    assert {one.title for one in changed_posts(run)} == {"초안", "거둘 글"}
    with django_capture_on_commit_callbacks(execute=True):
        result = undo(run)
    assert {one["title"] for one in result["kept"]} == {"초안", "거둘 글"}
    assert result["removed"] == 2


@pytest.mark.behaviour("BL-75")
@pytest.mark.django_db(transaction=True)
def test_what_is_written_while_it_is_undone_is_not_lost(tmp_path):
    """A save that holds the lock of the post when the undo comes to it is waited for and seen."""
    minah = make_person("minah", "미나")
    write(tmp_path, "글.md", "# 글\n\n옛글\n")
    run = actions.open_import(actor=minah, name="블로그")
    bring_in(tmp_path, minah, run=run)
    article = Post.objects.get()
    results: list = []

    def undo_it():
        try:
            results.append(undo(ImportRun.objects.select_related("owner").get(pk=run.pk)))
        except Exception as error:  # a thread's exception would be lost
            results.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        actions.save_draft(article, actor=minah, changes={"source": "새로 쓴 긴 글"})
        thread = threading.Thread(target=undo_it)
        thread.start()
        thread.join(1)  # it waits for the lock; the save is not to be seen yet
        assert thread.is_alive()
    thread.join(30)
    assert [one["removed"] for one in results] == [0]
    assert Draft.objects.get(post=article).source == "새로 쓴 긴 글"


def test_what_its_author_writes_while_others_still_come_in_stays_and_counts_as_changed(
    tmp_path, minah
):
    write_all(
        tmp_path,
        {
            "_posts/2023-01-01-하나.md": "---\ntitle: 하나\n---\n[둘]({% post_url 2023-02-01-둘 %})\n",
            "_posts/2023-02-01-둘.md": "---\ntitle: 둘\n---\n글\n",
        },
    )
    run = actions.open_import(actor=minah, name="블로그")
    with plan_import(tmp_path, author=minah) as plan:
        arriving = apply_plan(plan, author=minah, run=run)
        next(arriving)
        first = Post.objects.get(title="하나")
        actions.change_article(first, actor=minah, source=f"{first.source}\n덧붙임\n")
        make_article(minah, "둘")  # takes the address that was foreseen
        list(arriving)
    first.refresh_from_db()
    second = Post.objects.get(imported_as__run=run, title="둘")
    assert "덧붙임" in first.source
    assert second.get_absolute_url() in first.source
    assert [one.title for one in changed_posts(run)] == ["하나"]


def test_a_post_that_is_erased_meanwhile_stops_no_undo(tmp_path, minah):
    run = actions.open_import(actor=minah, name="블로그")
    bring_in(blog(tmp_path), minah, run=run)
    steps = actions.undo_import(run, actor=minah)
    _state, first = next(steps)
    Post.objects.exclude(pk=first.pk).first().delete()
    assert len(list(steps)) == 2
    assert not Post.objects.exists()


def test_a_picture_that_another_run_owns_by_now_is_not_claimed(
    tmp_path, minah, django_capture_on_commit_callbacks
):
    write(tmp_path, "글/글.md", "# 글\n\n![](그림.png)\n")
    write(tmp_path, "글/그림.png", png())
    write(tmp_path, "뒤/뒤.md", "# 뒤\n\n![](그림.png)\n")
    write(tmp_path, "뒤/그림.png", png())
    first = actions.open_import(actor=minah, name="1")
    # Killed after it claimed the picture and before it stored it.
    actions.claim_image(first, hashlib.sha256(png()).hexdigest())
    second = actions.open_import(actor=minah, name="2")
    bring_in(tmp_path / "뒤", minah, run=second)
    _plan, outcomes = bring_in(tmp_path / "글", minah, run=first)
    assert [one.state for one in outcomes] == ["imported"]
    assert Image.objects.get().imported_as.run == second
    assert not first.items.filter(image=None).exclude(content_hash="").exists()
    with django_capture_on_commit_callbacks(execute=True):
        undo(first)
    assert Post.objects.get().images.get() == Image.objects.get()


def test_undoing_a_claim_leaves_the_picture_of_another_run(tmp_path, minah):
    first = actions.open_import(actor=minah, name="1")
    actions.claim_image(first, hashlib.sha256(png()).hexdigest())
    second = actions.open_import(actor=minah, name="2")
    actions.claim_image(second, hashlib.sha256(png()).hexdigest())
    image = actions.store_image(png(), actor=minah)
    actions.claim_image(second, hashlib.sha256(png()).hexdigest(), image)
    assert not actions.claim_image(first, hashlib.sha256(png()).hexdigest(), image)
    again = actions.open_import(actor=minah, name="3")
    again.items.create(content_hash=image.content_hash)
    undo(again)
    assert Image.objects.get() == image


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
    files_before = files()

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
    assert {image_key(one) for one in files() - files_before} == keys()
    with django_capture_on_commit_callbacks(execute=True):
        undo(run)
    assert not Post.objects.exists()
    assert not Image.objects.exists()
    assert not Series.objects.exists()
    assert files() == files_before


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
