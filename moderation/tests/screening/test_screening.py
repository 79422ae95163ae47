"""What happens to a text as it goes out: it passes, staff are told, or it is held and says why."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import change_profile
from blog.actions import (
    change_article,
    change_comment,
    change_note,
    publish_post,
    write_comment,
    write_note,
)
from blog.models import Comment, Post
from blog.tests.factories import make_article, make_note, make_person
from config.actions import change_site_settings
from config.screening import Arrival, arriving
from moderation.actions import block_source, undo_decision
from moderation.actions.screening import network_key
from moderation.models import Case, Decision, Screening
from moderation.tests.factories import make_decision, make_moderator
from social.actions import send_message

pytestmark = pytest.mark.django_db
BOT = Arrival("page", "192.0.2.7", 1.0, True)
QUICK = Arrival("page", "192.0.2.7", 1.0)
PERSON = Arrival("page", "192.0.2.8", 60.0)
SPAM = "카지노 가입 쿠폰 3만원 바로 지급! 첫충 보너스 https://ace-casino.example 카톡 casino777"


@pytest.fixture
def post():
    return make_note(make_person("minah", "미나"), "오늘은 김밥을 말았다.")


@pytest.fixture
def newcomer():
    return make_person("junho", "준호", trust_given=0)


def say(post, actor, source, how=PERSON):
    with arriving(how):
        return write_comment(post, actor=actor, source=source)


@pytest.mark.behaviour("SO-47", "SO-48")
def test_spam_of_somebody_new_is_held_with_its_rule_and_passage(post, newcomer):
    comment = say(post, newcomer, SPAM, BOT)
    assert comment.status == Comment.Status.HELD
    decision = Decision.objects.get()
    assert (decision.kind, decision.actor, decision.category) == ("hold", None, "spam")
    assert str(decision.rule_version) == "spam 1"
    evidence = decision.evidence
    assert evidence["rule"] == "spam"
    assert evidence["score"] >= evidence["threshold"]
    parts = {part["name"]: part for part in evidence["parts"]}
    assert {"trap", "haste", "unseen", "words"} <= parts.keys()
    assert parts["unseen"]["passage"] == "https://ace-casino.example"
    assert all(len(part["passage"]) <= 200 for part in evidence["parts"])
    assert Case.objects.get().has_hold


def test_what_is_kept_of_a_text_has_none_of_its_words(post, newcomer):
    say(post, newcomer, SPAM, BOT)
    row = Screening.objects.get(target_kind="comment")
    kept = str({name: getattr(row, name) for name in ("signals", "door", "network", "sketch")})
    assert "카지노" not in kept
    assert "192.0.2.7" not in kept
    assert row.network == network_key("192.0.2.7")


def test_a_note_is_looked_at_when_it_goes_out_and_when_it_changes(newcomer):
    with arriving(PERSON):
        note = write_note(actor=newcomer, source="오늘 산책을 했다.")
    assert note.status == Post.Status.PUBLISHED
    with arriving(BOT):
        changed = change_note(note, actor=newcomer, source=SPAM)
    assert changed.status == Post.Status.HELD
    assert Screening.objects.filter(target_kind="post").count() == 2


def test_an_article_full_of_spam_in_code_is_not_read(newcomer):
    post = make_article(make_person("taeo", trust_given=0), "스팸 연구")
    change_article(post, actor=post.author, source=f"표본이다.\n\n```\n{SPAM}\n```\n\n`{SPAM}`")
    with arriving(PERSON):
        publish_post(post, actor=post.author)
    row = Screening.objects.filter(target_kind="post", target_id=post.pk).latest("pk")
    assert row.signals == {}
    assert Post.objects.get(pk=post.pk).is_published


@pytest.mark.behaviour("SO-48")
def test_of_a_trusted_author_staff_are_told_and_nothing_is_hidden(post):
    sora = make_person("harim", "하림", trust_given=2)
    comment = say(post, sora, f"{SPAM} 텔레그램 @bacwin778", BOT)
    assert comment.status == Comment.Status.PUBLISHED
    assert not Decision.objects.exists()
    row = Screening.objects.get(target_kind="comment")
    assert row.outcome == Screening.Outcome.TOLD
    case = Case.objects.get()
    assert case.is_open and case.has_hold and case.owner == sora
    make_decision(make_moderator(), "dismiss", ("comment", comment.pk), category="", text="")
    case.refresh_from_db()
    assert not case.is_open


def test_an_ordinary_text_passes_and_opens_no_case(post, newcomer):
    comment = say(
        post, newcomer, "카지노가 나오는 소설 리뷰 잘 읽었어요. 비밀번호는 안 알려 줄게요 😊"
    )
    assert comment.status == Comment.Status.PUBLISHED
    row = Screening.objects.get(target_kind="comment")
    assert row.outcome == Screening.Outcome.PASSED
    assert not Case.objects.exists()


def test_a_word_or_a_link_alone_holds_nothing(post, newcomer):
    for source in ("카지노", "대출", "viagra", "https://new-domain.example"):
        assert say(post, newcomer, source).status == Comment.Status.PUBLISHED


def test_the_same_text_again_and_nearly_the_same_count(post):
    texts = [
        "겨울 코트를 싸게 팔아요 연락 주세요 직거래만 합니다",
        "겨울 코트를 싸게 팔아요! 연락 주세요. 직거래만 합니다 :)",
        "겨울 코트를 아주 싸게 팔아요 연락 주세요 직거래만 합니다",
        "봄에는 매화가 피고 여름에는 장마가 온다고 한다 그렇지만",
    ]
    for number, text in enumerate(texts):
        say(post, make_person(f"seller{number}", trust_given=0), text)
    rows = Screening.objects.filter(target_kind="comment").order_by("pk")
    signals = list(rows.values_list("signals", flat=True))
    assert "same" not in signals[0] and "alike" not in signals[0]
    assert signals[1]["same"] == 1
    assert signals[2]["alike"] > 0 and "same" not in signals[2]
    assert "same" not in signals[3] and "alike" not in signals[3]


def test_a_short_thank_you_is_no_repetition(post):
    for number in range(4):
        say(post, make_person(f"reader{number}", trust_given=0), "감사합니다!")
    assert not Screening.objects.filter(signals__has_key="same").exists()


def test_a_bug_in_screening_loses_no_text(post, newcomer, monkeypatch):
    from moderation.actions import screening

    def broken(*args):
        Screening.objects.create(target_kind="comment", target_id=1, author=None)
        raise RuntimeError

    monkeypatch.setattr(screening, "_repeats", broken)
    comment = say(post, newcomer, SPAM, BOT)
    assert Comment.objects.get(pk=comment.pk).status == Comment.Status.PUBLISHED
    assert not Screening.objects.filter(target_id=1, target_kind="comment").exists()


@pytest.mark.behaviour("SO-47")
def test_a_profile_that_advertises_is_told_to_staff(newcomer):
    with arriving(BOT):
        change_profile(
            newcomer,
            bio=f"{SPAM} 텔레그램 @bacwin778",
            links=["https://a-toto.example", "https://b-toto.example", "https://c-toto.example"],
        )
    row = Screening.objects.filter(target_kind="person").order_by("-pk").first()
    assert row.signals["bio"] == 1
    assert row.outcome == Screening.Outcome.TOLD
    assert Case.objects.get(target_kind="person").is_open


def test_of_a_message_only_links_and_repetition_are_seen(newcomer):
    friends = [make_person(f"friend{number}") for number in range(3)]
    other = make_person("harim", trust_given=1)
    for friend in friends:
        with arriving(PERSON):
            send_message(friend, actor=other, text=f"{SPAM} 카지노 카지노")
    rows = Screening.objects.filter(target_kind="message").order_by("pk")
    assert [row.signals.get("same") for row in rows] == [None, 1.0, 2.0]
    assert not any({"words", "contact", "disguise"} & row.signals.keys() for row in rows)
    assert not Decision.objects.filter(evidence__icontains="카지노").exists()


@pytest.mark.behaviour("SO-49")
def test_first_words_wait_when_the_site_says_so(post, newcomer):
    change_site_settings(approves_first_words=True)
    comment = say(post, newcomer, "처음 뵙겠습니다. 글이 좋네요.")
    assert comment.status == Comment.Status.HELD
    case = Case.objects.get()
    assert case.has_first and case.is_open
    assert Decision.objects.get().rule_version.rule.name == "first-words"
    make_decision(make_moderator(), "approve", ("comment", comment.pk), category="", text="")
    comment.refresh_from_db(), case.refresh_from_db()
    assert comment.status == Comment.Status.PUBLISHED
    assert not case.is_open
    known = say(post, make_person("harim", trust_given=1), "저는 여러 번 썼어요.")
    assert known.status == Comment.Status.PUBLISHED


def test_first_words_do_not_wait_by_default(post, newcomer):
    assert say(post, newcomer, "처음 뵙겠습니다.").status == Comment.Status.PUBLISHED


def test_undoing_a_hold_shows_the_comment_again(post, newcomer):
    comment = say(post, newcomer, SPAM, BOT)
    undo_decision(Decision.objects.get(), actor=make_moderator())
    comment.refresh_from_db()
    assert comment.status == Comment.Status.PUBLISHED


def test_an_edit_is_looked_at_again(post, newcomer):
    comment = say(post, newcomer, "잘 읽었어요.")
    with arriving(BOT):
        changed = change_comment(comment, actor=newcomer, source=f"{SPAM} 지금 바로 👉")
    assert changed.status == Comment.Status.HELD


def test_a_domain_that_staff_blocked_is_enough(post, newcomer):
    sora = make_moderator()
    block_source("link", "https://www.bad-shop.example/x", actor=sora, note="가짜 쇼핑몰")
    comment = say(post, newcomer, "여기 옷이 예뻐요 https://sale.bad-shop.example/coat")
    assert comment.status == Comment.Status.HELD
    assert Decision.objects.get(kind="hold").evidence["parts"][0]["name"] == "blocked"


def test_the_number_of_queries_does_not_grow(post, newcomer):
    say(post, newcomer, "첫 댓글이에요. https://one.example")

    def number_of_queries(source):
        from moderation.actions.screening import screen_text

        comment = say(post, newcomer, source)
        with CaptureQueriesContext(connection) as found:
            screen_text("comment", comment.pk)
        return len(found)

    first = number_of_queries(
        "겨울 코트를 싸게 팔아요 연락 주세요 직거래만 합니다 https://two.example"
    )
    for number in range(8):
        say(
            post,
            make_person(f"other{number}"),
            "겨울 코트를 싸게 팔아요 연락 주세요 직거래만 합니다",
        )
    again = number_of_queries(
        "겨울 코트를 싸게 팔아요 연락 주세요 직거래만 해요 https://three.example"
    )
    assert again <= first <= 16
