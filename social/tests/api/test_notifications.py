"""What a person is told, by programs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import make_person
from blog import actions as blog_actions
from blog.tests.factories import make_article
from config import clock
from config.tests.api_client import api_client, matches_stored
from social import actions
from social.models import Notification


@pytest.fixture
def told(minah, junho):
    """미나 was told of a follow, of a comment and of a message, in this order."""
    actions.follow_person(minah, actor=make_person("narae", "나래"))
    post = make_article(minah)
    blog_actions.write_comment(post, actor=junho, source="잘 읽었어요 🙌")
    actions.send_message(minah, actor=junho, text="안녕하세요")
    return list(Notification.objects.filter(person=minah).order_by("latest_at", "pk"))


def unread(person) -> int:
    return Notification.objects.filter(person=person, read_at=None).count()


@pytest.mark.behaviour("AP-48")
def test_a_member_reads_what_they_were_told_newest_first(minah, told):
    client = api_client(minah)
    response = client.get("notifications/", HTTP_ACCEPT_LANGUAGE="en")
    matches_stored(response, "notifications")
    found = response.json()["results"]
    assert [one["kind"] for one in found] == ["message", "comment", "follow"]
    assert [one["target"]["kind"] for one in found] == ["conversation", "post", "person"]
    assert found[0]["target"]["url"].endswith(f"/conversations/{told[2].causes.get().actor_id}/")
    assert client.get(found[1]["url"], HTTP_ACCEPT_LANGUAGE="en").json() == found[1]
    spoken = client.get("notifications/", HTTP_ACCEPT_LANGUAGE="ko").json()["results"]
    assert spoken[0]["text"] != found[0]["text"]


@pytest.mark.behaviour("AP-03")
def test_notifications_need_a_token_of_their_scope(minah, told):
    narrow = api_client(minah, scopes=["read", "messages"])
    for path in ("", "poll/", f"{told[0].pk}/"):
        assert api_client().get(f"notifications/{path}").status_code == 401
        assert narrow.get(f"notifications/{path}").status_code == 403
    for path in ("me/unread/", "me/notification-settings/"):
        assert api_client().get(path).status_code == 401
        assert narrow.get(path).status_code == 403
    assert api_client().post("notifications/read/", {"all": True}).status_code == 401
    assert narrow.post("notifications/read/", {"all": True}).status_code == 403
    assert unread(minah) == 3


def test_a_stranger_sees_and_marks_nothing_of_anothers(minah, told, stranger):
    client = api_client(stranger)
    assert client.get("notifications/").json()["results"] == []
    assert client.get(f"notifications/{told[0].pk}/").status_code == 404
    assert client.post("notifications/read/", {"ids": [one.pk for one in told]}).status_code == 200
    assert unread(minah) == 3


@pytest.mark.behaviour("SO-26")
def test_what_a_block_hides_is_left_out(minah, junho, told):
    actions.block_person(junho, actor=minah)
    found = api_client(minah).get("notifications/").json()["results"]
    assert [one["kind"] for one in found] == ["follow"]


def test_longer_lists_make_no_more_queries(minah, told, queries_of):
    client = api_client(minah)
    before = queries_of(client, "notifications/")
    for number in range(5):
        actions.send_message(minah, actor=make_person(f"사람-{number}"), text="안녕하세요")
        actions.follow_person(minah, actor=make_person(f"벗-{number}"))
    assert queries_of(client, "notifications/") == before
    assert queries_of(client, "me/unread/") == 2


# Read -------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-48")
def test_some_are_marked_or_those_up_to_a_moment_or_all(minah, told):
    client = api_client(minah)
    assert client.get("me/unread/").json() == {"notifications": 3, "messages": 1}
    answer = client.post("notifications/read/", {"ids": [told[0].pk, 999999]})
    assert answer.json() == {"notifications": 2, "messages": 1}
    # The times of three acts of one second differ here as they would over a day.
    for days, one in enumerate(reversed(told)):
        moment = timezone.now() - timedelta(days=days)
        Notification.objects.filter(pk=one.pk).update(latest_at=moment)
    second = Notification.objects.get(pk=told[1].pk)
    answer = client.post("notifications/read/", {"up_to": clock.iso(second.latest_at)})
    assert answer.json()["notifications"] == 1
    for _time in range(2):
        assert client.post("notifications/read/", {"all": True}).json()["notifications"] == 0
    assert {one["is_read"] for one in client.get("notifications/").json()["results"]} == {True}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "ids"),
        ({"all": False}, "ids"),
        ({"ids": "1"}, "ids"),
        ({"ids": ["하나"]}, "ids.0"),
        ({"ids": list(range(101))}, "ids"),
        ({"up_to": "어제"}, "up_to"),
    ],
    ids=["nothing", "not all", "no list", "no number", "too many", "no time"],
)
def test_what_is_meant_has_to_be_said(minah, told, sent, field):
    refused = api_client(minah).post("notifications/read/", sent)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)
    assert unread(minah) == 3


# News -------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-48")
@pytest.mark.behaviour("SO-28")
def test_the_poll_tells_what_came_after_the_cursor(minah, junho, client):
    program = api_client(minah)
    first = program.get("notifications/poll/").json()
    assert first["reset"] is True
    assert [one["name"] for one in first["events"]] == ["unread_notifications", "unread_messages"]
    path = f"notifications/poll/?since={first['cursor']}"
    quiet = program.get(path)
    assert quiet.json()["events"] == []
    assert program.get(path, HTTP_IF_NONE_MATCH=quiet.headers["ETag"]).status_code == 304
    actions.send_message(minah, actor=junho, text="안녕하세요")
    news = program.get(path, HTTP_IF_NONE_MATCH=quiet.headers["ETag"])
    assert news.headers["Cache-Control"] == "private, no-store"
    client.force_login(minah)
    assert news.json() == client.get(f"/notifications/poll/?since={first['cursor']}").json()
    assert {"name": "unread_messages", "count": 1} in [
        {"name": one["name"], **one["data"]} for one in news.json()["events"]
    ]


@pytest.mark.behaviour("SO-29")
def test_the_cursor_of_another_begins_anew(minah, junho):
    foreign = api_client(junho).get("notifications/poll/").json()["cursor"]
    for since in (foreign, "없는-자리", "1.x"):
        assert api_client(minah).get(f"notifications/poll/?since={since}").json()["reset"] is True


# Mails ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-32")
def test_a_member_chooses_what_comes_by_mail(minah):
    client = api_client(minah)
    before = client.get("me/notification-settings/")
    matches_stored(before, "notification_settings")
    assert before.json()["mails"]["message"] == "now"
    after = client.patch(
        "me/notification-settings/", {"mails": {"message": "daily", "모름": "now", "job": "now"}}
    )
    assert after.json()["mails"] == before.json()["mails"] | {"message": "daily"}
    minah.refresh_from_db()
    assert minah.mail_choices == {"message": "daily"}
    stale = client.patch(
        "me/notification-settings/",
        {"mails": {"like": "now"}},
        HTTP_IF_MATCH=before.headers["ETag"],
    )
    assert stale.status_code == 412


@pytest.mark.parametrize("mails", [None, [], {"message": "가끔"}], ids=["none", "list", "other"])
def test_other_choices_are_refused(minah, mails):
    refused = api_client(minah).patch("me/notification-settings/", {"mails": mails})
    assert refused.status_code == 400
    narrow = api_client(minah, scopes=["notifications"])
    assert narrow.patch("me/notification-settings/", {"mails": {}}).status_code == 403


@pytest.mark.behaviour("SO-33")
@pytest.mark.behaviour("AP-18")
def test_mails_go_to_an_address_again_that_could_not_be_reached(minah):
    actions.note_bounce(minah)
    assert api_client().post("me/notification-settings/again/").status_code == 401
    assert api_client(minah).post("me/notification-settings/again/").status_code == 204
    minah.refresh_from_db()
    assert minah.mail_bounced_at is None
