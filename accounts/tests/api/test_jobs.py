"""Long work by programs: asked for, watched, cancelled, tried again, fetched (AP-50)."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import actions, limits, tasks
from accounts.jobs import JobFailed
from accounts.models import Job, User
from accounts.tests.factories import PASSWORD, make_person
from accounts.tests.works import *  # noqa: F403
from blog.tests.factories import make_note
from config.tests.api_client import api_client, matches_stored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.VAR_DIR = tmp_path / "var"


def content_of(response) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def broken(job, report):
    raise JobFailed("What there is stays.")


# Taking along -----------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-50")
def test_the_posts_are_asked_for_watched_and_fetched(minah, committed):
    make_note(minah, "점심은 김밥 🍙")
    client = api_client(minah)
    with committed():
        asked = client.post("exports/", {"kind": "posts"})
    assert asked.status_code == 202
    assert (asked.json()["state"], asked.json()["progress"]) == ("queued", 0)
    assert asked.headers["Location"] == asked.json()["url"]
    done = client.get(asked.headers["Location"])
    told = done.json()
    assert (told["state"], told["progress"], told["result"]["counts"]) == (
        "done",
        100,
        {"posts": 1},
    )
    assert "stored" not in told["result"]
    file = client.get(told["links"]["download"])
    assert "no-store" in file.headers["Cache-Control"]
    assert "attachment" in file.headers["Content-Disposition"]
    assert json.loads(content_of(file))["posts"][0]["body"] == "점심은 김밥 🍙"
    assert content_of(client.get(told["links"]["download"], HTTP_ACCEPT="application/zip"))


@pytest.mark.behaviour("AC-54")
@pytest.mark.behaviour("AP-50")
def test_the_one_on_its_way_is_answered_instead_of_a_second(minah):
    client = api_client(minah)
    first = client.post("exports/", {"kind": "archive"})
    second = client.post("exports/", {"kind": "archive"})
    other = client.post("exports/", {"kind": "posts"})
    assert first.headers["Location"] == second.headers["Location"]
    assert {first.status_code, second.status_code} == {202}
    assert other.headers["Location"] != first.headers["Location"]
    assert first.json()["links"]["cancel"].endswith("/cancel/")
    matches_stored(first, "job_queued")


def test_only_what_there_is_can_be_taken_along(minah):
    refused = api_client(minah).post("exports/", {"kind": "everything"})
    assert refused.json()["errors"][0]["code"] == "invalid_choice"
    assert api_client(minah).post("exports/", {}).json()["errors"][0]["code"] == "required"
    assert not Job.objects.exists()


def test_page_and_program_count_the_same_exports(minah, as_user, monkeypatch):
    monkeypatch.setattr(limits, "EXPORTS_A_DAY", 1)
    as_user(minah).post("/settings/export/", {"kind": "posts"})
    assert api_client(minah).post("exports/", {"kind": "posts"}).status_code == 429


@pytest.mark.behaviour("AC-60")
def test_a_file_that_expired_is_gone(minah, committed):
    client = api_client(minah)
    with committed():
        url = client.post("exports/", {"kind": "posts"}).json()["url"]
    job = Job.objects.get()
    job.result["until"] = (timezone.now() - timedelta(seconds=1)).isoformat()
    Job.objects.filter(pk=job.pk).update(result=job.result)
    assert "download" not in client.get(url).json()["links"]
    gone = client.get(f"{url}download/")
    assert (gone.status_code, gone.json()["code"]) == (410, "archive_gone")


@pytest.mark.behaviour("AC-25")
def test_a_page_of_ours_fetches_only_after_a_fresh_proof(client, committed):
    haneul = make_person("하늘", password=PASSWORD, email_of="haneul")
    with committed():
        url = api_client(haneul).post("exports/", {"kind": "posts"}).json()["url"]
    client.force_login(haneul)
    own = {"sec-fetch-site": "same-origin"}
    refused = client.get(f"{url}download/", headers=own)
    assert (refused.status_code, refused.json()["code"]) == (403, "proof_required")
    client.post("/auth/reauthenticate/", {"password": PASSWORD})
    assert content_of(client.get(f"{url}download/", headers=own))


# Watching ---------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-50")
@pytest.mark.behaviour("AC-51")
def test_a_failed_job_tells_why_and_is_tried_again(waiting, minah):
    job = waiting(broken)
    actions.perform_job(job.pk)
    client = api_client(minah)
    listed = client.get("jobs/")
    told = listed.json()["results"][0]
    assert (told["state"], told["message"], told["result"]) == (
        "failed",
        "What there is stays.",
        None,
    )
    matches_stored(listed, "jobs")
    again = client.post(told["links"]["retry"])
    assert again.status_code == 202
    assert again.json()["id"] != job.pk
    assert client.post(told["links"]["retry"]).json()["id"] == again.json()["id"]
    running = client.post(again.json()["url"] + "retry/")
    assert (running.status_code, running.json()["code"]) == (409, "job_not_failed")


def test_trying_again_is_limited_together_with_the_page(waiting, minah, as_user, monkeypatch):
    monkeypatch.setattr(limits, "RETRIES_AN_HOUR", 1)
    job = waiting(broken)
    actions.perform_job(job.pk)
    assert as_user(minah).post(f"/settings/jobs/{job.pk}/retry/").status_code == 302
    assert api_client(minah).post(f"jobs/{job.pk}/retry/").status_code == 429


@pytest.mark.behaviour("AP-50")
def test_cancelling_twice_is_cancelling_once(waiting, minah):
    job = waiting()
    client = api_client(minah)
    for _number in range(2):
        cancelled = client.post(f"jobs/{job.pk}/cancel/")
        assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert set(cancelled.json()["links"]) == {"self", "html"}


@pytest.mark.behaviour("AC-53")
def test_a_queue_that_is_down_leaves_no_job(minah, monkeypatch):
    def down(*args):
        raise ConnectionRefusedError

    monkeypatch.setattr(tasks.run_job, "delay", down)
    # A test is one transaction: what follows its commit is called here by hand.
    monkeypatch.setattr("django.db.transaction.on_commit", lambda call, **options: call())
    refused = api_client(minah).post("exports/", {"kind": "posts"})
    assert (refused.status_code, refused.json()["code"]) == (503, "queue_unreachable")
    assert not Job.objects.exists()


@pytest.mark.behaviour("AC-48")
def test_the_jobs_of_others_are_hidden(waiting, minah, junho):
    job = waiting()
    stranger = api_client(junho)
    assert stranger.get("jobs/").json()["results"] == []
    assert stranger.get(f"jobs/{job.pk}/").status_code == 404
    assert stranger.get(f"jobs/{job.pk}/download/").status_code == 404
    for step in ("cancel", "retry"):
        assert stranger.post(f"jobs/{job.pk}/{step}/").status_code == 404
    assert api_client().get("jobs/").status_code == 401
    narrow = api_client(minah, scopes=["read"])
    assert narrow.get("jobs/").json()["code"] == "insufficient_scope"
    assert narrow.post("exports/", {"kind": "posts"}).status_code == 403
    assert Job.objects.get().state == "queued"


def test_people_who_have_not_confirmed_take_along_what_is_theirs(minah, settings):
    settings.MAIL_ENABLED = True
    minah.emailaddress_set.update(verified=False)
    minah = User.objects.get(pk=minah.pk)
    assert api_client(minah).post("exports/", {"kind": "posts"}).status_code == 202


def test_the_list_costs_two_queries_however_many_there_are(
    waiting, minah, django_assert_num_queries
):
    client = api_client(minah)
    for number in range(12):
        waiting(kind=f"work{number}")
    with django_assert_num_queries(2):
        client.get("jobs/?page_size=5")
    with django_assert_num_queries(2):
        client.get("jobs/?page_size=50")
