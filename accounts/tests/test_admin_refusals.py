"""What actions refuse in the administration of people is said on the form, and nothing is lost."""

import pytest

from accounts.models import User
from accounts.tests.factories import make_person
from accounts.tests.test_admin import PEOPLE, filled
from moderation.models import Decision, LogEntry
from moderation.tests.factories import make_moderator

TOO_LONG = "까" * 2001


@pytest.fixture
def boss(as_user, db):
    return as_user(make_person("boss", is_staff=True, is_superuser=True))


def told(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def rows(person) -> dict:
    return User.objects.filter(pk=person.pk).values().get()


@pytest.mark.behaviour("AD-09", "AD-11", "UX-05")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"bio": "가" * 301}, "bio"),
        ({"reason": TOO_LONG, "bio": "새 소개"}, "reason"),
        ({"links": '["no address"]'}, "links"),
    ],
    ids=["bio", "reason", "link"],
)
def test_a_refused_change_is_said_beside_its_field_and_nothing_typed_is_lost(
    boss, minah, changes, field
):
    before = rows(minah)
    typed = filled(minah, handle="나미", display_name="새 이름", theme="dark") | changes
    page = boss.post(f"{PEOPLE}{minah.pk}/change/", typed)
    assert page.status_code == 200
    form = page.context["adminform"].form
    assert list(form.errors) == [field]
    for name in ("handle", "display_name", "bio", "reason", "links", "theme"):
        assert form[name].value() == typed[name], name
    assert told(page) == []
    assert rows(minah) == before
    assert not minah.former_handles.exists() and not LogEntry.objects.exists()


@pytest.mark.behaviour("AD-09", "UX-05")
def test_the_last_administrator_stays_and_the_page_says_so_alone(boss):
    person = User.objects.get(handle="boss")
    page = boss.post(f"{PEOPLE}{person.pk}/change/", filled(person, is_staff="on", bio="안녕"))
    assert page.status_code == 200
    form = page.context["adminform"].form
    assert form.non_field_errors() == ["This is the last administrator of the site."]
    assert form["bio"].value() == "안녕"
    assert told(page) == []
    person.refresh_from_db()
    assert person.is_superuser and person.bio == ""


@pytest.mark.parametrize("links", ["5", "[1]", "[null]", '[{"url":"x"}]', '"x.example"', "{}"])
def test_links_are_a_list_of_texts_and_nothing_else(boss, minah, links):
    page = boss.post(f"{PEOPLE}{minah.pk}/change/", filled(minah, links=links, bio="소개"))
    assert page.status_code == 200
    assert list(page.context["adminform"].form.errors) == ["links"]
    minah.refresh_from_db()
    assert (minah.links, minah.bio) == ([], "")


def test_links_are_stored_and_taken_away(boss, minah):
    url = f"{PEOPLE}{minah.pk}/change/"
    boss.post(url, filled(minah, links='["https://minah.example/", "junho.example"]'))
    minah.refresh_from_db()
    assert minah.links == ["https://minah.example/", "https://junho.example"]
    boss.post(url, filled(minah, links="") | {"initial-links": '["https://minah.example/"]'})
    minah.refresh_from_db()
    assert minah.links == []


PAST = {"until_0": "2020-05-05", "until_1": "09:00:00"}


@pytest.mark.behaviour("AD-05", "AD-09", "UX-05")
@pytest.mark.parametrize(
    ("action", "answer", "field"),
    [
        ("suspend_people", {"text": "쉬어 가요.", "category": "abuse", **PAST}, "until"),
        ("suspend_people", {"text": TOO_LONG, "category": "abuse"}, "text"),
        ("restore_people", {"text": "다시 함께해요.", "note": TOO_LONG}, "note"),
        ("sign_people_out", {"reason": TOO_LONG}, "reason"),
    ],
    ids=["past", "text", "note", "reason"],
)
def test_a_refused_act_asks_again_with_all_that_was_typed(
    boss, minah, junho, action, answer, field
):
    chosen = {"action": action, "_selected_action": [minah.pk, junho.pk], "confirmed": "1"}
    page = boss.post(PEOPLE, chosen | answer)
    assert page.status_code == 422
    form = page.context["form"]
    assert list(form.errors) == [field]
    body = page.content.decode()
    for typed in answer.values():
        assert typed in body
    assert set(page.context["keys"]) == {minah.pk, junho.pk}
    assert (page.context["number"], page.context["action"]) == (2, action)
    assert told(page) == []
    assert not Decision.objects.exists() and not LogEntry.objects.exists()


@pytest.mark.parametrize("value", ["abc", "99", "-1", "\x00", "2 OR 1"])
def test_a_filter_of_trust_that_does_not_exist_leaves_everybody(boss, minah, value):
    page = boss.get(PEOPLE, {"trust_level": value})
    assert page.status_code == 200
    assert "minah@example.com" in page.content.decode()


def test_a_filter_of_trust_filters(boss, minah):
    User.objects.filter(pk=minah.pk).update(trust_level=2)
    assert "minah@example.com" in boss.get(PEOPLE, {"trust_level": "2"}).content.decode()
    assert "minah@example.com" not in boss.get(PEOPLE, {"trust_level": "1"}).content.decode()


@pytest.mark.behaviour("AD-09", "UX-05")
@pytest.mark.parametrize("who", ["oneself", "administrator"])
def test_an_act_on_nobody_says_why_instead_of_asking(as_user, db, who):
    sora = make_moderator()
    root = make_person("root", is_staff=True, is_superuser=True)
    chosen = sora if who == "oneself" else root
    data = {"action": "suspend_people", "_selected_action": [str(chosen.pk)]}
    page = as_user(sora).post(PEOPLE, data, follow=True)
    assert page.redirect_chain
    assert told(page) == [
        "You cannot decide about yourself or what is yours."
        if who == "oneself"
        else "Only an administrator decides about administrators."
    ]
