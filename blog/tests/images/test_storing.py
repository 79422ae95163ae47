"""What is stored of a picture: nothing but pixels and the colour profile, upright, or nothing."""

import io
import threading

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from PIL import Image as Picture

from accounts.tests.factories import make_person
from blog import actions
from blog.exceptions import ImageNotStored, ImageSpaceFull
from blog.importers import apply_plan, plan_import
from blog.models import Image, Post
from blog.tests.images.pictures import (
    FORMATS,
    PROFILE,
    RED,
    SECRET,
    SEOUL,
    looked_at,
    photograph,
    png,
)
from blog.tests.images.storages import Killed
from config.images import ImageRefused

IN_MEMORY = "blog.tests.images.storages.WatchedStorage"


def stored_files(image: Image) -> list[bytes]:
    files = []
    for name in image.file_names:
        with default_storage.open(name) as file:
            files.append(file.read())
    return files


@pytest.mark.behaviour("BL-48")
@pytest.mark.django_db
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("size", [(60, 30), (1200, 600)])
def test_nothing_is_kept_but_pixels_and_profile(minah, form, size):
    data = photograph(form, size=size)
    assert SECRET.encode() in data
    image = actions.store_image(data, actor=minah, name="사진")
    files = stored_files(image)
    assert len(files) == len(image.widths)
    for file in files:
        found = looked_at(file)
        assert SECRET.encode() not in file
        assert not found.has_exif
        assert not found.names & {"exif", "xmp", "comment"}
        for part in (b"EXIF", b"Exif", b"XMP ", b"xmpmeta", b"<script"):
            assert part not in file
        if form != "GIF":
            assert found.size[0] < found.size[1], "it is not upright"
            assert found.profile == PROFILE
            assert all(abs(a - b) < 60 for a, b in zip(found.top, RED, strict=True))


def test_the_photograph_of_these_tests_has_something_to_lose():
    for form in FORMATS:
        image = Picture.open(io.BytesIO(photograph(form)))
        if form != "GIF":
            place = image.getexif().get_ifd(0x8825)
            assert place[1] == SEOUL[1]
            assert image.info["icc_profile"] == PROFILE
        assert SECRET.encode() in photograph(form)


@pytest.mark.behaviour("BL-48")
@pytest.mark.django_db
def test_what_an_import_brings_is_stripped_too(minah, tmp_path):
    (tmp_path / "여행.md").write_text(
        "---\ntitle: 여행\ndate: 2020-05-01\n---\n\n![바다](바다.jpg)\n", encoding="utf-8"
    )
    (tmp_path / "바다.jpg").write_bytes(photograph(size=(1200, 600)))
    with plan_import(tmp_path) as plan:
        list(apply_plan(plan, author=minah))
    image = Image.objects.get()
    assert list(Post.objects.get().images.all()) == [image]
    for file in stored_files(image):
        found = looked_at(file)
        assert SECRET.encode() not in file
        assert not found.has_exif
        assert found.profile == PROFILE
        assert found.size[0] < found.size[1]


