"""Moving in by programs: archives and blogs, dry and for good, and undone (AC-61, AP-50)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import limits
from accounts.models import ArchiveImport, Job, User
from accounts.tests.archive import bags
from accounts.tests.factories import make_person, make_unconfirmed_person
from blog import import_limits
from blog.models import ImportRun, Post
from blog.tests.factories import make_article, make_note
from blog.tests.importers.bundles import packed
from config.tests.api_client import api_client

pytestmark = pytest.mark.django_db
BLOG = {
    "글.md": "---\ntitle: 가을 무\n---\n무를 뽑았다.\n",
    "초안.md": "---\ntitle: 쓰다 만 글\ndraft: true\n---\n글\n",
}


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def archive(minah, tmp_path) -> bytes:
    """The archive of 미나, of another site: an article and a note."""
    make_article(minah, "제목", source="옮겨 온 글", tags=["도커"])
    make_note(minah)
    path = bags.write(minah, tmp_path)
    User.objects.all().delete()
    return path.read_bytes()


@pytest.fixture
def hana(db):
    return make_person("hana", "하나")


def send(client, content: bytes, name: str = "마당.zip", **data):
    file = SimpleUploadedFile(name, content, content_type="application/zip")
    return client.post("imports/", {"file": file, **data}, format="multipart")


@pytest.mark.behaviour("AP-50")
@pytest.mark.behaviour("AC-61")
def test_an_archive_comes_in_with_one_call(archive, hana, committed):
    client = api_client(hana)
    with committed():
        sent = send(client, archive)
    assert sent.status_code == 202
    job = client.get(sent.headers["Location"]).json()
    assert (job["state"], job["progress"]) == ("done", 100)
    assert Post.objects.by(hana).count() == 2
    brought = client.get(job["links"]["brought"]).json()
    assert (brought["state"], brought["kind"]) == ("done", "archive")
    assert brought["report"]["counts"]["posts"]["added"] == 2
    with committed():
        undone = client.post(brought["url"] + "undo/")
    assert undone.status_code == 202
    assert not Post.objects.by(hana).exists()
    assert client.get(brought["url"]).json()["state"] == "undone"


@pytest.mark.behaviour("AC-61")
def test_a_dry_run_tells_all_and_brings_nothing_until_it_is_told_to(archive, hana, committed):
    client = api_client(hana)
    with committed():
        sent = send(client, archive, dry_run="true")
    url = client.get(sent.headers["Location"]).json()["links"]["brought"]
    read = client.get(url).json()
    assert (read["state"], read["plan"]["counts"]["posts"]) == ("ready", {"added": 2})
    assert not Post.objects.exists()
    with committed():
        assert client.post(f"{url}bring/").status_code == 202
    assert Post.objects.by(hana).count() == 2


@pytest.mark.behaviour("AP-50")
def test_a_blog_comes_in_as_it_was_asked_for(hana, committed):
    client = api_client(hana)
    with committed():
        sent = send(client, packed(BLOG), "내 블로그.zip", kind="blog", visibility="unlisted")
    job = client.get(sent.headers["Location"]).json()
    assert (job["state"], job["progress"]) == ("done", 100)
    found = Post.objects.get(title="가을 무")
    assert (found.status, found.visibility) == ("published", "unlisted")
    run = client.get(job["links"]["brought"]).json()
    assert (run["state"], run["kind"], run["name"]) == ("done", "blog", "내 블로그.zip")
    assert ImportRun.objects.get().options["comments"] is True
    with committed():
        assert client.post(run["url"] + "undo/").status_code == 202
    assert not Post.objects.exists()


def test_a_blog_can_be_read_first_and_thrown_away(hana, committed):
    client = api_client(hana)
    with committed():
        sent = send(client, packed(BLOG), kind="blog", dry_run=True)
    url = client.get(sent.headers["Location"]).json()["links"]["brought"]
    assert client.get(url).json()["state"] == "ready"
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404
    assert not Post.objects.exists() and not ImportRun.objects.exists()


@pytest.mark.behaviour("AC-54")
def test_the_one_on_its_way_is_answered_instead_of_a_second(archive, hana):
    client = api_client(hana)
    for kind, model in (("archive", ArchiveImport), ("blog", ImportRun)):
        content = archive if kind == "archive" else packed(BLOG)
        first, second = send(client, content, kind=kind), send(client, content, kind=kind)
        assert first.headers["Location"] == second.headers["Location"]
        assert model.objects.count() == 1
    assert Job.objects.count() == 2


@pytest.mark.parametrize("kind", ["archive", "blog"])
def test_what_cannot_be_read_ends_as_a_failed_job_with_the_reason(hana, committed, kind):
    client = api_client(hana)
    with committed():
        sent = send(client, b"PK\x03\x04 not a zip", kind=kind)
    job = client.get(sent.headers["Location"]).json()
    assert (job["state"], job["links"]["self"]) == ("failed", job["url"])
    assert job["message"]
    assert client.get(job["links"]["brought"]).json()["reason"] == job["message"]
    with committed():
        again = client.post(job["links"]["retry"])
    assert client.get(again.json()["url"]).json()["state"] == "failed"


@pytest.mark.parametrize(
    ("data", "field", "code"),
    [
        ({"kind": "letters"}, "kind", "invalid_choice"),
        ({"dry_run": "아마"}, "dry_run", "invalid"),
        ({"kind": "blog", "visibility": "secret"}, "visibility", "invalid_choice"),
        ({"kind": "blog", "time_zone": "Asia/Pyeongchang"}, "time_zone", "invalid_choice"),
    ],
    ids=["kind", "dry run", "visibility", "time zone"],
)
def test_what_is_not_understood_is_refused_by_field(hana, data, field, code):
    refused = send(api_client(hana), packed(BLOG), **data)
    assert refused.status_code == 400
    assert [(one["field"], one["code"]) for one in refused.json()["errors"]] == [(field, code)]
    assert not Job.objects.exists()


def test_a_file_is_needed_and_may_not_be_too_large(hana, settings):
    client = api_client(hana)
    missing = client.post("imports/", {"kind": "archive"}, format="multipart")
    assert missing.json()["errors"][0] == {
        "field": "file",
        "code": "required",
        "detail": "This must be given.",
    }
    assert client.post("imports/", {"kind": "archive"}).status_code == 415
    settings.IMPORT_MAX_BYTES = 10
    refused = send(client, packed(BLOG))
    assert refused.status_code == 400
    settings.IMPORT_MAX_BYTES = -64 * 1024
    unread = send(client, packed(BLOG))
    assert (unread.status_code, unread.json()["code"]) == (413, "too_large")
    assert not Job.objects.exists() and not ArchiveImport.objects.exists()


def test_uploads_are_counted_together_with_the_pages(hana, as_user, monkeypatch):
    monkeypatch.setattr(limits, "ARCHIVES_AN_HOUR", 1)
    monkeypatch.setattr(import_limits, "UPLOADS_AN_HOUR", 1)
    page = as_user(hana)
    page.post("/settings/archive/", {})
    page.post("/settings/import/", {})
    assert send(api_client(hana), packed(BLOG)).status_code == 429
    assert send(api_client(hana), packed(BLOG), kind="blog").status_code == 429


def test_imports_of_others_are_hidden_and_the_unconfirmed_wait(hana, stranger, settings, committed):
    with committed():
        sent = send(api_client(hana), packed(BLOG), kind="blog", dry_run=True)
    url = api_client(hana).get(sent.headers["Location"]).json()["links"]["brought"]
    other = api_client(stranger)
    assert other.get(url).status_code == 404
    assert other.delete(url).status_code == 404
    for step in ("bring", "resume", "undo"):
        assert other.post(f"{url}{step}/").status_code == 404
    assert api_client().get(url).status_code == 401
    assert send(api_client(hana, scopes=["read", "posts"]), b"x").status_code == 403
    settings.MAIL_ENABLED = True
    for kind in ("archive", "blog"):
        refused = send(api_client(make_unconfirmed_person(f"sae_{kind}")), b"x", kind=kind)
        assert (refused.status_code, refused.json()["code"]) == (403, "email_unconfirmed")
