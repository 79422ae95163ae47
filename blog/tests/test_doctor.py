"""What the doctor finds among pictures and news of writing, people and their work."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone, translation

from accounts import actions as accounts
from accounts.models import DelayedMail, Job, User
from accounts.tests.factories import make_person
from blog import actions
from blog.models import Comment, Image
from blog.tests.factories import make_article
from blog.tests.images.pictures import png
from blog.tests.talk.factories import say
from config.care import doctor
from social.models import Follow, Notification

LONG_AGO = timedelta(hours=5)


@pytest.fixture
def minah(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return make_person("minah", "미나")


def found(name: str, *, mends: bool = False) -> list[str]:
    with translation.override("en"):
        return [one.finding.what for one in doctor.examine([name], mends=mends)]


@pytest.mark.behaviour("OP-07")
def test_a_picture_whose_files_are_lost_is_found(minah):
    image = actions.store_image(png(), actor=minah, name="꽃.png", alt="꽃")
    assert found("pictures") == []
    for name in image.file_names:
        default_storage.delete(name)
    Path(default_storage.path(f"images/{image.key}")).rmdir()
    assert len(found("pictures")) == 1


@pytest.mark.behaviour("OP-07")
def test_folders_that_belong_to_no_picture_are_found_and_removed_but_not_fresh_ones(minah):
    image = actions.store_image(png(), actor=minah, name="꽃.png", alt="꽃")
    Image.objects.all().delete()
    assert found("pictures") == []
    old = time.time() - 2 * 24 * 3600
    for name in image.file_names:
        os.utime(default_storage.path(name), (old, old))
    assert len(found("pictures")) == 1
    assert found("pictures", mends=True) == []
    assert not default_storage.exists(f"images/{image.key}")


@pytest.mark.behaviour("OP-07")
def test_an_avatar_whose_files_are_lost_is_found(minah):
    accounts.set_avatar(minah, png(300, 300))
    assert found("avatars") == []
    User.objects.update(avatar_key="0" * 32)
    assert len(found("avatars")) == 1


@pytest.mark.behaviour("OP-07")
def test_notifications_of_what_is_gone_are_found_and_forgotten(
    minah, django_capture_on_commit_callbacks
):
    junho = make_person("junho", "준호")
    post = make_article(minah)
    with django_capture_on_commit_callbacks(execute=True):
        say(junho, post, "잘 읽었어요")
    assert Notification.objects.filter(person=minah).exists()
    assert found("notifications") == []
    Notification.objects.filter(person=minah).update(target_id=987_654)
    assert len(found("notifications")) == 1
    assert found("notifications", mends=True) == []
    assert Comment.objects.count() == 1


@pytest.mark.behaviour("OP-07", "AC-63")
def test_rows_that_name_erased_people_are_found(minah):
    junho = make_person("junho", "준호")
    Follow.objects.create(follower=junho, followed=minah)
    assert found("leftovers") == []
    User.objects.filter(pk=junho.pk).update(state=User.State.ERASED)
    assert any("social.follow.follower" in what for what in found("leftovers"))


@pytest.mark.behaviour("OP-07")
def test_jobs_and_mails_that_do_not_move_are_found(minah):
    Job.objects.create(owner=minah, kind="probe", seen_at=timezone.now() - LONG_AGO)
    assert len(found("jobs")) == 1
    Job.objects.all().delete()
    DelayedMail.objects.create(name="reset", created_at=timezone.now() - LONG_AGO)
    assert len(found("jobs")) == 1
