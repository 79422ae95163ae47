"""Keys of programs: made with a password, listed, revoked (AP-20 to AP-23)."""

import base64
import hashlib
import time
import unicodedata
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.hashers import get_hasher
from django.forms.models import model_to_dict
from django.test import override_settings

from accounts import actions
from accounts.actions.tokens import TOKENS_PER_PERSON
from accounts.models import AccessToken, User
from accounts.scopes import MEMBER_SCOPES
from accounts.tests.factories import PASSWORD, make_person
from config.api.rendering import dumps
from config.models import StoredAnswer
from config.tests.api_client import api_client, matches_stored

pytestmark = pytest.mark.django_db
NFD = unicodedata.normalize("NFD", "하늘")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def basic(name: str, password: str = PASSWORD) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def mint(name: str, password: str = PASSWORD, data=None, **extra):
    return api_client().post(
        "tokens/", data or {}, HTTP_AUTHORIZATION=basic(name, password), **extra
    )


def code_now() -> str:
    return format_hotp_value(hotp_value(SECRET, int(time.time() // 30)))


@pytest.fixture
def haneul(db):
    return make_person("하늘", "하늘이", password=PASSWORD, email_of="haneul")


# Making one -------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-20")
@pytest.mark.parametrize("name", ["하늘", "@하늘", "haneul@example.com", "HANEUL@Example.com", NFD])
def test_handle_or_address_and_password_make_a_token_that_works(haneul, name):
    made = mint(name)
    assert made.status_code == 201
    told = made.json()
    assert set(told["scopes"]) == set(MEMBER_SCOPES)
    assert told["token"].startswith("madang_")
    assert made.headers["Location"] == told["url"]
    assert "no-store" in made.headers["Cache-Control"]
    held = AccessToken.objects.get(pk=told["id"])
    assert 3590 < (held.expiry - held.created).total_seconds() < 3610
    me = api_client().get("me/", HTTP_AUTHORIZATION=f"Bearer {told['token']}")
    assert me.json()["handle"] == "하늘"


@pytest.mark.behaviour("AP-20")
def test_name_scopes_and_time_are_chosen(haneul):
    made = mint("하늘", data={"name": "밤 일꾼", "scopes": ["posts", "read"], "expires_in": 60})
    told = made.json()
    assert (told["name"], told["scopes"]) == ("밤 일꾼", ["read", "posts"])
    held = AccessToken.objects.get(pk=told["id"])
    assert 55 < (held.expiry - held.created).total_seconds() < 65
    matches_stored(made, "token_made")


@pytest.mark.parametrize(
    ("data", "field", "code"),
    [
        ({"scopes": ["posts", "everything"]}, "scopes.1", "invalid_choice"),
        ({"scopes": []}, "scopes", "required"),
        ({"scopes": ["moderation"]}, "scopes", "scope_refused"),
        ({"expires_in": 367 * 24 * 3600}, "expires_in", "max_value"),
        ({"expires_in": 0}, "expires_in", "min_value"),
        ({"expires_in": "한 시간"}, "expires_in", "invalid"),
    ],
    ids=["unknown", "none", "not staff", "too long", "no time", "words"],
)
def test_what_a_token_cannot_be_made_for_is_refused_by_field(haneul, data, field, code):
    refused = mint("하늘", data=data)
    assert refused.status_code == 400
    assert [(one["field"], one["code"]) for one in refused.json()["errors"]] == [(field, code)]
    assert not AccessToken.objects.exists()


def test_staff_may_have_a_token_for_moderation():
    make_person("sora", "소라", password=PASSWORD, is_staff=True)
    assert mint("sora", data={"scopes": ["moderation"]}).json()["scopes"] == ["moderation"]
    assert "moderation" not in mint("sora").json()["scopes"]


@pytest.mark.behaviour("AP-22")
def test_each_call_makes_another_token_even_with_the_same_key(haneul):
    first = mint("하늘", HTTP_IDEMPOTENCY_KEY="하나".encode().hex())
    second = mint("하늘", HTTP_IDEMPOTENCY_KEY="하나".encode().hex())
    assert first.json()["token"] != second.json()["token"]
    assert AccessToken.objects.count() == 2


@pytest.mark.behaviour("AP-22")
def test_fifty_tokens_are_enough(haneul):
    for _number in range(TOKENS_PER_PERSON):
        actions.make_token(haneul)
    refused = mint("하늘")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_tokens")
    # Those that sites elsewhere get for ten minutes are another matter.
    actions.make_token(haneul, origin="https://blog.example")
    actions.revoke_token(AccessToken.objects.first())
    assert mint("하늘").status_code == 201


@pytest.mark.behaviour("AP-21")
@pytest.mark.parametrize(
    "header",
    [
        "",
        basic("하늘", "다른 비밀번호"),
        basic("없는이"),
        basic("하늘", ""),
        basic("", PASSWORD),
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode("하늘".encode("euc-kr") + b":x").decode(),
        "Basic " + base64.b64encode(b"no colon").decode(),
        basic("하\x00늘"),
        basic("하늘", "ㅋ" * 2000),
        "Bearer madang_" + "a" * 64,
    ],
    ids="none wrong unknown blank nameless bare letters euckr colon nul long bearer".split(),
)
def test_anything_but_the_right_password_is_asked_for_it(haneul, header):
    extra = {"HTTP_AUTHORIZATION": header} if header else {}
    refused = api_client().post("tokens/", {}, **extra)
    assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
    assert refused.headers["WWW-Authenticate"] == 'Basic realm="Madang", charset="UTF-8"'
    assert not AccessToken.objects.exists()


@pytest.mark.behaviour("AP-21")
@pytest.mark.parametrize("path", ["me/", "jobs/", "tokens/"])
def test_the_password_opens_no_other_address(haneul, path):
    refused = api_client().get(path, HTTP_AUTHORIZATION=basic("하늘"))
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_makes_no_token(haneul):
    assert api_client(haneul).post("tokens/", {}).status_code == 401


@pytest.mark.parametrize("name", ["하늘", "없는이", "없는이@example.com", "열쇠만"])
def test_every_try_costs_one_hash(haneul, name):
    make_person("열쇠만", email_of="keyonly")
    hasher, counted = type(get_hasher()), []
    original = hasher.encode

    def encode(self, password, salt):
        counted.append(salt)
        return original(self, password, salt)

    with mock.patch.object(hasher, "encode", encode):
        assert mint(name, "틀린 비밀번호").status_code == 401
    assert len(counted) == 1


# How often --------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-21")
@pytest.mark.parametrize("name", ["하늘", "없는이"])
def test_guessing_is_refused_after_five_tries_for_known_and_unknown_names(haneul, name):
    tries = [mint(name, f"틀림{number}").status_code for number in range(6)]
    assert tries == [401] * 5 + [429]
    refused = mint(name)
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert int(refused.headers["Retry-After"]) > 0


@pytest.mark.behaviour("AP-21")
def test_the_sign_in_page_and_this_count_the_same_tries(haneul, client):
    for number in range(3):
        client.post("/auth/login/", {"login": "하늘", "password": f"틀림{number}"})
    for number in range(2):
        assert mint("haneul@example.com", f"또 틀림{number}").status_code == 401
    assert mint("하늘").status_code == 429
    page = client.post("/auth/login/", {"login": "하늘", "password": PASSWORD})
    assert page.status_code == 429


def test_the_right_password_uses_no_try_up(haneul):
    for number in range(4):
        assert mint("하늘", f"틀림{number}").status_code == 401
    assert mint("하늘").status_code == 201
    assert mint("하늘", "틀림").status_code == 401


@pytest.mark.behaviour("AP-13")
@override_settings(
    API_RATES=dict.fromkeys(("anonymous", "token", "write"), (1000, 60)) | {"mint": (2, 3600)}
)
def test_making_tokens_has_a_bucket_of_its_own(haneul):
    assert [mint("하늘").status_code for _number in range(3)] == [201, 201, 429]
    assert '"mint"' in mint("하늘").headers["RateLimit-Policy"]


# The second factor ------------------------------------------------------------------------------


@pytest.fixture
def guarded(haneul):
    """하늘 with an authenticator app and recovery codes."""
    TOTP.activate(haneul, SECRET)
    RecoveryCodes.activate(haneul)
    return haneul


@pytest.mark.behaviour("AP-21")
def test_a_password_alone_opens_nothing_where_there_is_a_second_factor(guarded):
    refused = mint("하늘")
    assert (refused.status_code, refused.json()["code"]) == (403, "mfa_required")
    assert not AccessToken.objects.exists()


def test_a_code_of_the_app_or_a_recovery_code_opens_it_once(guarded):
    code = code_now()
    assert mint("하늘", data={"code": code}).status_code == 201
    assert Authenticator.objects.get(type="totp").last_used_at is not None
    again = mint("하늘", data={"code": code})
    assert (again.status_code, again.json()["code"]) == (403, "mfa_refused")
    held = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    assert mint("하늘", data={"code": held}).status_code == 201
    assert mint("하늘", data={"code": held}).json()["code"] == "mfa_refused"


def test_guessing_codes_is_refused_like_on_the_page(guarded):
    tries = [mint("하늘", data={"code": "000000"}).status_code for _number in range(6)]
    assert tries == [403] * 5 + [429]


def test_the_wrong_password_says_nothing_of_a_second_factor(guarded):
    assert mint("하늘", "틀림", data={"code": code_now()}).status_code == 401


def test_staff_who_must_have_a_second_factor_get_no_token_without(settings):
    make_person("sora", "소라", password=PASSWORD, is_staff=True)
    settings.STAFF_REQUIRE_MFA = True
    assert mint("sora").json()["code"] == "mfa_required"


@pytest.mark.behaviour("AP-19")
@pytest.mark.parametrize("state", ["suspended", "leaving"])
def test_a_closed_account_gets_no_token(haneul, state):
    User.objects.filter(pk=haneul.pk).update(state=state)
    refused = mint("하늘")
    assert (refused.status_code, refused.json()["code"]) == (403, "account_inactive")


# Listing and revoking -----------------------------------------------------------------------------


@pytest.mark.behaviour("AP-23")
def test_the_owner_lists_live_tokens_without_their_keys(haneul, minah):
    actions.make_token(minah, name="남의 것")
    actions.make_token(haneul, name="댓글 상자", origin="https://글.example")
    client = api_client(haneul)
    actions.make_token(haneul, name="둘째", scopes=["read"])
    listed = client.get("tokens/")
    assert [one["name"] for one in listed.json()["results"]] == ["둘째", "시험"]
    assert [one["is_current"] for one in listed.json()["results"]] == [False, True]
    assert client.key not in listed.content.decode()
    one = client.get(listed.json()["results"][0]["url"])
    assert one.json()["first_characters"].startswith("madang_")
    matches_stored(listed, "tokens")


@pytest.mark.behaviour("AP-23")
def test_a_revoked_token_is_dead_at_once(haneul):
    client, other = api_client(haneul), api_client(haneul)
    assert client.delete(f"tokens/{other.token.pk}/").status_code == 204
    assert other.get("me/").status_code == 401
    assert client.delete(f"tokens/{other.token.pk}/").status_code == 404
    assert client.delete("tokens/current/").status_code == 204
    assert client.get("me/").status_code == 401


def test_a_token_of_any_scope_can_tell_and_end_itself(haneul):
    client = api_client(haneul, scopes=["reactions"])
    assert client.get("tokens/current/").json()["scopes"] == ["reactions"]
    assert client.delete("tokens/current/").status_code == 204
    assert api_client().delete("tokens/current/").status_code == 401


def test_tokens_of_others_are_hidden_and_the_scope_is_asked_for(haneul, minah):
    held, _key = actions.make_token(minah)
    client = api_client(haneul)
    assert client.get(f"tokens/{held.pk}/").status_code == 404
    assert client.delete(f"tokens/{held.pk}/").status_code == 404
    narrow = api_client(haneul, scopes=["read"])
    assert narrow.get("tokens/").json()["code"] == "insufficient_scope"
    assert api_client().get("tokens/").status_code == 401


@pytest.mark.behaviour("AC-25")
def test_a_page_of_ours_needs_a_fresh_proof(haneul, client):
    client.force_login(haneul)
    refused = client.get("/api/v1/tokens/", headers={"sec-fetch-site": "same-origin"})
    assert (refused.status_code, refused.json()["code"]) == (403, "proof_required")
    client.post("/auth/reauthenticate/", {"password": PASSWORD})
    proved = client.get("/api/v1/tokens/", headers={"sec-fetch-site": "same-origin"})
    assert proved.status_code == 200


def test_the_list_costs_two_queries_however_many_there_are(haneul, django_assert_num_queries):
    client = api_client(haneul)
    for number in range(12):
        actions.make_token(haneul, name=f"{number}번")
    with django_assert_num_queries(2):
        client.get("tokens/")


# Who calls --------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-13")
@override_settings(API_RATES={"anonymous": (3, 60), "token": (9, 60), "mint": (9, 60)})
def test_tokens_of_closed_accounts_and_wrong_passwords_are_counted_too(haneul):
    client = api_client(haneul)
    User.objects.filter(pk=haneul.pk).update(state="suspended")
    assert [client.get("me/").status_code for _number in range(4)] == [403, 403, 403, 429]


def test_a_key_that_comes_twice_leaves_no_guessable_trace_of_a_password():
    data = {"handle": "새봄", "email": "s@example.com", "password": PASSWORD}
    api_client().post("users/", data, HTTP_IDEMPOTENCY_KEY="abc")
    plain = hashlib.sha256(b"POST /api/v1/users/\n" + dumps(data)).hexdigest()
    kept = StoredAnswer.objects.get()
    assert kept.request_hash != plain
    row = str(model_to_dict(kept) | {"sealed": kept.sealed})
    assert kept.sealed and "abc" not in (kept.key, kept.sealed)
    assert not [text for text in (PASSWORD, "s@example.com", "새봄") if text in row]


@pytest.mark.behaviour("AP-18")
def test_all_tokens_are_revoked_at_once_and_those_of_others_stay(haneul):
    other, _key = actions.make_token(make_person("minah", "미나"))
    client = api_client(haneul)
    actions.make_token(haneul)
    assert api_client(haneul, scopes=["read"]).delete("tokens/").status_code == 403
    assert client.delete("tokens/").status_code == 204
    assert list(AccessToken.objects.all()) == [other]
    assert client.get("tokens/").status_code == 401
