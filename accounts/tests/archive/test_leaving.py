"""Leaving: hidden at once, taken back within two weeks, erased without a trace of one's words."""

import os
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from celery.exceptions import SoftTimeLimitExceeded
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import actions, erasure, leftovers
from accounts.archive.departing import working_folder
from accounts.exceptions import HandleTaken, LastAdministrator, LeavingRefused
from accounts.leftovers import Leftover
from accounts.models import Job, User
from accounts.tests.factories import PASSWORD, make_person
from accounts.tests.test_factors import SECRET, code_of
from blog import actions as blog
from blog.models import Comment, Image, Post, Tag
from blog.tests.factories import make_article, make_draft, make_note
from blog.tests.images.pictures import png
from social import actions as social
from social.models import Conversation, Message, Notification

MARKER = "쥐라기꽃밭"
"""A word that nobody else uses: where it stands, something of the person does."""


def perform_waiting(person) -> None:
    for job in Job.objects.filter(owner=person):
        actions.perform_job(job.pk)


def leave(person):
    person = User.objects.get(pk=person.pk)
    actions.ask_to_leave(person, handle=person.handle)
    return person


def erase(person) -> dict[str, int]:
    person = leave(person)
    User.objects.filter(pk=person.pk).update(erase_at=timezone.now() - timedelta(seconds=1))
    person.refresh_from_db()
    return actions.erase_account(person)


@pytest.fixture
def whole_life(minah, junho, stranger):
    """미나 has done everything that can be done here, always with the marker in it."""
    image = blog.store_image(png(), actor=minah, name=f"{MARKER}.png", alt=MARKER)
    actions.set_avatar(minah, png(300, 300))
    actions.change_profile(minah, display_name=MARKER, bio=MARKER, links=[f"https://a.kr/{MARKER}"])
    series = blog.create_series(MARKER, actor=minah, description=MARKER)
    own = make_article(
        minah,
        MARKER,
        source=f"{MARKER} ![]({image.get_absolute_url()})",
        series=series,
        cover=image,
        tags=[MARKER],
    )
    talked = make_article(minah, f"{MARKER} 둘")
    blog.change_article(talked, actor=minah, slug=f"{MARKER}-옛집", excerpt=MARKER)
    draft = make_draft(minah, source=MARKER)
    blog.save_draft(draft, actor=minah, changes={"title": MARKER, "source": f"{MARKER} {MARKER}"})
    blog.name_revision(draft, actor=minah, name=MARKER)
    blog.open_preview_link(draft, actor=minah)
    make_note(minah, f"{MARKER} #점심")
    theirs = make_article(junho, "준호의 글")
    answered = blog.write_comment(theirs, actor=minah, source=f"{MARKER} 처음")
    blog.change_comment(answered, actor=minah, source=f"{MARKER} 고침")
    blog.write_comment(theirs, actor=junho, source="준호의 답", parent=answered)
    blog.write_comment(theirs, actor=minah, source=f"{MARKER} 외톨이")
    blog.write_comment(talked, actor=junho, source="준호의 말")
    blog.write_comment(own, actor=minah, source=f"{MARKER} 혼잣말")
    for post in (theirs, own):
        blog.like_post(post, actor=minah)
    blog.like_post(own, actor=junho)
    blog.bookmark_post(theirs, actor=minah)
    blog.bookmark_post(own, actor=junho)
    social.follow_person(junho, actor=minah)
    social.mute_person(stranger, actor=minah)
    social.mute_term(MARKER, kind="word", actor=minah)
    social.send_message(junho, actor=minah, text=f"{MARKER} 안녕")
    social.send_message(minah, actor=junho, text="준호의 안부")
    social.send_message(stranger, actor=minah, text=f"{MARKER} 반가워요")
    actions.start_job(actor=minah, kind="export_archive", params={"key": "a" * 32})
    return {"theirs": theirs, "answered": answered, "own": own, "talked": talked}


