"""Rules are versions: tried before they act, switched, counted; each step has a row in the log."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.actions import change_groups
from blog.actions import write_comment
from blog.models import Comment
from blog.tests.factories import make_note, make_person
from config.screening import Arrival, arriving
from moderation.actions import (
    activate_rule_version,
    learn_words,
    prune_screenings,
    save_rule_version,
    settle_judgements,
    switch_rule,
    try_rule_version,
    undo_decision,
)
from moderation.exceptions import DecisionRefused, NotAModerator, RuleRefused
from moderation.models import Decision, LogEntry, Rule, RuleVersion, Screening
from moderation.roles import ADMINISTRATOR
from moderation.screening.verdict import DEFAULT
from moderation.tests.factories import make_decision, make_moderator

pytestmark = pytest.mark.django_db
BOT = Arrival("page", "192.0.2.7", 1.0, True)
SPAM = "카지노 가입 쿠폰 3만원 바로 지급! 첫충 보너스 https://ace-casino.example"
STRICT = {"threshold": 5, "kinds": ["comment"], "points": {"unseen": 2, "links": 2, "first": 2}}


@pytest.fixture
def dajung():
    person = make_person("dajung", "다정", is_staff=True)
    return change_groups(person, groups=[Group.objects.get(name=ADMINISTRATOR)])


@pytest.fixture
def post():
    return make_note(make_person("minah", "미나"), "오늘은 김밥을 말았다.")


def say(post, handle, source, how=BOT):
    with arriving(how):
        return write_comment(post, actor=make_person(handle, trust_given=0), source=source)


def acts():
    return list(LogEntry.objects.order_by("number").values_list("act", flat=True))


@pytest.mark.behaviour("SO-48", "AD-08")
def test_a_version_acts_only_when_it_was_tried(dajung, post):
    quiet = Arrival("page", "192.0.2.9", 60)
    early = say(post, "junho", "제 블로그예요 https://junho.example", quiet)
    version = save_rule_version("Strict", actor=dajung, definition=STRICT)
    with pytest.raises(RuleRefused):
        activate_rule_version(version, actor=dajung)
    version = try_rule_version(version, actor=dajung)
    assert version.trial["held"] == 1
    assert version.trial["new"] == 1
    assert version.trial["sample"][0]["id"] == early.pk
    assert early.status == Comment.Status.PUBLISHED
    activate_rule_version(version, actor=dajung)
    held = say(post, "taeo", "저도 블로그가 있어요 https://taeo.example", quiet)
    assert held.status == Comment.Status.HELD
    assert str(Decision.objects.get().rule_version) == "Strict 1"
    assert acts() == ["save_rule", "try_rule", "activate_rule", "hold"]


@pytest.mark.behaviour("AD-08")
def test_a_new_version_takes_the_place_of_the_one_that_acts(dajung, post):
    say(post, "junho", SPAM)
    rule = Rule.objects.get(name="spam")
    softer = save_rule_version(rule, actor=dajung, definition=DEFAULT | {"threshold": 40})
    assert softer.number == 2
    activate_rule_version(try_rule_version(softer, actor=dajung), actor=dajung)
    first = RuleVersion.objects.get(rule=rule, number=1)
    assert first.acts_until is not None
    assert say(post, "taeo", SPAM).status == Comment.Status.PUBLISHED
    back = activate_rule_version(try_rule_version(first, actor=dajung), actor=dajung)
    assert back.acts_until is None
    assert say(post, "harim", SPAM).status == Comment.Status.HELD


@pytest.mark.behaviour("AD-08")
def test_a_rule_that_is_switched_off_holds_nothing(dajung, post):
    say(post, "junho", SPAM)
    rule = Rule.objects.get(name="spam")
    switch_rule(rule, actor=dajung, is_on=False)
    assert say(post, "taeo", SPAM).status == Comment.Status.PUBLISHED
    switch_rule(rule, actor=dajung, is_on=True)
    assert say(post, "harim", SPAM).status == Comment.Status.HELD
    assert acts().count("switch_rule") == 2


@pytest.mark.parametrize(
    "definition",
    [
        {"threshold": 10, "kinds": ["comment"], "points": {"words": 5}},
        {"threshold": 10, "kinds": ["comment"], "points": {"unseen": 11}},
        {"threshold": 10, "kinds": ["comment"], "points": {"links": 9}},
        {"threshold": 10, "kinds": [], "points": {"links": 1}},
        {"threshold": 0, "kinds": ["comment"], "points": {"links": 1}},
        {"threshold": 10, "kinds": ["comment"], "points": {}},
        {"threshold": 10, "kinds": ["comment"], "points": {"카지노": 3}},
        {"threshold": float("nan"), "kinds": ["comment"], "points": {"links": 1}},
    ],
    ids=["wording", "one signal", "its most", "no kind", "zero", "no points", "a word", "nan"],
)
def test_a_rule_by_which_one_thing_decides_is_refused(dajung, definition):
    with pytest.raises(DecisionRefused):
        save_rule_version("Bad", actor=dajung, definition=definition)


def test_moderators_read_rules_and_change_none():
    sora = make_moderator()
    with pytest.raises(NotAModerator):
        save_rule_version("Mine", actor=sora, definition=STRICT)


def test_what_staff_decide_is_what_a_trial_counts(dajung, post):
    sora = make_moderator()
    wrong = say(post, "junho", SPAM)
    undo_decision(Decision.objects.get(target_id=wrong.pk), actor=sora)
    right = say(post, "taeo", f"{SPAM} 지금")
    make_decision(sora, "remove", ("comment", right.pk))
    say(post, "harim", f"{SPAM} 오늘")
    rule = Rule.objects.get(name="spam")
    trial = try_rule_version(rule.versions.get(), actor=dajung).trial
    assert (trial["spam"], trial["good"], trial["unknown"]) == (1, 1, 1)
    assert trial["sample"][0]["judged"] == "good"
    removal = Decision.objects.get(kind="remove")
    undo_decision(removal, actor=sora)
    settle_judgements()
    assert Screening.objects.get(target_kind="comment", target_id=right.pk).judged == ""


def test_words_of_one_author_alone_are_not_learned(post):
    sora = make_moderator()
    for number in range(3):
        comment = say(post, f"seller{number}", f"{SPAM} 우주곰탕 별빛{number}호")
        make_decision(sora, "remove", ("comment", comment.pk))
    learned = learn_words()
    assert learned.spam_count == 3
    assert "우주" in learned.counts or "우주곰탕" in learned.counts
    assert not any("별빛0" in name for name in learned.counts)


def test_what_was_not_judged_is_forgotten_after_thirty_days(post):
    from datetime import timedelta

    from django.utils import timezone

    say(post, "junho", "잘 읽었어요. 다음 글도 기다릴게요 정말로요.")
    old = timezone.now() - timedelta(days=31)
    Screening.objects.filter(target_kind="comment").update(created_at=old)
    assert prune_screenings() == 1
    assert not Screening.objects.filter(target_kind="comment").exists()


def test_the_pages_show_points_not_code_and_lead_from_trial_to_acting(client, dajung, post):
    say(post, "junho", SPAM)
    rule = Rule.objects.get(name="spam")
    client.force_login(dajung)
    page = client.get(reverse("admin:moderation_rule_change", args=[rule.pk]))
    assert page.status_code == 200
    html = page.content.decode()
    assert 'name="points_trap"' in html
    assert "{&quot;" not in html
    sent = {
        "threshold": "12",
        "kinds": ["comment", "post"],
        "points_trap": "6",
        "points_links": "2",
    }
    saved = client.post(reverse("admin:moderation_rule_change", args=[rule.pk]), sent)
    trial = reverse("admin:moderation_rule_trial", args=[rule.pk, 2])
    assert saved.headers["Location"] == trial
    assert client.get(trial).status_code == 200
    act = reverse("admin:moderation_rule_act", args=[rule.pk, 2, "try"])
    assert client.post(act).headers["Location"] == trial
    assert 'id="rule-trial"' in client.get(trial).content.decode()
    client.post(reverse("admin:moderation_rule_act", args=[rule.pk, 2, "activate"]))
    assert RuleVersion.objects.get(rule=rule, number=2).acts_since is not None
    assert client.get(reverse("admin:moderation_rule_changelist")).status_code == 200
    assert client.get(reverse("admin:moderation_rule_add")).status_code == 200


def test_moderators_see_the_pages_without_forms_and_strangers_nothing(client, post):
    say(post, "junho", SPAM)
    rule = Rule.objects.get(name="spam")
    change = reverse("admin:moderation_rule_change", args=[rule.pk])
    assert client.get(change).status_code == 302
    client.force_login(make_person("taeo", "태오"))
    assert client.get(change, follow=True).status_code == 403
    client.force_login(make_moderator())
    page = client.get(change)
    assert page.status_code == 200
    assert "points_trap" not in page.content.decode()
    assert client.post(change, {"threshold": "1"}).status_code == 403
    act = reverse("admin:moderation_rule_act", args=[rule.pk, 1, "try"])
    assert client.post(act).status_code == 403
