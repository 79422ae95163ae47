"""Lists of followers: works / public / hides the blocked / one query for the viewer's state."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions as account_actions
from accounts.models import User
from accounts.tests.factories import make_person, make_unconfirmed_person
from social import actions
from social.models import Follow

pytestmark = pytest.mark.django_db
PAGES = ("followers", "following")
HTMX = {"HX-Request": "true"}


def body(response) -> str:
    return response.content.decode()


def crowd(person: User, numbers: range) -> list[User]:
    """Make people of that name who follow ``person`` and are followed, the later the newer."""
    people = []
    for number in numbers:
        one = make_person(f"reader{number:02}", f"독자{number:02}")
        for follower, followed in ((one, person), (person, one)):
            actions.follow_person(followed, actor=follower)
        moment = timezone.now() + timedelta(minutes=number)
        Follow.objects.filter(follower=one).update(created_at=moment)
        Follow.objects.filter(followed=one).update(created_at=moment)
        people.append(one)
    return people


@pytest.mark.behaviour("SO-05")
@pytest.mark.parametrize("page", PAGES)
def test_the_lists_are_public_and_newest_first(client, minah, page):
    crowd(minah, range(3))
    response = client.get(f"/@minah/{page}/")
    assert response.status_code == 200
    assert "public" in response.headers["Cache-Control"]
    places = [body(response).index(f"독자0{number}") for number in (2, 1, 0)]
    assert places == sorted(places)
    assert body(response).count('data-person="reader') == 6  # picture and name
    assert "csrfmiddlewaretoken" not in body(response)


@pytest.mark.behaviour("SO-05")
@pytest.mark.parametrize("page", PAGES)
def test_the_lists_are_paged_both_ways(client, minah, settings, page):
    settings.POSTS_PER_PAGE = 2
    crowd(minah, range(5))
    seen, address = [], f"/@minah/{page}/"
    while address:
        shown = client.get(address).context["page"]
        seen += [
            getattr(row, "follower" if page == "followers" else "followed").handle
            for row in shown.items
        ]
        address = shown.older_url and f"/@minah/{page}/{shown.older_url}"
    assert seen == [f"reader0{number}" for number in (4, 3, 2, 1, 0)]
    assert shown.newer_url


@pytest.mark.behaviour("SO-05", "X-13")
@pytest.mark.parametrize("page", PAGES)
def test_the_cost_does_not_grow_with_rows(as_user, minah, stranger, page):
    client = as_user(stranger)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/@minah/{page}/").status_code == 200
        return len(queries)

    people = crowd(minah, range(2))
    client.get(f"/@minah/{page}/")
    before = cost()
    people += crowd(minah, range(2, 12))
    actions.follow_person(people[3], actor=stranger)
    assert cost() == before <= 8
    shown = body(client.get(f"/@minah/{page}/"))
    assert shown.count('action="/@reader03/unfollow/"') == 1
    assert shown.count("/follow/") >= 11


@pytest.mark.behaviour("SO-02", "SO-05", "SO-07")
def test_who_is_hidden_is_in_no_list(as_user, minah, junho, taeo, stranger):
    for one in (stranger, taeo):
        actions.follow_person(junho, actor=one)
        actions.follow_person(one, actor=junho)
    actions.follow_person(junho, actor=minah)
    for page in PAGES:
        assert "@taeo" not in body(as_user(minah).get(f"/@junho/{page}/"))
        assert "@minah" not in body(as_user(taeo).get(f"/@junho/{page}/"))
        assert "@taeo" in body(as_user(stranger).get(f"/@junho/{page}/"))
        assert as_user(taeo).get(f"/@minah/{page}/").status_code == 404
        assert as_user(taeo).get(f"/@nobody/{page}/").status_code == 404
    account_actions.set_state(taeo, "suspended", actor=None)
    for page in PAGES:
        assert "@taeo" not in body(as_user(stranger).get(f"/@junho/{page}/"))
        assert as_user(stranger).get(f"/@taeo/{page}/").status_code == 404


@pytest.mark.behaviour("AC-36")
@pytest.mark.parametrize("page", PAGES)
def test_other_spellings_answer_301(client, minah, page):
    response = client.get(f"/@MINAH/{page}/?cursor=last")
    assert response.status_code == 301
    assert response["Location"] == f"/@minah/{page}/?cursor=last"


@pytest.mark.behaviour("SO-06")
def test_a_follower_is_removed_from_ones_own_list_alone(as_user, client, minah, junho, stranger):
    act = "/@junho/remove-follower/"
    assert client.post(act).status_code == 302
    assert act not in body(as_user(stranger).get("/@minah/followers/"))
    assert as_user(stranger).post(act).status_code == 302
    assert Follow.objects.filter(follower=junho, followed=minah).exists()
    assert act in body(as_user(minah).get("/@minah/followers/"))
    assert as_user(minah).get(act).status_code == 405
    response = as_user(minah).post(act, {"next": "/@minah/followers/"}, follow=True)
    assert response.redirect_chain == [("/@minah/followers/", 302)]
    assert "준호" in body(response)  # the message
    assert not Follow.objects.exists()
    assert as_user(minah).post("/@nobody/remove-follower/").status_code == 404


@pytest.mark.behaviour("SO-01")
def test_htmx_gets_the_button_and_the_new_number(as_user, minah, stranger):
    client = as_user(stranger)
    response = client.post(
        "/@minah/follow/", {"place": "profile", "next": "/@minah/notes/"}, headers=HTMX
    )
    assert response.status_code == 200
    assert "<html" not in body(response)
    assert 'action="/@minah/unfollow/"' in body(response)
    assert f'id="follow-profile-{minah.pk}"' in body(response)
    assert 'value="/@minah/notes/"' in body(response)
    assert 'data-hx-swap-oob="true"' in body(response)
    assert "<strong>1</strong>" in body(response)
    assert "madang:notice" in response.headers["HX-Trigger"]
    response = client.post("/@minah/unfollow/", {"place": "row<"}, headers=HTMX)
    assert 'action="/@minah/follow/"' in body(response)
    assert "data-hx-swap-oob" not in body(response)
    assert "row<" not in body(response)


@pytest.mark.behaviour("SO-03", "AC-06")
def test_htmx_hears_why_not(as_user, minah):
    unconfirmed = make_unconfirmed_person()
    for person, status in ((minah, 400), (unconfirmed, 403)):
        response = as_user(person).post("/@minah/follow/", headers=HTMX)
        assert response.status_code == status
        assert "madang:notice" in response.headers["HX-Trigger"]
    assert as_user(unconfirmed).post("/@minah/follow/").status_code == 403
    assert not Follow.objects.exists()


@pytest.mark.behaviour("SO-01")
def test_signed_out_htmx_gets_401(client, minah):
    assert client.post("/@minah/follow/", headers=HTMX).status_code == 401
