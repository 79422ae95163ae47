"""Private messages by programs: the same rules as on the page."""

import unicodedata

import pytest
from django.test import override_settings
from django.utils import timezone

from accounts import actions as account_actions
from accounts.models import User
from accounts.tests.factories import make_person, make_unconfirmed_person
from config.tests.api_client import api_client, matches_stored
from social import actions, limits
from social.models import ConversationSide, Inbox, Message, Notification


@pytest.fixture
def talk(minah, junho):
    """준호 wrote twice to 미나, who answered in between."""
    return [
        actions.send_message(minah, actor=junho, text="안녕하세요 👋🏽"),
        actions.send_message(junho, actor=minah, text="네, 안녕하세요!"),
        actions.send_message(
            minah, actor=junho, text="https://example.com/%EB%A7%88%EB%8B%B9?글=1"
        ),
    ]


def bodies(response) -> list[str]:
    return [one["body"] for one in response.json()["results"]]


# Reading ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-47")
def test_the_list_has_the_other_one_the_last_words_and_what_is_unread(minah, talk):
    response = api_client(minah).get("conversations/")
    matches_stored(response, "conversations")
    (found,) = response.json()["results"]
    assert (found["user"]["handle"], found["unread_count"]) == ("junho", 1)
    assert found["last_message"]["id"] == talk[2].pk
    assert api_client(minah).get(found["url"]).json() == found
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.behaviour("AP-47")
def test_a_conversation_is_read_from_its_end_and_reading_marks_nothing(minah, talk):
    client = api_client(minah)
    response = client.get("conversations/@junho/messages/?page_size=2")
    assert [one["id"] for one in response.json()["results"]] == [talk[2].pk, talk[1].pk]
    assert [one["is_read"] for one in response.json()["results"]] == [False, True]
    assert bodies(client.get(response.json()["next"])) == ["안녕하세요 👋🏽"]
    assert client.get("conversations/").json()["results"][0]["unread_count"] == 1
    matches_stored(response, "messages")


def test_nobody_sees_what_the_other_has_read(minah, junho, talk):
    before = api_client(junho).get("conversations/@minah/messages/").json()["results"]
    api_client(minah).post("conversations/@junho/read/", {"up_to": talk[2].pk})
    after = api_client(junho).get("conversations/@minah/messages/").json()["results"]
    assert before == after


@pytest.mark.behaviour("AP-03")
def test_messages_need_a_token_of_their_scope(minah, talk):
    visitor, narrow = api_client(), api_client(minah, scopes=["read", "notifications"])
    for path in (
        *("conversations/", "conversations/@junho/", "conversations/@junho/messages/"),
        f"messages/{talk[0].pk}/",
    ):
        assert visitor.get(path).status_code == 401
        assert narrow.get(path).status_code == 403
    for path in ("messages/", "read/", "unread/"):
        sent = {"body": "안녕", "up_to": 1, "from_id": 1}
        assert visitor.post(f"conversations/@junho/{path}", sent).status_code == 401
        assert narrow.post(f"conversations/@junho/{path}", sent).status_code == 403
    for path in ("conversations/@junho/", f"messages/{talk[1].pk}/"):
        assert visitor.delete(path).status_code == 401
        assert narrow.delete(path).status_code == 403
    assert Message.objects.count() == 3


def test_a_stranger_finds_nothing_of_what_two_said(stranger, talk, minah):
    client = api_client(stranger)
    assert client.get("conversations/").json()["results"] == []
    assert client.get("conversations/@minah/").status_code == 404
    assert client.get("conversations/@minah/messages/").json()["results"] == []
    assert client.get(f"messages/{talk[0].pk}/").status_code == 404
    assert client.delete(f"messages/{talk[0].pk}/").status_code == 404
    assert client.post("conversations/@minah/read/", {"up_to": 9}).status_code == 404
    assert client.get("conversations/@없는사람/messages/").status_code == 404


def test_longer_lists_make_no_more_queries(minah, queries_of):
    client = api_client(minah)
    paths = ("conversations/", "conversations/@first/messages/")
    actions.send_message(minah, actor=make_person("first"), text="하나")
    few = [queries_of(client, path) for path in paths]
    for number in range(5):
        actions.send_message(minah, actor=make_person(f"사람-{number}"), text="둘")
        actions.send_message(minah, actor=User.objects.get(handle="first"), text="셋")
    assert [queries_of(client, path) for path in paths] == few
    assert few == [3, 4]  # the second: token, person, conversation, messages


