"""The pages of messages: work / need sign-in / refuse strangers and the blocked / cost the same."""

import html
import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions as account_actions
from accounts.models import User
from accounts.tests.factories import make_person
from social import actions
from social.conversations import side_of
from social.models import ConversationSide, Message

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
FETCH = {"X-Requested-With": "fetch"}
PAGE = "/messages/@junho/"


def body(response) -> str:
    return response.content.decode()


def say(actor: User, recipient: User, text: str = "안녕하세요", **options) -> Message:
    return actions.send_message(recipient, actor=actor, text=text, **options)


# The list ---------------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-12")
def test_the_list_shows_the_last_words_latest_first(as_user, minah, junho, stranger):
    say(stranger, minah, "먼저 온 쪽지")
    say(junho, minah, "첫 줄\n둘째 줄")
    say(junho, minah, "지울 말")
    actions.delete_message(Message.objects.last(), actor=junho)
    client = as_user(minah)
    page = client.get("/messages/")
    shown = body(page)
    assert shown.index("준호") < shown.index("나그네")
    assert "지워진 쪽지예요." in shown
    assert "conversation__unread" in shown
    actions.send_message(stranger, actor=minah, text="나의 <b>답</b>")
    shown = body(client.get("/messages/"))
    assert shown.index("나그네") < shown.index("준호")
    assert "나의 &lt;b&gt;답&lt;/b&gt;" in shown
    assert 'href="/messages/@stranger/#latest"' in shown


