"""Jobs, mails and keys of programs in the administration (AD-15)."""

import smtplib
from datetime import timedelta

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from accounts import actions, jobs
from accounts.actions import erase_account, make_token, perform_job, start_job
from accounts.actions.mails import TRIES
from accounts.models import AccessToken, DelayedMail, Job
from accounts.tasks import send_mail
from accounts.tests.factories import make_person
from moderation.models import LogEntry

pytestmark = pytest.mark.django_db
JOBS = "/admin/accounts/job/"
MAILS = "/admin/accounts/delayedmail/"
TOKENS = "/admin/accounts/accesstoken/"


@pytest.fixture
def boss(client):
    client.force_login(make_person("keeper", "지기", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def minah():
    return make_person("minah", "미나")


class Refusing(BaseEmailBackend):
    def send_messages(self, messages):
        raise smtplib.SMTPDataError(554, "받지 않음")


def queue_notice(person) -> DelayedMail:
    actions.queue_mail("security_notice", user=person, event="password_changed")
    return DelayedMail.objects.get()


@pytest.fixture
def broken_kind(monkeypatch):
    def run(job, report):
        raise ZeroDivisionError("한가운데에서")

    monkeypatch.setitem(jobs._kinds, "broken", jobs.Kind("broken", "부서진 일", run, None))


@pytest.mark.behaviour("AD-15")
def test_a_job_that_broke_shows_its_trace_to_staff_and_is_tried_again(boss, minah, broken_kind):
    job = Job.objects.create(owner=minah, kind="broken")
    perform_job(job.pk)
    job.refresh_from_db()
    assert job.state == "failed" and "ZeroDivisionError" in job.trace
    page = boss.get(f"{JOBS}{job.pk}/change/").content.decode()
    assert "ZeroDivisionError: …" in page and "부서진 일" in page
    assert "Error: 한가운데에서" not in job.trace, "what an exception quotes may be a person's"
    form = {"action": "retry", "_selected_action": [job.pk]}
    assert boss.post(JOBS, form).status_code == 302
    assert Job.objects.filter(owner=minah, kind="broken").count() == 2  # the dead one stays
    assert LogEntry.objects.get().act == "job_retry"


def test_its_owner_does_not_see_the_trace(client, minah, broken_kind):
    job = Job.objects.create(owner=minah, kind="broken")
    perform_job(job.pk)
    client.force_login(minah)
    assert "ZeroDivisionError" not in client.get("/settings/jobs/").content.decode()
    _token, key = make_token(minah, scopes=["read", "exports"])
    answer = client.get(f"/api/v1/jobs/{job.pk}/", headers={"authorization": f"Bearer {key}"})
    assert "ZeroDivisionError" not in answer.content.decode()


def test_what_did_not_fail_is_not_tried_again_and_who_may_only_look_sees_no_button(boss, minah):
    job = start_job(actor=minah, kind="probe", params={"seconds": 0})
    boss.post(JOBS, {"action": "retry", "_selected_action": [job.pk]})
    assert Job.objects.count() == 1 and not LogEntry.objects.exists()


@pytest.mark.behaviour("AD-15")
def test_a_mail_that_is_given_up_is_kept_with_its_error_and_sent_again(
    boss, minah, settings, mailoutbox, django_capture_on_commit_callbacks
):
    mail = queue_notice(minah)
    former = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    for hours in range(TRIES):
        actions.send_due_mails(timezone.now() + timedelta(hours=hours))
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("failed", TRIES)
    assert mail.person == minah and "받지 않음" in mail.error
    assert "SMTPDataError" in boss.get(MAILS).content.decode()
    settings.EMAIL_BACKEND = former
    with django_capture_on_commit_callbacks(execute=True):
        boss.post(MAILS, {"action": "retry", "_selected_action": [mail.pk]})
    mail.refresh_from_db()
    assert (mail.state, mail.data) == ("sent", {})
    assert len(mailoutbox) == 1
    assert LogEntry.objects.get().act == "delayedmail_retry"
    boss.post(MAILS, {"action": "retry", "_selected_action": [mail.pk]})
    assert LogEntry.objects.count() == 1


def test_a_mail_that_leaves_at_once_leaves_no_row(minah):
    send_mail(queue_notice(minah).pk)
    assert not DelayedMail.objects.exists()


@pytest.mark.behaviour("X-15")
def test_delayed_mails_go_with_their_person_and_with_time(minah):
    DelayedMail.objects.create(task_id="a", name="security_notice", person=minah)
    old = timezone.now() - timedelta(days=8)
    DelayedMail.objects.create(task_id="b", name="reset_password", created_at=old)
    assert actions.forget_delayed_mails() == 1
    actions.ask_to_leave(minah, handle="minah")
    minah.refresh_from_db()
    erase_account(minah)
    # Where the receipt goes, nothing else knows any more.
    assert [mail.name for mail in DelayedMail.objects.all()] == ["leaving_receipt"]
    actions.send_due_mails()
    assert not DelayedMail.objects.exists()


@pytest.mark.behaviour("AD-15")
def test_tokens_are_listed_without_their_keys_and_revoked(boss, minah):
    token, key = make_token(minah, name="밤 일꾼", scopes=["read"])
    page = (
        boss.get(TOKENS).content.decode() + boss.get(f"{TOKENS}{token.pk}/change/").content.decode()
    )
    assert "밤 일꾼" in page
    assert key not in page and token.digest not in page and token.token_key not in page
    assert boss.post(f"{TOKENS}{token.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not AccessToken.objects.exists()
    assert LogEntry.objects.get().act == "accesstoken_delete"


@pytest.mark.parametrize("address", [JOBS, MAILS, TOKENS])
def test_they_are_for_administrators(client, minah, address):
    assert client.get(address).status_code == 302
    client.force_login(minah)
    assert client.get(address, follow=True).status_code == 403
    client.force_login(make_person("dajung", is_staff=True))
    assert client.get(address).status_code == 403
