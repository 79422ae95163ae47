"""The desk as moderators see it: what waits, a case, who may look, and what it costs."""

import pytest
from django.urls import reverse

from blog.actions import write_comment
from blog.tests.factories import make_article, make_note, make_person
from config.tests.world import signed_in
from moderation.actions import add_case_note, appeal_decision, decide
from moderation.actions.rules import built_in_version
from moderation.models import Case, Decision
from moderation.tests.factories import make_decision, make_editor, make_report

pytestmark = pytest.mark.django_db
QUEUE = "admin:moderation_case_changelist"


def enter(client, person):
    client.force_login(person)
    return client


def open_url(kind: str, pk: int) -> str:
    return reverse("admin:moderation_case_open", args=[kind, pk])


def rows_in(response) -> list[tuple[str, int]]:
    rows = response.context["rows"]
    return [(row.case.target_kind, row.case.target_id) for row in rows]


@pytest.mark.behaviour("AD-03")
def test_the_queue_merges_what_is_told_of_one_thing_and_lists_what_is_due_first(
    client, minah, junho, sora
):
    first, second = make_article(minah, "김밥 마는 법"), make_article(minah, "떡볶이 💥")
    make_report(junho, "post", second.pk, category="abuse")
    make_report(make_person("haeun"), "post", second.pk)
    decide(
        "hold",
        target=("post", first.pk),
        actor=None,
        rule_version=built_in_version("three-reports"),
        evidence={"reports": 3},
    )
    response = enter(client, sora).get(reverse(QUEUE))
    assert rows_in(response) == [("post", first.pk), ("post", second.pk)]
    row = response.context["rows"][1]
    assert row.headline.words == "떡볶이 💥"
    assert {number for _category, number in row.categories} == {1}
    assert row.case.report_count == 2
    assert response.context["rows"][0].rules == ("여러 신뢰 회원이 신고함",)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("reason=reports", {"reported", "talk"}),
        ("reason=hold", {"held"}),
        ("kind=comment", {"talk"}),
        ("category=abuse", {"reported"}),
        ("category=hate", set()),
        ("who=me", {"talk"}),
        ("who=nobody", {"reported", "held"}),
        ("late=1", {"reported"}),
        ("reason=none&kind=%00&category=x&who=y", {"reported", "held", "talk"}),
    ],
)
@pytest.mark.behaviour("AD-03")
def test_filters_narrow_the_queue(client, minah, junho, sora, query, expected):
    things = {
        "reported": ("post", make_article(minah, "하나").pk),
        "held": ("post", make_article(minah, "둘").pk),
        "talk": ("comment", write_comment(make_note(minah), actor=minah, source="셋").pk),
    }
    make_report(junho, *things["reported"], category="abuse")
    make_report(junho, *things["talk"])
    decide(
        "hold",
        target=things["held"],
        actor=None,
        rule_version=built_in_version("three-reports"),
    )
    Case.objects.filter(target_id=things["reported"][1], target_kind="post").update(
        due_at="2020-01-01T00:00:00Z"
    )
    Case.objects.filter(target_kind="comment").update(assigned_to=sora)
    response = enter(client, sora).get(f"{reverse(QUEUE)}?{query}")
    assert set(rows_in(response)) == {things[name] for name in expected}
    number = {tab["words"]: tab["number"] for tab in response.context["tabs"]}
    assert set(number.values()) == {"3", "2", "1", "0"}


@pytest.mark.behaviour("AD-12")
def test_the_queue_pages_by_key_both_ways_and_costs_the_same_with_more_rows(
    client, minah, junho, sora, django_assert_max_num_queries, monkeypatch
):
    monkeypatch.setattr("moderation.desk.queue.PAGE_SIZE", 3)
    posts = [make_note(minah, f"{number}번째 글") for number in range(7)]
    for post in posts:
        make_report(junho, "post", post.pk)
    enter(client, sora)
    client.get(reverse(QUEUE))
    with django_assert_max_num_queries(12):
        response = client.get(reverse(QUEUE))
    assert [pk for _kind, pk in rows_in(response)] == [post.pk for post in posts[:3]]
    response = client.get(reverse(QUEUE) + response.context["page"].older_url)
    assert [pk for _kind, pk in rows_in(response)] == [post.pk for post in posts[3:6]]
    response = client.get(reverse(QUEUE) + response.context["page"].newer_url)
    assert [pk for _kind, pk in rows_in(response)] == [post.pk for post in posts[:3]]
    response = client.get(reverse(QUEUE) + "?cursor=last")
    assert [pk for _kind, pk in rows_in(response)] == [post.pk for post in posts[4:]]