@pytest.mark.behaviour("AC-63", "X-15")
def test_after_erasure_nothing_of_the_words_is_anywhere_but_in_messages_to_others(
    whole_life, minah, junho, media, django_capture_on_commit_callbacks
):
    assert {"blog.post.source", "blog.draft.title", "social.mutedterm.key"} <= {
        one.where for one in leftovers.texts_with(MARKER)
    }
    default_storage.save(f"imports/x/{MARKER}.txt", ContentFile(f"앞 {MARKER} 뒤".encode()))
    assert [one.where for one in leftovers.files_with(MARKER)] == [f"imports/x/{MARKER}.txt"]
    default_storage.delete(f"imports/x/{MARKER}.txt")
    perform_waiting(minah)
    assert list(media.rglob("*.zip")), "an archive lies there to be fetched"
    working = working_folder("b" * 32)
    working.mkdir(parents=True)
    with django_capture_on_commit_callbacks(execute=True):
        actions.start_job(actor=minah, kind="export_posts", params={"key": working.name})
        counts = erase(minah)
    assert not working.exists()
    assert counts["posts"] == 4 and counts["comments"] == 3 and counts["messages"] == 2
    assert counts["likes"] == 2 and counts["images"] == 1 and counts["follows"] == 1
    assert list(leftovers.texts_with(MARKER)) == [Leftover("social.message.text", 2)]
    assert not list(leftovers.files_with(MARKER))
    assert not [path for path in media.rglob("*") if path.is_file()]
    assert not list(leftovers.rows_of(minah))
    out = StringIO()
    call_command("doctor_leftovers", stdout=out)
    assert out.getvalue() == "Nothing is left.\n"


@pytest.mark.behaviour("AC-63")
def test_what_others_said_and_were_told_stays_theirs(whole_life, minah, junho, stranger, as_user):
    erase(minah)
    theirs = Post.objects.get(pk=whole_life["theirs"].pk)
    texts = list(theirs.comments.order_by("pk").values_list("source", "status", "author"))
    assert texts == [("", "deleted", None), ("준호의 답", "published", junho.pk)]
    assert theirs.comment_count == 1 and theirs.like_count == 0
    assert Comment.objects.filter(source="준호의 말", author=junho).exists()
    page = as_user(junho).get(theirs.get_absolute_url()).content.decode()
    assert "준호의 답" in page and MARKER not in page

    shell = Post.objects.get(pk=whole_life["talked"].pk)
    assert shell.is_erased and not (shell.title or shell.source or shell.slug or shell.summary)
    assert not Post.objects.filter(pk=whole_life["own"].pk).exists()

    sent = Message.objects.filter(conversation__in=Conversation.objects.all()).order_by("pk")
    assert [(one.sender_id, one.text) for one in sent] == [
        (None, f"{MARKER} 안녕"),
        (junho.pk, "준호의 안부"),
        (None, f"{MARKER} 반가워요"),
    ]
    talk = as_user(junho).get("/messages/@minah/").content.decode()
    assert f"{MARKER} 안녕" in talk and "Deleted member" in talk
    for person in (junho, stranger):
        person.refresh_from_db()
        assert (person.follower_count, person.following_count) == (0, 0)
    assert not Notification.objects.filter(causes__actor=minah).exists()


@pytest.mark.behaviour("AC-63")
def test_the_erased_account_answers_gone_and_its_handle_stays_reserved(minah, client):
    post = make_article(minah, "내 글")
    erase(minah)
    assert client.get("/@minah/").status_code == 410
    assert client.get(post.get_absolute_url()).status_code == 410
    assert client.get(f"/posts/{post.pk}/").status_code in {404, 410}
    held = User.objects.get(handle="minah")
    assert (held.email, held.display_name, held.last_seen_at, held.avatar_key) == ("", "", None, "")
    assert not held.has_usable_password() and not held.emailaddress_set.exists()
    with pytest.raises(HandleTaken):
        actions.sign_up(handle="minah", email="new@example.com", password=PASSWORD)