@pytest.mark.behaviour("SO-12")
def test_the_list_is_paged(as_user, minah, monkeypatch):
    monkeypatch.setattr("social.views.messages.CONVERSATIONS_PER_PAGE", 2)
    for number in range(5):
        say(make_person(f"person{number}", f"사람{number}"), minah)
    client, seen, address = as_user(minah), [], "/messages/"
    while address:
        page = client.get(address).context["page"]
        seen += [side.other.handle for side in page.items]
        address = page.older_url and f"/messages/{page.older_url}"
    assert seen == [f"person{number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.behaviour("SO-12", "SO-13", "X-13")
def test_the_cost_does_not_grow_with_rows(as_user, minah, junho):
    client = as_user(minah)

    def cost(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    say(junho, minah)
    before = [cost(path) for path in ("/messages/", PAGE, f"{PAGE}?after=0")]
    for number in range(8):
        say(make_person(f"person{number}", f"사람{number}"), minah)
        say(junho, minah)
    assert [cost(path) for path in ("/messages/", PAGE, f"{PAGE}?after=0")] == before
    assert max(before) <= 11


@pytest.mark.behaviour("SO-12", "SO-13")
@pytest.mark.parametrize("path", ["/messages/", PAGE, f"{PAGE}read/", "/messages/1/delete/"])
def test_visitors_are_sent_to_sign_in(client, minah, junho, path):
    say(junho, minah)
    answer = client.post(path) if path.endswith(("read/", "delete/")) else client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/auth/login/")
    assert client.get(f"{PAGE}?after=0", headers=FETCH).status_code == 401
    # What was typed when the session ended is not lost.
    lost = client.post(PAGE, {"text": "긴 편지"})
    assert (lost.status_code, "긴 편지" in body(lost)) == (401, True)


# One conversation -------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-13", "SO-14", "SO-22")
def test_a_conversation_shows_both_sides_in_the_order_of_time(as_user, minah, junho):
    first = say(
        junho, minah, "<script>둘러보세요</script>\nhttps://example.com/길?a=1&b=2을 보세요"
    )
    second = say(minah, junho, "네 @minah #태그")
    response = as_user(minah).get(PAGE)
    page = body(response)
    assert "<title>준호님과 나눈 쪽지" in page
    assert page.index(f'id="message-{first.pk}"') < page.index(f'id="message-{second.pk}"')
    assert "&lt;script&gt;둘러보세요&lt;/script&gt;\n" in page
    assert '<a href="https://example.com/길?a=1&amp;b=2" rel="ugc nofollow noopener">' in page
    assert "네 @minah #태그" in page  # nothing but addresses becomes a link
    assert "ranslate" not in page.split('id="message-list"')[1].split("</ol>")[0]
    row = page.split(f'id="message-{first.pk}"')[1].split("</li>")[0]
    assert all(part in row for part in (junho.avatar_url(36), "준호", "<time "))


@pytest.mark.behaviour("SO-13")
def test_a_conversation_is_paged_from_its_end(as_user, minah, junho, monkeypatch):
    monkeypatch.setattr("social.views.messages.MESSAGES_PER_PAGE", 2)
    keys = [say(junho, minah, f"말 {number}").pk for number in range(5)]
    client = as_user(minah)
    latest = client.get(PAGE)
    assert [line.id for line in latest.context["lines"]] == keys[3:]
    assert 'data-messages="/messages/@junho/"' in body(latest)
    older = client.get(PAGE + latest.context["page"].older_url)
    assert [line.id for line in older.context["lines"]] == keys[1:3]
    assert "data-messages" not in body(older)  # new messages do not belong below these
    newer = client.get(PAGE + older.context["page"].newer_url)
    assert [line.id for line in newer.context["lines"]] == keys[3:]


@pytest.mark.behaviour("SO-13", "SO-07", "SO-16")
def test_the_unknown_the_blocked_and_oneself(as_user, minah, junho, taeo):
    for path in ("/messages/@nobody/", "/messages/@minah/"):
        assert as_user(taeo).get(path).status_code == 404
        assert as_user(taeo).post(path, {"text": "안녕"}).status_code == 404
    for method in ("get", "post"):
        assert (
            getattr(as_user(minah), method)("/messages/@minah/", {"text": "나"}).status_code == 400
        )
    assert as_user(minah).get("/messages/@JUNHO/")["Location"] == PAGE
    assert not Message.objects.exists()


@pytest.mark.behaviour("SO-07", "SO-17")
@pytest.mark.parametrize("close", ["block", "blocked", "suspended", "nobody", "erased"])
def test_an_old_conversation_stays_readable_but_closed(as_user, minah, junho, close):
    say(junho, minah, "옛말")
    if close == "block":
        actions.block_person(junho, actor=minah)
    elif close == "blocked":
        actions.block_person(minah, actor=junho)
    elif close == "nobody":
        account_actions.change_preferences(junho, who_may_message="nobody")
    else:
        account_actions.set_state(junho, close, actor=None)
    client = as_user(minah)
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "옛말" in body(page)
    assert 'id="message-form"' not in body(page)
    refused = client.post(PAGE, {"text": "들려요?"}, headers={"Accept": "text/html"})
    assert refused.status_code == 403
    assert "들려요?" in body(refused)  # what was typed is not lost
    problem = client.post(PAGE, {"text": "들려요?"}, headers={"Accept": "application/json"})
    assert problem.json()["code"] == "recipient_unavailable"
    assert Message.objects.count() == 1
    if close == "erased":
        assert "탈퇴한 회원" in body(page)
        assert 'href="/@junho/"' not in body(page)


@pytest.mark.behaviour("SO-17", "AC-45")
def test_a_closed_mailbox_says_so_before_anything_is_typed(as_user, minah, stranger):
    account_actions.change_preferences(minah, who_may_message="nobody")
    client = as_user(stranger)
    page = client.get("/messages/@minah/")
    assert page.status_code == 200
    assert 'id="message-form"' not in body(page)
    assert client.post("/messages/@minah/", {"text": "안녕"}).status_code == 403


# Sending ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-15")
def test_sending_leads_to_the_conversation_and_a_double_submit_sends_once(as_user, minah, junho):
    client = as_user(minah)
    data = {"text": "안녕하세요 준호 님", "submission": str(uuid.uuid4()), "seen": "0"}
    response = client.post(PAGE, data)
    message = Message.objects.get()
    assert response["Location"] == f"{PAGE}#message-{message.pk}"
    assert client.post(PAGE, data).status_code == 302
    assert Message.objects.count() == 1
    assert "안녕하세요 준호 님" in body(client.get(PAGE))
    # Back, another text in the same form: that is another message.
    client.post(PAGE, data | {"text": "고쳐 쓴 말"})
    assert Message.objects.count() == 2
    for _time in range(2):
        client.post(PAGE, {"text": "열쇠 없는 말"})
    assert Message.objects.count() == 4


@pytest.mark.behaviour("SO-15", "SO-14")
def test_htmx_gets_word_that_it_was_sent_or_the_form_with_what_is_wrong(as_user, minah, junho):
    client = as_user(minah)
    sent = client.post(PAGE, {"text": "안녕"}, headers=HTMX)
    assert sent.status_code == 204
    news = json.loads(sent.headers["HX-Trigger"])
    assert uuid.UUID(news["madang:message-sent"]["submission"])
    refused = client.post(PAGE, {"text": "가" * 2001}, headers=HTMX)
    assert refused.status_code == 422
    assert "<html" not in body(refused)
    assert "가" * 2001 in body(refused)
    actions.block_person(minah, actor=junho)
    closed = client.post(PAGE, {"text": "못 보낸 말"}, headers=HTMX)
    assert closed.status_code == 403
    assert closed.headers["HX-Reswap"] == "outerHTML"
    assert "못 보낸 말" in body(closed)


@pytest.mark.behaviour("SO-11")
def test_beginning_conversations_is_limited_and_going_on_is_not(as_user, minah, junho):
    client = as_user(minah)
    for number in range(20):
        make_person(f"person{number}", f"사람{number}")
        assert client.post(f"/messages/@person{number}/", {"text": "안녕"}).status_code == 302
    for headers in ({"Accept": "text/html"}, HTMX):
        refused = client.post(PAGE, {"text": "고심해서 쓴 말"}, headers=headers)
        assert refused.status_code == 429
        assert int(refused["Retry-After"]) > 0
        assert "고심해서 쓴 말" in body(refused)  # nothing is lost
        assert "error-summary" in body(refused)
    assert client.post("/messages/@person3/", {"text": "또"}).status_code == 302
    assert Message.objects.count() == 21


# Read, unread, removed, deleted -----------------------------------------------------------------


@pytest.mark.behaviour("SO-19", "X-09")
def test_looking_changes_nothing_and_the_post_marks_up_to_what_was_shown(as_user, minah, junho):
    client = as_user(minah)
    shown = say(junho, minah, "하나")
    page = client.get(PAGE)
    say(junho, minah, "그 사이에 온 말")
    for path in (PAGE, "/messages/", f"{PAGE}?after=0"):
        client.get(path)
        client.head(path)
    assert side_of(minah, junho).unread_count == 2
    assert page.context["shown"] == shown.pk
    assert f'name="up_to" value="{shown.pk}"' in body(page)  # the button without scripts
    answer = client.post(f"{PAGE}read/", {"up_to": shown.pk}, headers=FETCH)
    assert answer.json() == {"count": 1}  # what the badge says now
    assert side_of(minah, junho).unread_count == 1
    response = client.post(f"{PAGE}read/")
    assert response["Location"] == PAGE
    assert side_of(minah, junho).unread_count == 0
    assert client.get(f"{PAGE}read/").status_code == 405
    for up_to in ("x", "-1", "9" * 40, "²"):
        assert client.post(f"{PAGE}read/", {"up_to": up_to}).status_code == 302


@pytest.mark.behaviour("SO-13")
def test_an_open_page_asks_for_what_came_after(as_user, minah, junho):
    first, second = say(junho, minah, "하나"), say(minah, junho, "둘")
    client = as_user(minah)
    answer = client.get(f"{PAGE}?after={first.pk}", headers=FETCH)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert f'id="message-{second.pk}"' in body(answer)
    assert f'id="message-{first.pk}"' not in body(answer)
    assert body(client.get(f"{PAGE}?after={second.pk}")).strip() == ""
    for after in ("x", "-1", "9" * 40, ""):
        assert client.get(PAGE, {"after": after}).status_code == 200


@pytest.mark.behaviour("SO-20")
def test_a_conversation_is_marked_unread_or_removed(as_user, minah, junho, stranger):
    message = say(junho, minah)
    other = say(stranger, minah)
    client = as_user(minah)
    client.post(f"{PAGE}read/")
    assert client.post(f"{PAGE}unread/", {"from": other.pk}).status_code == 404
    assert client.post(f"{PAGE}unread/").status_code == 404
    assert client.post(f"{PAGE}unread/", {"from": message.pk})["Location"] == "/messages/"
    assert side_of(minah, junho).unread_count == 1
    assert client.post(f"{PAGE}clear/")["Location"] == "/messages/"
    assert 'href="/messages/@junho/' not in body(client.get("/messages/"))
    assert f'id="message-{message.pk}"' not in body(client.get(PAGE))
    assert client.post("/messages/@nobody/clear/").status_code == 404
    # Without a conversation there is nothing to read or clear.
    for act in ("read", "clear", "unread"):
        assert as_user(stranger).post(f"{PAGE}{act}/").status_code == 404


@pytest.mark.behaviour("SO-21")
def test_a_deleted_message_leaves_a_sign_for_both(as_user, minah, junho, stranger, sora):
    message = say(junho, minah, "비밀이에요")
    act = f"/messages/{message.pk}/delete/"
    assert act in body(as_user(junho).get("/messages/@minah/"))
    assert act not in body(as_user(minah).get(PAGE))
    assert as_user(minah).post(act).status_code == 403
    for person in (stranger, sora):
        assert as_user(person).post(act).status_code == 404
    answer = as_user(junho).post(act, headers=HTMX)
    assert "<html" not in body(answer)
    assert f'id="message-{message.pk}"' in body(answer)
    assert as_user(junho).post(act)["Location"] == f"/messages/@minah/#message-{message.pk}"
    for person, path in ((junho, "/messages/@minah/"), (minah, PAGE)):
        page = html.unescape(body(as_user(person).get(path)))
        assert "비밀이에요" not in page
        assert "지워진 쪽지예요." in page
    assert as_user(junho).post(f"/messages/{2**70}/delete/").status_code == 404


@pytest.mark.behaviour("SO-12")
def test_nobody_else_sees_a_conversation(as_user, minah, junho, sora):
    say(junho, minah, "둘만의 말")
    for path in ("/messages/", PAGE, "/messages/@minah/", f"{PAGE}?after=0"):
        assert "둘만의 말" not in body(as_user(sora).get(path))
    assert ConversationSide.objects.count() == 2
