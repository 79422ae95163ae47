"""Long work, plans and announcements: told once, to the right people, and to their open pages."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from accounts import actions as accounts_actions
from accounts.jobs import JobFailed
from accounts.models import Job
from accounts.tests.factories import make_person
from accounts.tests.works import *  # noqa: F403
from blog import actions as blog_actions
from blog.models import Announcement
from blog.tests.factories import make_draft
from social.models import Event, Notification
from social.notice_cards import cards_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def cards_of(person):
    return cards_for(person, Notification.objects.filter(person=person, read_at=None))


@pytest.mark.behaviour("AC-51", "SO-24")
def test_how_a_job_ended_is_told_once(minah, works, committed):
    def break_down(job, report):
        report(1, 2)
        raise JobFailed("%(reason)s", reason="자리가 없어요.")

    works(break_down, "brittle")
    with committed():
        job = accounts_actions.start_job(actor=minah, kind="brittle", params={})
    (card,) = cards_of(minah)
    assert card.sentence.endswith(": failed.")
    assert (card.text, card.url) == ("자리가 없어요.", "/settings/jobs/")
    with committed():
        assert not accounts_actions.fail_job(Job.objects.get(pk=job.pk), "again")
    assert Notification.objects.get(person=minah).cause_count == 1


@pytest.mark.behaviour("SO-24")
def test_a_job_that_went_well_is_told_and_a_cancelled_one_is_not(minah, works, committed):
    works(lambda job, report: {}, "quick")
    with committed():
        accounts_actions.start_job(actor=minah, kind="quick", params={})
    (card,) = cards_of(minah)
    assert card.sentence.endswith(": done.")
    Notification.objects.all().delete()
    with committed():
        job = Job.objects.create(owner=minah, kind="quick")
        accounts_actions.cancel_job(job)
    assert cards_of(minah) == []
    assert Event.objects.get(name="job", subject=str(job.pk)).data["state"] == "cancelled"


@pytest.mark.behaviour("AC-49", "SO-31")
def test_open_pages_hear_of_each_job_its_last_word(minah, works, committed):
    def work(job, report):
        for done in range(5):
            report(done, 5)

    works(work, "slow")
    with committed():
        first = accounts_actions.start_job(actor=minah, kind="slow", params={})
    with committed():
        second = accounts_actions.start_job(actor=minah, kind="slow", params={})
    events = Event.objects.filter(person=minah, name="job").order_by("sequence")
    assert [event.data for event in events] == [
        {"id": first.pk, "state": "done"},
        {"id": second.pk, "state": "done"},
    ]


@pytest.mark.behaviour("X-12")
def test_what_is_rolled_back_tells_nobody(minah, works, django_capture_on_commit_callbacks):
    from django.db import transaction

    works(lambda job, report: None, "work")
    job = Job.objects.create(owner=minah, kind="work", state=Job.State.RUNNING)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        accounts_actions.fail_job(job, "no")
        transaction.set_rollback(True)
    assert not Event.objects.filter(name="job").exists()
    assert not Notification.objects.exists()


@pytest.mark.behaviour("SO-24")
def test_each_plan_is_told_however_it_ends(minah):
    post = make_draft(minah, "봄이 온다")
    at = timezone.now() + timedelta(hours=1)
    blog_actions.schedule_post(post, actor=minah, at=at)
    minah.emailaddress_set.update(verified=False)
    with time_machine.travel(at):
        assert blog_actions.publish_due_posts() == 0
    (card,) = cards_of(minah)
    assert card.sentence == "“봄이 온다” could not be published at its time."
    assert card.url == f"/write/{post.pk}/"
    minah.emailaddress_set.update(verified=True)
    del minah._is_email_confirmed
    blog_actions.schedule_post(post, actor=minah, at=at + timedelta(hours=1))
    with time_machine.travel(at + timedelta(hours=1)):
        assert blog_actions.publish_due_posts() == 1
        assert blog_actions.publish_due_posts() == 0
    (card,) = cards_of(minah)
    assert card.sentence == "“봄이 온다” was published at its time."


@pytest.mark.behaviour("SO-24")
def test_an_announcement_is_told_to_everybody_once(minah, stranger, sora, committed, monkeypatch):
    from blog.actions import telling

    monkeypatch.setattr(telling, "PEOPLE_AT_ONCE", 2)
    for number in range(3):
        make_person(f"reader{number}", f"독자{number}")
    news = Announcement(text="새 마당을 열었어요.", url="/about/")
    with committed():
        blog_actions.save_announcement(news)
    told = Notification.objects.filter(kind="announcement", cause_count=1)
    assert told.count() == 6
    (card,) = cards_of(minah)
    assert card.text == "새 마당을 열었어요."
    assert card.url == "/about/"
    news.text = "새 마당을 활짝 열었어요."
    with committed():
        blog_actions.save_announcement(news)
    assert told.count() == 6
    news.is_active = False
    with committed():
        blog_actions.save_announcement(news)
    assert told.count() == 0
    assert cards_of(minah) == []
    with committed():
        blog_actions.save_announcement(Announcement(text="아직이에요.", is_active=False))
    assert not Notification.objects.filter(cause_count__gt=0).exists()


@pytest.mark.behaviour("SO-24")
def test_an_announcement_that_is_deleted_is_taken_back(minah, committed):
    news = Announcement(text="새 마당을 열었어요.", url="javascript:alert(1)")
    with committed():
        blog_actions.save_announcement(news)
    assert cards_of(minah)[0].url == "/"
    with committed():
        blog_actions.delete_announcement(news)
    assert not Notification.objects.filter(cause_count__gt=0).exists()
