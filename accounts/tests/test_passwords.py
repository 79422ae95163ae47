import re
import time

import pytest
import time_machine

from accounts import actions
from accounts.models import AccessToken, User
from accounts.tests.factories import PASSWORD, make_person
from accounts.tests.letters import link_in

RESET = "/auth/password/reset/"
NEW = "바다-위의-달빛-31"


@pytest.fixture
def haru(db) -> User:
    return make_person("haru", "하루", password=PASSWORD)


@pytest.fixture
def link(client, haru, committed, outbox) -> str:
    """The link in a reset mail to 하루."""
    with committed():
        client.post(RESET, {"email": "HARU@example.com"})
    return link_in(outbox[-1])


def set_new(client, link, password=NEW, again=None):
    form = client.get(link)["Location"]
    return client.post(form, {"password1": password, "password2": again or password})


@pytest.mark.behaviour("AC-26")
def test_the_answer_is_the_same_and_mail_goes_only_to_known_addresses(
    client, haru, committed, outbox, django_assert_num_queries
):
    answers = []
    for email in ("haru@example.com", "nobody@example.com"):
        # Known or not: the promise that somebody looks, and nothing that takes longer for one of them.
        with committed(), django_assert_num_queries(1):
            answers.append(client.post(RESET, {"email": email}))
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, f"{RESET}done/")
    }
    assert [message.to for message in outbox] == [["haru@example.com"]]


@pytest.mark.behaviour("AC-26")
@pytest.mark.parametrize("state", ["suspended", "leaving", "erased"])
def test_no_link_for_accounts_that_are_closed(client, haru, committed, outbox, state):
    actions.set_state(haru, state, actor=None)
    with committed():
        client.post(RESET, {"email": "haru@example.com"})
    assert not outbox


@pytest.mark.behaviour("AC-26")
def test_no_link_to_an_address_that_waits_for_its_confirmation(client, haru, committed, outbox):
    actions.request_address_change(haru, "mistyped@example.com")
    with committed():
        client.post(RESET, {"email": "mistyped@example.com"})
    assert not outbox


@pytest.mark.behaviour("AC-21")
def test_five_links_an_hour_per_address_and_twenty_per_network(client, haru):
    for email in ("haru@example.com", "nobody@example.com"):
        for _ in range(5):
            assert client.post(RESET, {"email": email}).status_code == 302
        refused = client.post(RESET, {"email": email})
        assert refused.status_code == 429
        assert int(refused["Retry-After"]) > 0
    for number in range(20):
        last = client.post(RESET, {"email": f"{number}@example.com"})
    assert last.status_code == 429


@pytest.mark.behaviour("AC-27")
def test_the_form_has_no_token_in_its_address(client, link):
    answer = client.get(link)
    assert answer["Location"].endswith("-set-password/")
    assert link.rsplit("-", 1)[1].strip("/") not in answer["Location"]
    page = client.get(answer["Location"]).content.decode()
    assert link.rsplit("-", 1)[1].strip("/") not in page


@pytest.mark.behaviour("AC-27")
def test_it_works_once(client, haru, link):
    assert set_new(client, link)["Location"] == "/auth/login/"
    haru.refresh_from_db()
    assert haru.check_password(NEW)
    assert "does not work any more" in client.get(link).content.decode()


@pytest.mark.behaviour("AC-27")
@pytest.mark.parametrize(("minutes", "works"), [(9, True), (11, False)])
def test_it_lives_ten_minutes(client, haru, link, minutes, works):
    with time_machine.travel(time.time() + minutes * 60, tick=True):
        answer = client.get(link)
        assert (answer.status_code == 302) is works
        if works:
            set_new(client, link)
    haru.refresh_from_db()
    assert haru.check_password(NEW) is works


@pytest.mark.behaviour("AC-27")
@pytest.mark.parametrize("change", ["password", "address"])
def test_it_dies_with_any_change_of_password_or_address(client, haru, link, change):
    if change == "password":
        actions.set_password(haru, "다른-비밀번호-77")
    else:
        actions.change_address(haru, "new@example.com")
    assert "does not work any more" in client.get(link).content.decode()


@pytest.mark.behaviour("AC-28")
@pytest.mark.parametrize("key", ["zzz-abc-def", "1-set-password", "0-", "1-cabc-0123"])
def test_a_bad_link_says_so_and_offers_a_new_one(client, haru, key):
    page = client.get(f"/auth/password/reset/key/{key}/")
    if page.status_code != 404:
        body = page.content.decode()
        assert "does not work any more" in body
        assert f'href="{RESET}"' in body


