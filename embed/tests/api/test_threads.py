"""Pages by their keys: numbers, reactions, counts of many, the site itself."""

import unicodedata
from datetime import timedelta

import pytest
from django.utils import timezone

from blog.actions import like_post, write_comment
from blog.audience import reader_hash
from blog.models import Post, PostLike
from embed.actions import alias_thread, find_or_create_thread
from embed.limits import WRITES_AN_HOUR
from embed.models import EmbedThread, GuestReaction
from embed.tests.factories import EASY_BITS, EmbedClient, make_site, thread_path

pytestmark = pytest.mark.django_db
KEY = "글/바람"


@pytest.fixture(autouse=True)
def easy_work(settings):
    settings.EMBED_CHALLENGE_BITS = EASY_BITS


def test_a_site_says_what_it_offers(garden):
    response = EmbedClient(garden).get("")
    assert response.json() == {
        "key": garden.key,
        "name": "바람의 뜰",
        "guests": True,
        "approval": True,
        "reactions": True,
        "search": True,
        "sign_in_url": f"http://testserver/embed/sign-in/?site={garden.key}",
        "challenge_bits": EASY_BITS,
    }


def test_an_unknown_site_and_one_of_somebody_hidden_are_not_there(garden, minah):
    from accounts.actions import set_state

    assert EmbedClient(garden).get("/api/v1/embed/0123456789abcdef/").status_code == 404
    set_state(minah, "suspended", actor=None)
    response = EmbedClient(garden).get("")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert EmbedClient(garden).get(thread_path(KEY)).status_code == 404


def test_before_the_first_word_a_page_has_numbers_but_no_thread(garden):
    response = EmbedClient(garden).get(thread_path(KEY))
    assert response.json() == {
        "key": KEY,
        "html_url": f"http://testserver/embed/{garden.key}/threads/%EA%B8%80/%EB%B0%94%EB%9E%8C/",
        "comment_count": 0,
        "reaction_count": 0,
        "is_open": True,
        "viewer": {
            "is_member": False,
            "handle": None,
            "name": None,
            "is_host": False,
            "has_reacted": False,
        },
    }
    assert not EmbedThread.objects.exists()
    assert not Post.objects.exists()


def test_a_thread_leads_to_its_plain_page_and_knows_its_viewer(garden, minah, junho, wind):
    write_comment(wind.post, actor=junho, source="바람이 좋네요")
    member = EmbedClient(garden, junho).get(thread_path(KEY)).json()
    assert member["html_url"] == f"http://testserver/embed/threads/{wind.post_id}/"
    assert member["comment_count"] == 1
    assert member["viewer"] == {
        "is_member": True,
        "handle": "junho",
        "name": "준호",
        "is_host": False,
        "has_reacted": False,
    }
    assert EmbedClient(garden, minah).get(thread_path(KEY)).json()["viewer"]["is_host"] is True


def test_what_a_visitor_did_is_kept_by_nobody_in_between(garden, wind):
    assert EmbedClient(garden).get(thread_path(KEY)).headers["Cache-Control"] == "private, no-store"
    plain = EmbedClient(garden, origin="").get(thread_path(KEY))
    assert plain.json()["viewer"] is None
    assert plain.headers["Cache-Control"] == "public, max-age=30"


@pytest.mark.behaviour("EM-08")
@pytest.mark.parametrize(
    "asked",
    ["/글/바람/", "글//바람", "글%2F바람", unicodedata.normalize("NFD", "글/바람")],
    ids=["slashes around", "two slashes", "one segment", "NFD"],
)
def test_a_page_is_found_by_every_spelling_of_its_path(garden, wind, asked):
    path = asked if "%" in asked else "/".join(asked.strip("/").split("/"))
    response = EmbedClient(garden).get(f"threads/{path}/")
    assert response.json()["html_url"].endswith(f"/embed/threads/{wind.post_id}/")


@pytest.mark.behaviour("EM-08")
def test_a_renamed_page_is_found_by_both_names(garden, minah, junho, wind):
    alias_thread(wind, actor=minah, key="/posts/wind/")
    EmbedClient(garden, junho).say("posts/wind", "이름이 바뀌었네요")
    assert EmbedThread.objects.count() == 1
    for key in (KEY, "posts/wind"):
        found = EmbedClient(garden).get(thread_path(key)).json()
        assert (found["key"], found["comment_count"]) == (KEY, 1)


def test_a_key_that_is_none_is_refused_and_makes_nothing(garden, junho):
    response = EmbedClient(garden, junho).say("가" * 301)
    assert (response.status_code, response.json()["code"]) == (400, "key_refused")
    assert not EmbedThread.objects.exists()


def test_only_addresses_of_the_site_itself_are_kept_of_a_page(garden, junho):
    page = {"url": "https://spam.example/사세요", "title": "제목"}
    EmbedClient(garden, junho).say(KEY, page=page)
    assert EmbedThread.objects.get().page_url == ""


# Reactions ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("EM-11")
def test_a_member_reacts_once(garden, junho, wind):
    client = EmbedClient(garden, junho)
    for _time in range(2):
        response = client.put(thread_path(KEY, "reaction/"), {})
        assert response.json() == {"reaction_count": 1, "has_reacted": True}
    assert PostLike.objects.get().person == junho
    assert client.get(thread_path(KEY)).json()["viewer"]["has_reacted"] is True
    for _time in range(2):
        assert client.delete(thread_path(KEY, "reaction/")).status_code == 204
    assert client.get(thread_path(KEY)).json()["reaction_count"] == 0


