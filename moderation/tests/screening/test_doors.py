"""How something came in is said by the door, and forms carry what tells people from programs."""

from urllib.parse import urlencode

import pytest
from django.test import RequestFactory
from django.urls import reverse

from blog.models import Comment
from blog.tests.factories import make_note, make_person
from config.arrivals import arrival_of, seconds_since, started_now
from moderation.models import Screening

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def test_the_clock_of_a_form_is_signed():
    assert 0 <= seconds_since(started_now()) < 5
    assert seconds_since("1700000000") is None
    assert seconds_since(None) is None


def test_bodies_of_programs_are_not_read():
    request = RequestFactory().post("/api/v1/posts/", b"{", content_type="application/json")
    assert arrival_of(request).door == "api"
    request = RequestFactory().post("/api/v1/embed/x/", b"{", content_type="application/json")
    assert arrival_of(request).door == "embed"


@pytest.mark.behaviour("SO-47")
def test_the_form_of_a_comment_has_both_and_they_count(client):
    post = make_note(make_person("minah", "미나"), "김밥을 말았다.")
    client.force_login(make_person("junho", "준호", trust_given=0))
    html = client.get(post.get_absolute_url()).content.decode()
    assert 'name="homepage"' in html and 'name="started"' in html
    assert 'aria-hidden="true"' in html and 'tabindex="-1"' in html
    sent = {"source": "잘 읽었어요.", "homepage": "https://x.example", "started": started_now()}
    address = reverse("blog:comments", args=[post.pk])
    client.post(address, urlencode(sent), content_type=FORM)
    assert Screening.objects.get(target_kind="comment").signals == {"trap": 1.0, "haste": 1.0}
    assert Comment.objects.get().status == Comment.Status.PUBLISHED


@pytest.mark.parametrize("name", ["account_signup", "home"])
def test_sign_up_and_notes_have_them_too(client, name):
    if name == "home":
        client.force_login(make_person("junho", "준호"))
    html = client.get(reverse(name)).content.decode()
    assert 'name="homepage"' in html and 'name="started"' in html
