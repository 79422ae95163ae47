from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import actions
from accounts.exceptions import LastAdministrator, LeavingRefused
from accounts.models import User
from accounts.signals import person_state_changed
from accounts.tasks import lift_expired_states
from accounts.tests.factories import PASSWORD, make_person

pytestmark = pytest.mark.behaviour("AC-46")


@pytest.fixture
def haru(client, db):
    person = make_person("haru", password=PASSWORD)
    client.post("/auth/login/", {"login": "haru", "password": PASSWORD})
    return person


@pytest.mark.parametrize("state", ["suspended", "leaving", "erased"])
def test_whoever_is_closed_out_is_signed_out_at_once(client, haru, state):
    assert client.get("/settings/profile/").status_code == 200
    actions.set_state(haru, state, actor=None)
    assert client.get("/settings/profile/").status_code == 302
    assert client.get("/@haru/").status_code in {404, 410}


def test_a_session_without_a_row_is_dead_as_well(client, db):
    person = make_person("minah")
    client.force_login(person)
    User.objects.update(state="suspended")
    assert client.get("/settings/profile/").status_code == 302


def test_a_limited_person_reads_drafts_and_changes_settings_but_takes_no_part(client, haru, minah):
    actions.set_state(haru, User.State.LIMITED, actor=None)
    assert client.get("/settings/profile/").status_code == 200
    assert client.get("/write/").status_code == 200
    client.post("/@minah/follow/")
    minah.refresh_from_db()
    assert minah.follower_count == 0


def test_the_reason_goes_with_the_state(haru):
    until = timezone.now() + timedelta(days=1)
    actions.set_state(haru, User.State.SUSPENDED, actor=None, reason=" 광고 ", until=until)
    assert (haru.state_reason, haru.state_until) == ("광고", until)
    actions.set_state(haru, User.State.ACTIVE, actor=None)
    assert (haru.state_reason, haru.state_until) == ("", None)


@pytest.mark.parametrize("former", ["leaving", "erased"])
@pytest.mark.parametrize("state", ["active", "limited", "suspended"])
def test_whoever_is_on_the_way_out_is_not_held_back_by_staff(haru, minah, sora, former, state):
    User.objects.filter(pk=haru.pk).update(state=former)
    with pytest.raises(LeavingRefused):
        actions.set_state(haru, state, actor=sora)
    with pytest.raises(LeavingRefused):
        actions.set_states(User.objects.exclude(pk=sora.pk), state, actor=sora)
    assert User.objects.get(handle="haru").state == former
    assert User.objects.get(handle="minah").state == "active"


def test_what_is_over_is_lifted_by_the_schedule(haru, minah):
    past, future = timezone.now() - timedelta(1), timezone.now() + timedelta(1)
    actions.set_state(haru, User.State.SUSPENDED, actor=None, until=past)
    actions.set_state(minah, User.State.LIMITED, actor=None, until=future)
    lift_expired_states()
    lift_expired_states()
    assert User.objects.get(handle="haru").state == "active"
    assert User.objects.get(handle="minah").state == "limited"


def test_an_act_of_staff_is_logged(haru, sora, caplog):
    caplog.set_level("INFO", logger="accounts")
    actions.set_state(haru, User.State.SUSPENDED, actor=sora)
    record = next(one for one in caplog.records if one.message == "account_state_changed")
    assert (record.user_id, record.actor_id, record.state) == (haru.pk, sora.pk, "suspended")


def test_others_hear_of_it_after_the_commit(haru, django_capture_on_commit_callbacks):
    told = []

    def listen(sender, person, former, **kwargs):
        told.append((person.pk, former, person.state))

    person_state_changed.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        actions.set_state(haru, User.State.SUSPENDED, actor=None)
        assert not told
    person_state_changed.disconnect(listen)
    assert told == [(haru.pk, "active", "suspended")]


def test_the_last_administrator_stays(db):
    boss = make_person("boss", is_staff=True, is_superuser=True)
    with pytest.raises(LastAdministrator):
        actions.set_state(boss, User.State.SUSPENDED, actor=None)
    with pytest.raises(LastAdministrator):
        actions.change_rights(boss, is_superuser=False)
    make_person("second", is_staff=True, is_superuser=True)
    actions.change_rights(boss, is_superuser=False)
    assert not User.objects.get(handle="boss").is_superuser
