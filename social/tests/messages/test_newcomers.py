"""Whom somebody new may write to, and how much (SO-46)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.exceptions import TrustLimit
from accounts.tests.factories import make_person
from config.tests.api_client import api_client
from social.actions import follow_person, send_message
from social.models import Conversation, Message
from social.newcomers import MESSAGES_A_DAY

pytestmark = pytest.mark.behaviour("SO-46")


@pytest.fixture
def saebom(db):
    return make_person("saebom", "새봄", trust_given=0)


def test_somebody_new_writes_to_nobody_out_of_the_blue(saebom, minah):
    with pytest.raises(TrustLimit, match="나를 팔로우하거나"):
        send_message(minah, actor=saebom, text="안녕하세요")
    assert not Conversation.objects.exists()
    follow_person(minah, actor=saebom)  # the other way round is no invitation
    with pytest.raises(TrustLimit):
        send_message(minah, actor=saebom, text="안녕하세요")


def test_to_followers_and_in_reply_they_may(saebom, minah, stranger):
    follow_person(saebom, actor=minah)
    assert send_message(minah, actor=saebom, text="팔로우 고마워요 😊")
    send_message(saebom, actor=stranger, text="처음 뵙겠습니다")
    assert send_message(stranger, actor=saebom, text="네, 안녕하세요")


def test_five_a_day_and_no_more_until_the_next(saebom, minah, time_machine):
    now = timezone.now()
    time_machine.move_to(now)
    send_message(saebom, actor=minah, text="어서 와요")
    for number in range(MESSAGES_A_DAY):
        send_message(minah, actor=saebom, text=f"{number}번째")
    with pytest.raises(TrustLimit, match="하루에 5개"):
        send_message(minah, actor=saebom, text="여섯째")
    time_machine.move_to(now + timedelta(hours=25))
    assert send_message(minah, actor=saebom, text="다음 날이에요")


def test_the_same_form_sent_twice_is_no_second_message(saebom, minah):
    send_message(saebom, actor=minah, text="어서 와요")
    for _number in range(MESSAGES_A_DAY + 2):
        send_message(minah, actor=saebom, text="한 번만", origin_key="form:1")
    assert Message.objects.filter(sender=saebom).count() == 1


@pytest.mark.parametrize(
    ("text", "is_fine"),
    [
        ("https://a.example.com/글 와 www.b.example.com 이요", True),
        ("https://www.a.example.com http://b.example.com", True),
        ("https://a.example.com https://b.example.com http://c.example.com", False),
        ("www.a.example.com,www.b.example.com,www.c.example.com", False),
    ],
    ids=["two", "www", "three", "glued"],
)
def test_a_message_holds_two_links(saebom, minah, text, is_fine):
    send_message(saebom, actor=minah, text="어서 와요")
    if is_fine:
        assert send_message(minah, actor=saebom, text=text)
    else:
        with pytest.raises(TrustLimit):
            send_message(minah, actor=saebom, text=text)
    assert send_message(saebom, actor=minah, text=text * 3)


def test_the_page_keeps_the_text_and_programs_get_a_code(as_user, saebom, minah):
    answer = as_user(saebom).post(
        "/messages/@minah/", {"text": "안녕하세요 처음 씁니다"}, headers={"Accept": "text/html"}
    )
    assert answer.status_code == 403
    assert "안녕하세요 처음 씁니다" in answer.content.decode()
    refused = api_client(saebom).post("conversations/@minah/messages/", {"body": "안녕하세요"})
    assert (refused.status_code, refused.json()["code"]) == (403, "trust_limit")
    send_message(saebom, actor=minah, text="어서 와요")
    links = "https://a.example.com " * 3
    refused = api_client(saebom).post("conversations/@minah/messages/", {"body": links})
    assert (refused.status_code, refused.json()["code"]) == (403, "trust_limit")
