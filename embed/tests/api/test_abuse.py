"""What somebody tries on a page elsewhere who means no good."""

import pytest

from blog.models import Comment
from config.tests.api_client import api_client
from embed.actions import find_or_create_thread, register_site
from embed.edit_keys import edit_key_for
from embed.exceptions import KeyRefused, SiteInvalid
from embed.keys import key_of_address
from embed.models import EmbedThread
from embed.tests.factories import EASY_BITS, GARDEN, EmbedClient, make_site, thread_path
from social.actions import block_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def easy_work(settings):
    settings.EMBED_CHALLENGE_BITS = EASY_BITS


@pytest.mark.behaviour("EM-13")
def test_who_is_blocked_finds_no_page_to_begin_a_thread_on(garden, minah, junho):
    block_person(junho, actor=minah)
    client = EmbedClient(garden, junho)
    assert client.get("threads/새/글/").status_code == 404
    assert client.get("threads/새/글/comments/").status_code == 404
    assert client.say("새/글").status_code == 404
    assert client.put("threads/새/글/reaction/", {}).status_code == 404
    assert not EmbedThread.objects.exists()
    assert EmbedClient(garden).get("threads/새/글/").status_code == 200


@pytest.mark.parametrize("key", ["왜?", "글#2", "100%25", 'a">b', "바람 부는/날"])
def test_the_next_page_is_found_whatever_a_key_has_in_it(garden, junho, key):
    thread = find_or_create_thread(garden, key)
    client = EmbedClient(garden, junho)
    for number in range(3):
        assert client.say(key, f"{number}번째").status_code == 201
    found, address = [], thread_path(key, "comments/") + "?page_size=1"
    while address:
        page = client.get(address).json()
        found += [one["id"] for one in page["results"]]
        address = page["next"]
    assert found == list(
        Comment.objects.filter(post=thread.post_id).order_by("pk").values_list("pk", flat=True)
    )


@pytest.mark.behaviour("EM-10")
def test_the_key_of_one_comment_mends_no_other_and_on_no_other_site(garden, minah, wind):
    yard = make_site(minah, "뒷마당")
    client, other = EmbedClient(garden), EmbedClient(yard)
    first = client.say_as_guest("글/바람").json()
    second = client.say_as_guest("글/바람").json()
    elsewhere = other.say_as_guest("글/바람").json()
    change = {"body": "훔친 말", "edit_key": first["edit_key"]}
    for site, victim in ((client, second), (other, elsewhere)):
        refused = site.patch(f"comments/{victim['id']}/", change)
        assert (refused.status_code, refused.json()["code"]) == (403, "edit_key_refused")
    assert other.patch(f"comments/{first['id']}/", change).status_code == 404
    assert not Comment.objects.filter(source="훔친 말").exists()


def test_a_key_of_a_guest_says_nothing_about_what_a_member_wrote(garden, junho, wind):
    said = EmbedClient(garden, junho).say("글/바람").json()
    forged = edit_key_for(Comment.objects.get(pk=said["id"]))
    change = {"body": "훔친 말", "edit_key": forged}
    assert EmbedClient(garden).patch(f"comments/{said['id']}/", change).status_code == 404


def test_what_guests_call_themselves_is_text_on_our_page(client, minah):
    garden = make_site(minah, "<b>뜰</b>", needs_approval=False)
    bad = '"><img src=x onerror=alert(1)>'
    thread = find_or_create_thread(garden, "글", page_title=bad, page_url=f"{GARDEN}/{bad}")
    said = EmbedClient(garden).say_as_guest(
        "글", f"{bad} [여기](javascript:alert(1))", guest={"name": bad}
    )
    assert said.status_code == 201
    assert "<img" not in said.json()["html"]
    for path in (f"/embed/threads/{thread.post_id}/", f"/embed/{garden.key}/threads/{bad}/"):
        page = client.get(path).content.decode()
        assert "<img src=x" not in page
        assert "<b>뜰" not in page
        assert 'href="javascript:' not in page


def test_half_an_address_is_no_page_and_no_index(minah, garden):
    with pytest.raises(KeyRefused):
        key_of_address("http://[::1/글/")
    with pytest.raises(SiteInvalid):
        register_site(actor=minah, name="뜰", origins=[GARDEN], index_url="https://[::1")


def test_a_token_that_may_all_comes_no_further_from_a_page_that_is_not_listed(garden, junho, wind):
    client = api_client(junho)
    for origin in ("https://garden.example.evil.example", f"{GARDEN}.", f"{GARDEN}:443", "null"):
        refused = client.post(
            f"embed/{garden.key}/threads/글/바람/comments/", {"body": "훔친 말"}, HTTP_ORIGIN=origin
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "origin_refused")
    assert not Comment.objects.exists()
