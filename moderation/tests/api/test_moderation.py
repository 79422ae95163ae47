"""Moderation by programs: the same rights, rules and codes as at the desk (AP-52)."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone
from zeal import zeal_ignore

from accounts.scopes import MEMBER_SCOPES, SCOPES
from accounts.tests.factories import make_person
from blog.actions import write_comment
from blog.models import Post
from blog.tests.factories import make_article
from config.tests.api_client import api_client, matches_stored
from moderation.actions import appeal_decision, decide
from moderation.actions.rules import built_in_version
from moderation.chain import verify_chain
from moderation.models import Appeal, Decision, LogEntry
from moderation.tests.factories import (
    REASON,
    make_decision,
    make_editor,
    make_moderator,
    make_report,
)
from social.models import Report

pytestmark = pytest.mark.django_db
LISTS = ("reports", "holds", "appeals", "log", "cases", "decisions")


@pytest.fixture
def desk(sora):
    return api_client(sora, scopes=list(SCOPES))


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [one["id"] for one in response.json()["results"]]


# Who may ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-52")
@pytest.mark.parametrize("name", LISTS)
def test_lists_are_for_moderators_with_the_scope_alone(name, sora):
    path = f"moderation/{name}/"
    assert api_client().get(path).status_code == 401
    member = api_client(make_person("junho")).get(path)
    assert (member.status_code, member.json()["code"]) == (403, "insufficient_scope")
    narrow = api_client(sora, scopes=MEMBER_SCOPES).get(path)
    assert (narrow.status_code, narrow.json()["code"]) == (403, "insufficient_scope")
    editor = api_client(make_editor(), scopes=["moderation"]).get(path)
    assert (editor.status_code, editor.json()["code"]) == (403, "not_a_moderator")
    assert api_client(sora, scopes=["moderation"]).get(path).status_code == 200


def test_a_token_from_better_days_opens_nothing(minah, sora, desk):
    from accounts.models import User

    post = make_article(minah)
    User.objects.filter(pk=sora.pk).update(is_staff=False)
    body = {
        "kind": "hold",
        "target": {"kind": "post", "id": post.pk},
        "category": "spam",
        "text": "x",
    }
    for answer in (desk.get("moderation/reports/"), desk.post("moderation/decisions/", body)):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_a_moderator")
    assert not Decision.objects.exists()


def test_staff_who_must_have_a_second_factor_need_one_here_too(sora, desk):
    from allauth.mfa.totp.internal.auth import TOTP

    from config.actions import change_site_settings

    change_site_settings(staff_needs_second_factor=True)
    answer = desk.get("moderation/reports/")
    assert (answer.status_code, answer.json()["code"]) == (403, "mfa_required")
    TOTP.activate(sora, "JBSWY3DPEHPK3PXP")
    assert desk.get("moderation/reports/").status_code == 200


# Reading ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-52")
def test_reports_are_filtered_and_say_when_they_are_due(minah, desk):
    junho, taeo = make_person("junho", "준호"), make_person("taeo", "태오")
    post, other = make_article(minah, "김밥"), make_article(minah, "된장")
    spam = make_report(junho, "post", post.pk, note="광고예요")
    abuse = make_report(taeo, "post", other.pk, category="abuse")
    Report.objects.filter(pk=spam.pk).update(created_at=timezone.now() - timedelta(days=4))
    assert ids(desk.get("moderation/reports/")) == [abuse.pk, spam.pk]
    assert ids(desk.get("moderation/reports/?category=spam")) == [spam.pk]
    assert ids(desk.get("moderation/reports/?late=true")) == [spam.pk]
    assert ids(desk.get("moderation/reports/?late=false")) == [abuse.pk]
    assert ids(desk.get(f"moderation/reports/?target=post:{other.pk}")) == [abuse.pk]
    assert ids(desk.get("moderation/reports/?target=comment")) == []
    assert ids(desk.get("moderation/reports/?state=closed")) == []
    matches_stored(desk.get("moderation/reports/?category=spam"), "reports")


@pytest.mark.parametrize(
    "query",
    [
        *("reports/?category=x", "reports/?state=x", "reports/?late=maybe", "reports/?target=a:b"),
        *("log/?since=gestern", "log/?actor=x", "holds/?by=me", "cases/?reason=x"),
        *("decisions/?kind=x", "decisions/?actor=99999999999999999999", "appeals/?state=x"),
        "reports/?target=post:99999999999999999999",
    ],
)
def test_a_filter_that_there_is_not_is_refused(query, desk):
    answer = desk.get(f"moderation/{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_copies_of_messages_are_not_given_to_programs(minah, desk, sora):
    Report.objects.create(
        reporter=minah, target_kind="message", target_id=1, category="abuse", copy="비밀이야기"
    )
    answer = desk.get("moderation/reports/?target=message")
    assert answer.json()["results"][0]["copy"] == ""
    assert "비밀" not in answer.content.decode()


def test_holds_are_those_that_stand(minah, sora, desk):
    posts = [make_article(minah, f"글 {number}") for number in range(3)]
    by_rule = decide(
        "hold", target=("post", posts[0].pk), actor=None, rule_version=built_in_version("links")
    )
    by_staff = make_decision(sora, "hold", ("post", posts[1].pk))
    lifted = make_decision(sora, "hold", ("post", posts[2].pk))
    make_decision(sora, "restore", ("post", posts[2].pk))
    assert ids(desk.get("moderation/holds/")) == [by_staff.pk, by_rule.pk]
    assert ids(desk.get("moderation/holds/?by=rule")) == [by_rule.pk]
    assert ids(desk.get("moderation/holds/?by=staff")) == [by_staff.pk]
    assert ids(desk.get("moderation/holds/?late=true")) == []
    Decision.objects.filter(pk=by_rule.pk).update(created_at=timezone.now() - timedelta(days=2))
    assert ids(desk.get("moderation/holds/?late=true")) == [by_rule.pk]
    assert lifted.pk not in ids(desk.get("moderation/holds/?late=false"))


def test_lists_cost_the_same_however_much_there_is(
    minah, sora, desk, django_assert_max_num_queries
):
    for number in range(6):
        author = make_person(f"author{number}")
        post = make_article(author, f"글 {number}")
        make_report(make_person(f"reporter{number}"), "post", post.pk)
        decision = make_decision(sora, "hold", ("post", post.pk))
        appeal_decision(decision, actor=author, text="억울해요")
        make_report(make_person(f"second{number}"), "person", author.pk)
    for name in LISTS:
        desk.get(f"moderation/{name}/")
        with django_assert_max_num_queries(6):
            assert len(desk.get(f"moderation/{name}/").json()["results"]) >= 6


def test_lists_can_be_walked(minah, sora, desk):
    for number in range(5):
        make_decision(sora, "warn", ("post", make_article(minah, f"글 {number}").pk))
    path, seen = "moderation/log/?page_size=2", []
    while path:
        page = desk.get(path).json()
        seen += [row["number"] for row in page["results"]]
        path = page["next"]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == LogEntry.objects.count()


@pytest.mark.behaviour("AP-52", "AD-07")
def test_the_log_is_filtered_by_act_actor_target_and_time(minah, sora, desk):
    jisu = make_moderator("jisu", "지수")
    post = make_article(minah)
    held = make_decision(sora, "hold", ("post", post.pk))
    make_decision(jisu, "limit", ("person", minah.pk))

    def acts(query: str) -> list[str]:
        rows = desk.get(f"moderation/log/?{query}").json()["results"]
        return [row["act"] for row in rows]

    assert acts("") == ["limit", "hold"]
    assert acts(f"actor={jisu.pk}") == ["limit"]
    assert acts(f"target=post:{post.pk}") == ["hold"]
    assert acts("act=hold") == ["hold"]
    later = quote((timezone.now() + timedelta(hours=1)).isoformat())
    assert acts(f"since={later}") == []
    assert acts(f"until={later}") == ["limit", "hold"]
    answer = desk.get(f"moderation/log/?target=post:{post.pk}")
    assert answer.json()["results"][0]["decision"] == held.pk
    assert REASON not in answer.content.decode()


# Deciding -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-52", "SO-38", "SO-42")
def test_a_program_decides_and_undoes_and_the_log_has_both(minah, sora, desk):
    post = make_article(minah, "김밥 마는 법")
    body = {
        "kind": "hold",
        "target": {"kind": "post", "id": post.pk},
        "category": "spam",
        "text": REASON,
        "note": "세 번째예요",
    }
    made = desk.post("moderation/decisions/", body)
    assert made.status_code == 201
    assert made["Location"] == made.json()["url"]
    post.refresh_from_db()
    assert post.status == Post.Status.HELD
    matches_stored(made, "decision")
    told = desk.get(made["Location"].removeprefix("http://testserver"))
    assert told.json() == made.json()
    path = f"moderation/decisions/{made.json()['id']}/undo/"
    undone = desk.post(path, {"reason": "잘못 봤어요"})
    assert undone.status_code == 200 and undone.json()["is_undone"]
    post.refresh_from_db()
    assert post.status == Post.Status.PUBLISHED
    again = desk.post(path, {})
    assert (again.status_code, again.json()["code"]) == (409, "already_undone")
    rows = LogEntry.objects.order_by("number").values_list("act", "actor_id")
    assert list(rows) == [("hold", sora.pk), ("undo", sora.pk)]
    assert verify_chain().is_sound


@pytest.mark.behaviour("X-11")
def test_what_the_desk_refuses_is_refused_with_the_same_code(minah, sora, desk):
    post = make_article(minah)
    good = {
        "kind": "hold",
        "target": {"kind": "post", "id": post.pk},
        "category": "spam",
        "text": "왜",
    }

    def code(**changes) -> tuple[int, str]:
        answer = desk.post("moderation/decisions/", good | changes)
        return answer.status_code, answer.json()["code"]

    assert code(text=" ") == (400, "decision_refused")
    assert code(category="") == (400, "decision_refused")
    assert code(kind="suspend") == (400, "decision_refused")
    assert code(target={"kind": "post", "id": 999999}) == (409, "target_gone")
    assert code(target={"kind": "person", "id": sora.pk}, kind="limit") == (403, "not_a_moderator")
    assert code(target={"kind": "person", "id": minah.pk}, kind="ban") == (403, "not_a_moderator")
    assert code(kind="explode")[0] == 400
    assert not Decision.objects.exists() and not LogEntry.objects.exists()


@pytest.mark.behaviour("AP-12")
def test_a_repeated_request_decides_once(minah, desk):
    post = make_article(minah)
    body = {
        "kind": "warn",
        "target": {"kind": "post", "id": post.pk},
        "category": "abuse",
        "text": "왜",
    }
    first, second = (
        desk.post("moderation/decisions/", body, HTTP_IDEMPOTENCY_KEY="once-7") for _twice in "ab"
    )
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert Decision.objects.count() == LogEntry.objects.count() == 1


@pytest.mark.behaviour("AP-52", "SO-44")
def test_an_appeal_is_read_and_granted_by_another_moderator(minah, sora, desk):
    comment = write_comment(make_article(minah), actor=minah, source="제 글이에요")
    decision = make_decision(sora, "remove", ("comment", comment.pk))
    appeal = appeal_decision(decision, actor=minah, text="링크가 아니에요")
    jisu = api_client(make_moderator("jisu", "지수"), scopes=["moderation"])
    assert ids(jisu.get("moderation/appeals/?state=open")) == [appeal.pk]
    assert ids(jisu.get("moderation/appeals/?late=true")) == []
    Appeal.objects.filter(pk=appeal.pk).update(due_at=timezone.now() - timedelta(1))
    assert ids(jisu.get("moderation/appeals/?late=true&category=spam")) == [appeal.pk]
    path = f"moderation/appeals/{appeal.pk}/answer/"
    own = desk.post(path, {"grants": True})
    assert (own.status_code, own.json()["code"]) == (403, "own_decision")
    silent = jisu.post(path, {"grants": False})
    assert (silent.status_code, silent.json()["code"]) == (400, "appeal_refused")
    with zeal_ignore():  # granting undoes: the comment is held once to count, once to show
        granted = jisu.post(path, {"grants": True, "answer": "맞아요"})
    assert granted.status_code == 200
    matches_stored(granted, "appeal")
    assert granted.json()["decision"]["is_undone"]
    comment.refresh_from_db()
    assert comment.status == "published"
    assert jisu.post(path, {"grants": True}).status_code == 400
    assert jisu.get("moderation/appeals/999999/").status_code == 404


def test_cases_show_what_waits(minah, sora, desk):
    post = make_article(minah)
    make_report(make_person("junho", "준호"), "post", post.pk)
    answer = desk.get("moderation/cases/?state=open&reason=reports")
    assert answer.json()["results"][0]["reasons"] == ["reports"]
    matches_stored(answer, "cases")
    make_decision(sora, "dismiss", ("post", post.pk), category="", text="")
    assert ids(desk.get("moderation/cases/?state=open")) == []
    assert len(ids(desk.get("moderation/cases/?state=closed"))) == 1


def test_rows_of_the_log_look_like_this(minah, sora, desk):
    make_decision(sora, "hold", ("post", make_article(minah).pk))
    matches_stored(desk.get("moderation/log/"), "log")
