import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from zeal import zeal_ignore

from accounts import actions
from accounts.models import User
from accounts.policies import is_email_confirmed
from accounts.tests.factories import PASSWORD, make_person, make_unconfirmed_person
from moderation.models import Decision, LogEntry
from moderation.tests.factories import make_editor, make_moderator, make_report
from social.actions import send_message

PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def boss(as_user, db):
    return as_user(make_person("boss", is_staff=True, is_superuser=True))


@pytest.fixture
def keeper(as_user, sora):
    """소라, who may change people and nothing else."""
    sora.user_permissions.set(Permission.objects.filter(codename__in=("change_user", "view_user")))
    return as_user(sora)


def do(client, action: str, people, **answer):
    """Choose people in the list and an act, and say yes on the page that asks."""
    chosen = {"action": action, "_selected_action": [person.pk for person in people]}
    asked = client.post(PEOPLE, chosen)
    assert asked.status_code == 200
    assert asked.context["number"] == len(people)
    with zeal_ignore():  # one after the other, each by the action
        return client.post(PEOPLE, {**chosen, "confirmed": "1", **answer}, follow=True)


def acts() -> list[str]:
    return list(LogEntry.objects.order_by("number").values_list("act", flat=True))


def filled(person, **changes) -> dict[str, str]:
    """The form of a person as the page sends it."""
    form = {
        "handle": person.handle,
        "email": person.email,
        "display_name": person.display_name,
        "bio": person.bio,
        "links": "[]",
        "reason": "본인이 메일로 부탁했어요.",
        "language": person.language,
        "time_zone": person.time_zone,
        "theme": person.theme,
        "default_visibility": person.default_visibility,
        "default_language": person.default_language,
        "who_may_message": person.who_may_message,
        "shows_last_seen": "on",
    }
    return form | changes


@pytest.mark.behaviour("AD-01")
def test_it_opens_for_staff_alone(client, as_user, minah):
    way = client.get(PEOPLE, follow=True).redirect_chain
    assert way[-1][0] == "/auth/login/?next=%2Fadmin%2Faccounts%2Fuser%2F"
    assert as_user(minah).get(PEOPLE, follow=True).status_code == 403


@pytest.mark.behaviour("AD-09")
@pytest.mark.parametrize("words", ["minah", "@MINAH", "minah@ex"])
def test_people_are_found_by_handle_and_address(boss, minah, junho, words):
    body = boss.get(PEOPLE, {"q": words}).content.decode()
    assert "minah@example.com" in body
    assert "junho@example.com" not in body


@pytest.mark.behaviour("AD-09")
def test_secrets_of_factors_and_keys_of_sessions_are_not_shown(boss):
    index = boss.get("/admin/").content.decode()
    for app in ("mfa", "usersessions", "account", "socialaccount"):
        assert f"/admin/{app}/" not in index
        assert boss.get(f"/admin/{app}/").status_code == 404


@pytest.mark.behaviour("AD-09", "AC-09")
def test_no_password_hash_is_shown_whole(boss, minah):
    actions.set_password(minah, PASSWORD)
    body = boss.get(f"{PEOPLE}{minah.pk}/change/").content.decode()
    assert minah.password not in body
    assert PASSWORD not in body


@pytest.mark.behaviour("AD-11")
def test_changes_go_the_way_of_the_site(boss, minah):
    answer = boss.post(
        f"{PEOPLE}{minah.pk}/change/",
        filled(minah, handle="미나리", email="New@Example.com", bio="소개", theme="dark"),
    )
    assert answer.status_code == 302
    minah.refresh_from_db()
    assert (minah.handle, minah.handle_key) == ("미나리", "미나리")
    assert minah.email == "new@example.com"
    assert minah.former_handles.get().handle == "minah"
    assert minah.emailaddress_set.get().email == "new@example.com"
    assert (minah.bio, minah.theme) == ("소개", "dark")


@pytest.mark.behaviour("AD-11")
@pytest.mark.parametrize(
    "changes", [{"handle": "junho"}, {"email": "JUNHO@example.com"}, {"handle": "a b"}]
)
def test_taken_names_are_field_errors(boss, minah, junho, changes):
    answer = boss.post(f"{PEOPLE}{minah.pk}/change/", filled(minah, **changes))
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == list(changes)


@pytest.mark.behaviour("AD-09", "SO-42")
def test_a_change_takes_a_reason_and_the_log_names_what_not_the_words(boss, minah):
    form = filled(minah, bio="소개예요", is_staff="on")
    answer = boss.post(f"{PEOPLE}{minah.pk}/change/", form | {"reason": " "})
    assert list(answer.context["adminform"].form.errors) == ["reason"]
    assert LogEntry.objects.count() == 0
    boss.post(f"{PEOPLE}{minah.pk}/change/", form)
    row = LogEntry.objects.get(act="change_person")
    assert (row.target_kind, row.target_id) == ("person", str(minah.pk))
    assert row.after["fields"] == ["bio", "is_staff"]
    assert (row.before["is_staff"], row.after["is_staff"]) == (False, True)
    assert "소개" not in str(row.after)


