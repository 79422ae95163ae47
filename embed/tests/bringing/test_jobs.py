"""Comments on their way in and out: dry run, bringing in, twice, back out, and who may."""

import json

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Job
from accounts.tests.factories import make_person
from blog.actions import write_comment
from blog.models import Comment
from embed import actions
from embed.comment_jobs import (
    EXPORT_KIND,
    IMPORT_KIND,
    bring_in,
    clear_uploads,
    start_export,
    start_import,
    write_comments,
)
from embed.exceptions import CommentFileRefused, NotTheSiteOwner
from embed.models import EmbedThread
from embed.selectors import thread_at
from embed.tests.bringing.files import DISQUS, WORDPRESS, write_isso
from social.models import Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def minah():
    return make_person("minah", "미나")


@pytest.fixture
def site(minah):
    return actions.register_site(
        actor=minah, name="감나무 블로그", origins=["https://blog.example"]
    )


@pytest.fixture
def run(minah, site, django_capture_on_commit_callbacks):
    """Read a file in a dry run and bring it in; return both jobs."""

    def do(name, data, *, whole=True):
        with django_capture_on_commit_callbacks(execute=True):
            first = start_import(site, actor=minah, upload=SimpleUploadedFile(name, data))
        first.refresh_from_db()
        if not whole:
            return first, None
        with django_capture_on_commit_callbacks(execute=True):
            second = bring_in(first, actor=minah)
        second.refresh_from_db()
        return first, second

    return do


@pytest.mark.behaviour("EM-16")
def test_a_dry_run_counts_and_stores_nothing(run):
    job, _none = run("disqus.xml", DISQUS.encode(), whole=False)
    assert job.state == Job.State.DONE
    assert job.result["counts"] == {"comments": 3, "threads": 2, "faults": 1}
    assert not Comment.objects.exists()
    assert not EmbedThread.objects.exists()


@pytest.mark.behaviour("EM-16")
def test_what_was_said_on_disqus_stands_under_its_pages(run, site):
    _dry, job = run("disqus.xml", DISQUS.encode())
    assert (job.state, job.result["counts"]["comments"]) == (Job.State.DONE, 3)
    thread = thread_at(site, "2024/감나무")
    assert thread.page_title == "감나무 아래에서"
    assert thread_at(site, "감나무-글") == thread  # the name that the page gave itself
    first, answer = thread.post.comments.order_by("created_at")
    assert (first.guest_name, first.author, first.status) == ("준호", None, "published")
    assert "<strong>잘</strong>" in first.html
    assert "<script" not in first.html
    assert (answer.parent, answer.depth) == (first, 1)
    thread.post.refresh_from_db()
    assert thread.post.comment_count == 2
    assert thread_at(site, "index").post.comment_count == 1
    assert not default_storage.exists(job.params["stored"])


@pytest.mark.behaviour("EM-16")
def test_the_same_file_again_brings_nothing_twice_and_tells_nobody(run):
    run("disqus.xml", DISQUS.encode())
    _dry, job = run("disqus.xml", DISQUS.encode())
    assert job.result["counts"] == {"known": 3, "threads": 2, "faults": 1}
    assert Comment.objects.count() == 3
    assert not Notification.objects.filter(kind__contains="comment").exists()


def test_isso_and_wordpress_keep_what_waits_waiting(run, site, tmp_path):
    run("comments.db", write_isso(tmp_path / "comments.db").read_bytes())
    run("export.xml", WORDPRESS.encode())
    rows = thread_at(site, "2024/감나무").post.comments.order_by("pk")
    assert [(one.status, one.guest_name) for one in rows] == [
        ("published", "준호"),
        ("waiting", "손님"),
        ("published", "준호"),
        ("waiting", "미나"),
    ]
    assert "junho@example.com" not in json.dumps(list(rows.values()), default=str)


@pytest.mark.behaviour("EM-16")
def test_what_was_taken_out_comes_in_elsewhere_the_same(run, site, minah, tmp_path):
    run("disqus.xml", DISQUS.encode())
    path = tmp_path / "comments.json"
    assert write_comments(site, path, lambda *a, **k: None) == {"threads": 2, "comments": 3}
    before = json.loads(path.read_text(encoding="utf-8"))
    other = actions.register_site(actor=minah, name="새 마당", origins=["https://blog.example"])
    data = path.read_bytes()
    job = start_import(other, actor=minah, upload=SimpleUploadedFile("comments.json", data))
    run_job(job)
    job.refresh_from_db()
    run_job(bring_in(job, actor=minah))
    write_comments(other, path, lambda *a, **k: None)
    after = json.loads(path.read_text(encoding="utf-8"))
    assert _words(after) == _words(before)


def test_what_went_out_of_a_site_is_not_new_to_it(run, site, minah, tmp_path):
    thread = actions.find_or_create_thread(site, "글")
    write_comment(thread.post, actor=make_person("junho", "준호"), source="바람이 좋아요")
    run("disqus.xml", DISQUS.encode())
    path = tmp_path / "comments.json"
    write_comments(site, path, lambda *a, **k: None)
    _dry, job = run("comments.json", path.read_bytes())
    assert job.result["counts"] == {"known": 4, "threads": 3, "faults": 0}
    assert Comment.objects.count() == 4