@pytest.mark.behaviour("BL-48")
@pytest.mark.django_db
def test_a_page_shows_the_sizes_and_loads_them_lazily(client, minah):
    image = actions.store_image(png(2000, 1000), actor=minah, alt="들판")
    assert image.widths == [480, 960, 1600]
    source = f"![]({image.get_absolute_url()})"
    post = actions.create_article(actor=minah, title="들", source=source)
    actions.publish_post(post, actor=minah)
    html = client.get(post.get_absolute_url()).content.decode()
    address = f"/media/images/{image.key}"
    assert f'src="{address}/1600.webp"' in html
    assert f'srcset="{address}/480.webp 480w, {address}/960.webp 960w, ' in html
    assert 'width="1600" height="800"' in html
    assert "sizes=" in html
    assert 'loading="lazy"' in html
    assert 'alt="들판"' in html
    for width in image.widths:
        response = client.get(image.url_for(width))
        assert looked_at(b"".join(response.streaming_content)).size == (width, width // 2)
    assert client.get(image.url_for(481)).status_code == 404


# Time and locks -----------------------------------------------------------------------------------


@pytest.fixture
def watched(settings):
    """A storage in memory that notes what happens, and can be killed."""
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": IN_MEMORY}}
    default_storage.listdir("")  # makes it
    return default_storage._wrapped


@pytest.mark.django_db(transaction=True)
def test_decoding_and_writing_hold_no_lock(watched):
    minah = make_person("minah", "미나")
    actions.store_image(png(1200, 600), actor=minah)
    assert watched.was_in_transaction == [False] * 3
    assert not connection.in_atomic_block


@pytest.mark.django_db
def test_a_refused_picture_leaves_no_file(watched, minah, settings):
    with pytest.raises(ImageRefused):
        actions.store_image(b"no picture", actor=minah)
    settings.IMAGE_QUOTA_BYTES = 10
    with pytest.raises(ImageSpaceFull):
        actions.store_image(png(), actor=minah)
    assert watched.files() == []


@pytest.mark.django_db
def test_a_full_disk_leaves_neither_file_nor_row(watched, minah):
    watched.fail_after(1, OSError("No space left on device"))
    with pytest.raises(ImageNotStored):
        actions.store_image(png(1200, 600), actor=minah)
    assert watched.files() == []
    assert not Image.objects.exists()
    watched.fail_after(None)
    assert actions.store_image(png(1200, 600), actor=minah).pk


@pytest.mark.behaviour("BL-49")
@pytest.mark.django_db
def test_what_a_kill_leaves_behind_goes_at_night(watched, minah):
    kept = actions.store_image(png(), actor=minah)
    watched.fail_after(1, Killed())
    with pytest.raises(Killed):
        actions.store_image(png(1200, 600), actor=minah)
    watched.fail_after(None)
    assert not Image.objects.exclude(pk=kept.pk).exists()
    assert len(watched.files()) == 2
    assert actions.clean_images() == 0, "it may be an upload that is not finished"
    watched.grow_old(hours=25)
    assert actions.clean_images() == 1
    assert watched.files() == kept.file_names
    assert actions.clean_images() == 0


@pytest.mark.django_db
def test_an_import_that_is_rolled_back_leaves_files_that_go_at_night(watched, minah):
    with transaction.atomic():
        actions.store_image(png(), actor=minah)
        transaction.set_rollback(True)
    assert watched.files()
    watched.grow_old(hours=25)
    actions.clean_images()
    assert watched.files() == []


@pytest.mark.behaviour("BL-49")
@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_do_not_both_take_the_last_space(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    minah = make_person("minah", "미나")
    first = actions.store_image(png(300, 200), actor=minah)
    settings.IMAGE_QUOTA_BYTES = first.byte_count * 2 + 20
    gate, results = threading.Barrier(3), []

    def upload(number: int) -> None:
        gate.wait()
        try:
            actions.store_image(png(300, 200, (number * 60, 110, 95)), actor=minah)
            results.append("stored")
        except ImageSpaceFull:
            results.append("full")
        finally:
            connection.close()

    threads = [threading.Thread(target=upload, args=(number,)) for number in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["full", "full", "stored"]
    stored = set(default_storage.listdir("images")[0])
    assert stored == set(Image.objects.values_list("key", flat=True))
    assert len(stored) == 2


@pytest.mark.behaviour("BL-49")
@pytest.mark.django_db(transaction=True)
def test_the_same_picture_sent_twice_at_once_is_one_image():
    minah = make_person("minah", "미나")
    gate, keys = threading.Barrier(3), []

    def upload() -> None:
        gate.wait()
        try:
            keys.append(actions.store_image(png(300, 200), actor=minah).key)
        finally:
            connection.close()

    threads = [threading.Thread(target=upload) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 1
    assert Image.objects.get().key == keys[0]
