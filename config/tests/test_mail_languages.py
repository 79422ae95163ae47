"""Mails written without a request: in the reader's language, with links of SITE_URL (I18-17)."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone, translation

from accounts import mails
from accounts.actions.mails import queue_mail
from accounts.models import Job, User
from blog.tests.factories import make_note, make_person
from config.mails import build_mail
from social.models import Notification

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("I18-17")]

HANGUL = re.compile(r"[가-힣]+")
KANA = re.compile(r"[ぁ-んァ-ヶ]{2,}")
ADDRESS = re.compile(r"https?://[^\s\"'<>)]+")
SITE = "https://마당.example"
NAMES = ("마당",)
"""The title of the site."""


@pytest.fixture(autouse=True)
def worker(settings):
    """What a thread of a worker is: nobody asked, and somebody else's language is still active."""
    settings.SITE_URL = SITE
    translation.activate("ko")


def reader(language: str) -> User:
    person = make_person("lucia", "Lucia", language=language, time_zone="Europe/Madrid")
    person.display_name = "Lucia"
    person.save(update_fields=["display_name"])
    return person


def job_of(person: User, state: str) -> Job:
    now = timezone.now()
    return Job.objects.create(
        owner=person,
        kind="probe",
        state=state,
        progress=100 if state == Job.State.DONE else 0,
        finished_at=now,
    )


def leaving(person: User) -> dict:
    person.state, person.erase_at = User.State.LEAVING, timezone.now() + timedelta(days=14)
    person.save(update_fields=["state", "erase_at"])
    return {"user_id": person.pk}


def unconfirmed(person: User) -> dict:
    address = EmailAddress.objects.create(user=person, email="new@example.com", verified=False)
    return {"address_id": address.pk}


def unpublished(person: User) -> dict:
    post = make_note(person, "Una nota")
    type(post).objects.filter(pk=post.pk).update(schedule_problem="too_long")
    return {"post_id": post.pk}


NOW = "2026-05-01T09:00:00+00:00"
KINDS = {
    "confirm_address": unconfirmed,
    "reset_password": lambda person: {"email": person.email},
    "job_failed": lambda person: {"job_id": job_of(person, Job.State.FAILED).pk},
    "archive_ready": lambda person: {"job_id": job_of(person, Job.State.DONE).pk},
    "leaving": leaving,
    "leaving_receipt": lambda person: {
        "to": person.email,
        "language": person.language,
        "time_zone": person.time_zone,
        "handle": person.handle,
        "counts": {"posts": 3, "likes": 1},
        "at": NOW,
    },
    "schedule_failed": unpublished,
    **{
        f"security_notice {event}": lambda person, event=event: {
            "user_id": person.pk,
            "event": event,
            "at": NOW,
            "address": "new@example.com",
            "provider": "GitHub",
            "browser": "Firefox",
        }
        for event in sorted(mails.EVENTS)
    },
}
ELSEWHERE = {"account_decision", "takedown", "takedown_author"}
"""Those of moderation: its own tests read them."""


def whole(message) -> str:
    html = next(part.content for part in message.alternatives if part.mimetype == "text/html")
    return f"{message.subject}\n{message.body}\n{html}"


def assert_is_for(language: str, message) -> None:
    text = whole(message)
    assert f'lang="{language}"' in text
    addresses = ADDRESS.findall(message.body)
    assert all(address.startswith(SITE) for address in addresses), addresses
    bare = ADDRESS.sub("", message.subject + message.body)
    foreign = [word for word in HANGUL.findall(bare) if word not in NAMES]
    assert not foreign, foreign
    if language == "ja":
        assert KANA.search(message.body)
    else:
        assert re.search(r"[áéíóúñ¿¡]| (tu|el|la|los|de|en|un|una) ", message.body)


def test_every_mail_is_looked_at():
    assert {name.split()[0] for name in KINDS} | ELSEWHERE >= set(mails.COMPOSERS)


@pytest.mark.parametrize("language", ["es", "ja"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_about_an_account_is_in_the_language_of_who_gets_it(kind, language):
    name = kind.split()[0]
    letter = mails.compose(name, KINDS[kind](reader(language)))
    assert_is_for(language, build_mail(name, **letter._asdict()))
    assert translation.get_language() == "ko", "the next task of this thread is not theirs"


@pytest.mark.parametrize("language", ["es", "ja"])
def test_a_task_sends_it_so(language, django_capture_on_commit_callbacks, mailoutbox):
    person = reader(language)
    with django_capture_on_commit_callbacks(execute=True):
        queue_mail("reset_password", email=person.email)
    (message,) = mailoutbox
    assert_is_for(language, message)
    assert SITE in message.body


@pytest.mark.parametrize("language", ["es", "ja"])
def test_mails_about_notifications_are_too(language, django_capture_on_commit_callbacks):
    from social import actions
    from social.mails import digest_mail, notice_mail

    person, other = reader(language), make_person("sora", "Sora")
    with django_capture_on_commit_callbacks(execute=True):
        actions.follow_person(person, actor=other)
    told = list(Notification.objects.filter(person=person))
    assert told
    for message in (notice_mail(person, told[0]), digest_mail(person, told)):
        assert_is_for(language, message)