def run_job(job):
    from accounts import actions as accounts_actions

    accounts_actions.perform_job(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.result


def _words(data):
    return [
        (
            thread["key"],
            sorted(thread["aliases"]),
            thread["title"],
            [
                (one["author"], one["body"], one["created_at"], one["parent"] is None)
                for one in thread["comments"]
            ],
        )
        for thread in data["threads"]
    ]


def test_an_export_is_a_job_with_a_file(site, minah, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = start_export(site, actor=minah)
    job.refresh_from_db()
    assert (job.kind, job.state) == (EXPORT_KIND, Job.State.DONE)
    with default_storage.open(job.result["stored"]) as stored:
        assert json.load(stored)["threads"] == []


def test_strangers_bring_nothing_in_and_take_nothing_out(site):
    junho = make_person("junho", "준호")
    with pytest.raises(NotTheSiteOwner):
        start_import(site, actor=junho, upload=SimpleUploadedFile("a", b"{}"))
    with pytest.raises(NotTheSiteOwner):
        start_export(site, actor=junho)
    assert not Job.objects.filter(kind__in=(IMPORT_KIND, EXPORT_KIND)).exists()


def test_another_file_fails_with_its_reason(run):
    job, _none = run("a.pdf", b"%PDF-1.4", whole=False)
    assert job.state == Job.State.FAILED
    assert "isso (SQLite)" in job.text or "isso(SQLite)" in job.text


def test_a_file_that_is_gone_is_not_brought_in(run, minah):
    job, _none = run("disqus.xml", DISQUS.encode(), whole=False)
    default_storage.delete(job.params["stored"])
    with pytest.raises(CommentFileRefused):
        bring_in(job, actor=minah)


def test_an_answer_before_what_it_answers_finds_its_place(run, site):
    data = {
        "format": "madang-comments",
        "threads": [
            {
                "key": "글",
                "comments": [
                    {
                        "id": "b",
                        "parent": "a",
                        "body": "답글",
                        "author": "미나",
                        "status": "published",
                    },
                    {
                        "id": "a",
                        "parent": None,
                        "body": "첫말",
                        "author": "준호",
                        "status": "published",
                    },
                    {
                        "id": "c",
                        "parent": "없음",
                        "body": "홀로",
                        "author": "소라",
                        "status": "published",
                    },
                ],
            }
        ],
    }
    run("ours.json", json.dumps(data).encode())
    rows = {one.source: one for one in thread_at(site, "글").post.comments.all()}
    assert rows["답글"].parent == rows["첫말"]
    assert rows["홀로"].parent is None


def test_old_uploads_are_cleared(run, site):
    job, _none = run("disqus.xml", DISQUS.encode(), whole=False)
    clear_uploads()
    assert default_storage.exists(job.params["stored"])
    Job.objects.filter(pk=job.pk).delete()
    assert clear_uploads() == 1
    assert not default_storage.exists(job.params["stored"])


# The page -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("EM-16")
def test_the_owner_reads_a_file_brings_it_in_and_takes_it_out_on_the_page(
    client, minah, site, django_capture_on_commit_callbacks
):
    client.force_login(minah)
    address = f"/settings/embed/{site.key}/comments/"
    with django_capture_on_commit_callbacks(execute=True):
        sent = client.post(
            address, {"act": "read", "upload": SimpleUploadedFile("d.xml", DISQUS.encode())}
        )
    assert sent.status_code == 302
    page = client.get(address)
    job = Job.objects.get(kind=IMPORT_KIND)
    assert f'name="job" value="{job.pk}"' in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"act": "bring", "job": job.pk})
    assert Comment.objects.count() == 3
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"act": "export"})
    export = Job.objects.get(kind=EXPORT_KIND)
    file = client.get(f"{address}{export.pk}/download/")
    assert len(json.loads(b"".join(file.streaming_content))["threads"]) == 2
    assert "attachment" in file.headers["Content-Disposition"]


@pytest.mark.parametrize("who", ["visitor", "stranger"])
def test_others_do_not_reach_the_page(client, site, who):
    if who == "stranger":
        client.force_login(make_person("junho", "준호"))
    for path in ("", "1/download/"):
        found = client.get(f"/settings/embed/{site.key}/comments/{path}")
        assert found.status_code == (404 if who == "stranger" else 302)


def test_a_page_without_a_file_or_with_another_job_says_so(client, minah, site):
    client.force_login(minah)
    address = f"/settings/embed/{site.key}/comments/"
    assert client.post(address, {"act": "read"}).status_code == 422
    assert client.post(address, {"act": "bring", "job": "7"}).status_code == 404
    assert client.post(address, {"act": "bring", "job": "감"}).status_code == 404
