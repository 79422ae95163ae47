"""What decisions make of accounts, when they end, and that undoing them leaves no trace."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions as accounts
from accounts.exceptions import LastAdministrator
from accounts.models import User
from accounts.tests.letters import *  # noqa: F403
from blog.actions import like_comment, like_post
from blog.models import Comment, Post, Tag
from blog.tests.factories import make_article, make_note, make_person
from blog.tests.talk.factories import say
from moderation import tasks
from moderation.actions import undo_decision
from moderation.actions.people import standing_of
from moderation.exceptions import NotAModerator
from moderation.models import Decision, LogEntry
from moderation.tests.factories import REASON, make_decision, make_moderator
from social.actions import follow_person, send_message
from social.models import Inbox, Notification, NotificationCause

pytestmark = pytest.mark.django_db
ACTS = ("limit", "suspend", "ban")


@pytest.fixture
def boss():
    return make_person("boss", "대표", is_staff=True, is_superuser=True)


def state_of(person) -> tuple:
    row = User.objects.get(pk=person.pk)
    return row.state, row.state_reason, row.state_until


# The hardest that stands --------------------------------------------------------------------------


@pytest.mark.behaviour("SO-38", "SO-41")
def test_of_several_decisions_the_hardest_wins_and_undoing_leads_back_step_by_step(minah, boss):
    until = timezone.now() + timedelta(days=3)
    made = [
        make_decision(boss, "suspend", ("person", minah.pk), text="잠깐 쉬어요.", until=until),
        make_decision(boss, "limit", ("person", minah.pk), text="읽기만 해요."),
        make_decision(boss, "ban", ("person", minah.pk), text="끝이에요."),
    ]
    assert state_of(minah) == ("suspended", "끝이에요.", None)
    undo_decision(made[2], actor=boss)
    assert state_of(minah) == ("suspended", "잠깐 쉬어요.", until)
    undo_decision(made[0], actor=boss)
    assert state_of(minah) == ("limited", "읽기만 해요.", None)
    undo_decision(made[1], actor=boss)
    assert state_of(minah) == ("active", "", None)


@pytest.mark.behaviour("SO-41")
@pytest.mark.parametrize("order", ["012", "021", "102", "120", "201", "210"])
def test_undone_in_any_order_the_account_is_as_it_was(minah, boss, order):
    before = User.objects.filter(pk=minah.pk).values().get()
    made = [make_decision(boss, kind, ("person", minah.pk)) for kind in ACTS]
    for place in order:
        undo_decision(made[int(place)], actor=boss)
    assert User.objects.filter(pk=minah.pk).values().get() == before


@pytest.mark.behaviour("SO-38")
def test_to_restore_lifts_all_and_undoing_that_brings_them_back(minah, sora):
    make_decision(sora, "limit", ("person", minah.pk))
    make_decision(sora, "suspend", ("person", minah.pk))
    restored = make_decision(sora, "restore", ("person", minah.pk), category="", text="")
    assert state_of(minah) == ("active", "", None)
    undo_decision(restored, actor=sora)
    assert state_of(minah)[0] == "suspended"


def test_a_warning_changes_no_state(minah, sora):
    make_decision(sora, "warn", ("person", minah.pk))
    assert state_of(minah) == ("active", "", None)


@pytest.mark.behaviour("SO-38", "AD-02")
def test_who_may_decide_about_whom(minah, sora, boss):
    other = make_moderator("dasom", "다솜")
    for actor, kind, person in (
        (minah, "limit", sora),
        (sora, "limit", sora),
        (sora, "suspend", boss),
        (sora, "ban", minah),
    ):
        with pytest.raises(NotAModerator):
            make_decision(actor, kind, ("person", person.pk))
    with pytest.raises(LastAdministrator):
        second = make_person("second", is_staff=True, is_superuser=True)
        accounts.set_state(boss, "limited", actor=None)
        make_decision(boss, "suspend", ("person", second.pk))
    assert make_decision(sora, "limit", ("person", other.pk))


# Ends -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-38", "SO-42")
def test_what_has_an_end_ends_once_and_the_log_says_so(minah, sora, time_machine):
    now = timezone.now()
    decision = make_decision(
        sora, "suspend", ("person", minah.pk), until=now + timedelta(days=1), text="하루만 쉬어요."
    )
    longer = make_decision(
        sora, "limit", ("person", minah.pk), until=now + timedelta(days=9), text="읽기만 해요."
    )
    tasks.settle_due()
    assert state_of(minah)[0] == "suspended"
    time_machine.move_to(now + timedelta(days=1, minutes=1))
    tasks.settle_due()
    assert state_of(minah) == ("limited", "읽기만 해요.", longer.until)
    decision.refresh_from_db()
    assert decision.ended_at is not None
    tasks.settle_due()
    ends = LogEntry.objects.filter(act="end")
    assert [(row.actor_id, row.decision_id) for row in ends] == [(None, decision.pk)]
    time_machine.move_to(now + timedelta(days=10))
    tasks.settle_due()
    assert state_of(minah) == ("active", "", None)


@pytest.mark.behaviour("AC-46")
def test_the_sweep_of_accounts_and_that_of_decisions_agree(minah, sora, time_machine):
    """Whichever comes first: one lifts the state, the other takes note of it."""
    now = timezone.now()
    for days, kind in ((1, "suspend"), (2, "suspend"), (5, "limit")):
        make_decision(sora, kind, ("person", minah.pk), until=now + timedelta(days=days))
    for days, state in ((1, "suspended"), (2, "limited"), (5, "active")):
        time_machine.move_to(now + timedelta(days=days, minutes=1))
        accounts.lift_expired_states()
        lifted = state_of(minah)
        tasks.settle_due()
        assert state_of(minah) == lifted
        assert lifted[0] == state
        person = User.objects.get(pk=minah.pk)
        assert standing_of(person) == (person.state, person.state_reason, person.state_until)
    assert LogEntry.objects.filter(act="end").count() == 3


def test_who_signs_in_after_the_end_need_not_wait_for_the_sweep(minah, sora, time_machine):
    now = timezone.now()
    make_decision(sora, "suspend", ("person", minah.pk), until=now + timedelta(hours=1))
    time_machine.move_to(now + timedelta(hours=2))
    minah.refresh_from_db()
    assert accounts.lift_expired_states(minah) == 1
    assert minah.state == "active"


# Leaving ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AC-62", "SO-38")
def test_who_is_leaving_is_decided_about_and_comes_back_as_decided(minah, sora):
    leaver = accounts.ask_to_leave(minah, handle="minah")
    decision = make_decision(sora, "suspend", ("person", minah.pk))
    assert User.objects.get(pk=minah.pk).state == "leaving"
    accounts.stay(User.objects.get(pk=leaver.pk))
    assert state_of(minah) == ("suspended", REASON, None)
    undo_decision(decision, actor=sora)
    assert state_of(minah) == ("active", "", None)


@pytest.mark.parametrize("is_undone", [True, False])
def test_what_was_decided_about_a_leaver_and_is_over_leaves_nothing(
    minah, sora, time_machine, is_undone
):
    now = timezone.now()
    accounts.ask_to_leave(minah, handle="minah")
    before = User.objects.filter(pk=minah.pk).values().get()
    decision = make_decision(
        sora, "limit", ("person", minah.pk), until=now + timedelta(days=1), text="읽기만 해요."
    )
    assert User.objects.get(pk=minah.pk).left_as == "limited"
    if is_undone:
        undo_decision(decision, actor=sora)
    else:
        time_machine.move_to(now + timedelta(days=2))
        tasks.settle_due()
    after = User.objects.filter(pk=minah.pk).values().get()
    assert after | {"trust_level": None} == before | {"trust_level": None}


# Everything an account leaves behind -------------------------------------------------------------

ROWS = (User, Post, Comment, Tag, Notification, NotificationCause, Inbox)
UNTOLD = {
    Inbox: ("sequence",),
    User: ("last_seen_at",),
}
"""Counters that only rise: open pages ask by them what is new."""


def rows() -> dict[str, list]:
    found = {}
    for model in ROWS:
        values = model.objects.order_by("pk").values()
        found[model.__name__] = [
            {name: value for name, value in row.items() if name not in UNTOLD.get(model, ())}
            for row in values
        ]
    return found


def shown(client) -> list[str]:
    """Return what a visitor finds where the account may be seen."""
    pages = []
    for path in ("/explore/", "/feed/", "/@minah/", "/@junho/followers/", "/tags/점심/"):
        answer = client.get(path)
        body = answer.content.decode()
        pages.append(f"{answer.status_code} {'김밥' in body} {'미나' in body} {body.count('<li')}")
    return pages


@pytest.mark.behaviour("SO-41", "SO-39")
def test_a_suspension_that_is_undone_leaves_rows_and_pages_as_they_were(
    client, minah, sora, committed
):
    with committed():
        junho, hana = make_person("junho", "준호"), make_person("hana", "하나")
        follow_person(junho, actor=minah)
        follow_person(minah, actor=junho)
        post = make_article(minah, "김밥 마는 법", tags=["점심"])
        note = make_note(junho, "오늘 점심은 @minah 님과")
        said = say(minah, note, "맛있었어요 @hana 님도 오세요")
        say(hana, post, "잘 봤어요")
        like_post(note, actor=minah)
        like_comment(said, actor=hana)
        send_message(junho, actor=minah, text="또 봐요")
    before, pages = rows(), shown(client)
    with committed():
        decision = make_decision(sora, "suspend", ("person", minah.pk))
    assert "404" in shown(client)[2]
    note.refresh_from_db()
    assert note.comment_count == 0
    told = Notification.objects.filter(person__in=[junho, hana], cause_count__gt=0)
    assert {one.kind for one in told} <= {"message"} | set()
    with committed():
        undo_decision(decision, actor=sora)
    after = rows()
    own = {"decision"}
    kinds = {one["id"]: one["kind"] for one in after["Notification"]}
    after["NotificationCause"] = [
        one for one in after["NotificationCause"] if kinds[one["notification_id"]] not in own
    ]
    after["Notification"] = [one for one in after["Notification"] if one["kind"] not in own]
    for name, found in after.items():
        if name == "Inbox":
            continue
        assert found == before[name], name
    for person in (junho, hana):
        numbers = {one["person_id"]: one["unread_notifications"] for one in before["Inbox"]}
        assert Inbox.objects.get(pk=person.pk).unread_notifications == numbers[person.pk]
    assert shown(client) == pages


@pytest.mark.behaviour("SO-39")
def test_a_limit_hides_nothing(client, minah, sora, committed):
    with committed():
        make_article(minah, "김밥 마는 법")
    pages = shown(client)
    with committed():
        make_decision(sora, "limit", ("person", minah.pk))
    assert shown(client) == pages


def test_to_decide_costs_the_same_however_much_was_decided_before(minah, sora):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            undo_decision(make_decision(sora, "limit", ("person", minah.pk)), actor=sora)
        return len(queries)

    cost()
    before = cost()
    for _number in range(6):
        cost()
    assert cost() == before
    assert Decision.objects.count() == 9