@pytest.mark.behaviour("AC-29")
def test_title_heading_and_button_say_set_a_new_password(client, link):
    body = client.get(client.get(link)["Location"]).content.decode()
    assert "<title>Set a new password ·" in body
    assert "Set a new password</h1>" in body
    assert "Set a new password</button>" in body
    assert body.count('type="password"') == 2
    refused = set_new(client, link, again="not the same")
    assert "password2" in refused.context["form"].errors


@pytest.mark.behaviour("AC-30")
def test_a_reset_ends_every_session_and_tells_the_owner(client, haru, link, committed, outbox):
    from django.test import Client

    elsewhere = Client()
    elsewhere.post("/auth/login/", {"login": "haru", "password": PASSWORD})
    assert elsewhere.get("/settings/profile/").status_code == 200
    with committed():
        # Signing in has killed the first link; the owner asks again.
        client.post(RESET, {"email": "haru@example.com"})
    with committed():
        answer = set_new(client, link_in(outbox[-1]))
    assert answer["Location"] == "/auth/login/"
    assert "Your new password is set" in client.get("/auth/login/").content.decode()
    assert elsewhere.get("/settings/profile/").status_code == 302
    assert "new password was set" in outbox[-1].body
    assert outbox[-1].to == ["haru@example.com"]


@pytest.mark.behaviour("AC-31")
def test_changing_it_needs_the_current_one(client, haru):
    client.post("/auth/login/", {"login": "haru", "password": PASSWORD})
    page = "/settings/password/"
    refused = client.post(page, {"oldpassword": "wrong", "password1": NEW, "password2": NEW})
    assert "oldpassword" in refused.context["form"].errors
    haru.refresh_from_db()
    assert haru.check_password(PASSWORD)


@pytest.mark.behaviour("AC-31")
def test_changing_it_ends_the_other_sessions_and_a_mail_tells(client, haru, committed, outbox):
    from django.test import Client

    other = Client()
    for browser in (client, other):
        browser.post("/auth/login/", {"login": "haru", "password": PASSWORD})
    with committed():
        answer = client.post(
            "/settings/password/",
            {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
        )
    assert answer["Location"] == "/settings/password/"
    assert "Your new password is set" in client.get("/settings/password/").content.decode()
    assert other.get("/settings/profile/").status_code == 302
    assert [message.to for message in outbox] == [["haru@example.com"]]
    assert "was changed" in outbox[0].body


@pytest.mark.behaviour("AC-30")
def test_a_reset_revokes_every_token(client, haru, link):
    actions.make_token(haru)
    set_new(client, link)
    assert not AccessToken.objects.exists()


@pytest.mark.behaviour("AC-31")
@pytest.mark.parametrize(("ticked", "left"), [("on", 0), ("", 1)], ids=["ticked", "unticked"])
def test_changing_it_revokes_tokens_unless_unticked(client, haru, minah, ticked, left):
    for person in (haru, minah):
        actions.make_token(person)
    client.post("/auth/login/", {"login": "haru", "password": PASSWORD})
    page = client.get("/settings/password/").content.decode()
    assert re.search(r'<input[^>]*name="revokes_tokens"[^>]*checked', page)
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    answer = client.post("/settings/password/", data | ({"revokes_tokens": "on"} if ticked else {}))
    assert answer.status_code == 302
    assert AccessToken.objects.filter(user=haru).count() == left
    assert AccessToken.objects.filter(user=minah).count() == 1


def test_whoever_has_no_password_sets_a_first_one(client, db):
    person = make_person("yeolsoe")
    client.force_login(person)
    assert client.get("/settings/password/")["Location"] == "/settings/password/set/"
    client.post("/settings/password/set/", {"password1": NEW, "password2": NEW})
    person.refresh_from_db()
    assert person.check_password(NEW)


def test_the_pages_need_a_sign_in(client, db):
    for page in ("/settings/password/", "/settings/password/set/"):
        assert client.get(page)["Location"].startswith("/auth/login/?next=")


def test_a_site_without_mail_promises_none(client, settings, as_user, minah):
    settings.MAIL_ENABLED = False
    page = client.get("/auth/password/reset/done/").content.decode()
    assert "No mail was sent" in page and "is on its way" not in page
    member = as_user(minah)
    assert "no link will arrive" in member.get("/settings/email/").content.decode()
    assert "by mail" not in member.get("/settings/export/").content.decode()
    settings.MAIL_ENABLED = True
    assert "is on its way" in client.get("/auth/password/reset/done/").content.decode()
    assert "no link will arrive" not in member.get("/settings/email/").content.decode()
