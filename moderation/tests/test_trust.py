"""How trust is earned, lost and given back (SO-45)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import sign_up
from accounts.models import User
from accounts.tests.factories import PASSWORD
from blog.actions import write_comment
from blog.tests.factories import make_article, make_note, make_person
from moderation import actions, tasks
from moderation.actions import set_trust, undo_decision
from moderation.exceptions import DecisionRefused, NotAModerator
from moderation.models import LogEntry
from moderation.tests.factories import make_decision, make_moderator

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("SO-45")]
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock(time_machine):
    """The hands of the clock, which stand still until they are moved by days."""
    time_machine.move_to(START, tick=False)
    return lambda days: time_machine.move_to(START + timedelta(days=days), tick=False)


@pytest.fixture
def sora(clock):
    return make_moderator()


def newcomer(handle: str = "saebom") -> User:
    """Somebody who signed up just now."""
    person = sign_up(handle=handle, email=f"{handle}@example.com", password=PASSWORD)
    person.emailaddress_set.update(verified=True)
    return person


def new_post(person: User, number: int):
    return make_note(person, f"{number}번째 글이에요.", published_at=None)


def trust_of(person: User) -> int:
    tasks.grow_trust()
    return User.objects.get(pk=person.pk).trust_level


def write_over_days(person: User, clock, number: int) -> list:
    """Three notes a day, as somebody new does."""
    posts = []
    for count in range(number):
        clock(count // 3)
        posts.append(new_post(person, count))
    return posts


def test_who_signs_up_begins_without_trust_and_a_member_of_the_operator_with_some(db):
    assert (newcomer().trust_level, make_person("minah", "미나").trust_level) == (0, 1)


def test_the_first_level_takes_three_days_and_three_things(clock):
    saebom, quiet = newcomer(), newcomer("joyong")
    for number in range(2):
        new_post(saebom, number)
    new_post(quiet, 0)
    clock(2.99)
    write_comment(make_note(make_person("minah")), actor=saebom, source="잘 읽었어요 ㅋㅋㅋ")
    assert trust_of(saebom) == 0
    clock(3)
    assert trust_of(saebom) == 1
    assert trust_of(quiet) == 0


def test_what_nobody_else_reads_earns_nothing(clock, sora):
    saebom = newcomer()
    make_note(saebom, "나만 봐요", visibility="private")
    make_note(saebom, "링크로만 봐요", visibility="unlisted")
    said = write_comment(make_note(make_person("minah")), actor=saebom, source="광고예요")
    make_decision(sora, "hold", ("comment", said.pk))
    clock(100)
    assert trust_of(saebom) == 0


def test_the_second_level_takes_thirty_days_and_twenty_things(clock):
    saebom, fewer = newcomer(), newcomer("jogeum")
    write_over_days(saebom, clock, 20)
    write_over_days(fewer, clock, 19)
    clock(29.9)
    assert trust_of(saebom) == 1
    clock(30)
    assert trust_of(saebom) == 2
    assert trust_of(fewer) == 1


def test_an_upheld_decision_lowers_one_step_for_ninety_days_and_undoing_gives_it_back(clock, sora):
    saebom = newcomer()
    posts = write_over_days(saebom, clock, 24)
    clock(30)
    assert trust_of(saebom) == 2
    warned = make_decision(sora, "warn", ("post", posts[0].pk))
    saebom.refresh_from_db()
    assert saebom.trust_level == 1
    undo_decision(warned, actor=sora)
    saebom.refresh_from_db()
    assert saebom.trust_level == 2
    make_decision(sora, "hold", ("post", posts[1].pk))
    clock(30 + 89.9)
    assert trust_of(saebom) == 1
    clock(30 + 90.1)
    assert trust_of(saebom) == 2


def test_two_decisions_about_one_post_take_one_step_and_about_two_posts_two(clock, sora):
    saebom = newcomer()
    posts = write_over_days(saebom, clock, 24)
    clock(30)
    trust_of(saebom)
    for kind in ("hold", "remove"):
        make_decision(sora, kind, ("post", posts[0].pk))
    saebom.refresh_from_db()
    assert saebom.trust_level == 1
    make_decision(sora, "remove", ("post", posts[1].pk))
    saebom.refresh_from_db()
    assert saebom.trust_level == 0


def test_what_a_rule_decided_or_staff_took_back_counts_against_nobody(clock, sora):
    minah = make_person("minah", "미나")
    post = make_article(minah)
    actions.decide("hold", target=("post", post.pk), actor=None)
    minah.refresh_from_db()
    assert minah.trust_level == 1
    make_decision(sora, "hold", ("post", post.pk))
    minah.refresh_from_db()
    assert minah.trust_level == 0
    make_decision(sora, "restore", ("post", post.pk))
    minah.refresh_from_db()
    assert minah.trust_level == 1


def test_a_blog_that_was_moved_in_is_no_past(clock):
    saebom = newcomer()
    for number in range(25):
        make_note(saebom, f"옛날 글 {number}", published_at=START - timedelta(days=400 + number))
    assert trust_of(saebom) == 0
    clock(40)
    assert trust_of(saebom) == 0


def test_who_the_operator_knows_grows_too(clock):
    minah = make_person("minah", "미나")
    write_over_days(minah, clock, 20)
    clock(30)
    assert trust_of(minah) == 2


def test_staff_set_a_level_with_a_reason_and_the_log_says_so(clock, sora):
    saebom = newcomer()
    assert set_trust(saebom, actor=sora, level=2, reason="오래 알던 사람이에요.") == 2
    assert trust_of(saebom) == 2
    row = LogEntry.objects.get(act="set_trust")
    assert (row.actor_id, row.before["trust_level"], row.after["trust_level"]) == (sora.pk, 0, 2)
    assert "오래" not in str(row.before) + str(row.after)
    post = make_article(saebom)
    clock(1)
    decision = make_decision(sora, "hold", ("post", post.pk))
    assert trust_of(saebom) == 1
    clock(2)
    set_trust(saebom, actor=sora, level=2, reason="다시 믿어요.")
    assert trust_of(saebom) == 2
    undo_decision(decision, actor=sora)
    assert set_trust(saebom, actor=sora, level=None, reason="이제 스스로 쌓아요.") == 0


def test_a_level_that_staff_set_does_not_grow(clock, sora):
    saebom = newcomer()
    write_over_days(saebom, clock, 20)
    set_trust(saebom, actor=sora, level=0, reason="지켜볼 사람이에요.")
    clock(60)
    assert trust_of(saebom) == 0


def test_only_moderators_set_trust_and_nobody_their_own(clock, sora):
    saebom = newcomer()
    with pytest.raises(NotAModerator):
        set_trust(saebom, actor=make_person("minah"), level=2, reason="친구예요")
    with pytest.raises(NotAModerator):
        set_trust(sora, actor=sora, level=2, reason="나예요")
    for level, reason in ((2, " "), (3, "너무 높아요"), (-1, "너무 낮아요")):
        with pytest.raises(DecisionRefused):
            set_trust(saebom, actor=sora, level=level, reason=reason)
    assert LogEntry.objects.count() == 0


def test_the_night_costs_the_same_however_many_there_are_and_goes_on_page_by_page(
    clock, monkeypatch, django_capture_on_commit_callbacks
):
    people = [newcomer()]
    write_over_days(people[0], clock, 3)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            actions.grow_trust()
        return len(queries)

    before = cost()
    people += [newcomer(f"chingu{number}") for number in range(4)]
    for person in people[1:]:
        make_note(person)
    assert cost() == before
    clock(3)
    monkeypatch.setattr("moderation.actions.standing.PEOPLE_AT_ONCE", 2)
    for number in range(2):
        new_post(people[-1], number)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.grow_trust()
    levels = User.objects.filter(pk__in=[one.pk for one in people]).order_by("pk")
    assert list(levels.values_list("trust_level", flat=True)) == [1, 0, 0, 0, 1]