def test_a_state_is_not_typed_but_decided(boss, minah):
    boss.post(f"{PEOPLE}{minah.pk}/change/", filled(minah, state="suspended", bio="x"))
    minah.refresh_from_db()
    assert (minah.state, minah.bio) == ("active", "x")


@pytest.mark.behaviour("AC-10")
def test_a_person_made_here_is_confirmed(boss):
    boss.post(
        f"{PEOPLE}add/",
        {
            "handle": "admin2",
            "email": "A2@example.com",
            "display_name": "둘째",
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )
    person = User.objects.by_handle("admin2").get()
    assert person.check_password(PASSWORD)
    assert is_email_confirmed(person)
    assert acts() == ["add_person"]


def test_a_password_set_here_ends_the_sessions(boss, client, db):
    from django.test import Client

    person = make_person("haru", password=PASSWORD)
    elsewhere = Client()
    elsewhere.post("/auth/login/", {"login": "haru", "password": PASSWORD})
    other = "바다-위의-달빛-31"
    boss.post(
        f"{PEOPLE}{person.pk}/password/",
        {"usable_password": "true", "password1": other, "password2": other},
    )
    person.refresh_from_db()
    assert person.check_password(other)
    assert acts() == ["set_password"]
    assert elsewhere.get("/settings/profile/").status_code == 302


@pytest.mark.behaviour("AD-09", "AD-05", "SO-42")
@pytest.mark.parametrize(
    ("action", "kind", "state"),
    [
        ("limit_people", "limit", "limited"),
        ("suspend_people", "suspend", "suspended"),
        ("ban_people", "ban", "suspended"),
    ],
)
def test_many_at_once_are_decided_about_with_a_reason_and_restored(
    boss, minah, junho, action, kind, state
):
    people = [minah, junho]
    refused = do(boss, action, people, text="광고를 올렸어요.", category="")
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"category"}
    assert not Decision.objects.exists()
    do(boss, action, people, text="광고를 올렸어요.", category="spam")
    states = User.objects.filter(pk__in=[one.pk for one in people])
    assert set(states.values_list("state", "state_reason")) == {(state, "광고를 올렸어요.")}
    do(boss, "restore_people", people, text="다시 함께해요.")
    assert set(states.values_list("state", flat=True)) == {"active"}
    assert acts() == [kind] * 2 + ["restore"] * 2


@pytest.mark.behaviour("SO-38")
def test_a_suspension_has_an_end_if_staff_give_it_one(boss, minah):
    until = {"until_0": "2031-05-05", "until_1": "09:00:00"}
    do(boss, "suspend_people", [minah], text="쉬어 가요.", category="abuse", **until)
    minah.refresh_from_db()
    assert minah.state_until.year == 2031
    assert Decision.objects.get().until == minah.state_until


@pytest.mark.behaviour("AD-09", "SO-42")
def test_factors_are_reset_addresses_confirmed_and_sessions_ended_each_with_a_row(boss):
    sae = make_unconfirmed_person("sae")
    TOTP.activate(sae, "JBSWY3DPEHPK3PXP")
    for action in ("reset_factors", "confirm_addresses", "sign_people_out"):
        assert do(boss, action, [sae], reason=" ").status_code == 422
        do(boss, action, [sae], reason="휴대폰을 잃어버렸어요.")
    assert not sae.authenticator_set.exists()
    assert is_email_confirmed(User.objects.get(handle="sae"))
    assert acts() == ["reset_factors", "confirm_address", "end_sessions"]


@pytest.mark.behaviour("AD-09", "SO-45")
def test_trust_is_set_with_a_reason(boss, minah, junho):
    do(boss, "set_trust", [minah, junho], level="2", reason="오래 함께했어요.")
    minah.refresh_from_db()
    assert (minah.trust_level, minah.trust_given) == (2, 2)
    do(boss, "set_trust", [minah], level="", reason="이제 스스로 쌓아요.")
    minah.refresh_from_db()
    assert (minah.trust_level, minah.trust_given) == (0, None)
    assert acts() == ["set_trust"] * 3


@pytest.mark.behaviour("AD-09", "AC-09")
def test_a_person_is_shown_with_trust_decisions_reports_and_devices_without_secrets(
    boss, minah, junho
):
    from django.test import Client

    actions.set_password(minah, PASSWORD)
    device = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537.36")
    device.post("/auth/login/", {"login": "minah", "password": PASSWORD})
    device.get("/")
    minah.refresh_from_db()
    make_report(junho, "person", minah.pk, category="abuse")
    do(boss, "limit_people", [minah], text="욕설은 안 돼요.", category="abuse")
    send_message(junho, actor=make_person("haneul"), text="아무도 못 볼 쪽지")
    body = boss.get(f"{PEOPLE}{minah.pk}/change/").content.decode()
    assert f'href="{reverse("admin:moderation_case_open", args=["person", minah.pk])}"' in body
    assert body.count("Insults or harassment") >= 2
    assert "Chrome, Windows" in body
    for secret in (device.session.session_key, minah.password, "아무도 못 볼 쪽지"):
        assert secret not in body


