"""The uploaded file of an import that was stopped: never locked in, never for ever."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.actions import cancel_job, fail_job
from accounts.models import Job
from blog import actions
from blog.exceptions import ImportRefused
from blog.importers import running, starting
from blog.models import ImportRun, Post
from blog.tests.importers.test_pages import PAGE, archive, post, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path_factory):
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


@pytest.fixture
def minah(minah):
    minah.language = "en"
    minah.save(update_fields=["language"])
    return minah


def waiting(client) -> ImportRun:
    """Upload while no worker takes the job."""
    assert client.post(PAGE, {"upload": archive()}).status_code == 302
    return ImportRun.objects.latest("pk")


def the_job(run: ImportRun) -> Job:
    return Job.objects.by_owner(run.owner).unfinished().get()


def grow_old(run: ImportRun) -> None:
    ImportRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(days=8))


@pytest.fixture
def half_brought(as_user, minah, monkeypatch) -> ImportRun:
    """An import whose worker died after its first post."""
    run = upload(as_user(minah))
    real = running.apply_plan

    def dying(*args, **options):
        yield next(real(*args, **options))
        raise RuntimeError("no more power")

    with monkeypatch.context() as patch:
        patch.setattr(running, "apply_plan", dying)
        post(as_user(minah), f"{PAGE}{run.pk}/start/")
    run.refresh_from_db()
    assert (run.state, Post.objects.count()) == ("running", 1)
    return run


@pytest.mark.behaviour("BL-75")
def test_an_upload_that_was_cancelled_can_be_removed(as_user, minah):
    client = as_user(minah)
    run = waiting(client)
    post(client, f"{PAGE}{run.pk}/discard/")
    assert default_storage.exists(run.archive)  # a job is to read it
    assert f"{PAGE}{run.pk}/discard/" not in client.get(run.get_absolute_url()).content.decode()
    cancel_job(the_job(run))
    page = client.get(run.get_absolute_url()).content.decode()
    assert f"{PAGE}{run.pk}/resume/" in page
    assert f"{PAGE}{run.pk}/discard/" in page
    assert "data-refresh" not in page
    assert "stopped" in client.get(PAGE).content.decode()
    post(client, f"{PAGE}{run.pk}/discard/")
    assert not default_storage.exists(run.archive)
    assert not ImportRun.objects.exists()


def test_after_a_week_a_stopped_upload_is_deleted_and_one_at_work_is_not(
    as_user, minah, junho, django_capture_on_commit_callbacks
):
    stopped, queued = waiting(as_user(minah)), waiting(as_user(junho))
    cancel_job(the_job(stopped))
    for run in (stopped, queued):
        grow_old(run)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.clear_stale_imports() == 1
    assert not default_storage.exists(stopped.archive)
    assert default_storage.exists(queued.archive)
    client = as_user(minah)
    page = client.get(stopped.get_absolute_url()).content.decode()
    assert "not here any more" in page
    assert "/resume/" not in page
    client.post(f"{PAGE}{stopped.pk}/discard/")
    assert not ImportRun.objects.filter(pk=stopped.pk).exists()


def test_five_dead_uploads_do_not_keep_the_next_one_out(as_user, minah):
    client = as_user(minah)
    for _ in range(5):
        run = waiting(client)
        fail_job(the_job(run), "")
        grow_old(run)
    waiting(client)
    assert ImportRun.objects.exclude(archive="").count() == 1


@pytest.mark.behaviour("BL-75")
def test_what_came_before_the_worker_died_can_be_undone(as_user, minah, half_brought):
    client, run = as_user(minah), half_brought
    page = client.get(run.get_absolute_url()).content.decode()
    assert f"{PAGE}{run.pk}/undo/" in page
    post(client, f"{PAGE}{run.pk}/undo/")
    run.refresh_from_db()
    assert (run.state, run.archive) == ("undone", "")
    assert not Post.objects.exists()


def test_removing_the_file_of_a_half_brought_blog_leaves_what_came(as_user, minah, half_brought):
    client, run = as_user(minah), half_brought
    post(client, f"{PAGE}{run.pk}/discard/")
    assert not default_storage.exists(run.archive)
    assert Post.objects.count() == 1
    page = client.get(run.get_absolute_url()).content.decode()
    assert "not here any more" in page
    assert f"{PAGE}{run.pk}/undo/" in page
    assert "/resume/" not in page


def test_what_the_command_brings_is_not_taken_for_stopped(as_user, minah):
    run = actions.open_import(actor=minah, name="블로그", options={"path": "/블로그"})
    actions.change_import(run, state=ImportRun.State.RUNNING)
    with pytest.raises(ImportRefused):
        actions.discard_import(run, actor=minah)
    with pytest.raises(ImportRefused):
        starting.start_step(run, "undo", actor=minah)
    assert "/resume/" not in as_user(minah).get(run.get_absolute_url()).content.decode()


def test_of_two_that_start_at_the_same_moment_one_is_told_to_wait(as_user, minah, monkeypatch):
    client = as_user(minah)
    first, second = upload(client), upload(client)
    # Both looked before either had its job.
    monkeypatch.setattr(starting, "unfinished_job", lambda owner: None)
    starting.start_step(first, "bring", actor=minah, options={"visibility": "private"})
    with pytest.raises(ImportRefused):
        starting.start_step(second, "bring", actor=minah, options={"visibility": "private"})
    with pytest.raises(ImportRefused):
        starting.start_step(first, "undo", actor=minah)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("running", "ready")
    assert "visibility" not in second.options
    assert the_job(first).params == {"run": first.pk, "step": "bring"}


def test_a_step_that_is_over_is_not_done_again_by_an_old_job(as_user, minah):
    run = waiting(as_user(minah))
    job = the_job(run)
    fail_job(job, "")
    starting.start_step(run, "read", actor=minah)
    actions.change_import(run, state=ImportRun.State.DONE)
    starting.perform_job(job, lambda *_args, **_values: None)
    run.refresh_from_db()
    assert (run.state, bool(run.archive)) == ("done", True)


# Posts that failed


@pytest.mark.behaviour("BL-75")
def test_while_posts_failed_the_file_stays_and_they_can_be_tried_again(as_user, minah, settings):
    client, allowed = as_user(minah), settings.ARTICLE_MAX_LENGTH
    run = upload(client, **{"하나.md": "# 하나\n\n글\n", "둘.md": "# 둘\n\n" + "긴 글 " * 40})
    settings.ARTICLE_MAX_LENGTH = 100
    post(client, f"{PAGE}{run.pk}/start/")
    run.refresh_from_db()
    assert (run.state, run.report["totals"]["failed"]) == ("done", 1)
    assert default_storage.exists(run.archive)
    assert f"{PAGE}{run.pk}/resume/" in client.get(run.get_absolute_url()).content.decode()
    settings.ARTICLE_MAX_LENGTH = allowed
    post(client, f"{PAGE}{run.pk}/resume/")
    name = run.archive
    run.refresh_from_db()
    assert (run.state, run.archive, run.report["totals"]["posts"]) == ("done", "", 2)
    assert not default_storage.exists(name)
