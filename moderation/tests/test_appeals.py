"""Appeals: once, in time, looked at by somebody else, and what comes of them (SO-44)."""

import unicodedata
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import PASSWORD
from accounts.tests.letters import link_in
from blog.models import Post
from blog.tests.factories import make_article, make_person
from moderation import actions
from moderation.appeal_tokens import SECONDS, appeal_token, decision_of_token
from moderation.exceptions import AppealRefused, NotAModerator, NotYourAppeal
from moderation.models import Appeal, Case, Decision, LogEntry
from moderation.tests.factories import make_decision, make_moderator
from social.models import Notification

pytestmark = pytest.mark.django_db

TEXT = "링크는 제 가게가 아니라 도서관이에요. 다시 봐 주세요. 🙏"


@pytest.fixture
def minah():
    return make_person("minah", "미나", password=PASSWORD)


@pytest.fixture
def byeol():
    return make_moderator("byeol", "별")


@pytest.fixture
def held(minah, sora):
    return make_decision(sora, "hold", ("post", make_article(minah, "동네 도서관").pk))


def age(decision: Decision, days: float) -> None:
    Decision.objects.filter(pk=decision.pk).update(created_at=timezone.now() - timedelta(days=days))


@pytest.mark.behaviour("SO-44")
def test_an_appeal_waits_at_the_desk_and_is_due_in_seven_days(held, minah):
    appeal = actions.appeal_decision(held, actor=minah, text=TEXT)
    case = Case.objects.get()
    assert case.has_appeal and case.is_open
    assert case.opened_at == appeal.created_at
    assert case.due_at == appeal.due_at == appeal.created_at + timedelta(days=7)
    assert not appeal.is_late
    Appeal.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    appeal.refresh_from_db()
    assert appeal.is_late
    assert actions.refresh_case(("post", held.target_id)).is_late


@pytest.mark.behaviour("SO-44")
def test_there_is_one_appeal_to_a_decision(held, minah):
    actions.appeal_decision(held, actor=minah, text=TEXT)
    with pytest.raises(AppealRefused):
        actions.appeal_decision(held, actor=minah, text="또요.")
    assert Appeal.objects.count() == 1


@pytest.mark.behaviour("SO-44")
@pytest.mark.parametrize(("days", "is_possible"), [(29.9, True), (30.1, False)])
def test_an_appeal_is_possible_for_thirty_days(held, minah, days, is_possible):
    age(held, days)
    if is_possible:
        assert actions.appeal_decision(held, actor=minah, text=TEXT).is_open
    else:
        with pytest.raises(AppealRefused):
            actions.appeal_decision(held, actor=minah, text=TEXT)


@pytest.mark.behaviour("SO-44")
def test_an_appeal_has_up_to_two_thousand_characters_as_people_count(held, minah):
    with pytest.raises(AppealRefused):
        actions.appeal_decision(held, actor=minah, text="가" * 2001)
    with pytest.raises(AppealRefused):
        actions.appeal_decision(held, actor=minah, text="\u200b \n")
    typed_apart = unicodedata.normalize("NFD", "각")
    appeal = actions.appeal_decision(held, actor=minah, text="👩‍👩‍👧" * 1999 + typed_apart)
    assert appeal.text.endswith("각")


def test_nobody_else_appeals_and_nothing_undone_is_appealed(held, minah, sora):
    with pytest.raises(AppealRefused):
        actions.appeal_decision(held, actor=make_person("taeo"), text=TEXT)
    actions.undo_decision(held, actor=sora)
    with pytest.raises(AppealRefused):
        actions.appeal_decision(held, actor=minah, text=TEXT)


@pytest.mark.behaviour("SO-44")
def test_who_decided_does_not_answer_if_there_is_somebody_else(held, minah, sora, byeol):
    appeal = actions.appeal_decision(held, actor=minah, text=TEXT)
    with pytest.raises(NotYourAppeal):
        actions.answer_appeal(appeal, actor=sora, grants=False, answer="아니요.")
    with pytest.raises(NotAModerator):
        actions.answer_appeal(appeal, actor=minah, grants=True)
    assert actions.answer_appeal(appeal, actor=byeol, grants=False, answer="광고예요.")


@pytest.mark.behaviour("SO-44")
def test_the_only_moderator_answers_alone(held, minah, sora):
    appeal = actions.appeal_decision(held, actor=minah, text=TEXT)
    assert actions.answer_appeal(appeal, actor=sora, grants=True).state == "granted"


@pytest.mark.behaviour("SO-44")
def test_granting_undoes_and_tells(held, minah, byeol):
    appeal = actions.appeal_decision(held, actor=minah, text=TEXT)
    actions.answer_appeal(appeal, actor=byeol, grants=True)
    assert Post.objects.get().status == "published"
    assert not Case.objects.get().is_open
    acts = list(LogEntry.objects.order_by("number").values_list("act", flat=True))
    assert acts == ["hold", "undo", "grant_appeal"]
    told = Notification.objects.filter(person=minah, cause_count__gt=0)
    assert "appeal" in told.values_list("kind", flat=True)
    with pytest.raises(AppealRefused):
        actions.answer_appeal(appeal, actor=byeol, grants=False, answer="다시요.")


