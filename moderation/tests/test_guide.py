"""The guide and the desk name the same acts, and each of them was carried out once (AD-20)."""

import re

import pytest
from django.utils import timezone, translation

from accounts.models import User
from blog.actions import find_or_create_series, store_image
from blog.tests.factories import make_article, make_person
from config.env import ROOT
from config.tests.world import small_picture
from moderation.actions import cases, decide, undo_decision
from moderation.actions.appeals import ANSWER_DAYS
from moderation.actions.rules import built_in_version
from moderation.actions.takedown_states import ANSWER_DUE
from moderation.admin.desk_forms import ACTS as BUTTONS
from moderation.log_rows import ACTS as LOGGED
from moderation.models import Decision, LogEntry
from moderation.models.decisions import APPEAL_DAYS, TEXT_MAX_LENGTH
from moderation.models.takedowns import HELD_DAYS
from moderation.roles import ADMINISTRATOR, RIGHTS
from moderation.targets import all_targets, find_target
from moderation.tests.factories import REASON, make_decision, make_moderator, make_report
from social.actions import send_message

GUIDE = (ROOT / "docs/moderation.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \|(?: ([^|]+) \|)?", re.M)


def table_under(heading: str) -> dict[str, tuple[str, str]]:
    """Return the rows of the tables in one chapter: code → its next two cells."""
    chapter = GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return {code: (one.strip(), two.strip()) for code, one, two in ROW.findall(chapter)}


@pytest.mark.behaviour("AD-20")
def test_the_guide_names_every_decision_as_the_desk_and_the_log_do():
    rows = table_under("Decisions")
    assert set(rows) == set(Decision.Kind.values) == set(BUTTONS)
    with translation.override("en"):
        for code, (button, called) in rows.items():
            assert button.partition(" (`")[0] == str(BUTTONS[code])
            assert called == str(Decision.Kind(code).label)


@pytest.mark.behaviour("AD-20")
def test_its_korean_names_are_those_of_the_buttons():
    for code, (button, _called) in table_under("Decisions").items():
        with translation.override("en"):
            english = str(BUTTONS[code])
        with translation.override("ko"):
            korean = str(BUTTONS[code])
        told = re.search(r"\(`([^`]+)`\)", button)
        # A catalogue that lacks the text gives the English one.
        assert told and korean in {told[1], english}


@pytest.mark.behaviour("AD-20")
def test_the_guide_names_every_other_act_of_the_log():
    named = set(table_under("Log and transparency"))
    assert named == set(LOGGED) - set(Decision.Kind.values)


def test_the_guide_names_every_role_and_nothing_else():
    assert set(table_under("Who may what")) == {*RIGHTS, ADMINISTRATOR}


def test_the_guide_says_which_acts_fit_which_things():
    sentence = GUIDE.split("Posts, comments, series and images take ")[1].split("\n\n")[0]
    content, people = (re.findall(r"`(\w+)`", half) for half in sentence.split("people take"))
    for target in all_targets():
        wanted = {"person": people, "message": target.acts}.get(target.name, content)
        assert set(target.acts) == set(wanted), target.name


def test_the_guide_tells_the_times_that_the_code_keeps():
    assert f"| {cases.REPORT_DUE.days} days after the first" in GUIDE
    assert f"(`자동 보류`) | {cases.HOLD_DUE.days} day |" in GUIDE
    assert f"(`이의 제기`) | {ANSWER_DAYS} days |" in GUIDE
    assert f"(`임시조치 요청`) | {ANSWER_DUE.days} days |" in GUIDE
    assert f"within {APPEAL_DAYS} days, in up to {TEXT_MAX_LENGTH:,} characters" in GUIDE
    assert f"“held until” for {HELD_DAYS} days" in GUIDE


# Every act, carried out once ----------------------------------------------------------------------


def make_thing(kind: str, minah: User) -> int:
    """Return the key of something of 미나's."""
    match kind:
        case "post":
            return make_article(minah, "김밥 마는 법").pk
        case "comment":
            from blog.actions import write_comment

            return write_comment(make_article(minah), actor=minah, source="링크!").pk
        case "series":
            return find_or_create_series("도커 이야기", actor=minah).pk
        case "image":
            return store_image(small_picture(), actor=minah, name="그림.png", alt="초록").pk
        case "message":
            junho = make_person("junho", "준호")
            message = send_message(junho, actor=minah, text="안녕하세요")
            make_report(junho, "message", message.pk)  # staff see no others
            return message.pk
        case "person":
            return minah.pk
    pytest.fail(f"Say how to make a {kind}.")


PAIRS = [(target.name, act) for target in all_targets() for act in target.acts]


@pytest.mark.django_db
@pytest.mark.behaviour("AD-20", "SO-41", "SO-42")
@pytest.mark.parametrize(("kind", "act"), PAIRS)
def test_every_act_is_carried_out_and_taken_back(kind, act):
    minah = make_person("minah", "미나")
    admin = make_moderator(is_superuser=True)
    target = (kind, make_thing(kind, minah))
    held = act in {"approve", "restore"} and find_target(kind).hide is not None
    if held:
        decide(
            "hold",
            target=target,
            actor=None,
            category="spam",
            rule_version=built_in_version("three-reports"),
        )
    before = state_of(target)
    silent = {"dismiss", "approve", "restore"}
    words = {} if act not in silent else {"category": "", "text": ""}
    decision = make_decision(admin, act, target, **words)
    assert (state_of(target) != before) == (held or act not in {*silent, "warn"})
    undo_decision(decision, actor=admin, reason=REASON)
    assert state_of(target) == before
    assert [one.act for one in LogEntry.objects.order_by("number")][-2:] == [act, "undo"]
    assert decision.created_at <= timezone.now()


def state_of(target: tuple[str, int]):
    """Return how a thing is for others: whether it is hidden, or what an account may."""
    from moderation.actions.deciding import state_of as logged_state

    found = logged_state(target)
    found.pop("trust_level", None)
    return found
