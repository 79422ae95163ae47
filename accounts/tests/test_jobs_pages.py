import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions, limits, tasks
from accounts.jobs import JobFailed
from accounts.models import Job
from accounts.probes import COUNTING
from accounts.selectors import running_jobs
from accounts.tests.works import *  # noqa: F403

PAGE, NEWS = "/settings/jobs/", "/settings/jobs/news/"


def body(response) -> str:
    return response.content.decode()


def broken(job, report):
    report(3, 10)
    raise JobFailed(COUNTING, done=3, total=10)


def run_now(job: Job, **changes) -> Job:
    """Put a waiting job among the running ones, without a worker."""
    now = timezone.now()
    fields = {"state": Job.State.RUNNING, "started_at": now, "seen_at": now, **changes}
    Job.objects.filter(pk=job.pk).update(**fields)
    return Job.objects.get(pk=job.pk)


# The list -------------------------------------------------------------------------------------


@pytest.mark.behaviour("AC-48")
def test_the_list_shows_ones_own_jobs(waiting, minah, as_user):
    waiting(kind="one")
    failed = waiting(broken, kind="two")
    actions.perform_job(failed.pk)
    page = body(as_user(minah).get(PAGE))
    assert page.count('class="line-list__item"') == 2
    assert f'action="/settings/jobs/{failed.pk}/retry/"' in page
    assert page.count("/cancel/") == 1
    assert "3 of 10 seconds" in page
    assert "30%" in page


@pytest.mark.behaviour("AC-48")
@pytest.mark.parametrize("address", [PAGE, NEWS])
def test_the_pages_need_a_login(client, db, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/auth/login/")
    assert client.get(NEWS, headers={"Accept": "application/json"}).status_code == 401


@pytest.mark.behaviour("AC-48")
@pytest.mark.parametrize("act", ["cancel", "retry"])
def test_anothers_job_is_hidden(waiting, stranger, taeo, sora, client, act):
    job = waiting()
    for person in (stranger, taeo, sora):
        client.force_login(person)
        assert client.post(f"{PAGE}{job.pk}/{act}/").status_code == 404
        assert "지난 글 옮기기" not in body(client.get(PAGE))
        assert client.get(NEWS, {"ids": job.pk}).json() == {"jobs": []}
    assert client.post(f"{PAGE}{job.pk + 99}/{act}/").status_code == 404
    client.logout()
    assert client.post(f"{PAGE}{job.pk}/{act}/").status_code == 302
    assert Job.objects.get(pk=job.pk).state == Job.State.QUEUED


@pytest.mark.behaviour("AC-48")
def test_looking_changes_nothing(waiting, minah, as_user):
    job = waiting()
    for act in ("cancel", "retry"):
        assert as_user(minah).get(f"{PAGE}{job.pk}/{act}/").status_code == 405


@pytest.mark.behaviour("AC-48")
def test_a_waiting_job_is_cancelled_by_its_button(waiting, minah, as_user):
    job = waiting()
    response = as_user(minah).post(f"{PAGE}{job.pk}/cancel/", follow=True)
    assert Job.objects.get(pk=job.pk).state == Job.State.CANCELLED
    assert "It is cancelled." in body(response)
    assert "It is cancelled." in body(as_user(minah).post(f"{PAGE}{job.pk}/cancel/", follow=True))


def test_what_is_over_is_not_cancelled(waiting, minah, as_user):
    job = waiting()
    actions.perform_job(job.pk)
    response = as_user(minah).post(f"{PAGE}{job.pk}/cancel/", follow=True)
    assert "It was over already." in body(response)


@pytest.mark.behaviour("AC-48")
def test_a_failed_job_is_tried_again_by_its_button_once(waiting, minah, as_user, works, committed):
    job = waiting(broken)
    actions.perform_job(job.pk)
    works(lambda job, report: None)
    client = as_user(minah)
    assert "/retry/" in body(client.get(PAGE))
    with committed():
        response = client.post(f"{PAGE}{job.pk}/retry/", follow=True)
    assert "It starts again." in body(response)
    assert [one.state for one in Job.objects.order_by("pk")] == [Job.State.FAILED, Job.State.DONE]
    # What was begun again is not offered again.
    assert "/retry/" not in body(client.get(PAGE))


@pytest.mark.behaviour("AC-48")
def test_later_work_on_something_else_takes_no_retry_away(waiting, minah, as_user):
    failed = waiting(broken, blog=1)
    actions.perform_job(failed.pk)
    actions.perform_job(waiting(blog=2).pk)
    retry = f"{PAGE}{failed.pk}/retry/"
    client = as_user(minah)
    assert retry in body(client.get(PAGE))
    actions.perform_job(waiting(blog=1).pk)
    assert retry not in body(client.get(PAGE))


@pytest.mark.parametrize("address", [PAGE, NEWS])
def test_more_jobs_cost_no_more_queries(works, minah, as_user, address):
    works(lambda job, report: {}, result_url=lambda job: f"/imports/{job.params['run']}/")
    client, costs, pks = as_user(minah), [], []
    client.get(PAGE)
    for number in (1, 12):
        for run in range(number):
            job = actions.start_job(actor=minah, kind="work", params={"run": run})
            actions.perform_job(job.pk)
            pks.append(job.pk)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address, {"ids": ",".join(map(str, pks))})
        assert "/imports/0/" in body(response)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_a_second_click_on_retry_shows_the_first(waiting, minah, as_user):
    job = waiting(broken)
    actions.perform_job(job.pk)
    client = as_user(minah)
    client.post(f"{PAGE}{job.pk}/retry/")
    response = client.post(f"{PAGE}{job.pk}/retry/", follow=True)
    assert "This is on its way already." in body(response)
    assert Job.objects.count() == 2


