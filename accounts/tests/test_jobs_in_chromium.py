"""The line under the header, in a browser: it moves, it ends, it gives up its place (AC-49)."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import actions
from accounts.models import Job
from accounts.probes import COUNTING
from accounts.signals import job_changed
from accounts.tests.factories import make_person
from accounts.tests.works import *  # noqa: F403
from blog.tests.test_browser import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
EVERY = 10_000  # milliseconds between two questions


@pytest.fixture
def minah(transactional_db):
    return make_person("minah", "미나", language="ko")


@pytest.fixture
def asleep(works, minah, monkeypatch):
    """Return a function that leaves a job running, without a worker."""
    from accounts import tasks

    monkeypatch.setattr(tasks.run_job, "delay", lambda pk: None)

    def ask(kind="work", **changes):
        works(lambda job, report: None, kind)
        job = actions.start_job(actor=minah, kind=kind, params={})
        move(job, state=Job.State.RUNNING, started_at=timezone.now(), **changes)
        return job

    return ask


def move(job: Job, **changes) -> None:
    """Change a job as its worker does: the rows, and then the news of it."""
    Job.objects.filter(pk=job.pk).update(**changes)
    job_changed.send(Job, job=Job.objects.select_related("owner").get(pk=job.pk))


def percent_in(page, job: Job):
    return page.locator(f"#job-{job.pk} [data-job-percent]")


def news_of(page) -> list[int]:
    """Return a list that gets the status of every answer about jobs."""
    statuses = []
    page.on("response", lambda one: "/jobs/news/" in one.url and statuses.append(one.status))
    return statuses


@pytest.mark.behaviour("AC-49", "AC-50")
def test_lines_move_without_a_reload_and_give_way_to_a_word(
    chromium_page, live_server, minah, asleep
):
    page = chromium_page
    one = asleep("one", progress=10, message_key=COUNTING, message_values={"done": 1, "total": 10})
    two = asleep("two", progress=50)
    sign_in(page, live_server, minah)
    statuses = news_of(page)
    page.clock.install()
    page.goto("/explore/")
    bar = page.locator(f"#job-{one.pk} progress")
    assert bar.evaluate("bar => bar.position") == pytest.approx(0.1)
    assert page.locator("[data-job]").count() == 2

    move(one, progress=30)
    page.clock.run_for(EVERY)
    expect(percent_in(page, one)).to_have_text("30%")
    assert page.locator(f"#job-{one.pk} progress").evaluate("bar => bar.value") == 30
    assert page.locator(f"#job-{two.pk} progress").evaluate("bar => bar.value") == 50

    with page.expect_response("**/notifications/poll/**"):
        page.clock.run_for(EVERY)
    # A job that another tab began appears, too.
    three = asleep("three")
    page.clock.run_for(EVERY)
    page.locator(f"#job-{three.pk}").wait_for()

    now = timezone.now()
    move(one, state=Job.State.DONE, progress=100, finished_at=now)
    move(
        two,
        state=Job.State.FAILED,
        finished_at=now,
        message_key="%(reason)s",
        message_values={"reason": "자리가 없어요."},
    )
    move(three, state=Job.State.CANCELLED, finished_at=now)
    page.clock.run_for(EVERY)
    page.locator("[data-job-news] .notice").nth(2).wait_for()
    expect(page.locator("[data-job]")).to_have_count(0)
    news = page.locator("[role=status][data-job-news]")
    assert news.get_attribute("aria-live") == "polite"
    assert "자리가 없어요." in news.inner_text()
    asked = len(statuses)
    page.clock.run_for(3 * EVERY)
    # The good ends are gone, the failure stays until it is closed; nobody asks any more.
    expect(page.locator("[data-job-news] .notice")).to_have_count(1)
    page.locator("[data-job-news] [data-close]").click()
    page.clock.run_for(1000)
    expect(page.locator("[data-jobs]")).to_have_count(0)
    assert len(statuses) == asked
    assert set(statuses) <= {200, 304}


@pytest.mark.behaviour("AC-49")
def test_a_tab_that_nobody_sees_does_not_ask(chromium_page, live_server, minah, asleep):
    page = chromium_page
    job = asleep(progress=10)
    sign_in(page, live_server, minah)
    statuses = news_of(page)
    page.add_init_script(
        "Object.defineProperty(document, 'hidden', {get: () => window.isAway ?? false})"
    )
    page.clock.install()
    page.goto("/explore/")
    page.evaluate("window.isAway = true")
    page.clock.run_for(5 * EVERY)
    assert statuses == []
    move(job, progress=20)
    page.evaluate("window.isAway = false; document.dispatchEvent(new Event('visibilitychange'))")
    expect(percent_in(page, job)).to_have_text("20%")
    # At once, and again and again from now on.
    assert statuses[0] == 200


@pytest.mark.behaviour("AC-49")
def test_without_javascript_a_reload_shows_how_far_it_is(
    chromium_browser, live_server, minah, asleep
):
    job = asleep(progress=10)
    context = chromium_browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    try:
        sign_in(page, live_server, minah)
        page.goto("/explore/")
        assert "10%" in page.locator(f"#job-{job.pk}").inner_text()
        move(job, progress=60)
        page.reload()
        assert "60%" in page.locator(f"#job-{job.pk}").inner_text()
        move(job, state=Job.State.DONE, progress=100, finished_at=timezone.now())
        page.reload()
        assert page.locator("[data-jobs]").count() == 0
    finally:
        context.close()


@pytest.mark.behaviour("AC-49")
def test_the_line_fits_a_small_phone(chromium_page, live_server, minah, asleep):
    page = chromium_page
    asleep(progress=33, message_key="%(reason)s", message_values={"reason": "긴이야기" * 40})
    page.set_viewport_size({"width": 320, "height": 640})
    sign_in(page, live_server, minah)
    page.goto("/explore/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator(".job-line__bar").bounding_box()["width"] > 200