def test_the_number_of_queries_does_not_grow_with_the_queue(
    client, minah, junho, sora, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    enter(client, sora)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(reverse(QUEUE)).status_code == 200
        return len(queries)

    def fill(number: int) -> None:
        for _ in range(number):
            post = make_note(minah)
            make_report(junho, "post", post.pk)
            make_report(junho, "comment", write_comment(post, actor=minah, source="네!").pk)

    fill(1)
    cost()
    few = cost()
    fill(8)
    assert cost() == few


@pytest.mark.behaviour("AD-04", "SO-36")
def test_a_case_shows_the_text_as_reported_and_now_and_what_changed(client, minah, junho, sora):
    comment = write_comment(make_article(minah, "글"), actor=minah, source="사세요 **지금**")
    make_report(junho, "comment", comment.pk, note="광고예요")
    type(comment).objects.filter(pk=comment.pk).update(
        html="<p>이제 착한 글<script>alert(1)</script></p>", source="이제 착한 글"
    )
    response = enter(client, sora).get(open_url("comment", comment.pk))
    page = response.content.decode()
    assert "<p>사세요 <strong>지금</strong></p>" in page
    assert "<p>이제 착한 글</p>" in page
    assert "alert(1)" not in page
    assert "광고예요" in page
    told = response.context["dossier"].told[0]
    assert told.copy.is_changed
    assert told.copy.rows


def test_an_unchanged_text_is_said_to_be_unchanged(client, minah, junho, sora):
    things = [
        ("post", make_article(minah, "제목 <b>이</b> 있는 글").pk),
        ("post", make_note(minah, "짧은 글이에요. https://example.com/길 ㅋㅋㅋ\n\n둘째 줄").pk),
        ("comment", write_comment(make_note(minah), actor=minah, source="한 줄  두 줄\n셋").pk),
        ("person", minah.pk),
    ]
    enter(client, sora)
    for thing in things:
        make_report(junho, *thing)
        told = client.get(open_url(*thing)).context["dossier"].told
        assert not told[0].copy.is_changed, thing


@pytest.mark.behaviour("AD-03", "AD-04")
def test_a_case_shows_rule_evidence_context_history_notes_and_similar_cases(
    client, minah, junho, sora
):
    post = make_article(minah, "집 고치기")
    question = write_comment(post, actor=junho, source="이거 어떻게 해요?")
    spam = write_comment(
        post, actor=minah, parent=question, source="https://spam.example.net/가 보세요"
    )
    other = write_comment(make_note(junho), actor=minah, source="https://spam.example.net/나")
    make_report(junho, "comment", other.pk)
    evidence = {
        "rule": "links 1",
        "score": 7.5,
        "parts": [{"name": "links", "points": 4, "passage": "https://spam.example.net/가"}],
    }
    decide(
        "hold",
        target=("comment", spam.pk),
        actor=None,
        rule_version=built_in_version("three-reports"),
        evidence=evidence,
    )
    make_decision(sora, "warn", ("post", post.pk))
    case = Case.objects.get(target_kind="comment", target_id=spam.pk)
    add_case_note(case, actor=sora, text="같은 주소를 여러 곳에 올렸어요")
    response = enter(client, sora).get(open_url("comment", spam.pk))
    page = response.content.decode()
    for words in (
        "이거 어떻게 해요?",
        "여러 신뢰 회원이 신고함 1",
        "같은 주소를 여러 곳에",
        "7.5",
        "집 고치기",
    ):
        assert words in page
    assert "<mark>https://spam.example.net/가</mark>" in page
    dossier = response.context["dossier"]
    assert {one.decision.kind for one in dossier.of_owner} == {"warn"}
    assert dossier.upheld_count == 1
    alike = [(why, row.case.target_kind, row.case.target_id) for why, row in dossier.similar]
    assert alike == [("domain", "comment", other.pk), ("owner", "post", post.pk)]
    assert set(dossier.acts) >= {"dismiss", "approve", "hold", "remove", "restore"}


def test_reporters_are_shown_with_how_often_they_were_right(client, minah, junho, sora):
    spam = make_note(minah, "광고")
    make_report(junho, "post", spam.pk)
    make_decision(sora, "hold", ("post", spam.pk))
    fine = make_note(minah, "좋은 글")
    make_report(junho, "post", fine.pk)
    told = enter(client, sora).get(open_url("post", fine.pk)).context["dossier"].told
    assert [(one.made, one.upheld) for one in told] == [(2, 1)]


def test_what_has_no_case_can_be_opened_and_looking_makes_none(client, minah, sora):
    post = make_article(minah)
    assert enter(client, sora).get(open_url("post", post.pk)).status_code == 200
    assert client.get(open_url("person", minah.pk)).status_code == 200
    assert not Case.objects.exists()
    assert client.get(open_url("post", 10**9)).status_code == 404
    assert client.get(open_url("nothing", 1)).status_code == 404


def test_the_address_of_a_case_leads_to_it(client, minah, junho, sora):
    post = make_article(minah)
    make_report(junho, "post", post.pk)
    url = reverse("admin:moderation_case_change", args=[Case.objects.get().pk])
    assert enter(client, sora).get(url).status_code == 200
    assert client.get(reverse("admin:moderation_case_change", args=["x"])).status_code == 404


@pytest.mark.behaviour("AD-01", "AD-02")
def test_only_moderators_reach_the_desk(client, minah, junho, sora):
    post = make_article(minah)
    make_report(junho, "post", post.pk)
    decision = make_decision(sora, "hold", ("post", post.pk))
    appeal = appeal_decision(decision, actor=minah, text="광고가 아니에요")
    case = Case.objects.get()
    looks = [
        reverse(QUEUE),
        reverse("admin:moderation_case_change", args=[case.pk]),
        open_url("post", post.pk),
        reverse("admin:moderation_case_undo_many"),
    ]
    acts = [
        *(
            reverse(f"admin:moderation_case_{name}", args=["post", post.pk])
            for name in ("decide", "note", "assign")
        ),
        reverse("admin:moderation_case_undo", args=[decision.pk]),
        reverse("admin:moderation_case_undo_these"),
        reverse("admin:moderation_case_answer", args=[appeal.pk]),
        reverse("admin:moderation_case_many"),
    ]
    sent = {
        "act": "remove",
        "category": "spam",
        "text": "x",
        "decision": decision.pk,
        "verdict": "grant",
        "to": "me",
        "target": f"post:{post.pk}",
        "confirmed": "1",
    }
    dajung = make_editor()
    for person in (None, junho, dajung):
        client.logout()
        if person:
            client.force_login(person)
        for url in looks:
            response = client.get(url)
            if person is None:
                assert response.status_code == 302
                assert response.url.startswith(reverse("admin:login"))
            else:
                # Django's administration sends members to its sign-in, which refuses them.
                assert client.get(url, follow=True).status_code == 403, (person, url)
        for url in acts:
            assert client.post(url, sent).status_code == (403 if person == dajung else 302), url
    decision.refresh_from_db(), case.refresh_from_db()
    assert not decision.is_undone
    assert case.assigned_to is None
    assert Decision.objects.count() == 1
    enter(client, sora)
    for url in looks:
        assert client.get(url).status_code == 200
    for url in acts:
        assert client.get(url).status_code == 405


def test_the_desk_links_are_for_moderators_alone(client, minah, junho, sora):
    post = make_article(minah, "글")
    write_comment(post, actor=junho, source="안녕")
    for person, is_shown in ((minah, False), (make_editor(), False), (sora, True)):
        client.cookies["sessionid"] = signed_in(person)
        for url in (post.get_absolute_url(), junho.get_absolute_url()):
            page = client.get(url).content.decode()
            assert ("/admin/moderation/case/of/" in page) is is_shown, (person, url)


def test_the_short_address_of_the_desk_leads_to_the_queue(client, sora):
    response = enter(client, sora).get("/admin/moderation/desk/?reason=hold")
    assert response.url == f"{reverse(QUEUE)}?reason=hold"