@pytest.mark.behaviour("SO-44")
def test_refusing_needs_words_and_tells(held, minah, byeol):
    appeal = actions.appeal_decision(held, actor=minah, text=TEXT)
    with pytest.raises(AppealRefused):
        actions.answer_appeal(appeal, actor=byeol, grants=False, answer=" ")
    actions.answer_appeal(appeal, actor=byeol, grants=False, answer="같은 링크가 열 번 있어요.")
    assert Post.objects.get().status == "held"
    assert not Case.objects.get().has_appeal
    assert Notification.objects.filter(person=minah, kind="appeal").exists()


def test_undoing_the_decision_leaves_no_appeal_to_answer(held, minah, sora):
    actions.appeal_decision(held, actor=minah, text=TEXT)
    actions.undo_decision(held, actor=sora)
    assert not Case.objects.get().is_open


# Without a session --------------------------------------------------------------------------------


@pytest.fixture
def suspended(minah, sora, committed):
    with committed():
        return make_decision(sora, "suspend", ("person", minah.pk), text="욕설을 되풀이했어요.")


@pytest.mark.behaviour("SO-44")
def test_a_suspended_person_gets_a_mail_whose_link_opens_without_signing_in(suspended, outbox):
    mail = outbox[-1]
    assert mail.to == ["minah@example.com"]
    assert "욕설을 되풀이했어요." in mail.body
    page = Client().get(link_in(mail))
    assert page.status_code == 200
    assert "욕설을 되풀이했어요." in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]


def test_that_mail_leaves_whatever_mails_they_chose(minah, sora, committed, outbox):
    minah.mail_choices = {"decision": "never"}
    minah.save(update_fields=["mail_choices"])
    with committed():
        make_decision(sora, "suspend", ("person", minah.pk))
    assert len([mail for mail in outbox if mail.to == ["minah@example.com"]]) == 1


def test_they_appeal_by_the_link_and_read_the_answer_there(suspended, minah, byeol):
    client, url = Client(), reverse("moderation:appeal", args=[appeal_token(suspended)])
    empty = client.post(url, {"act": "appeal", "text": " "})
    assert empty.status_code == 422
    assert client.post(url, {"act": "appeal", "text": TEXT}).status_code == 302
    assert Appeal.objects.get().text == TEXT
    assert TEXT in client.get(url).content.decode()
    actions.answer_appeal(Appeal.objects.get(), actor=byeol, grants=False, answer="아직 안 돼요.")
    assert "아직 안 돼요." in client.get(url).content.decode()
    assert client.post(url, {"act": "appeal", "text": TEXT}).status_code in (403, 422)


def test_a_refused_appeal_is_mailed_to_who_cannot_sign_in(
    suspended, minah, byeol, committed, outbox
):
    appeal = actions.appeal_decision(suspended, actor=minah, text=TEXT)
    outbox.clear()
    with committed():
        actions.answer_appeal(appeal, actor=byeol, grants=False, answer="아직 안 돼요.")
    assert "아직 안 돼요." in outbox[-1].body


def test_the_link_is_of_one_decision_and_thirty_days(suspended, held, minah, time_machine):
    assert decision_of_token(appeal_token(suspended)) == suspended
    assert decision_of_token(appeal_token(suspended) + "x") is None
    assert Client().get("/moderation/appeal/forged:token/").status_code == 404
    token = appeal_token(suspended)
    time_machine.move_to(timezone.now() + timedelta(seconds=SECONDS + 5))
    assert decision_of_token(token) is None


def test_the_link_shows_neither_moderator_nor_reporter(suspended):
    page = Client().get(reverse("moderation:appeal", args=[appeal_token(suspended)]))
    assert "소라" not in page.content.decode() and "sora" not in page.content.decode()


def test_the_refused_sign_in_leads_there_after_the_right_password_alone(suspended, minah):
    client = Client()
    url = reverse("account_login")
    wrong = client.post(url, {"login": "minah", "password": "틀린-비밀번호-열두자"})
    assert "/moderation/appeal/" not in wrong.content.decode()
    right = client.post(url, {"login": "minah", "password": PASSWORD})
    assert right.status_code == 403
    assert "/moderation/appeal/" in right.content.decode()


def test_appeals_by_link_are_limited(suspended):
    client, url = Client(), reverse("moderation:appeal", args=[appeal_token(suspended)])
    statuses = [client.post(url, {"text": " "}).status_code for _number in range(21)]
    assert statuses[:20] == [422] * 20
    assert statuses[20] == 429
