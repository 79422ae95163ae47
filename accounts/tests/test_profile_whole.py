"""The form of one's profile is stored as a whole, or not at all."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import FormerHandle, User
from accounts.tests.factories import make_person
from blog.tests.images.pictures import png

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("AC-39")]
PAGE = "/settings/profile/"


@pytest.fixture
def minah():
    return make_person("minah", "미나", bio="예전 소개")


def send(client, **changes):
    form = {"handle": "minah", "display_name": "미나", "bio": "예전 소개", "links": ""}
    return client.post(PAGE, form | changes)


def stored() -> tuple:
    row = User.objects.get()
    return row.handle, row.display_name, row.bio, row.avatar_key


def picture(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("얼굴.png", data, content_type="image/png")


@pytest.mark.parametrize("data", [b"no picture at all", png(40, 40)[:60]], ids=["text", "cut"])
def test_with_a_picture_that_is_none_nothing_is_stored(as_user, minah, data):
    before = stored()
    answer = send(as_user(minah), handle="mina_writes", bio="새 소개", avatar=picture(data))
    assert answer.status_code == 422 and answer.context["form"].errors["avatar"]
    assert "새 소개" in answer.content.decode(), "what was typed is still there"
    assert stored() == before and not FormerHandle.objects.exists()


def test_with_a_picture_that_is_too_large_nothing_is_stored(as_user, minah, settings):
    settings.AVATAR_MAX_BYTES = 100
    before = stored()
    answer = send(as_user(minah), bio="새 소개", avatar=picture(png(80, 80)))
    assert answer.status_code == 422 and stored() == before


def test_with_a_handle_that_is_taken_no_picture_is_stored(as_user, minah):
    make_person("junho", "준호")
    answer = send(as_user(minah), handle="junho", avatar=picture(png(80, 80)))
    assert answer.status_code == 422
    minah.refresh_from_db()
    assert (minah.handle, minah.avatar_key) == ("minah", "")


def test_all_of_it_is_stored_at_once(as_user, minah):
    answer = send(as_user(minah), handle="mina_writes", bio="새 소개", avatar=picture(png(80, 80)))
    assert answer.status_code == 302
    handle, _name, bio, key = stored()
    assert (handle, bio) == ("mina_writes", "새 소개") and key
