"""People by programs: coming in, being found and read, changing oneself (AP-24 to AP-29)."""

import unicodedata
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password
from django.core.cache import cache
from django.test import override_settings

from accounts import actions
from accounts.models import User
from accounts.tests.factories import PASSWORD, make_person
from config.actions import change_site_settings
from config.tests.api_client import api_client, matches_stored
from search.actions import drain_outbox
from social.actions import block_person, mute_person

pytestmark = pytest.mark.django_db


def newcomer(**changes):
    return {"handle": "새봄", "email": "saebom@example.com", "password": PASSWORD} | changes


def codes_of(response) -> dict[str, str]:
    return {one["field"]: one["code"] for one in response.json()["errors"]}


# Coming in --------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-24")
def test_somebody_signs_up_and_is_asked_to_confirm_the_address(settings, committed, outbox):
    settings.MAIL_ENABLED = True
    with committed():
        made = api_client().post("users/", newcomer(display_name="새봄이", bio="씨앗을 심어요 🌱"))
    assert made.status_code == 201
    told = made.json()
    assert (
        made.headers["Location"] == told["url"] == f"http://testserver/api/v1/users/{told['id']}/"
    )
    assert (told["email"], told["email_confirmed"]) == ("saebom@example.com", False)
    assert "password" not in made.content.decode()
    person = User.objects.get(handle="새봄")
    assert (person.display_name, person.bio) == ("새봄이", "씨앗을 심어요 🌱")
    assert check_password(PASSWORD, person.password)
    assert [mail.to for mail in outbox] == [["saebom@example.com"]]
    assert "/auth/confirm-email/" in outbox[0].body
    assert not made.cookies
    matches_stored(made, "person_made")


@pytest.mark.behaviour("AP-24")
def test_everything_that_is_wrong_is_told_at_once_one_entry_a_field(minah):
    refused = api_client().post("users/", {"handle": "MINAH", "email": "글", "bio": "가" * 301})
    assert refused.status_code == 400
    assert refused.json()["code"] == "invalid"
    assert codes_of(refused) == {
        "handle": "handle_taken",
        "email": "invalid",
        "password": "required",
        "bio": "too_long",
    }


