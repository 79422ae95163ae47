"""What was stopped and gone on with ends where it would have ended; what else is promised of a run."""

import json
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from blog import actions
from blog.exceptions import ImportRefused
from blog.importers import apply_plan, fields, plan_import
from blog.importers.running import read_only, undo
from blog.models import Draft, Image, ImportRun, OldPath, Post, Tag, TagAlias
from blog.tests.factories import make_article
from blog.tests.importers.bundles import bring_in, planned, png, said, write, write_all
from blog.tests.importers.test_pages import PAGE, own_storage, post, upload  # noqa: F401
from blog.tests.importers.test_wxr import item, wxr

pytestmark = pytest.mark.django_db
COMMENT = """<wp:comment><wp:comment_id>{0}</wp:comment_id><wp:comment_author>영희</wp:comment_author>
<wp:comment_date_gmt>2023-05-02 00:00:00</wp:comment_date_gmt>
<wp:comment_content>말 {0}</wp:comment_content><wp:comment_approved>1</wp:comment_approved>
<wp:comment_type>comment</wp:comment_type><wp:comment_parent>0</wp:comment_parent></wp:comment>
"""


@pytest.fixture
def minah(minah):
    minah.language = "en"
    minah.save(update_fields=["language"])
    return minah


@pytest.mark.behaviour("BL-73", "BL-75")
@pytest.mark.parametrize("is_stopped", [False, True])
def test_links_to_a_post_whose_address_was_taken_meanwhile_are_moved(tmp_path, minah, is_stopped):
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
        own = make_article(minah, "둘", source="원래 있던 글")
        next(arriving)
        if not is_stopped:
            list(arriving)
    if is_stopped:
        bring_in(tmp_path, minah, run=ImportRun.objects.get(pk=run.pk))
    second = Post.objects.exclude(pk=own.pk).get(title="둘")
    assert second.get_absolute_url() != own.get_absolute_url()
    assert Post.objects.get(title="하나").source == f"[둘]({second.get_absolute_url()})\n"
    # Once is enough: what its author links to later is theirs.
    source = f"[둘]({own.get_absolute_url()})\n"
    actions.change_article(Post.objects.get(title="하나"), actor=minah, source=source)
    bring_in(tmp_path, minah, run=ImportRun.objects.get(pk=run.pk))
    assert Post.objects.get(title="하나").source == source


@pytest.mark.behaviour("BL-75")
def test_an_undo_that_was_stopped_counts_all_that_went(tmp_path, minah):
    write_all(tmp_path, {f"{number}.md": f"# 글 {number}\n\n글\n" for number in range(4)})
    run = actions.open_import(actor=minah, name="블로그")
    bring_in(tmp_path, minah, run=run)

    def stop(done, _total, **_values):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undo(run, report=stop)
    run = ImportRun.objects.select_related("owner").get(pk=run.pk)
    assert undo(run)["removed"] == 4
    assert run.report["undo"]["removed"] == 4


@pytest.mark.behaviour("BL-70", "BL-75")
def test_the_same_file_again_has_nothing_to_bring(as_user, minah, tmp_path):
    client = as_user(minah)

    def uploaded(*comments: int) -> ImportRun:
        rest = "".join(COMMENT.format(number) for number in comments)
        path = wxr(tmp_path, item(1, "<p>[unknown a=1]</p>", rest))
        file = SimpleUploadedFile("wxr.xml", path.read_bytes())
        post(client, PAGE, {"upload": file}, follow=True)
        return ImportRun.objects.latest("pk")

    run = uploaded(1)
    assert run.plan["totals"]["comments"] == 1
    page = client.get(run.get_absolute_url()).content.decode()
    assert "wxr.xml#1" in page
    post(client, f"{PAGE}{run.pk}/start/", {"comments": "on"})
    run = uploaded(1)
    assert (run.plan["totals"]["new"], run.plan["totals"]["comments"]) == (0, 0)
    page = client.get(run.get_absolute_url()).content.decode()
    assert "There is nothing to bring in: all of it is here already." in page
    assert "/start/" not in page
    run = uploaded(1, 2)
    assert "Bring in 1 comment<" in client.get(run.get_absolute_url()).content.decode()
    post(client, f"{PAGE}{run.pk}/start/", {"comments": "on"})
    assert Post.objects.get().imported_comments.count() == 2


@pytest.mark.behaviour("BL-69", "BL-70")
def test_an_export_without_posts_says_so(as_user, minah):
    client = as_user(minah)
    data = {"db": [{"meta": {"version": "5.130.6"}, "data": {"posts": []}}]}
    file = SimpleUploadedFile("ghost.json", json.dumps(data).encode())
    post(client, PAGE, {"upload": file}, follow=True)
    run = ImportRun.objects.get()
    assert (run.state, run.kind) == ("ready", "ghost")
    page = client.get(run.get_absolute_url()).content.decode()
    assert "There is nothing to bring in: this file holds no posts." in page
    assert "/start/" not in page


def test_a_single_file_is_called_as_its_owner_calls_it(as_user, minah):
    file = SimpleUploadedFile("가을 무.md", "글\n\n{{< 모름 >}}\n".encode())
    post(as_user(minah), PAGE, {"upload": file}, follow=True)
    plan = ImportRun.objects.get().plan
    assert plan["posts"][0]["title"] == "가을 무"
    assert plan["problems"][0]["place"] == "가을 무.md, line 3"


