"""Bringing an archive in: dry run, the run, going on, undoing; on pages and by command."""

import io
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import actions as people
from accounts.archive import arriving, starting
from accounts.archive_pages import RunPage
from accounts.jobs import JobCancelled
from accounts.models import ArchivedRow, ArchiveImport, CarriedRecord, Job, User
from accounts.tests.archive import bags
from accounts.tests.factories import make_person, make_unconfirmed_person
from blog import actions
from blog.models import Image, Post, PostLike
from blog.tests.factories import make_article, make_note
from blog.tests.images.pictures import png
from social.models import Follow


@pytest.fixture
def archive(minah, junho, tmp_path):
    """The archive of 미나, of another site: a post with a picture, a note, a follow, a like."""
    image = actions.store_image(png(), actor=minah, name="그림.png")
    make_article(minah, "제목", source=f"글 ![]({image.get_absolute_url()})", tags=["도커"])
    make_note(minah)
    actions.like_post(make_article(junho, "준호의 글"), actor=minah)
    Follow.objects.create(follower=minah, followed=junho)
    people.change_profile(minah, bio="마당을 가꾼다")
    path = bags.write(minah, tmp_path)
    User.objects.all().delete()
    return path


@pytest.fixture
def hana(archive):
    return make_person("hana", "하나")


@pytest.fixture
def client_of_hana(hana, as_user):
    return as_user(hana)


@pytest.mark.behaviour("AC-61")
def test_the_dry_run_tells_all_and_stores_nothing(archive, hana):
    run = bags.bring(archive, hana, "read")
    assert run.state == "ready"
    assert run.plan["counts"]["posts"] == {"added": 2}
    assert run.plan["counts"]["likes"] == {"carried": 1}
    assert run.plan["unknown_people"] == ["junho"]
    assert run.plan["handle"] == "minah"
    assert not (Post.objects.exists() or ArchivedRow.objects.exists() or Image.objects.exists())


@pytest.mark.behaviour("AC-61", "X-04")
def test_what_the_dry_run_said_is_what_comes(archive, hana):
    run = bags.bring(archive, hana)
    planned = {name: one for name, one in run.plan["counts"].items() if one.get("added")}
    for name, counts in planned.items():
        if name == "posts":
            continue  # with them came a tag
        assert run.report["counts"][name]["added"] == counts["added"], name
    article = Post.objects.articles().get()
    assert article.author == hana and article.is_published and "도커" in str(article.tags.get())
    assert article.images.get().owner == hana and "<img" in article.html
    hana.refresh_from_db()
    assert (hana.bio, hana.article_count, hana.note_count) == ("마당을 가꾼다", 1, 1)
    assert CarriedRecord.objects.filter(owner=hana, section="following").get().key == "junho"


@pytest.mark.behaviour("AC-61")
def test_nobody_is_told_of_what_comes_in(
    archive, hana, mailoutbox, django_capture_on_commit_callbacks
):
    reader = make_person("junho", "준호")
    with django_capture_on_commit_callbacks(execute=True):
        bags.bring(archive, hana)
    assert Follow.objects.get(follower=hana).followed == reader
    assert not mailoutbox and not reader.notifications.exists()


@pytest.mark.behaviour("AC-61")
@pytest.mark.parametrize("stops", [1, 3, 5])
def test_a_run_that_was_stopped_goes_on_and_brings_each_once(archive, hana, stops):
    run = bags.bring(archive, hana, "read")
    whole = bags.bring(archive, make_person("whole"), "read")
    assert whole.plan["counts"] == run.plan["counts"]
    seen = 0

    def report(done, total, key="", **values):
        nonlocal seen
        seen += key == arriving.BRINGING
        if seen == stops:
            raise JobCancelled

    people.change_archive_import(run, state="running")
    with pytest.raises(JobCancelled):
        arriving.run_step(run, "bring", report)
    page = RunPage.of(run)
    assert page.is_stopped and page.can_undo
    bags.do(run, "bring")
    assert run.state == "done" and not run.report["problems"]
    assert Post.objects.count() == 2 and Image.objects.count() == 1
    assert run.report["counts"]["posts"]["added"] == 2
    bags.do(run, "undo")
    assert not Post.objects.exists() and not Image.objects.exists()


@pytest.mark.behaviour("AC-61", "X-04")
def test_undoing_leaves_what_was_worked_on_since(archive, hana, junho_here):
    run = bags.bring(archive, hana)
    article, note = Post.objects.articles().get(), Post.objects.notes().get()
    actions.change_article(article, actor=hana, source="이제 내 글이다.")
    actions.write_comment(note, actor=junho_here, source="좋아요")
    hana.refresh_from_db()
    people.change_profile(hana, bio="다시 썼다")
    bags.do(run, "undo")
    assert run.report["kept"]["posts"] == 2
    assert set(Post.objects.values_list("pk", flat=True)) == {article.pk, note.pk}
    hana.refresh_from_db()
    assert hana.bio == "다시 썼다" and hana.article_count == 1


@pytest.fixture
def junho_here(hana):
    return make_person("junho", "준호")


def test_a_like_moves_the_number_and_undoing_moves_it_back(minah, junho, tmp_path):
    post = make_article(junho, "준호의 글")
    actions.like_post(post, actor=minah)
    path = bags.write(minah, tmp_path)
    actions.unlike_post(post, actor=minah)
    run = bags.bring(path, minah)
    post.refresh_from_db()
    assert post.like_count == 1 and PostLike.objects.get().person == minah
    bags.do(run, "undo")
    post.refresh_from_db()
    assert post.like_count == 0 and not PostLike.objects.exists()


# Pages --------------------------------------------------------------------------------------------