@pytest.mark.behaviour("AP-24")
@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"handle": ""}, "handle", "required"),
        ({"handle": "   "}, "handle", "handle_refused"),
        ({"handle": "admin"}, "handle", "handle_reserved"),
        ({"handle": "mi nah"}, "handle", "handle_refused"),
        ({"handle": "ㅎ"}, "handle", "handle_refused"),
        ({"email": "minah@example.com"}, "email", "email_taken"),
        ({"email": "MINAH@EXAMPLE.COM"}, "email", "email_taken"),
        ({"email": ["a@example.com"]}, "email", "invalid"),
        ({"password": "가나"}, "password", "password_too_short"),
        ({"password": "90817263544"}, "password", "password_entirely_numeric"),
        ({"password": "saebom@example.com"}, "password", "password_too_similar"),
        ({"display_name": "가" * 51}, "display_name", "too_long"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_the_rules_are_those_of_the_site(minah, changes, field, code):
    refused = api_client().post("users/", newcomer(**changes))
    assert refused.status_code == 400
    assert codes_of(refused) == {field: code}
    assert User.objects.count() == 1


def test_a_handle_of_another_form_is_the_same_handle():
    make_person("새봄", email_of="first")
    refused = api_client().post("users/", newcomer(handle=unicodedata.normalize("NFD", "새봄")))
    assert codes_of(refused) == {"handle": "handle_taken"}


@pytest.mark.behaviour("AC-08")
def test_nobody_comes_in_while_sign_up_is_closed():
    change_site_settings(is_signup_open=False)
    refused = api_client().post("users/", newcomer())
    assert (refused.status_code, refused.json()["code"]) == (403, "signup_closed")
    assert not User.objects.exists()


@pytest.mark.behaviour("AP-13")
@pytest.mark.behaviour("AC-21")
def test_one_network_signs_up_ten_an_hour_by_page_and_program_together(client):
    for number in range(5):
        data = {"username": f"손님{number}", "email": f"a{number}@example.com"}
        assert (
            client.post(
                "/auth/signup/", {**data, "password1": PASSWORD, "password2": PASSWORD}
            ).status_code
            == 302
        )
        client.logout()
        made = newcomer(handle=f"새봄{number}", email=f"b{number}@example.com")
        assert api_client().post("users/", made).status_code == 201
    refused = api_client().post("users/", newcomer())
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")


@pytest.mark.behaviour("AP-12")
def test_the_same_key_makes_one_person():
    first = api_client().post("users/", newcomer(), HTTP_IDEMPOTENCY_KEY="abc")
    second = api_client().post("users/", newcomer(), HTTP_IDEMPOTENCY_KEY="abc")
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert User.objects.count() == 1


# Being found ------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-25")
def test_people_are_listed_by_newest_without_those_who_are_hidden(minah, junho, taeo, stranger):
    User.objects.filter(pk=stranger.pk).update(state=User.State.SUSPENDED)
    listed = api_client().get("users/")
    assert [one["handle"] for one in listed.json()["results"]] == ["taeo", "junho", "minah"]
    assert "@example.com" not in listed.content.decode()
    assert "viewer" not in listed.json()["results"][0]
    seen = api_client(minah).get("users/").json()["results"]
    assert [one["handle"] for one in seen] == ["junho", "minah"]
    assert seen[0]["viewer"] == {
        "following": False,
        "followed_by": True,
        "blocked": False,
        "muted": False,
    }
    assert [one["handle"] for one in api_client(taeo).get("users/").json()["results"]] == [
        "taeo",
        "junho",
    ]
    matches_stored(listed, "people")


@pytest.mark.behaviour("AP-09")
def test_the_list_goes_on_by_cursor_and_keeps_what_was_asked(minah, junho, taeo):
    first = api_client().get("users/?page_size=2").json()
    second = api_client().get(first["next"]).json()
    names = [one["handle"] for one in first["results"] + second["results"]]
    assert names == ["taeo", "junho", "minah"]
    assert second["next"] is None
    assert "page_size=2" in second["previous"]


@pytest.mark.behaviour("AP-25")
@pytest.mark.parametrize("asked", ["minah", "@MINAH"])
def test_a_handle_is_found_exactly(minah, junho, asked):
    found = api_client().get("users/", {"handle": asked}).json()["results"]
    assert [one["handle"] for one in found] == ["minah"]
    assert api_client().get("users/", {"handle": "mina"}).json()["results"] == []


@pytest.mark.behaviour("AP-25")
def test_people_are_searched_for_and_listed_by_newest(minah, junho, taeo):
    for person, bio in ((minah, "커피와 도커"), (junho, "도커를 배운다"), (taeo, "도커 모임")):
        actions.change_profile(person, bio=bio)
    drain_outbox()

    def found(reader=None, query="도커"):
        listed = api_client(reader).get("users/", {"search": query}).json()["results"]
        return [one["handle"] for one in listed]

    assert found() == ["taeo", "junho", "minah"]
    assert found(minah) == ["junho", "minah"]
    assert found(query="쿠버네티스") == []
    User.objects.filter(pk=junho.pk).update(state="suspended")
    assert found() == ["taeo", "minah"]


@pytest.mark.parametrize("query", ["", "  ", "\x00", "ㅋ" * 3000, '"', "@"])
def test_odd_searches_do_no_harm(minah, query):
    assert api_client().get("users/", {"search": query}).status_code == 200
    assert api_client().get("users/", {"handle": query}).status_code == 200


def test_the_list_costs_three_queries_however_many_there_are(minah, django_assert_num_queries):
    client = api_client(minah)
    for number in range(15):
        make_person(f"사람{number}", email_of=f"p{number}")
    with django_assert_num_queries(3):
        client.get("users/?page_size=5")
    with django_assert_num_queries(3):
        client.get("users/?page_size=50")


# Being read -------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-26")
@pytest.mark.behaviour("AP-27")
def test_a_person_is_read_by_key_and_by_handle(minah, junho):
    actions.change_profile(minah, bio="커피와 개발", links=["https://글.example/길"])
    by_key = api_client().get(f"users/{minah.pk}/")
    by_handle = api_client().get("users/@minah/")
    assert by_key.json() == by_handle.json()
    told = by_key.json()
    assert told["avatar"].endswith("/128.webp")
    assert told["websites"] == ["https://글.example/길"]
    assert {"self", "html", "avatar", "posts", "series", "followers", "following", "feeds"} == set(
        told["links"]
    )
    assert told["links"]["feeds"]["atom"] == "http://testserver/@minah/feed.atom"
    assert "email" not in told
    assert api_client(junho).get("users/@minah/").json()["viewer"]["following"] is True
    matches_stored(by_key, "person")


@pytest.mark.behaviour("AP-28")
def test_the_address_is_told_to_its_owner_alone(minah, junho):
    own = api_client(minah)
    assert own.get(f"users/{minah.pk}/").json()["email"] == "minah@example.com"
    assert own.get("me/").json()["email"] == "minah@example.com"
    assert "email" not in api_client(junho).get("users/@minah/").json()
    assert "email" not in api_client(minah, scopes=["posts"]).get("users/@minah/").json()
    assert "minah@example.com" not in own.get("users/").content.decode()
    assert own.get("users/@minah/").json()["viewer"] == {
        "following": False,
        "followed_by": False,
        "blocked": False,
        "muted": False,
    }


@pytest.mark.behaviour("AP-26")
def test_an_old_handle_leads_to_the_new_one(minah):
    actions.rename_handle(minah, "미나리")
    moved = api_client().get("users/@minah/?fields=id")
    assert moved.status_code == 301
    new = quote("미나리")
    assert moved.headers["Location"] == f"http://testserver/api/v1/users/@{new}/?fields=id"
    assert api_client().get(moved.headers["Location"]).json() == {"id": minah.pk}
    other_form = quote(unicodedata.normalize("NFD", "미나리"))
    assert api_client().get(f"users/@{other_form}/").status_code == 200


@pytest.mark.behaviour("AP-26")
@pytest.mark.parametrize("state", ["suspended", "leaving"])
def test_who_is_hidden_is_not_there(minah, state):
    User.objects.filter(pk=minah.pk).update(state=state)
    for who in (minah.pk, "@minah"):
        assert api_client().get(f"users/{who}/").json()["code"] == "not_found"
    assert api_client().get("users/999999/").status_code == 404


def test_who_was_erased_is_gone(minah):
    User.objects.filter(pk=minah.pk).update(state="erased")
    assert api_client().get("users/@minah/").status_code == 410


@pytest.mark.behaviour("SO-07")
def test_a_block_hides_both_and_only_who_blocked_is_told(minah, taeo):
    actions.change_profile(taeo, bio="나만의 글")
    assert api_client(taeo).get("users/@minah/").status_code == 404
    seen = api_client(minah).get("users/@taeo/").json()
    assert (seen["viewer"]["blocked"], seen["bio"], seen["last_seen_at"]) == (True, "", None)
    block_person(minah, actor=taeo)
    assert api_client().get("users/@taeo/").json()["bio"] == "나만의 글"


def test_a_muted_person_is_marked_for_who_mutes(minah, junho):
    mute_person(junho, actor=minah, days=7)
    assert api_client(minah).get("users/@junho/").json()["viewer"]["muted"] is True
    assert api_client(junho).get("users/@minah/").json()["viewer"]["muted"] is False


@pytest.mark.behaviour("AC-37")
def test_last_active_is_null_where_it_is_hidden(minah):
    User.objects.filter(pk=minah.pk).update(last_seen_at=minah.joined_at)
    assert api_client().get("users/@minah/").json()["last_seen_at"] is not None
    actions.change_preferences(minah, shows_last_seen=False)
    assert api_client().get("users/@minah/").json()["last_seen_at"] is None


def test_ones_own_record_costs_three_queries(minah, settings, django_assert_num_queries):
    settings.MAIL_ENABLED = True
    client = api_client(minah)
    with django_assert_num_queries(3):
        client.get("me/")


def test_reading_somebody_costs_four_queries_with_a_token(minah, junho, django_assert_num_queries):
    client = api_client(junho)
    with django_assert_num_queries(4):
        client.get(f"users/{minah.pk}/")


# Changing oneself -------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-29")
@pytest.mark.parametrize("path", ["me/", "users/{pk}/", "users/@minah/"])
def test_the_record_is_changed_in_part(minah, path):
    client = api_client(minah)
    changed = client.patch(
        path.format(pk=minah.pk),
        {
            "display_name": "미나리",
            "websites": ["b.example"],
            "id": 7,
            "email": "MINAH@example.com",
        },
    )
    assert changed.status_code == 200
    minah.refresh_from_db()
    assert (minah.display_name, minah.links) == ("미나리", ["https://b.example"])
    assert (minah.handle, minah.email, minah.pk) == (
        "minah",
        "minah@example.com",
        changed.json()["id"],
    )


@pytest.mark.behaviour("AP-29")
def test_current_values_pass_and_those_of_others_do_not(minah, junho):
    client = api_client(minah)
    assert client.patch("me/", {"handle": "minah", "bio": ""}).status_code == 200
    taken = client.patch("me/", {"handle": "JUNHO", "display_name": "다른 이름"})
    assert (taken.status_code, codes_of(taken)) == (400, {"handle": "handle_taken"})
    minah.refresh_from_db()
    assert minah.display_name == "미나"


def test_a_change_happens_whole_or_not_at_all(minah):
    refused = api_client(minah).patch("me/", {"handle": "미나리", "bio": "가" * 301})
    assert (refused.status_code, codes_of(refused)) == (400, {"bio": "text_too_long"})
    minah.refresh_from_db()
    assert minah.handle == "minah"


@pytest.mark.behaviour("AP-29")
def test_a_new_address_needs_the_password_and_then_its_confirmation(committed, outbox, settings):
    settings.MAIL_ENABLED = True
    haneul = make_person("하늘", password=PASSWORD, email_of="haneul")
    client = api_client(haneul)
    missing = client.patch("me/", {"email": "new@example.com"})
    assert (missing.status_code, codes_of(missing)) == (400, {"password": "required"})
    wrong = client.patch("me/", {"email": "new@example.com", "password": "아무거나"})
    assert (wrong.status_code, codes_of(wrong)) == (400, {"password": "password_wrong"})
    assert not EmailAddress.objects.filter(email="new@example.com").exists()
    with committed():
        asked = client.patch("me/", {"email": "new@example.com", "password": PASSWORD})
    assert asked.status_code == 200
    told = asked.json()
    assert (told["email"], told["wanted_email"]) == ("haneul@example.com", "new@example.com")
    assert {mail.to[0] for mail in outbox} == {"haneul@example.com", "new@example.com"}
    actions.confirm_address(EmailAddress.objects.get(email="new@example.com"))
    assert client.get("me/").json()["email"] == "new@example.com"


def test_an_address_of_somebody_else_is_refused(minah):
    haneul = make_person("하늘", password=PASSWORD, email_of="haneul")
    refused = api_client(haneul).patch("me/", {"email": minah.email, "password": PASSWORD})
    assert (refused.status_code, codes_of(refused)) == (400, {"email": "email_taken"})


@pytest.mark.behaviour("AP-29")
def test_others_records_are_refused_and_unknown_ones_are_not_there(minah, junho, taeo):
    change = {"bio": "남이 쓴 소개"}
    assert api_client(junho).patch(f"users/{minah.pk}/", change).json()["code"] == "forbidden"
    assert api_client(taeo).patch(f"users/{minah.pk}/", change).status_code == 404
    assert api_client(junho).patch("users/@nobody/", change).status_code == 404
    assert api_client().patch(f"users/{minah.pk}/", change).status_code == 401
    narrow = api_client(minah, scopes=["read"]).patch("me/", change)
    assert narrow.json()["code"] == "insufficient_scope"
    for path in ("me/", f"users/{minah.pk}/"):
        refused = api_client(minah).put(path, change)
        assert refused.status_code == 405
        assert "PATCH" in refused.headers["Allow"]
    minah.refresh_from_db()
    assert minah.bio == ""


@pytest.mark.behaviour("AP-11")
def test_a_record_that_was_changed_meanwhile_is_not_overwritten(minah):
    client = api_client(minah)
    tag = client.get("me/").headers["ETag"]
    assert client.patch("me/", {"bio": "하나"}, HTTP_IF_MATCH=tag).status_code == 200
    stale = client.patch("me/", {"bio": "둘"}, HTTP_IF_MATCH=tag)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert client.get("me/", HTTP_IF_NONE_MATCH=tag).status_code == 200


@override_settings(MAIL_ENABLED=True)
def test_people_who_have_not_confirmed_read_and_change_their_record(minah):
    minah.emailaddress_set.update(verified=False)
    cache.clear()
    client = api_client(minah)
    assert client.get("me/").json()["email_confirmed"] is False
    assert client.patch("me/", {"bio": "기다리는 중"}).status_code == 200