@pytest.mark.behaviour("BL-74")
def test_a_draft_was_at_no_address(tmp_path):
    write_all(
        tmp_path,
        {
            "_drafts/my-draft.md": "---\ntitle: 초안\nredirect_from: /old/\n---\n글\n",
            "_posts/2023-05-01-글.md": "---\ntitle: 글\npublished: false\n---\n글\n",
        },
    )
    _plan, posts = planned(tmp_path)
    assert posts["_drafts/my-draft.md"].old_paths == ["/old/"]
    assert posts["_posts/2023-05-01-글.md"].old_paths == []


@pytest.mark.behaviour("BL-74")
def test_an_old_address_of_a_private_post_is_shown_as_waiting(as_user, minah):
    client = as_user(minah)
    text = "---\ntitle: 글\naliases: [/옛/]\nvisibility: {}\n---\n글\n"
    words = "Its old addresses lead here as soon as everybody may read it."
    for visibility, is_said in (("private", True), ("public", False)):
        run = upload(client, **{"글.md": text.format(visibility)})
        assert (words in client.get(run.get_absolute_url()).content.decode()) is is_said


@pytest.mark.behaviour("BL-74")
def test_a_date_in_an_old_address_is_that_of_the_blog(tmp_path):
    write_all(
        tmp_path,
        {
            "_config.yml": "timezone: Asia/Seoul\n",
            "_posts/2023-05-01-글.md": "---\ntitle: 글\ndate: 2023-04-30T15:30:00Z\n---\n글\n",
        },
    )
    _plan, posts = planned(tmp_path)
    assert posts["_posts/2023-05-01-글.md"].old_paths == ["/2023/05/01/글.html"]


@pytest.mark.behaviour("BL-75")
def test_undoing_leaves_a_picture_that_somebody_is_writing_about(tmp_path, minah):
    write_all(tmp_path, {"글.md": "# 글\n\n![](그림.png)\n", "그림.png": png()})
    run = actions.open_import(actor=minah, name="블로그")
    bring_in(tmp_path, minah, run=run)
    image = Image.objects.get()
    own = make_article(minah, "원래 있던 글")
    actions.save_draft(own, actor=minah, changes={"source": f"![]({image.get_absolute_url()})"})
    assert Draft.objects.get(post=own)
    undo(run)
    assert Image.objects.get() == image
    assert Post.objects.get() == own


@pytest.mark.behaviour("BL-75")
def test_what_is_being_brought_in_cannot_be_removed(as_user, minah):
    client = as_user(minah)
    run = upload(client)
    client.post(f"{PAGE}{run.pk}/start/")  # asked for, no worker took it yet
    with pytest.raises(ImportRefused):
        actions.discard_import(run, actor=minah)
    client.post(f"{PAGE}{run.pk}/discard/")
    run.refresh_from_db()
    assert (run.state, bool(run.archive)) == ("running", True)


def test_starting_is_limited_too(as_user, minah, monkeypatch):
    monkeypatch.setattr("blog.import_limits.STEPS_AN_HOUR", 1)
    client = as_user(minah)
    run = upload(client)
    statuses = [client.post(f"{PAGE}{run.pk}/start/").status_code for _ in range(2)]
    assert statuses == [302, 429]


@pytest.mark.behaviour("BL-72")
def test_another_name_of_a_banned_tag_is_left_out_too(tmp_path, minah):
    tag = Tag.objects.create(name="광고", key="광고", is_banned=True)
    TagAlias.objects.create(tag=tag, key="협찬")
    write(tmp_path, "a.md", "---\ntitle: a\ntags: [협찬, 텃밭]\n---\n글\n")
    plan, _outcomes = bring_in(tmp_path, minah)
    assert [one.name for one in Post.objects.get().tags.all()] == ["텃밭"]
    assert "tag left out: 협찬" in said(plan)


@pytest.mark.behaviour("BL-71")
@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("2023-05-01 오후 3:05", 15, 5),
        ("2023-05-01 오전 12:05:30", 0, 5),
        ("2023. 5. 1. 오후 12:05", 12, 5),
        ("2023년 5월 1일 오후 3시 5분", 15, 5),
        ("2023년 5월 1일 15시", 15, 0),
        ("2023년 5월 1일", 0, 0),
        ("2023. 5. 1.", 0, 0),
        ("2023.5.1 (월) 15:05", 15, 5),
        ("2023/05/01 3:05 PM", 15, 5),
        ("2023-05-01 9:05", 9, 5),
    ],
)
def test_korean_dates_are_read(text, hour, minute):
    found = fields.read_moment(text, UTC)
    assert found is not None
    assert found.replace(second=0) == datetime(2023, 5, 1, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2023년 13월 1일", "2023-05-01 오후 25:00", "어제", "2023.5"])
def test_what_is_no_date_is_none(text):
    assert fields.read_moment(text, UTC) is None


def test_the_same_post_twice_is_said(tmp_path, minah):
    wxr(tmp_path, item(1), item(1))
    report = read_only(tmp_path, author=minah)
    assert [one["state"] for one in report["posts"]] == ["new", "known"]
    assert "the same post as another one" in report["problems"][0]["text"]
    assert not OldPath.objects.exists()
