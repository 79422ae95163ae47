"""What moderators do at the desk: deciding, undoing, many at once, notes, appeals."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from zeal import zeal_ignore

from accounts.models import User
from blog.models import Comment, Post
from blog.tests.factories import make_article, make_note, make_person
from moderation.actions import appeal_decision, ask_takedown
from moderation.models import Case, CaseNote, Decision, LogEntry
from moderation.tests.factories import make_decision, make_moderator, make_report

pytestmark = pytest.mark.django_db
REASON = "광고 링크를 빼 주세요 🙏"


@pytest.fixture
def desk(client, sora):
    client.force_login(sora)
    return client


def act(name: str, *args) -> str:
    return reverse(f"admin:moderation_case_{name}", args=args)


def decide_at(desk, thing, kind="hold", **more):
    sent = {"act": kind, "category": "spam", "text": REASON} | more
    return desk.post(act("decide", *thing), sent)


@pytest.mark.behaviour("AD-04", "SO-38")
def test_one_click_and_a_reason_decides_and_the_next_case_follows_with_an_undo(
    desk, minah, junho, sora
):
    first, second = make_article(minah, "하나"), make_article(minah, "둘")
    for post in (first, second):
        make_report(junho, "post", post.pk)
    response = decide_at(desk, ("post", first.pk), queue="reason=reports", lasts="7")
    decision = Decision.objects.get()
    assert response.status_code == 302
    assert response.url == f"{act('open', 'post', second.pk)}?reason=reports&did={decision.pk}"
    first.refresh_from_db()
    assert first.status == Post.Status.HELD
    assert (decision.actor, decision.text) == (sora, REASON)
    assert abs(decision.until - timezone.now() - timedelta(7)) < timedelta(minutes=1)
    page = desk.get(response.url).content.decode()
    assert act("undo", decision.pk) in page
    response = desk.post(act("undo", decision.pk))
    assert response.url == act("open", "post", first.pk)
    first.refresh_from_db()
    assert first.status == Post.Status.PUBLISHED
    assert list(LogEntry.objects.order_by("number").values_list("act", flat=True)) == [
        "hold",
        "undo",
    ]


def test_after_the_last_case_the_queue_says_so(desk, minah, junho):
    post = make_article(minah)
    make_report(junho, "post", post.pk)
    response = decide_at(desk, ("post", post.pk), "dismiss", category="", text="")
    decision = Decision.objects.get()
    assert response.url == f"{act('changelist')}?did={decision.pk}"
    assert "desk-empty" in desk.get(response.url).content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {"text": "  "},
        {"category": ""},
        {"category": "nonsense"},
        {"act": "ban"},
        {"act": "suspend"},
        {"act": ""},
        {"lasts": "date"},
        {"lasts": "date", "last_day": "2020-01-01"},
        {"lasts": "7", "act": "warn"},
        {"text": "가" * 2001},
        {"note": "가" * 2001},
    ],
    ids=lambda sent: "-".join(f"{name}={value[:10]}" for name, value in sent.items()),
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(desk, minah, sent):
    post = make_article(minah)
    response = decide_at(desk, ("post", post.pk), kind="hold", **sent)
    assert response.status_code == 422
    page = response.content.decode()
    assert 'role="alert"' in page
    assert sent.get("text", REASON).strip() in page
    assert not Decision.objects.exists()


def test_a_suggested_wording_is_the_reason_where_nothing_else_is_written(desk, junho):
    minah = make_person("minah", "미나", language="en")
    post = make_article(minah)
    page = desk.get(act("open", "post", post.pk)).context["form"]
    wording = next(one for one in page.wordings if one.category == "spam" and one.language == "en")
    decide_at(desk, ("post", post.pk), text="", wording=wording.key)
    assert Decision.objects.get().text == wording.text
    decide_at(desk, ("post", post.pk), "remove", wording=wording.key)
    assert Decision.objects.latest("pk").text == REASON


def test_nobody_decides_about_what_is_theirs(desk, sora):
    post = make_article(sora)
    assert decide_at(desk, ("post", post.pk)).status_code == 422
    post.refresh_from_db()
    assert post.status == Post.Status.PUBLISHED


def test_a_person_is_suspended_up_to_and_including_a_day(desk, minah):
    day = timezone.localdate() + timedelta(3)
    decide_at(desk, ("person", minah.pk), "suspend", lasts="date", last_day=day.isoformat())
    minah.refresh_from_db()
    assert minah.state == User.State.SUSPENDED
    assert timezone.localtime(Decision.objects.get().until).date() in {
        day,
        day + timedelta(1),
    }


def test_notes_and_assignments_make_a_case_and_are_logged(desk, minah, sora):
    post = make_article(minah)
    thing = ("post", post.pk)
    desk.post(act("note", *thing), {"text": "처음 보는 사람이에요"})
    assert CaseNote.objects.get().text == "처음 보는 사람이에요"
    assert desk.post(act("note", *thing), {"text": " "}).status_code == 422
    desk.post(act("assign", *thing), {"to": "me"})
    assert Case.objects.get().assigned_to == sora
    desk.post(act("assign", *thing), {"to": ""})
    assert Case.objects.get().assigned_to is None
    assert desk.post(act("assign", *thing), {"to": "@nobody"}).status_code == 422
    assert desk.post(act("assign", *thing), {"to": "@minah"}).status_code == 422
    assert list(LogEntry.objects.order_by("number").values_list("act", flat=True)) == [
        "note",
        "assign",
        "assign",
    ]
    assert desk.post(act("note", "post", 10**9), {"text": "x"}).status_code == 404


@pytest.mark.behaviour("SO-44")
def test_an_appeal_is_granted_or_refused_with_an_answer(desk, minah):
    haneul = make_moderator("haneul", "하늘")
    post, other = make_article(minah, "하나"), make_article(minah, "둘")
    first = make_decision(haneul, "hold", ("post", post.pk))
    second = make_decision(haneul, "hold", ("post", other.pk))
    granted = appeal_decision(first, actor=minah, text="광고가 아니에요")
    refused = appeal_decision(second, actor=minah, text="이것도요")
    page = desk.get(act("open", "post", post.pk)).content.decode()
    assert "광고가 아니에요" in page
    desk.post(act("answer", granted.pk), {"verdict": "grant", "answer": "맞아요"})
    post.refresh_from_db()
    assert post.status == Post.Status.PUBLISHED
    response = desk.post(act("answer", refused.pk), {"verdict": "refuse", "answer": " "})
    assert response.status_code == 422
    assert desk.post(act("answer", refused.pk), {"answer": "음"}).status_code == 422
    desk.post(act("answer", refused.pk), {"verdict": "refuse", "answer": "링크가 그대로예요"})
    granted.refresh_from_db(), refused.refresh_from_db(), other.refresh_from_db()
    assert (granted.state, refused.state) == ("granted", "refused")
    assert other.status == Post.Status.HELD


def test_ones_own_decision_is_answered_by_somebody_else(desk, minah, sora):
    make_moderator("haneul", "하늘")
    decision = make_decision(sora, "hold", ("post", make_article(minah).pk))
    appeal = appeal_decision(decision, actor=minah, text="다시 봐 주세요")
    page = desk.get(act("open", "post", decision.target_id)).content.decode()
    assert act("answer", appeal.pk) not in page
    assert desk.post(act("answer", appeal.pk), {"verdict": "grant"}).status_code == 422


@pytest.mark.behaviour("AD-05")
def test_many_are_asked_about_once_with_the_number_and_all_can_be_taken_back(
    desk, minah, junho, sora
):
    posts = [make_note(minah, f"광고 {number}") for number in range(3)]
    own = make_note(sora, "내 글")
    for post in (*posts, own):
        make_report(junho, "post", post.pk)
    sent = {"target": [f"post:{post.pk}" for post in (*posts, own)], "act": "hold"}
    page = desk.post(act("many"), sent).content.decode()
    assert "4" in page
    assert "광고 2" in page
    assert not Decision.objects.exists()
    sent |= {"confirmed": "1", "category": "spam", "text": REASON}
    assert desk.post(act("many"), sent | {"text": ""}).status_code == 422
    with zeal_ignore():  # one thing after the other, each by the action
        response = desk.post(act("many"), sent, follow=True)
    assert Post.objects.filter(status="held").count() == 3
    told = [str(message) for message in response.context["messages"]]
    assert len(told) == 1
    assert told[0].startswith("내 글: ")
    page = response.content.decode()
    made = Decision.objects.values_list("pk", flat=True)
    assert all(f'name="decision" value="{pk}"' in page for pk in made)
    with zeal_ignore():
        response = desk.post(act("undo_these"), {"decision": list(made)}, follow=True)
    assert not Post.objects.filter(status="held").exists()
    assert Decision.objects.filter(undone_at=None).count() == 0


def test_nothing_chosen_decides_nothing(desk):
    response = desk.post(act("many"), {"target": ["post:x", "nothing:1", "%00"], "act": "hold"})
    assert response.url == act("changelist")


@pytest.mark.behaviour("AD-06", "SO-41")
def test_undoing_many_shows_first_what_would_return(desk, minah, sora):
    haneul = make_moderator("haneul", "하늘")
    posts = [make_note(minah, f"글 {number}") for number in range(3)]
    for post in posts[:2]:
        make_decision(haneul, "hold", ("post", post.pk))
    kept = make_decision(sora, "hold", ("post", posts[2].pk))
    url = act("undo_many")
    assert desk.get(url).status_code == 200
    assert desk.get(url, {"by": "nobody"}).status_code == 422
    page = desk.get(url, {"by": "@haneul"}).content.decode()
    assert "글 0" in page and "글 1" in page and "글 2" not in page
    assert not Decision.objects.exclude(undone_at=None).exists()
    assert desk.post(url, {"by": "haneul", "confirmed": "1"}).status_code == 422
    with zeal_ignore():
        desk.post(url, {"by": "haneul", "confirmed": "1", "undo_reason": "계정을 빼앗겼어요"})
    assert list(Decision.objects.filter(undone_at=None)) == [kept]
    assert Post.objects.filter(status="held").count() == 1


def test_undoing_leads_back_to_pages_of_ours_alone(desk, minah, sora):
    for place, expected in (
        ("/admin/?x=1", "/admin/?x=1"),
        ("https://evil.example/", None),
        ("//evil.example/", None),
    ):
        decision = make_decision(sora, "hold", ("post", make_article(minah).pk))
        response = desk.post(act("undo", decision.pk), {"undo_next": place})
        assert response.url == (expected or act("open", "post", decision.target_id))


def test_undoing_twice_says_so(desk, minah, sora):
    decision = make_decision(sora, "hold", ("post", make_article(minah).pk))
    desk.post(act("undo", decision.pk))
    response = desk.post(act("undo", decision.pk), follow=True)
    assert [message.level_tag for message in response.context["messages"]][-1] == "error"


@pytest.mark.behaviour("AD-05")
def test_things_have_their_decisions_with_undo_on_their_own_pages(desk, minah, junho, sora):
    from blog.actions import write_comment

    post = make_article(minah)
    comment = write_comment(post, actor=junho, source="안녕하세요")
    for thing, name in (
        (("post", post.pk), "admin:blog_post_change"),
        (("comment", comment.pk), "admin:blog_comment_change"),
        (("person", minah.pk), "admin:accounts_user_change"),
    ):
        decision = make_decision(sora, "warn", thing)
        page = desk.get(reverse(name, args=[thing[1]])).content.decode()
        assert f'formaction="{act("undo", decision.pk)}"' in page, thing
    assert Comment.objects.count() == 1


@pytest.mark.behaviour("AD-09", "SO-42")
def test_a_private_message_is_read_only_after_the_log_noted_who(desk, minah, junho, sora):
    from social.actions import send_message

    message = send_message(junho, actor=minah, text="비밀 이야기예요")
    make_report(junho, "message", message.pk, category="abuse")
    make_decision(sora, "warn", ("message", message.pk))
    make_report(junho, "message", message.pk, category="abuse")
    thing = ("message", message.pk)
    for url in (act("changelist"), act("open", *thing), act("open", "person", minah.pk)):
        assert "비밀 이야기예요" not in desk.get(url).content.decode(), url
    assert not LogEntry.objects.filter(act="read_message").exists()
    page = desk.post(act("read", *thing)).content.decode()
    assert "비밀 이야기예요" in page
    entry = LogEntry.objects.get(act="read_message")
    assert (entry.actor_id, entry.target_id) == (sora.pk, str(message.pk))


@pytest.mark.behaviour("SO-50", "AD-03")
def test_a_takedown_request_is_refused_reopened_and_accepted_at_the_desk(desk, minah):
    post = make_article(minah)
    asked = ask_takedown(
        ("post", post.pk),
        name="김도윤",
        email="doyun@example.org",
        right="privacy",
        claim="제 전화번호가 적혀 있어요",
    )
    page = desk.get(act("open", "post", post.pk)).content.decode()
    assert "제 전화번호가 적혀 있어요" in page
    url = act("takedown", asked.pk)
    assert desk.post(url, {"verdict": "refuse", "reason": " "}).status_code == 422
    assert desk.post(url, {"reason": "까닭"}).status_code == 422
    for verdict, state in (("refuse", "refused"), ("reopen", "asked"), ("accept", "accepted")):
        assert desk.post(url, {"verdict": verdict, "reason": "살펴봤어요"}).status_code == 302
        asked.refresh_from_db()
        assert asked.state == state
    post.refresh_from_db()
    assert post.status == Post.Status.HELD