# Sending ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-47")
@pytest.mark.behaviour("AP-08")
def test_a_message_is_sent_in_nfc_and_reaches_the_other(minah, junho):
    text = unicodedata.normalize("NFD", "내일 봬요 👩‍👩‍👧")
    response = api_client(minah).post(f"conversations/{junho.pk}/messages/", {"body": text})
    assert response.status_code == 201
    assert response.headers["Location"] == response.json()["url"]
    matches_stored(response, "message")
    assert api_client(minah).get(response.json()["url"]).json() == response.json()
    assert Message.objects.get().text == "내일 봬요 👩‍👩‍👧"
    assert Inbox.objects.get(pk=junho.pk).unread_messages == 1


@pytest.mark.behaviour("SO-15")
def test_the_same_key_sends_once_even_when_the_kept_answer_is_gone(minah, junho):
    from config.models import StoredAnswer

    client, path = api_client(minah), "conversations/@junho/messages/"
    first = client.post(path, {"body": "한 번만"}, HTTP_IDEMPOTENCY_KEY="열쇠".encode().hex())
    again = client.post(path, {"body": "한 번만"}, HTTP_IDEMPOTENCY_KEY="열쇠".encode().hex())
    assert again.headers["Idempotency-Replayed"] == "true"
    StoredAnswer.objects.all().delete()
    late = client.post(path, {"body": "한 번만"}, HTTP_IDEMPOTENCY_KEY="열쇠".encode().hex())
    assert {first.json()["id"], again.json()["id"], late.json()["id"]} == {Message.objects.get().pk}
    assert client.post(path, {"body": "한 번만"}).status_code == 201
    assert Message.objects.count() == 2


@pytest.mark.behaviour("SO-14")
@pytest.mark.parametrize(
    ("body", "code"),
    [("", "required"), ("\u3000 \n", "message_refused"), ("가" * 2001, "message_refused")],
    ids=["empty", "blank", "long"],
)
def test_a_message_has_something_to_say_and_an_end(minah, junho, body, code):
    refused = api_client(minah).post("conversations/@junho/messages/", {"body": body})
    assert refused.status_code == 400
    assert refused.json()["errors"][0] | {"detail": ""} == {
        "field": "body",
        "code": code,
        "detail": "",
    }
    assert not Message.objects.exists()


@pytest.mark.behaviour("SO-14")
def test_a_message_of_two_thousand_graphemes_is_sent(minah, junho):
    response = api_client(minah).post("conversations/@junho/messages/", {"body": "👨‍👩‍👧‍👦" * 2000})
    assert response.status_code == 201


@pytest.mark.behaviour("SO-16")
def test_nobody_writes_to_themselves(minah):
    client = api_client(minah)
    for response in (
        client.post("conversations/@minah/messages/", {"body": "나에게"}),
        client.get("conversations/@minah/messages/"),
    ):
        assert (response.status_code, response.json()["code"]) == (400, "cannot_message_self")


@pytest.mark.behaviour("SO-07")
@pytest.mark.behaviour("SO-17")
def test_a_blocker_is_hidden_unless_there_is_an_old_conversation_which_is_closed(
    minah, junho, taeo, talk
):
    assert (
        api_client(taeo).post("conversations/@minah/messages/", {"body": "저기요"}).status_code
        == 404
    )
    actions.block_person(junho, actor=minah)
    client = api_client(junho)
    refused = client.post("conversations/@minah/messages/", {"body": "저기요"})
    assert (refused.status_code, refused.json()["code"]) == (403, "recipient_unavailable")
    assert len(bodies(client.get("conversations/@minah/messages/"))) == 3
    account_actions.set_state(minah, "suspended", actor=None)
    refused = client.post(f"conversations/{minah.pk}/messages/", {"body": "저기요"})
    assert (refused.status_code, refused.json()["code"]) == (403, "recipient_unavailable")


def test_a_closed_mailbox_and_the_unconfirmed_are_refused_as_on_the_page(minah, stranger):
    User.objects.filter(pk=minah.pk).update(who_may_message=User.WhoMayMessage.NOBODY)
    refused = api_client(stranger).post("conversations/@minah/messages/", {"body": "안녕하세요"})
    assert (refused.status_code, refused.json()["code"]) == (403, "recipient_unavailable")
    with override_settings(MAIL_ENABLED=True):
        refused = api_client(make_unconfirmed_person()).post(
            "conversations/@stranger/messages/", {"body": "안녕하세요"}
        )
    assert (refused.status_code, refused.json()["code"]) == (403, "email_unconfirmed")


