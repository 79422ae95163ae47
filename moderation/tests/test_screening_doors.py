"""How texts come to the rules: links of notes, forms of any encoding, networks, what people say of
themselves, and what is learned meanwhile."""

import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core import signing
from django.db import connection
from django.test import RequestFactory
from django.urls import reverse

from accounts.actions import change_preferences, change_profile
from accounts.models import User
from blog.actions import write_comment, write_note
from blog.models import Post
from blog.tests.factories import make_note, make_person
from config.arrivals import SALT, arrival_of
from config.limits import network_of
from config.screening import UNKNOWN, Arrival, arrival, arriving
from moderation.actions import block_source, learn_words
from moderation.actions.staff_acts import change_person
from moderation.models import RuleVersion, Screening
from moderation.screening import classifier
from moderation.screening.corpora import Sample
from moderation.screening.evaluation import judge_sample
from moderation.screening.links import is_well_known
from moderation.screening.texts import read_text
from moderation.screening.trial import trial_of
from moderation.sources import is_network_blocked
from moderation.targets import find_target
from moderation.tests.factories import make_decision, make_moderator, make_staff
from social.actions import send_message

FORM = "application/x-www-form-urlencoded"
QUICK = Arrival("page", "192.0.2.7", 1.0)
PERSON = Arrival("page", "192.0.2.8", 60.0)
SPAM = "카지노 가입 쿠폰 3만원 바로 지급! 첫충 보너스 https://ace-casino.example 카톡 casino777"


@pytest.fixture
def newcomer(db):
    return make_person("haneul", "하늘", trust_given=0)


def signals_of(kind: str) -> dict:
    return Screening.objects.filter(target_kind=kind).latest("pk").signals


# Notes and backticks ---------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["", "```\n", "`", "``` ", "`줄`\n```"])
def test_backticks_that_nothing_closes_hide_nothing(newcomer, before):
    with arriving(QUICK):
        note = write_note(actor=newcomer, source=before + SPAM)
    assert note.status == Post.Status.HELD
    assert {"links", "unseen", "words", "contact"} <= signals_of("post").keys()


@pytest.mark.parametrize("source", ["```\n카지노 {}\n```\n오늘", "`카지노 {}`\n오늘"])
def test_between_two_backticks_words_are_not_read_but_links_count(newcomer, source):
    note = write_note(actor=newcomer, source=source.format("https://ace-casino.example"))
    assert 'href="https://ace-casino.example"' in note.html
    text = read_text("post", note.pk)
    assert [link.url for link in text.links] == ["https://ace-casino.example"]
    assert text.prose == "오늘"


# Doors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_multipart", [False, True], ids=["urlencoded", "multipart"])
def test_a_form_tells_the_same_however_it_is_sent(client, minah, newcomer, is_multipart):
    post = make_note(minah, "김밥을 말았다.")
    client.force_login(newcomer)
    just_now = signing.dumps(time.time() + 600, salt=SALT)  # however slow the machine is
    sent = {"source": "잘 읽었어요.", "homepage": "https://x.example", "started": just_now}
    address = reverse("blog:comments", args=[post.pk])
    if is_multipart:
        client.post(address, sent)
    else:
        client.post(address, urlencode(sent), content_type=FORM)
    row = Screening.objects.get(target_kind="comment")
    assert (row.door, row.signals) == ("page", {"trap": 1.0, "haste": 1.0})
    assert arrival() == UNKNOWN


def test_a_form_without_its_clock_is_hasty_in_parts_too(client, minah, newcomer):
    post = make_note(minah, "김밥을 말았다.")
    client.force_login(newcomer)
    client.post(reverse("blog:comments", args=[post.pk]), {"source": "잘 읽었어요."})
    assert signals_of("comment") == {"haste": 2.0}


@pytest.mark.parametrize("is_multipart", [False, True], ids=["urlencoded", "multipart"])
def test_a_body_that_nobody_read_stays_unread(is_multipart):
    sent = {"homepage": "x"}
    request = RequestFactory().post("/images/", sent)
    if not is_multipart:
        request = RequestFactory().post("/images/", urlencode(sent), content_type=FORM)
    assert arrival_of(request).door == "upload"
    assert not hasattr(request, "_post")
    assert request.POST["homepage"] == "x"
    assert arrival_of(request) == Arrival("page", "127.0.0.1", None, True)


def test_the_clock_stops_when_a_form_arrives_not_when_somebody_asks():
    request = RequestFactory().post("/", {"started": signing.dumps(1_000, salt=SALT)})
    assert request.POST
    assert arrival_of(request, 1_010).seconds == 10


def test_a_door_that_knows_later_is_asked_once_and_only_within():
    asked = []

    def how():
        asked.append(1)
        return PERSON

    with arriving(how):
        assert not asked
        assert arrival() == arrival() == PERSON
        with arriving(QUICK):
            assert arrival() == QUICK
        assert arrival() == PERSON
    assert len(asked) == 1
    assert arrival() == UNKNOWN
    with arriving(how):
        arrival()
    assert len(asked) == 2


def test_the_form_of_a_profile_has_no_clock(client, newcomer):
    client.force_login(newcomer)
    sent = {"display_name": "새 하늘", "handle": "haneul", "bio": "", "links": "https://haneul.kr"}
    assert client.post(reverse("accounts:settings_profile"), sent).status_code == 302
    assert "haste" not in signals_of("person")