@pytest.mark.behaviour("EM-11")
def test_a_guest_reacts_once_a_day_and_nothing_leads_back_to_them(garden, wind, time_machine):
    client = EmbedClient(garden)
    client.credentials(HTTP_ORIGIN=garden.origins[0], HTTP_USER_AGENT="Firefox")
    for _time in range(2):
        response = client.put(thread_path(KEY, "reaction/"), {})
        assert response.json() == {"reaction_count": 1, "has_reacted": True}
    row = GuestReaction.objects.get()
    assert len(row.visitor) == 32
    assert "127.0.0.1" not in row.visitor
    assert client.get(thread_path(KEY)).json()["viewer"]["has_reacted"] is True
    other = EmbedClient(garden)
    other.credentials(HTTP_ORIGIN=garden.origins[0], HTTP_USER_AGENT="Whale")
    assert other.get(thread_path(KEY)).json()["viewer"]["has_reacted"] is False
    time_machine.move_to(timezone.now() + timedelta(days=1))
    assert client.get(thread_path(KEY)).json()["viewer"]["has_reacted"] is False
    assert client.put(thread_path(KEY, "reaction/"), {}).json()["reaction_count"] == 2


def test_the_hash_of_a_guest_is_that_of_views(garden, wind, rf):
    client = EmbedClient(garden)
    client.credentials(HTTP_ORIGIN=garden.origins[0], HTTP_USER_AGENT="Firefox")
    client.put(thread_path(KEY, "reaction/"), {})
    request = rf.get("/", HTTP_USER_AGENT="Firefox")
    from django.contrib.auth.models import AnonymousUser

    request.user = AnonymousUser()
    assert GuestReaction.objects.get().visitor == reader_hash(request)


def test_a_guest_takes_it_back_on_the_same_day(garden, wind):
    client = EmbedClient(garden)
    client.put(thread_path(KEY, "reaction/"), {})
    assert client.delete(thread_path(KEY, "reaction/")).status_code == 204
    assert client.delete(thread_path(KEY, "reaction/")).status_code == 204
    wind.refresh_from_db()
    assert wind.guest_reaction_count == 0


def test_the_first_reaction_makes_the_thread_and_taking_nothing_back_makes_none(garden):
    client = EmbedClient(garden)
    assert client.delete(thread_path("새/글", "reaction/")).status_code == 204
    assert not EmbedThread.objects.exists()
    page = {"url": f"{garden.origins[0]}/새/글/", "title": "새 글"}
    assert client.put(thread_path("새/글", "reaction/"), {"page": page}).status_code == 200
    assert EmbedThread.objects.get().page_title == "새 글"


def test_where_reactions_are_off_nobody_reacts(minah, junho):
    site = make_site(minah, has_reactions=False)
    for client in (EmbedClient(site), EmbedClient(site, junho)):
        response = client.put(thread_path(KEY, "reaction/"), {})
        assert (response.status_code, response.json()["code"]) == (403, "reactions_off")
    assert not EmbedThread.objects.exists()


# Numbers of many ----------------------------------------------------------------------------------


@pytest.mark.behaviour("EM-07")
def test_the_numbers_of_many_pages_come_as_they_were_asked(
    garden, minah, junho, wind, django_assert_max_num_queries
):
    write_comment(wind.post, actor=junho, source="바람이 좋네요")
    like_post(wind.post, actor=junho)
    alias_thread(wind, actor=minah, key="posts/wind")
    rain = find_or_create_thread(garden, "비")
    like_post(rain.post, actor=minah)
    client = EmbedClient(garden)
    query = "&".join(f"keys={key}" for key in ("/글/바람/", "posts/wind/", "비", "없는/글"))
    with django_assert_max_num_queries(4):
        response = client.get(f"counts/?{query}")
    assert response.json() == {
        "results": {
            "/글/바람/": {"comments": 1, "reactions": 1},
            "posts/wind/": {"comments": 1, "reactions": 1},
            "비": {"comments": 0, "reactions": 1},
            "없는/글": {"comments": 0, "reactions": 0},
        }
    }
    assert response.headers["Cache-Control"] == "public, max-age=30"


def test_more_than_a_hundred_at_once_are_refused(garden):
    client = EmbedClient(garden)
    hundred = "&".join(f"keys=글{number}" for number in range(100))
    assert len(client.get(f"counts/?{hundred}").json()["results"]) == 100
    response = client.get(f"counts/?{hundred}&keys=하나+더")
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "keys")


def test_what_cannot_be_a_key_has_no_numbers(garden):
    response = EmbedClient(garden).get(f"counts/?keys={'가' * 301}&keys=글")
    assert response.json()["results"] == {"글": {"comments": 0, "reactions": 0}}


# Limits -------------------------------------------------------------------------------------------


@pytest.mark.behaviour("EM-13")
def test_a_network_writes_thirty_times_an_hour(garden, wind):
    client = EmbedClient(garden)
    for number in range(WRITES_AN_HOUR):
        method = client.put if number % 2 else client.delete
        assert method(thread_path(KEY, "reaction/"), {}).status_code in {200, 204}
    response = client.put(thread_path(KEY, "reaction/"), {})
    assert (response.status_code, response.json()["code"]) == (429, "throttled")
    assert int(response.headers["Retry-After"]) <= 3600
    assert client.say_as_guest(KEY).status_code == 429
    assert client.get(thread_path(KEY)).status_code == 200