@pytest.mark.behaviour("SO-11")
def test_pages_and_programs_count_new_conversations_together(
    minah, junho, stranger, as_user, monkeypatch
):
    monkeypatch.setattr(limits, "NEW_CONVERSATIONS_AN_HOUR", 1)
    as_user(stranger).post("/messages/@minah/", {"text": "안녕하세요"})
    client = api_client(stranger)
    assert client.post("conversations/@minah/messages/", {"body": "또 저예요"}).status_code == 201
    refused = client.post("conversations/@junho/messages/", {"body": "안녕하세요"})
    assert refused.status_code == 429
    assert Message.objects.count() == 2


# Read, unread, gone -----------------------------------------------------------------------------


@pytest.mark.behaviour("SO-19")
def test_reading_goes_up_to_what_was_shown_and_never_back(minah, junho, talk):
    late = actions.send_message(minah, actor=junho, text="하나 더")
    client, path = api_client(minah), "conversations/@junho/read/"
    response = client.post(path, {"up_to": talk[2].pk})
    assert (response.status_code, response.json()["unread_count"]) == (200, 1)
    assert client.post(path, {"up_to": late.pk}).json()["unread_count"] == 0
    assert client.post(path, {"up_to": 1}).json()["unread_count"] == 0
    assert client.post(path, {}).status_code == 400
    assert client.post(path, {"up_to": 2**63}).status_code == 400
    assert Inbox.objects.get(pk=minah.pk).unread_messages == 0


@pytest.mark.behaviour("SO-19")
def test_answering_reads_what_was_shown(minah, junho, talk):
    late = actions.send_message(minah, actor=junho, text="하나 더")
    client = api_client(minah)
    client.post("conversations/@junho/messages/", {"body": "네", "read_up_to": talk[2].pk})
    assert client.get("conversations/@junho/").json()["unread_count"] == 1
    client.post("conversations/@junho/messages/", {"body": "네네", "read_up_to": late.pk})
    assert client.get("conversations/@junho/").json()["unread_count"] == 0


@pytest.mark.behaviour("SO-20")
def test_a_conversation_is_unread_from_a_message_on_or_leaves_the_list(minah, junho, talk):
    client = api_client(minah)
    unread = client.post("conversations/@junho/unread/", {"from_id": talk[0].pk})
    assert unread.json()["unread_count"] == 2
    assert client.post("conversations/@junho/unread/", {"from_id": 999999}).status_code == 404
    assert client.delete("conversations/@junho/").status_code == 204
    assert client.get("conversations/").json()["results"] == []
    assert client.get("conversations/@junho/").json()["last_message"] is None
    assert bodies(client.get("conversations/@junho/messages/")) == []
    assert len(bodies(api_client(junho).get("conversations/@minah/messages/"))) == 3
    actions.send_message(minah, actor=junho, text="다시")
    assert len(client.get("conversations/").json()["results"]) == 1


def test_the_message_of_another_conversation_marks_nothing(minah, junho, stranger, talk):
    other = actions.send_message(minah, actor=stranger, text="다른 말")
    refused = api_client(minah).post("conversations/@junho/unread/", {"from_id": other.pk})
    assert refused.status_code == 404


@pytest.mark.behaviour("AP-47")
@pytest.mark.behaviour("SO-21")
def test_the_sender_deletes_a_message_for_both(minah, junho, talk):
    path = f"messages/{talk[2].pk}/"
    refused = api_client(minah).delete(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_the_sender")
    client = api_client(junho)
    stale = '"nothing.nothing"'
    assert client.delete(path, HTTP_IF_MATCH=stale).status_code == 412
    for _time in range(2):
        assert client.delete(path).status_code == 204
    shown = api_client(minah).get(path).json()
    assert (shown["body"], shown["is_deleted"]) == ("", True)
    assert ConversationSide.objects.get(person=minah).unread_count == 0
    assert not Notification.objects.filter(person=minah, read_at=None, cause_count__gt=0).exists()


def test_what_somebody_who_left_said_stays_without_a_sender(minah, junho, talk):
    User.objects.filter(pk=junho.pk).update(state="leaving", erase_at=timezone.now())
    account_actions.erase_account(User.objects.get(pk=junho.pk))
    found = api_client(minah).get(f"conversations/{junho.pk}/messages/").json()["results"]
    assert [one["sender"] and one["sender"]["handle"] for one in found] == [None, "minah", None]