def test_who_is_no_administrator_makes_none_and_touches_none(keeper, minah, boss_person):
    keeper.post(
        f"{PEOPLE}{minah.pk}/change/", filled(minah, is_superuser="on", is_staff="on", bio="x")
    )
    minah.refresh_from_db()
    assert (minah.is_superuser, minah.is_staff, minah.bio) == (False, False, "x")
    chosen = {"_selected_action": [boss_person.pk], "confirmed": "1", "reason": "해 볼래요"}
    keeper.post(PEOPLE, {**chosen, "action": "confirm_addresses"})
    keeper.post(PEOPLE, {**chosen, "action": "suspend_people", "text": "x", "category": "spam"})
    boss_person.refresh_from_db()
    assert boss_person.state == "active"
    assert acts() == ["change_person"]


@pytest.mark.behaviour("AD-02", "AD-09")
def test_a_moderator_decides_and_helps_and_changes_nothing_else(as_user, minah, boss_person):
    moderator = as_user(make_moderator("dasom", "다솜"))
    body = moderator.get(f"{PEOPLE}{minah.pk}/change/").content.decode()
    assert "minah@example.com" in body
    assert 'name="_save"' not in body
    assert minah.password not in body and "argon2" not in body
    before = User.objects.filter(pk=minah.pk).values().get()
    form = filled(minah, handle="other", email="o@example.com", bio="x", is_staff="on")
    assert moderator.post(f"{PEOPLE}{minah.pk}/change/", form).status_code == 403
    assert moderator.get(f"{PEOPLE}{minah.pk}/password/").status_code == 403
    assert moderator.get(f"{PEOPLE}add/").status_code == 403
    chosen = {"_selected_action": [minah.pk], "confirmed": "1"}
    for action in ("confirm_addresses", "ban_people"):
        answer = {"reason": "x", "text": "x", "category": "spam"}
        moderator.post(PEOPLE, {**chosen, "action": action, **answer})
    assert User.objects.filter(pk=minah.pk).values().get() == before
    assert acts() == []
    do(moderator, "limit_people", [minah], text="광고예요.", category="spam")
    do(moderator, "set_trust", [minah], level="0", reason="광고를 올렸어요.")
    do(moderator, "reset_factors", [minah], reason="휴대폰을 잃어버렸어요.")
    do(moderator, "sign_people_out", [minah], reason="도둑맞은 것 같대요.")
    assert acts() == ["limit", "set_trust", "reset_factors", "end_sessions"]
    for confirmed in ({}, {"confirmed": "1", "text": "광고예요.", "category": "spam"}):
        chosen = {"action": "suspend_people", "_selected_action": [boss_person.pk]} | confirmed
        assert moderator.post(PEOPLE, chosen).status_code == 302
    assert User.objects.get(pk=boss_person.pk).state == "active"
    assert len(acts()) == 4


@pytest.mark.behaviour("AD-02")
def test_an_editor_and_a_member_find_nobody_here(client, as_user, minah):
    for person in (make_editor("dajung", "다정"), minah):
        answer = as_user(person).get(PEOPLE)
        assert answer.status_code in {302, 403}
        answer = as_user(person).post(
            PEOPLE, {"action": "suspend_people", "_selected_action": [minah.pk], "confirmed": "1"}
        )
        assert answer.status_code in {302, 403}
    assert acts() == []


@pytest.fixture
def boss_person(db):
    make_person("second", is_staff=True, is_superuser=True)
    return make_person("boss", is_staff=True, is_superuser=True)


def test_nobody_is_deleted_here(boss, minah):
    assert boss.get(f"{PEOPLE}{minah.pk}/delete/").status_code == 403


def test_the_last_administrator_cannot_be_demoted(boss):
    person = User.objects.get(handle="boss")
    page = boss.post(f"{PEOPLE}{person.pk}/change/", filled(person, is_staff="on"))
    assert "This is the last administrator of the site." in page.content.decode()
    person.refresh_from_db()
    assert person.is_superuser


@pytest.mark.behaviour("AD-12")
def test_the_lists_cost_the_same_however_many(boss, minah):
    def cost(page) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert boss.get(page).status_code == 200
        return len(queries)

    actions.rename_handle(minah, "미나리")
    pages = (PEOPLE, "/admin/accounts/formerhandle/")
    [cost(page) for page in pages]
    before = [cost(page) for page in pages]
    for number in range(6):
        actions.rename_handle(make_person(f"friend{number}"), f"friend-{number}")
    assert [cost(page) for page in pages] == before
