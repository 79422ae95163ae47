"""The follow button: works / needs sign-in / refuses / comes back to where it was pressed."""

import pytest

from social.models import Follow

pytestmark = pytest.mark.django_db


@pytest.mark.behaviour("SO-01")
def test_follow_and_unfollow_come_back_with_a_message(as_user, minah, stranger):
    client = as_user(stranger)
    origin = "http://testserver/explore/?kind=note"
    response = client.post("/@minah/follow/", headers={"referer": origin})
    assert response.headers["Location"] == "/explore/?kind=note"
    assert Follow.objects.count() == 1
    assert "미나" in client.get("/explore/").content.decode()
    client.post("/@minah/unfollow/")
    assert not Follow.objects.exists()
    for path in ("/@minah/follow/", "/@minah/unfollow/"):
        assert client.get(path).status_code == 405


def test_a_foreign_page_is_no_place_to_come_back_to(as_user, minah, stranger):
    response = as_user(stranger).post(
        "/@minah/follow/", headers={"referer": "https://evil.example/x"}
    )
    assert response.headers["Location"] == "/@minah/"
    response = as_user(stranger).post("/@minah/follow/", {"next": "//evil.example"})
    assert response.headers["Location"] == "/@minah/"


def test_visitors_are_sent_to_sign_in(client, minah):
    response = client.post("/@minah/follow/")
    assert response.headers["Location"].startswith("/auth/login/?next=")
    assert not Follow.objects.exists()


@pytest.mark.behaviour("SO-02", "SO-07")
def test_the_blocked_and_the_unknown_find_nobody(as_user, minah, taeo):
    client = as_user(taeo)
    assert client.post("/@minah/follow/").status_code == 404
    assert client.post("/@nobody/follow/").status_code == 404
    assert not Follow.objects.exists()


@pytest.mark.behaviour("SO-03")
def test_following_oneself_is_refused_with_a_reason(as_user, minah):
    client = as_user(minah)
    client.post("/@minah/follow/")
    assert not Follow.objects.exists()


@pytest.mark.behaviour("SO-11")
def test_following_is_limited(as_user, minah, stranger):
    client = as_user(stranger)
    for _time in range(60):
        client.post("/@minah/follow/")
    assert client.post("/@minah/follow/").status_code == 429