# Networks --------------------------------------------------------------------------------------


@pytest.mark.behaviour("AD-10")
@pytest.mark.parametrize(
    ("value", "stored", "address"),
    [
        ("2001:db8:1:2:3::/80", "2001:db8:1:2::/64", "2001:db8:1:2:3::9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1:2:3:4:5:6"),
        ("2001:db8:1:2::/64", "2001:db8:1:2::/64", "2001:db8:1:2:ffff::1"),
        ("2001:db8:1::/48", "2001:db8:1::/48", "2001:db8:1:2::1"),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24", "192.0.2.7"),
        ("192.0.2.7", "192.0.2.7/32", "192.0.2.7"),
    ],
)
def test_a_network_that_is_blocked_stops_whoever_comes_from_it(sora, value, stored, address):
    source = block_source("network", value, actor=sora, note="공격")
    assert source.value == stored
    assert is_network_blocked(network_of(address))
    assert not is_network_blocked(network_of("2001:db9::1"))


# Learning --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_texts_are_analysed(monkeypatch):
    sora = make_moderator()
    post = make_note(make_person("minah", "미나"), "김밥을 말았다.")
    for number in range(2):
        seller = make_person(f"seller{number}", trust_given=0)
        with arriving(PERSON):
            comment = write_comment(post, actor=seller, source=f"우주곰탕 {number}호점을 열어요")
        make_decision(sora, "remove", ("comment", comment.pk))
    held = []
    words_of = classifier.words_of

    def watched(*args):
        held.append(connection.in_atomic_block)
        return words_of(*args)

    monkeypatch.setattr(classifier, "words_of", watched)
    learned = learn_words()
    assert learned.spam_count == 2
    assert held and not any(held)


# What people say of themselves -----------------------------------------------------------------


def test_a_profile_is_looked_at_only_when_its_words_change(newcomer):
    seen = Screening.objects.filter(target_kind="person").count
    before = seen()
    change_profile(newcomer, display_name="하늘", bio="", links=[])
    change_profile(newcomer)
    change_preferences(newcomer, theme="dark")
    assert seen() == before
    for number, words in enumerate(
        ({"display_name": "새 하늘"}, {"bio": "커피"}, {"links": ["https://haneul.example"]}), 1
    ):
        change_profile(newcomer, **words)
        assert seen() == before + number


def test_what_staff_set_for_somebody_is_no_word_of_theirs(newcomer):
    dajung = make_staff("administrator", "dajung", "다정")
    before = Screening.objects.count()
    with arriving(PERSON):
        change_person(newcomer, actor=dajung, reason="눈이 부시대요", theme="dark")
    assert User.objects.get(pk=newcomer.pk).theme == "dark"
    assert Screening.objects.count() == before


# Domains, trials, the page ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "is_known"),
    [
        ("moe.go.kr", True),
        ("data.seoul.go.kr", True),
        ("minwon.gov.kr", True),
        ("blog.naver.com", True),
        ("naver.com.example", False),
        ("notgo.kr", False),
        ("go.kr.example", False),
        ("ace.co.kr", False),
    ],
)
def test_what_lies_below_a_well_known_domain_is_known(minah, newcomer, host, is_known):
    assert is_well_known(host) is is_known
    post = make_note(minah, "김밥을 말았다.")
    with arriving(PERSON):
        write_comment(post, actor=newcomer, source=f"여기 있어요 https://{host}/글")
    assert ("unseen" not in signals_of("comment")) is is_known
    sample = Sample(0, "comment", "", f"여기 있어요 https://{host}/글", False, True)
    _way, verdict = judge_sample(sample, None)
    assert ("unseen" not in {part.name for part in verdict.parts}) is is_known


@pytest.mark.django_db
def test_a_trial_remembers_that_a_thing_was_held_whichever_look_was_worst():
    definition = {"threshold": 5, "kinds": ["comment"], "points": {"links": 2, "unseen": 4}}
    version = RuleVersion(definition=definition)
    row = {"target_kind": "comment", "target_id": 7}
    Screening.objects.create(**row, signals={"links": 1, "unseen": 1}, outcome="held")
    Screening.objects.create(**row, signals={"links": 2, "unseen": 1}, outcome="passed")
    trial = trial_of(version)
    assert (trial["held"], trial["new"]) == (1, 0)
    assert trial["sample"][0]["score"] == 8


def test_the_page_on_spam_says_what_may_follow():
    page = (Path(settings.BASE_DIR) / "docs/spam.md").read_text(encoding="utf-8")
    for name, kind in {
        "post": "post",
        "comment, also of guests": "comment",
        "profile": "person",
        "message": "message",
    }.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| {name} |"))
        target = find_target(kind)
        can_hold = target.hide is not None and "hold" in target.acts
        assert row.split(" | ")[2].startswith("held" if can_hold else "staff are told")


def test_a_rule_holds_messages_too(minah):
    known = make_person("haneul", "하늘", trust_given=1)
    block_source("link", "bad-shop.example", actor=make_moderator(), note="가짜 쇼핑몰")
    with arriving(QUICK):
        send_message(minah, actor=known, text="여기 보세요 https://bad-shop.example/coat")
    row = Screening.objects.get(target_kind="message")
    assert row.outcome == Screening.Outcome.HELD