def upload(path, name="내 마당.zip"):
    return SimpleUploadedFile(name, path.read_bytes(), "application/zip")


@pytest.mark.behaviour("AC-61")
def test_the_whole_way_on_the_pages(
    archive, hana, client_of_hana, media, django_capture_on_commit_callbacks
):
    client = client_of_hana
    with django_capture_on_commit_callbacks(execute=True):
        sent = client.post("/settings/archive/", {"upload": upload(archive)})
    run = ArchiveImport.objects.get()
    assert sent.url == f"/settings/archive/{run.pk}/" and run.state == "ready"
    page = client.get(sent.url).content.decode()
    assert "This would come in:" in page and "@junho" in page and "1 person is not known" in page
    assert not Post.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{sent.url}bring/")
    page = client.get(sent.url).content.decode()
    assert "This came in:" in page and Post.objects.count() == 2
    assert not list(media.rglob("*.zip")), "the upload is gone"
    assert "Take this archive back?" in client.get(f"{sent.url}undo/").content.decode()
    assert Post.objects.count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{sent.url}undo/")
    assert not Post.objects.exists()
    assert "was removed again" in client.get(sent.url).content.decode()
    client.post(f"{sent.url}discard/")
    assert not ArchiveImport.objects.exists()


@pytest.mark.behaviour("AC-61")
def test_what_is_no_archive_says_so_on_the_page(
    hana, client_of_hana, media, django_capture_on_commit_callbacks
):
    file = SimpleUploadedFile("글.zip", b"PK\x03\x04 nothing")
    with django_capture_on_commit_callbacks(execute=True):
        sent = client_of_hana.post("/settings/archive/", {"upload": file})
    page = client_of_hana.get(sent.url).content.decode()
    assert "This is no archive of this software." in page
    assert not list(media.rglob("archive*.zip"))
    nothing = client_of_hana.post("/settings/archive/", {})
    assert nothing.status_code == 422 and "Choose the file" in nothing.content.decode()


def test_another_step_waits_its_turn(archive, hana, client_of_hana):
    run = people.open_archive_import(actor=hana, name="a.zip", upload=upload(archive))
    address = f"/settings/archive/{run.pk}/"
    page = client_of_hana.post(f"{address}bring/", follow=True).content.decode()
    assert "This cannot be done now." in page
    starting.start_step(run, "read", actor=hana)
    starting.start_step(run, "read", actor=hana)
    assert Job.objects.count() == 1
    assert "data-refresh" in client_of_hana.get(address).content.decode()
    page = client_of_hana.post(f"{address}discard/", follow=True).content.decode()
    assert "This cannot be removed now." in page
    Job.objects.all().delete()
    assert "Go on" in client_of_hana.get(address).content.decode()


@pytest.mark.parametrize("step", ["", "bring/", "resume/", "undo/", "discard/"])
def test_another_persons_archive_is_not_there(archive, hana, stranger, as_user, client, step):
    run = people.open_archive_import(actor=hana, name="a.zip", upload=upload(archive))
    address = f"/settings/archive/{run.pk}/{step}"
    method = "get" if not step else "post"
    assert getattr(client, method)(address).status_code == 302
    assert getattr(as_user(stranger), method)(address).status_code == 404
    run.refresh_from_db()
    assert run.state == "stored" and run.archive


def test_who_may_not_take_part_brings_nothing_in(archive, as_user):
    person = make_unconfirmed_person()
    answer = as_user(person).post("/settings/archive/", {"upload": upload(archive)})
    assert answer.status_code == 403 and not ArchiveImport.objects.exists()


def test_too_large_is_refused_unread(archive, client_of_hana, settings):
    settings.IMPORT_MAX_BYTES = 100
    large = SimpleUploadedFile("a.zip", bytes(100_000))
    assert client_of_hana.post("/settings/archive/", {"upload": large}).status_code == 413


def test_old_uploads_go(archive, hana, media, django_capture_on_commit_callbacks):
    run = people.open_archive_import(actor=hana, name="a.zip", upload=upload(archive))
    assert people.clear_stale_archives() == 0
    ArchiveImport.objects.update(created_at=timezone.now() - timedelta(days=8))
    with django_capture_on_commit_callbacks(execute=True):
        assert people.clear_stale_archives() == 1
    run.refresh_from_db()
    assert not run.archive and not list(media.rglob("*.zip"))


# Commands -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("AC-58", "AC-61")
def test_the_commands_do_the_same(archive, hana, tmp_path):
    def run(*parts, **options):
        out = StringIO()
        call_command(*parts, stdout=out, stderr=io.StringIO(), **options)
        return out.getvalue()

    said = run("import_archive", str(archive), "--owner", "hana", "--dry-run")
    assert "posts" in said and "2 added" in said and not Post.objects.exists()
    assert not ArchiveImport.objects.exists()
    said = run("import_archive", str(archive), "--owner", "@hana")
    number = said.strip().rpartition(" ")[2].rstrip(".")
    assert Post.objects.count() == 2 and archive.exists(), "the file is its owner's"
    said = run("export_archive", "hana", "--to", str(tmp_path))
    assert "Written:" in said
    second = tmp_path / "madang-hana.zip"
    assert bags.manifest_of(second) == bags.manifest_of(archive)
    assert "Taken back." in run("import_archive", "--owner", "hana", "--undo", number)
    assert not Post.objects.exists()
    for wrong in (("--owner", "nobody"), ("--owner", "hana"), ("--owner", "hana", "--undo", "99")):
        with pytest.raises(CommandError):
            run("import_archive", *wrong)
    with pytest.raises(CommandError):
        run("export_archive", "nobody")