@pytest.mark.behaviour("AC-63")
def test_a_receipt_lists_what_was_removed(minah, settings, django_capture_on_commit_callbacks):
    make_article(minah)
    with django_capture_on_commit_callbacks(execute=True):
        leave(minah)
    assert "Keep my account" in mail.outbox[-1].body and mail.outbox[-1].to == [minah.email]
    User.objects.update(erase_at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.erase_leavers() == 1
    receipt = mail.outbox[-1]
    assert receipt.to == ["minah@example.com"] and "- 1 post\n" in receipt.body
    assert "@minah" in receipt.body
    assert actions.erase_leavers() == 0


@pytest.mark.behaviour("AC-62")
def test_the_account_is_hidden_at_once_and_comes_back_whole(minah, junho, client):
    post = make_article(minah, "내 글")
    person = leave(minah)
    assert person.erase_at - timezone.now() > timedelta(days=13, hours=23)
    assert client.get("/@minah/").status_code == 404
    assert client.get(post.get_absolute_url()).status_code == 404
    assert actions.erase_leavers() == 0
    actions.stay(person)
    assert client.get(post.get_absolute_url()).status_code == 200
    person.refresh_from_db()
    assert (person.state, person.erase_at, person.left_as) == ("active", None, "")
    assert actions.erase_leavers(timezone.now() + timedelta(days=99)) == 0


def test_when_the_time_is_over_nobody_stays(minah):
    person = leave(minah)
    User.objects.update(erase_at=timezone.now())
    with pytest.raises(LeavingRefused):
        actions.stay(person)
    assert User.objects.get(pk=minah.pk).state == "leaving"


def test_leaving_is_no_way_around_a_limit(minah):
    actions.set_state(minah, "limited", actor=None, reason="광고", until=None)
    person = leave(minah)
    actions.stay(person)
    person.refresh_from_db()
    assert (person.state, person.state_reason) == ("limited", "광고")


@pytest.mark.parametrize("typed", ["", "junho", "minah!", "@"])
def test_another_handle_refuses(minah, typed):
    with pytest.raises(LeavingRefused):
        actions.ask_to_leave(minah, handle=typed)
    minah.refresh_from_db()
    assert minah.state == "active"


@pytest.mark.behaviour("AC-62")
def test_the_last_administrator_stays(db):
    root = make_person("root", is_staff=True, is_superuser=True)
    with pytest.raises(LastAdministrator):
        actions.ask_to_leave(root, handle="root")
    make_person("second", is_staff=True, is_superuser=True)
    leave(root)
    second = User.objects.get(handle="second")
    with pytest.raises(LastAdministrator):
        actions.ask_to_leave(second, handle="second")


@pytest.mark.parametrize("state", ["active", "suspended", "erased"])
def test_nobody_is_erased_who_is_not_leaving(minah, state):
    person = leave(minah)
    User.objects.filter(pk=person.pk).update(state=state, erase_at=timezone.now())
    person.refresh_from_db()
    make_count = Post.objects.count()
    assert actions.erase_leavers() == 0
    with pytest.raises(LeavingRefused):
        actions.erase_account(person)
    assert Post.objects.count() == make_count


def test_a_file_that_stays_keeps_the_rows_that_name_it(minah, media, monkeypatch):
    names = [f"archives/{one * 32}/a.zip" for one in "ab"]
    for name in names:
        default_storage.save(name, ContentFile(b"a"))
        Job.objects.create(
            owner=minah, kind=f"kind-{name[9]}", state="cancelled", finished_at=timezone.now(),
            params={"key": name[9:41]},
        )  # fmt: skip
    stuck = (media / names[0]).parent
    unlink = os.remove

    def remove(path, *args, **kwargs):
        if stuck in Path(path).parents:
            raise PermissionError
        unlink(path, *args, **kwargs)

    monkeypatch.setattr("os.remove", remove)
    with pytest.raises(PermissionError):
        erase(minah)
    assert not (media / names[1]).exists() and Job.objects.filter(owner=minah).count() == 2
    monkeypatch.undo()
    actions.erase_account(User.objects.get(pk=minah.pk))
    assert not list(media.rglob("*.zip")) and not Job.objects.filter(owner=minah).exists()


def test_the_end_of_its_time_ends_the_task(minah, monkeypatch):
    leave(minah)
    User.objects.update(erase_at=timezone.now())

    def too_long(person):
        raise SoftTimeLimitExceeded

    broken = next(one for one in erasure.all_erasers() if one.name == "posts")
    monkeypatch.setitem(erasure._erasers, "posts", broken._replace(erase=too_long))
    with pytest.raises(SoftTimeLimitExceeded):
        actions.erase_leavers()


def test_an_erasure_that_was_stopped_goes_on(whole_life, minah, monkeypatch):
    person = leave(minah)
    broken = next(one for one in erasure.all_erasers() if one.name == "posts")
    monkeypatch.setitem(erasure._erasers, "posts", broken._replace(erase=lambda person: 1 / 0))
    User.objects.filter(pk=person.pk).update(erase_at=timezone.now())
    assert actions.erase_leavers() == 0
    assert User.objects.get(pk=person.pk).state == "leaving"
    monkeypatch.undo()
    assert actions.erase_leavers() == 1
    assert not Post.objects.filter(author=minah, is_erased=False).exists()
    assert not Image.objects.exists() and not Tag.objects.filter(name=MARKER).exists()


def test_the_doctor_finds_what_was_forgotten(minah, junho):
    erase(minah)
    blog.write_note(actor=junho, source=f"{MARKER}을 아는 사람")
    Post.objects.update(author=minah)
    out = StringIO()
    with pytest.raises(CommandError, match=r"\d left"):
        call_command("doctor_leftovers", "--text", MARKER, stdout=out)
    assert "@minah  blog.post.author: 1" in out.getvalue()
    assert "blog.post.source: 1" in out.getvalue()


# Pages --------------------------------------------------------------------------------------------


def proved(client, person):
    """Sign in with the password, which is the freshest proof."""
    client.post("/auth/login/", {"login": person.handle, "password": PASSWORD})
    return client


@pytest.mark.behaviour("AC-62", "AC-25")
def test_leaving_on_the_page_asks_a_proof_and_the_handle(client, minah):
    actions.set_password(minah, PASSWORD)
    assert client.get("/settings/leave/").status_code == 302
    client.force_login(minah)
    assert client.get("/settings/leave/").url.startswith("/auth/")
    client.logout()
    proved(client, minah)
    assert "Delete my account" in client.get("/settings/leave/").content.decode()
    refused = client.post("/settings/leave/", {"handle": "junho"})
    assert refused.status_code == 422 and "This is not your handle." in refused.content.decode()
    gone = client.post("/settings/leave/", {"handle": "@Minah"})
    assert gone.status_code == 200 and "Goodbye" in gone.content.decode()
    assert "_auth_user_id" not in client.session

    page = client.post("/auth/login/", {"login": "minah", "password": PASSWORD})
    assert page.status_code == 403 and "Keep my account" in page.content.decode()
    token = page.context["stay_token"]
    assert client.post("/auth/stay/", {"token": "x"}).status_code == 302
    assert User.objects.get(pk=minah.pk).state == "leaving"
    assert client.get("/auth/stay/").status_code == 405
    client.post("/auth/stay/", {"token": token})
    assert User.objects.get(pk=minah.pk).state == "active"
    leave(minah)
    client.post("/auth/stay/", {"token": token})
    assert User.objects.get(pk=minah.pk).state == "leaving", "an old page takes nothing back"


@pytest.mark.behaviour("AC-62", "AC-22")
def test_the_password_alone_takes_no_leaving_back(client, minah):
    actions.set_password(minah, PASSWORD)
    TOTP.activate(minah, SECRET)
    leave(minah)
    answer = client.post("/auth/login/", {"login": "minah", "password": PASSWORD})
    assert answer["Location"] == "/auth/code/"
    assert "stay_token" not in client.get("/auth/code/").content.decode()
    page = client.post("/auth/code/", {"code": code_of(SECRET)})
    assert page.status_code == 403 and "Keep my account" in page.content.decode()
    assert "_auth_user_id" not in client.session
    client.post("/auth/stay/", {"token": page.context["stay_token"]})
    assert User.objects.get(pk=minah.pk).state == "active"


def test_nobody_comes_in_who_was_suspended_over_the_second_factor(client, minah):
    actions.set_password(minah, PASSWORD)
    TOTP.activate(minah, SECRET)
    client.post("/auth/login/", {"login": "minah", "password": PASSWORD})
    User.objects.filter(pk=minah.pk).update(state="suspended")
    assert client.post("/auth/code/", {"code": code_of(SECRET)}).status_code == 403
    assert "_auth_user_id" not in client.session
