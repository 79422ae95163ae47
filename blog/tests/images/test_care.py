"""Each night: which pictures drafts and old texts name."""

import os
from datetime import timedelta

import pytest
from django.conf import settings as site
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from blog import actions
from blog.models import Draft, Image, Revision
from blog.tasks import clean_images
from blog.tests.factories import make_article, make_draft
from blog.tests.images.pictures import png

pytestmark = pytest.mark.django_db


def kept(post) -> set[Image]:
    return set(post.kept_images.all())


@pytest.fixture
def images(minah):
    return [actions.store_image(png(40 + number), actor=minah) for number in range(4)]


def shown(image: Image, width: int = 0) -> str:
    return f"![]({image.url_for(width or image.width)})"


@pytest.mark.behaviour("BL-49")
def test_what_drafts_and_old_texts_name_is_kept_and_nothing_else(minah, junho, images):
    text, cover, former, lost = images
    others = actions.store_image(png(90), actor=junho)
    post = make_article(minah)
    post.kept_images.set([lost])
    Draft.objects.update_or_create(
        post=post,
        defaults={
            "source": f"{site.SITE_URL}{text.get_absolute_url()} {shown(others)}",
            "details": {"cover": cover.key},
        },
    )
    old = Revision.objects.create(post=post, source=f"<img src='{former.url_for(480)}'>")
    Revision.objects.create(post=post, source="/images/nothing/ /images/", details={"cover": None})
    Revision.objects.create(post=post, source=f"/images/{'0' * 32}/", details={"cover": "x"})
    clean_images()
    assert kept(post) == {text, cover, former}
    old.delete()
    clean_images()
    assert kept(post) == {text, cover}
    Draft.objects.all().delete()
    clean_images()
    assert kept(post) == set()
    assert Image.objects.count() == 5


def test_a_save_and_the_night_agree(minah, images):
    post = make_draft(minah)
    actions.save_draft(
        post,
        actor=minah,
        changes={"source": f"{shown(images[0])} {shown(images[1])}", "cover": images[2].key},
    )
    before = kept(post)
    clean_images()
    assert before == kept(post) == set(images[:3])


def test_a_night_without_news_writes_nothing(minah, images, django_assert_num_queries):
    for image in images:
        actions.save_draft(make_draft(minah), actor=minah, changes={"source": shown(image)})
    actions.clean_images()
    former = list(Image.objects.values_list("unused_since", flat=True))
    # posts, drafts, revisions, owners, kept, end of posts, two notes, rows of folders
    with django_assert_num_queries(9):
        actions.clean_images()
    assert list(Image.objects.values_list("unused_since", flat=True)) == former == [None] * 4


@pytest.mark.behaviour("BL-49")
def test_only_folders_of_lost_pictures_go(minah, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    image = actions.store_image(png(), actor=minah)
    lost, empty, own = "a" * 32, "b" * 32, "operator-notes"
    for folder in (lost, own):
        default_storage.save(f"images/{folder}/480.webp", ContentFile(b"x"))
    (tmp_path / "images" / empty).mkdir()
    (tmp_path / "avatars" / lost).mkdir(parents=True)
    old = (timezone.now() - timedelta(days=2)).timestamp()
    for path in [*tmp_path.rglob("*")]:
        os.utime(path, (old, old))
    assert actions.clean_images() == 2
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert left == {
        "avatars",
        f"avatars/{lost}",
        "images",
        "images/operator-notes",
        "images/operator-notes/480.webp",
        f"images/{image.key}",
        f"images/{image.key}/{image.width}.webp",
    }


def test_files_of_an_upload_that_is_still_under_way_stay(db, settings, tmp_path):
    """They are stored before their row."""
    settings.MEDIA_ROOT = tmp_path
    name = f"images/{'a' * 32}/480.webp"
    default_storage.save(name, ContentFile(b"x"))
    assert actions.clean_images() == 0
    assert default_storage.exists(name)


def test_pictures_of_an_erased_account_go_with_it(minah, junho, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    image = actions.store_image(png(), actor=junho)
    junho.delete()
    assert not Image.objects.exists()
    old = (timezone.now() - timedelta(days=2)).timestamp()
    for path in tmp_path.rglob("*"):
        os.utime(path, (old, old))
    assert actions.clean_images() == 1
    assert not default_storage.exists(image.file_names[0])


def test_before_the_first_picture_there_is_nothing_to_do(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "none"
    assert actions.clean_images() == 0


def test_it_runs_every_night():
    entry = site.CELERY_BEAT_SCHEDULE["clean-images"]
    assert entry["task"] == clean_images.name