def test_trying_again_is_limited(waiting, minah, as_user, monkeypatch):
    monkeypatch.setattr(limits, "RETRIES_AN_HOUR", 1)
    job = waiting(broken)
    actions.perform_job(job.pk)
    client = as_user(minah)
    assert client.post(f"{PAGE}{job.pk}/retry/").status_code == 302
    assert client.post(f"{PAGE}{job.pk}/retry/").status_code == 429


def test_what_did_not_fail_is_not_tried_again(waiting, minah, as_user):
    job = waiting()
    assert as_user(minah).post(f"{PAGE}{job.pk}/retry/").status_code == 409


@pytest.mark.behaviour("AC-53")
def test_a_queue_that_is_down_answers_503_with_a_message(
    waiting, minah, as_user, monkeypatch, committed
):
    job = waiting(broken)
    actions.perform_job(job.pk)

    def down(*args):
        raise ConnectionRefusedError

    monkeypatch.setattr(tasks.run_job, "delay", down)
    # A test is one transaction: what follows its commit is called here by hand.
    monkeypatch.setattr("django.db.transaction.on_commit", lambda call, **options: call())
    response = as_user(minah).post(f"{PAGE}{job.pk}/retry/")
    assert response.status_code == 503
    assert "The background work cannot be reached." in body(response)
    assert Job.objects.count() == 1


@pytest.mark.behaviour("AC-48")
def test_the_list_costs_the_same_for_one_and_for_many(
    waiting, minah, as_user, django_assert_max_num_queries
):
    client = as_user(minah)

    def fill(count, offset):
        now = timezone.now()
        Job.objects.bulk_create(
            Job(
                owner=minah,
                kind="work",
                state="failed",
                finished_at=now,
                created_at=now - timedelta(hours=i + offset),
            )
            for i in range(count)
        )

    fill(1, 0)
    client.get(PAGE)
    with django_assert_max_num_queries(20) as first:
        client.get(PAGE)
    fill(40, 10)
    with django_assert_max_num_queries(len(first)):
        page = body(client.get(PAGE))
    assert page.count('class="line-list__item"') == 30
    assert 'rel="next"' in page


# The line under the header ------------------------------------------------------------------------


