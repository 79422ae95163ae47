"""/settings/import/: who may, what is shown, and every step without scripts."""

import json
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog import actions
from blog.importers import starting
from blog.models import ImportedComment, ImportRun, OldPath, Post
from blog.tests.factories import make_article
from blog.tests.importers.bundles import packed, png

pytestmark = pytest.mark.django_db
PAGE = "/settings/import/"


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path_factory):
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


def archive(**files) -> SimpleUploadedFile:
    files = files or {
        "글.md": "---\ntitle: 가을 무\naliases: [/옛/무/]\n---\n![](그림.png) {{< 모름 >}}\n",
        "초안.md": "---\ntitle: 쓰다 만 글\ndraft: true\n---\n글\n",
        "그림.png": png(),
    }
    return SimpleUploadedFile("내 블로그.zip", packed(files), content_type="application/zip")


def post(client, address: str, data: dict | None = None, **options):
    """Send a form, and let the worker do what it asks for."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        return client.post(address, data or {}, **options)


def upload(client, **files) -> ImportRun:
    response = post(client, PAGE, {"upload": archive(**files)}, follow=True)
    assert response.status_code == 200
    return ImportRun.objects.latest("pk")


@pytest.mark.behaviour("BL-69", "BL-70", "BL-73", "BL-74", "BL-75")
def test_a_blog_is_read_brought_in_and_undone(as_user, minah):
    client = as_user(minah)
    run = upload(client)
    assert (run.state, run.kind, run.name) == ("ready", "plain", "내 블로그.zip")
    assert not Post.objects.exists()
    page = client.get(run.get_absolute_url()).content.decode()
    for words in ("가을 무", "쓰다 만 글", "/옛/무/", "/@minah/", "글.md, 5번째 줄", "모름"):
        assert words in page, words
    post(client, f"{PAGE}{run.pk}/start/", {"visibility": "unlisted"})
    run.refresh_from_db()
    assert (run.state, run.archive) == ("done", "")
    found = Post.objects.get(title="가을 무")
    assert (found.status, found.visibility) == ("published", "unlisted")
    page = client.get(run.get_absolute_url()).content.decode()
    assert found.get_absolute_url() in page
    report = client.get(f"{PAGE}{run.pk}/report.json")
    assert "attachment" in report["Content-Disposition"]
    assert {one["state"] for one in json.loads(report.content)["posts"]} == {"imported"}
    assert client.get("/옛/무/").headers["Location"] == found.get_absolute_url()
    assert "가을 무" not in client.get(f"{PAGE}{run.pk}/undo/").content.decode()
    actions.change_article(found, actor=minah, title="가을 무, 고침")
    asked = client.get(f"{PAGE}{run.pk}/undo/").content.decode()
    assert "가을 무, 고침" in asked
    post(client, f"{PAGE}{run.pk}/undo/")
    page = client.get(run.get_absolute_url()).content.decode()
    assert "가을 무, 고침" in page
    assert Post.objects.get() == found
    post(client, f"{PAGE}{run.pk}/undo/", {"takes_changed": "on"})
    assert not Post.objects.exists()
    assert not OldPath.objects.exists()
    run.refresh_from_db()
    assert run.state == "undone"


@pytest.mark.behaviour("BL-75")
def test_asking_before_an_undo_costs_the_same_however_many_came(as_user, minah, monkeypatch):
    minah.language = "en"
    minah.save(update_fields=["language"])
    client = as_user(minah)
    counts = []
    for number in (2, 12):
        run = upload(
            client, **{f"{number}-{one}.md": f"# 글 {one}\n\n글\n" for one in range(number)}
        )
        post(client, f"{PAGE}{run.pk}/start/")
        for item in run.items.filter(post__isnull=False):
            actions.change_article(item.post, actor=minah, title=f"고침 {item.post.pk}")
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"{PAGE}{run.pk}/undo/").content.decode()
        counts.append(len(queries))
        assert page.count("고침") == number
    assert counts[0] == counts[1]
    monkeypatch.setattr(starting, "CHANGED_SHOWN", 10)
    page = client.get(f"{PAGE}{run.pk}/undo/").content.decode()
    assert page.count("고침") == 10
    assert "and 2 more" in page


@pytest.mark.behaviour("BL-69")
def test_it_needs_a_member(client):
    for method in (client.get, client.post):
        assert method(PAGE).headers["Location"].startswith("/auth/login/")


@pytest.mark.behaviour("BL-69")
def test_a_run_of_somebody_else_is_not_there(as_user, minah, junho, taeo, sora):
    run = upload(as_user(minah))
    for person in (junho, taeo, sora):
        client = as_user(person)
        assert run.name not in client.get(PAGE).content.decode()
        for part in ("", "undo/", "report.json"):
            assert client.get(f"{PAGE}{run.pk}/{part}").status_code == 404, (person, part)
        for part in ("read/", "start/", "resume/", "undo/", "discard/"):
            assert client.post(f"{PAGE}{run.pk}/{part}").status_code == 404, (person, part)
    run.refresh_from_db()
    assert run.state == "ready"
    assert not Post.objects.exists()


def test_who_may_not_take_part_brings_nothing_in(as_user, minah):
    minah.state = "limited"
    minah.save()
    response = as_user(minah).post(PAGE, {"upload": archive()})
    assert response.status_code == 403
    assert not ImportRun.objects.exists()
    assert not list(default_storage.listdir(".")[0])


@pytest.mark.behaviour("BL-72")
def test_what_cannot_be_read_is_said_beside_the_field_or_on_the_page(as_user, minah, settings):
    client = as_user(minah)
    assert client.post(PAGE, {}).status_code == 422
    broken = SimpleUploadedFile("a.zip", b"PK\x03\x04 no archive")
    post(client, PAGE, {"upload": broken})
    run = ImportRun.objects.get()
    assert (run.state, run.archive) == ("failed", "")
    assert run.reason
    assert run.reason in client.get(run.get_absolute_url()).content.decode()
    settings.IMPORT_MAX_BYTES = 100
    response = client.post(PAGE, {"upload": archive()})
    assert response.status_code == 422
    assert "100\u00a0B" in response.content.decode()


def test_what_is_far_too_large_is_refused_unread(as_user, minah, settings):
    settings.IMPORT_MAX_BYTES = 0
    big = SimpleUploadedFile("a.zip", b"0" * 100_000)
    assert as_user(minah).post(PAGE, {"upload": big}).status_code == 413


def test_a_form_without_its_token_is_refused(minah):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(minah)
    assert client.post(PAGE, {"upload": archive()}).status_code == 403
    assert not ImportRun.objects.exists()


def test_uploads_are_limited(as_user, minah):
    client = as_user(minah)
    statuses = [post(client, PAGE, {"upload": archive()}).status_code for _ in range(11)]
    assert statuses[:5] == [302] * 5
    assert 422 in statuses  # five files wait already
    assert statuses[-1] == 429


def test_an_upload_nobody_wants_is_removed(as_user, minah):
    client = as_user(minah)
    run = upload(client)
    assert default_storage.exists(run.archive)
    post(client, f"{PAGE}{run.pk}/discard/")
    assert not default_storage.exists(run.archive)
    assert not ImportRun.objects.exists()


def test_a_post_that_is_only_mine_stays_mine(as_user, minah, junho):
    client = as_user(minah)
    run = upload(client, **{"글.md": "---\ntitle: 일기\nprivate: true\n---\n글\n"})
    post(client, f"{PAGE}{run.pk}/start/", {"visibility": "public"})
    diary = Post.objects.get()
    assert diary.visibility == "private"
    assert as_user(junho).get(diary.get_absolute_url()).status_code == 404


# Comments from the former blog


@pytest.fixture
def commented(minah):
    article = make_article(minah, "말이 많은 글", origin_key="wordpress:1")
    run = actions.open_import(actor=minah, name="블로그")
    for number in range(25):
        actions.keep_comment(
            run,
            article,
            key=str(number),
            text=f"말 {number} <script>x</script>",
            author_name="영희 <b>",
            author_url="https://example.com/~영희",
            created_at=timezone.now(),
            parent_key="0" if number else "",
        )
    return article


@pytest.mark.behaviour("BL-71")
def test_comments_are_quoted_by_name_below_the_post(client, commented):
    page = client.get(commented.get_absolute_url()).content.decode()
    assert "영희 &lt;b&gt;" in page
    assert "<script>x" not in page
    assert 'rel="ugc nofollow noopener"' in page
    assert "말 19" in page
    assert "말 20" not in page
    address = f"/posts/{commented.pk}/former-comments/"
    assert address in page
    assert "말 24" in client.get(address).content.decode()


@pytest.mark.behaviour("BL-71")
def test_who_does_not_see_the_post_does_not_see_its_comments(as_user, client, commented, taeo):
    address = f"/posts/{commented.pk}/former-comments/"
    assert as_user(taeo).get(address).status_code == 404
    actions.change_article(commented, actor=commented.author, visibility="private")
    client.logout()
    assert client.get(address).status_code == 404


def test_a_post_from_here_asks_nothing_about_comments(client, minah, django_assert_num_queries):
    from blog.former_comments import former_comments

    article = make_article(minah)
    with django_assert_num_queries(0):
        assert former_comments(article) is None


# Old addresses


@pytest.mark.behaviour("BL-74")
@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("/?p=123", "/?p=123"),
        ("/?p=123", "/index.php?p=123"),
        ("/blog/?p=7", "/blog/?p=7"),
        ("/2023/05/01/제목", "/2023/05/01/%EC%A0%9C%EB%AA%A9/"),
        ("/entry/가을-무", "/entry/가을-무"),
    ],
)
def test_old_addresses_lead_to_the_post(client, minah, kept, asked):
    article = make_article(minah)
    assert actions.keep_old_path(article, kept)
    response = client.get(asked)
    assert (response.status_code, response.headers["Location"]) == (301, article.get_absolute_url())


@pytest.mark.behaviour("BL-74")
def test_the_number_of_a_tistory_post_leads_to_it(client, minah):
    article = make_article(minah)
    actions.keep_old_path(article, "/123")
    response = client.get("/123", follow=True)
    assert response.redirect_chain[-1] == (article.get_absolute_url(), 301)
    assert {status for _url, status in response.redirect_chain} == {301}


def test_another_query_of_the_home_page_asks_nothing(client, minah):
    assert client.get("/?p=abc").status_code == 200
    assert client.get("/?p=999").status_code == 200
    assert client.get("/?cursor=x").status_code == 200
    assert not ImportedComment.objects.exists()


# In the background


@pytest.mark.behaviour("BL-75")
def test_a_step_that_was_stopped_can_be_gone_on_with(as_user, minah, monkeypatch):
    from blog.importers import running

    client = as_user(minah)
    run = upload(client)
    real = running.apply_plan

    def stopped(*args, **options):
        for number, outcome in enumerate(real(*args, **options)):
            if number:
                raise RuntimeError("no more power")
            yield outcome

    with monkeypatch.context() as patch:
        patch.setattr(running, "apply_plan", stopped)
        post(client, f"{PAGE}{run.pk}/start/")
    run.refresh_from_db()
    assert run.state == "running"
    page = client.get(run.get_absolute_url()).content.decode()
    assert f"{PAGE}{run.pk}/resume/" in page
    post(client, f"{PAGE}{run.pk}/resume/")
    run.refresh_from_db()
    assert run.state == "done"
    assert Post.objects.count() == 2
    assert run.report["totals"]["posts"] == 2


def test_without_a_queue_nothing_changes_and_the_reason_is_said(as_user, minah, monkeypatch):
    from accounts.exceptions import QueueUnreachable
    from blog.importers import starting

    client = as_user(minah)
    run = upload(client)

    def unreachable(**_options):
        raise QueueUnreachable("no queue")

    monkeypatch.setattr(starting, "start_job", unreachable)
    response = client.post(f"{PAGE}{run.pk}/start/", {"visibility": "private"})
    assert "no queue" in response.content.decode()
    run.refresh_from_db()
    assert (run.state, run.options.get("visibility")) == ("ready", None)
    assert client.post(PAGE, {"upload": archive()}).status_code >= 400
    assert ImportRun.objects.count() == 1


def test_two_blogs_at_once_wait_for_each_other(as_user, minah):
    client = as_user(minah)
    first = upload(client)
    client.post(f"{PAGE}{first.pk}/start/")  # asked for, no worker took it yet
    response = client.post(PAGE, {"upload": archive()})
    assert response.status_code == 400 or response.status_code == 422
    assert ImportRun.objects.get() == first
    page = client.get(first.get_absolute_url()).content.decode()
    assert "data-refresh" in page
    assert "/resume/" not in page


def test_what_was_stopped_twice_is_not_started_twice(as_user, minah):
    client = as_user(minah)
    run = upload(client)
    for _ in range(2):
        assert client.post(f"{PAGE}{run.pk}/start/").status_code == 302
    from accounts.models import Job

    assert Job.objects.filter(owner=minah, kind="import", state="queued").count() == 1


def test_uploads_that_nobody_came_back_for_are_deleted(
    as_user, minah, django_capture_on_commit_callbacks
):
    run = upload(as_user(minah))
    ImportRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(days=8))
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.clear_stale_imports() == 1
    assert not default_storage.exists(run.archive)
    run.refresh_from_db()
    assert (run.archive, run.state) == ("", "ready")
    assert as_user(minah).post(f"{PAGE}{run.pk}/start/").status_code == 422
    as_user(minah).post(f"{PAGE}{run.pk}/discard/")
    assert not ImportRun.objects.exists()