@pytest.mark.behaviour("AC-49")
def test_every_page_shows_the_running_jobs_by_their_ids(waiting, minah, as_user):
    one, two = waiting(kind="one"), run_now(waiting(kind="two"), progress=42)
    ended = waiting(kind="three")
    actions.perform_job(ended.pk)
    for address in ("/", "/explore/", "/write/", PAGE):
        page = body(as_user(minah).get(address))
        assert f'id="job-{one.pk}"' in page
        assert f'id="job-{two.pk}"' in page
        assert f'id="job-{ended.pk}"' not in page
        assert '<progress class="job-line__bar" max="100" value="42"' in page
        assert "42%" in page
        assert page.index('id="job-') < page.index("<main")


@pytest.mark.behaviour("AC-49")
def test_who_has_no_job_has_no_line(minah, waiting, junho, client):
    waiting()
    assert "data-jobs" not in body(client.get("/explore/"))
    client.force_login(junho)
    assert "data-jobs" not in body(client.get("/explore/"))


@pytest.mark.behaviour("AC-49")
def test_the_line_costs_one_query_that_an_index_answers(
    waiting, minah, as_user, django_assert_num_queries
):
    waiting()
    with django_assert_num_queries(1):
        assert len(running_jobs(minah)) == 1
    plan = Job.objects.by_owner(minah).unfinished().order_by("kind").explain()
    if connection.vendor == "sqlite":
        assert "USING INDEX accounts_job_one_unfinished (owner_id=?)" in plan


@pytest.mark.behaviour("AC-49")
def test_anonymous_people_are_not_asked_about(client, db):
    with CaptureQueriesContext(connection) as queries:
        client.get("/explore/")
        assert running_jobs(AnonymousUser()) == []
    assert not [one for one in queries if "accounts_job" in one["sql"]]


@pytest.mark.behaviour("AC-49", "AC-55")
def test_news_tell_how_far_each_is_in_the_readers_language(waiting, minah, client, works):
    job = run_now(
        waiting(), progress=20, message_key=COUNTING, message_values={"done": 2, "total": 10}
    )
    client.force_login(minah)
    [told] = client.get(NEWS).json()["jobs"]
    assert told == {
        "id": job.pk,
        "kind": "work",
        "state": "running",
        "label": "지난 글 옮기기",
        "text": "2 of 10 seconds",
        "progress": 20,
    }
    minah.language = "ko"
    minah.save(update_fields=["language"])
    assert json.loads(client.get(NEWS).content)["jobs"][0]["progress"] == 20


@pytest.mark.behaviour("AC-49")
def test_news_tell_what_became_of_a_job_that_was_shown(waiting, minah, as_user, works):
    kind = works(lambda job, report: None, "linked", result_url=lambda job: "/explore/")
    done, failed, unseen = waiting(kind=kind), waiting(broken, kind="two"), waiting(kind="three")
    works(lambda job, report: None, "linked", result_url=lambda job: "/explore/")
    for job in (done, failed, unseen):
        actions.perform_job(job.pk)
    news = as_user(minah).get(NEWS, {"ids": f"{done.pk},{failed.pk},x,{'9' * 40}"}).json()["jobs"]
    assert [one["id"] for one in news] == [done.pk, failed.pk]
    assert news[0]["notice"] == "지난 글 옮기기: done."
    assert news[0]["url"] == "/explore/"
    assert news[1]["notice"] == "지난 글 옮기기: failed. 3 of 10 seconds"
    assert news[1]["url"] == PAGE


@pytest.mark.behaviour("AC-49")
def test_news_that_are_old_are_not_sent_again(waiting, minah, as_user):
    job = waiting()
    client = as_user(minah)
    first = client.get(NEWS)
    assert first["Cache-Control"] == "private, no-cache"
    again = client.get(NEWS, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    run_now(job, progress=1)
    assert client.get(NEWS, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_news_do_not_move_last_active(waiting, minah, monkeypatch):
    noted = []
    monkeypatch.setattr(actions, "note_visit", lambda *args, **options: noted.append(args))
    client = Client()
    client.force_login(minah)
    client.get(NEWS)
    assert noted == []
