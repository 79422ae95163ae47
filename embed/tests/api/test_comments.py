"""Comments from pages elsewhere, in exactly the shape that the script is written against."""

from datetime import timedelta

import pytest
from django.utils import timezone

from blog.actions import close_comments, hide_comment, write_comment
from blog.models import Comment, CommentText, Post
from blog.tests.talk.factories import allow_guests, counted
from config.actions import change_site_settings
from embed.models import EmbedThread
from embed.tests.factories import (
    EASY_BITS,
    GARDEN,
    EmbedClient,
    approved,
    comments_of,
    thread_path,
)
from social.actions import block_person, mute_person
from social.models import Notification

pytestmark = pytest.mark.django_db
KEY = "글/바람"


@pytest.fixture(autouse=True)
def easy_work(settings):
    settings.EMBED_CHALLENGE_BITS = EASY_BITS


# Members ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("EM-07")
def test_the_first_comment_of_a_member_makes_the_thread(garden, junho, minah):
    client = EmbedClient(garden, junho)
    page = {"url": f"{GARDEN}/글/바람/", "title": "바람 부는 날"}
    response = client.say(KEY, "바람이 **좋네요**, @minah 님 😀 한글", page=page)
    assert response.status_code == 201
    thread = EmbedThread.objects.select_related("post").get()
    assert (thread.key, thread.page_title, thread.page_url) == (
        "글/바람",
        "바람 부는 날",
        page["url"],
    )
    assert (thread.post.kind, thread.post.author, thread.post.visibility) == (
        "thread",
        minah,
        "unlisted",
    )
    said = response.json()
    comment = Comment.objects.get()
    assert response.headers["Location"] == said["url"]
    assert said == {
        "id": comment.pk,
        "url": f"http://testserver/api/v1/embed/{garden.key}/comments/{comment.pk}/",
        "html_url": f"http://testserver/comments/{comment.pk}/",
        "parent": None,
        "status": "published",
        "author": {
            "name": "준호",
            "handle": "junho",
            "url": "http://testserver/@junho/",
            "avatar": f"http://testserver{junho.avatar_url(64)}",
            "is_guest": False,
            "is_host": False,
        },
        "html": said["html"],
        "body": "바람이 **좋네요**, @minah 님 😀 한글",
        "created_at": said["created_at"],
        "edited_at": None,
        "like_count": 0,
        "is_deleted": False,
        "is_hidden": False,
        "is_pinned": False,
        "viewer": {
            "can_edit": True,
            "can_delete": True,
            "can_moderate": False,
            "has_liked": False,
        },
    }
    assert "<strong>좋네요</strong>" in said["html"]
    assert 'href="http://testserver/@minah/"' in said["html"]
    assert said["created_at"].endswith("Z")
    assert Notification.objects.filter(person=minah, kind="comment").exists()


def test_comments_come_flat_and_oldest_first_with_cursors(garden, junho, wind):
    client = EmbedClient(garden, junho)
    first = client.say(KEY, "하나").json()
    answer = client.say(KEY, "둘", parent=first["id"]).json()
    client.say(KEY, "셋")
    page = client.get(thread_path(KEY, "comments/?page_size=2")).json()
    assert [one["id"] for one in page["results"]] == [first["id"], answer["id"]]
    assert [one["parent"] for one in page["results"]] == [None, first["id"]]
    assert page["previous"] is None
    rest = client.get(page["next"]).json()
    assert [one["body"] for one in rest["results"]] == ["셋"]
    assert rest["next"] is None


def test_a_page_without_a_thread_has_no_comments(garden):
    response = EmbedClient(garden).get(thread_path("아직/없는/글", "comments/"))
    assert response.json() == {"next": None, "previous": None, "results": []}
    assert not EmbedThread.objects.exists()


def test_visitors_read_without_a_token_and_never_the_source(garden, junho, wind):
    EmbedClient(garden, junho).say(KEY)
    response = EmbedClient(garden).get(thread_path(KEY, "comments/"))
    (shown,) = response.json()["results"]
    assert "body" not in shown
    assert not any(shown["viewer"].values())
    assert response.headers["Cache-Control"] == "public, max-age=30"


def test_a_member_mends_and_takes_back_a_comment(garden, junho, stranger, wind):
    client = EmbedClient(garden, junho)
    pk = client.say(KEY, "오타가 잇어요").json()["id"]
    changed = client.patch(f"comments/{pk}/", {"body": "오타가 있어요"})
    assert changed.status_code == 200
    assert changed.json()["body"] == "오타가 있어요"
    assert changed.json()["edited_at"]
    assert CommentText.objects.get().source == "오타가 잇어요"
    other = EmbedClient(garden, stranger)
    assert other.patch(f"comments/{pk}/", {"body": "남의 글"}).status_code == 403
    assert other.delete(f"comments/{pk}/").status_code == 403
    assert client.delete(f"comments/{pk}/").status_code == 204
    assert client.delete(f"comments/{pk}/").status_code == 404
    assert counted(wind.post) == 0


def test_a_stale_change_is_refused(garden, junho, wind):
    client = EmbedClient(garden, junho)
    said = client.say(KEY)
    path = f"comments/{said.json()['id']}/"
    tag = client.get(path).headers["ETag"]
    client.patch(path, {"body": "다른 창에서 고쳤어요"})
    late = client.patch(path, {"body": "늦은 고침"}, HTTP_IF_MATCH=tag)
    assert (late.status_code, late.json()["code"]) == (412, "stale")


def test_what_was_answered_leaves_an_empty_place(garden, junho, stranger, wind):
    client = EmbedClient(garden, junho)
    first = client.say(KEY, "지울 말").json()["id"]
    write_comment(wind.post, actor=stranger, source="답글", parent=Comment.objects.get(pk=first))
    client.delete(f"comments/{first}/")
    place, answer = comments_of(EmbedClient(garden), KEY)
    assert (place["author"], place["html"], place["is_deleted"]) == (None, "", True)
    assert (answer["parent"], answer["author"]["handle"]) == (first, "stranger")


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"body": "  \u200b "}, 400, "empty_comment"),
        ({"body": ""}, 400, "invalid"),
        ({}, 400, "invalid"),
        ({"body": "가" * 10_001}, 400, "too_long"),
        ({"body": "좋아요", "parent": 10**9}, 409, "comment_gone"),
    ],
    ids=["blank", "empty", "missing", "too long", "no such parent"],
)
def test_what_makes_no_comment_is_refused_with_its_code(garden, junho, wind, sent, status, code):
    response = EmbedClient(garden, junho).post(thread_path(KEY, "comments/"), sent)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not Comment.objects.exists()


def test_closed_threads_take_no_comments(garden, minah, junho, wind):
    close_comments(wind.post, actor=minah)
    client = EmbedClient(garden, junho)
    assert client.get(thread_path(KEY)).json()["is_open"] is False
    response = client.say(KEY)
    assert (response.status_code, response.json()["code"]) == (409, "comments_closed")


def test_the_same_key_says_it_once(garden, junho, wind):
    client = EmbedClient(garden, junho)
    path = thread_path(KEY, "comments/")
    first = client.post(path, {"body": "한 번만"}, HTTP_IDEMPOTENCY_KEY="a-1")
    second = client.post(path, {"body": "한 번만"}, HTTP_IDEMPOTENCY_KEY="a-1")
    assert first.json()["id"] == second.json()["id"]
    assert Comment.objects.count() == 1


# Guests -------------------------------------------------------------------------------------------


@pytest.mark.behaviour("EM-10")
def test_a_guest_waits_for_approval_and_sees_it_in_the_answer_alone(garden, minah, wind):
    client = EmbedClient(garden)
    response = client.say_as_guest(KEY, "지나가다 **한 마디**")
    said = response.json()
    assert response.status_code == 201
    assert (said["status"], said["body"]) == ("waiting", "지나가다 **한 마디**")
    assert said["author"] == {
        "name": "지나가던 이",
        "handle": None,
        "url": None,
        "avatar": None,
        "is_guest": True,
        "is_host": False,
    }
    assert said["viewer"]["can_edit"]
    assert said["edit_key"]
    assert comments_of(client, KEY) == []
    assert client.get(f"comments/{said['id']}/").status_code == 404
    (for_host,) = comments_of(EmbedClient(garden, minah), KEY)
    assert (for_host["status"], for_host["viewer"]["can_moderate"]) == ("waiting", True)
    assert Notification.objects.filter(person=minah, kind="comment").exists()
    approved(Comment.objects.get())
    (shown,) = comments_of(client, KEY)
    assert shown["author"]["name"] == "지나가던 이"


def test_the_site_decides_about_guests_whatever_our_own_posts_do(minah, junho, garden, wind):
    from embed.tests.factories import make_site

    allow_guests()
    closed = make_site(minah, "손님 없는 뜰", allows_guests=False)
    client = EmbedClient(closed)
    response = client.say_as_guest("글")
    assert (response.status_code, response.json()["code"]) == (403, "guests_refused")
    assert client.say("글").json()["code"] == "guests_refused"
    change_site_settings(allows_guest_comments=False)
    assert EmbedClient(garden).say_as_guest(KEY).status_code == 201


def test_where_nothing_waits_a_guest_is_shown_at_once_and_counted(minah):
    from embed.tests.factories import make_site

    site = make_site(minah, needs_approval=False)
    client = EmbedClient(site)
    said = client.say_as_guest("글").json()
    assert said["status"] == "published"
    assert client.get(thread_path("글")).json()["comment_count"] == 1
    changed = client.patch(
        f"comments/{said['id']}/", {"body": "고친 말", "edit_key": said["edit_key"]}
    )
    assert changed.json()["status"] == "published"


def test_a_guest_mends_and_takes_back_a_comment_by_its_key(garden, wind):
    client = EmbedClient(garden)
    said = client.say_as_guest(KEY).json()
    path = f"comments/{said['id']}/"
    changed = client.patch(path, {"body": "고쳐 쓴 말", "edit_key": said["edit_key"]})
    assert (changed.status_code, changed.json()["body"]) == (200, "고쳐 쓴 말")
    other = client.say_as_guest(KEY, "다른 손님").json()
    for key in ("", "아무 말", other["edit_key"]):
        assert client.patch(path, {"body": "남의 말", "edit_key": key}).status_code == 403
        assert client.delete(path, {"edit_key": key}).json()["code"] == "edit_key_refused"
    assert client.delete(path, {"edit_key": said["edit_key"]}).status_code == 204
    assert [one.pk for one in Comment.objects.all()] == [other["id"]]


@pytest.mark.behaviour("EM-10")
def test_after_ten_minutes_a_guest_changes_nothing(garden, wind, time_machine):
    client = EmbedClient(garden)
    said = client.say_as_guest(KEY).json()
    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    late = client.patch(f"comments/{said['id']}/", {"body": "x", "edit_key": said["edit_key"]})
    assert (late.status_code, late.json()["code"]) == (403, "edit_key_refused")


def test_what_was_approved_waits_again_once_it_reads_otherwise(garden, minah, wind):
    client = EmbedClient(garden)
    said = client.say_as_guest(KEY, "얌전한 말").json()
    approved(Comment.objects.get())
    assert counted(wind.post) == 1
    changed = client.patch(
        f"comments/{said['id']}/", {"body": "https://광고.example", "edit_key": said["edit_key"]}
    )
    assert changed.json()["status"] == "waiting"
    assert counted(wind.post) == 0
    assert comments_of(client, KEY) == []


def test_no_guest_changes_what_a_member_said(garden, junho, wind):
    said = EmbedClient(garden, junho).say(KEY).json()
    response = EmbedClient(garden).patch(
        f"comments/{said['id']}/", {"body": "남의 말", "edit_key": "x"}
    )
    assert response.status_code == 404


# The work of guests -------------------------------------------------------------------------------


@pytest.mark.behaviour("EM-10")
def test_an_answer_counts_once(garden, wind):
    client = EmbedClient(garden)
    guest = {"name": "손님", **client.solved()}
    assert client.say(KEY, guest=guest).status_code == 201
    again = client.say(KEY, guest=guest)
    assert (again.status_code, again.json()["code"]) == (400, "challenge_failed")
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("answer", ["-1", "1e3", "٣", "", "9" * 30], ids=str)
def test_what_is_no_answer_is_refused(garden, wind, answer):
    client = EmbedClient(garden)
    guest = {"name": "손님", **client.solved(), "answer": answer}
    assert client.say(KEY, guest=guest).status_code == 400
    assert not Comment.objects.exists()


def test_a_wrong_an_old_and_anothers_challenge_are_refused(
    garden, minah, wind, settings, time_machine
):
    from embed.tests.factories import make_site

    client, other = EmbedClient(garden), EmbedClient(make_site(minah, "다른 뜰"))
    foreign = {"name": "손님", **other.solved()}
    assert client.say(KEY, guest=foreign).json()["code"] == "challenge_failed"
    old = {"name": "손님", **client.solved()}
    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    assert client.say(KEY, guest=old).json()["code"] == "challenge_failed"
    settings.EMBED_CHALLENGE_BITS = 200
    hard = client.get("challenge/").json()
    wrong = {"name": "손님", "challenge": hard["challenge"], "answer": "1"}
    assert client.say(KEY, guest=wrong).json()["code"] == "challenge_failed"


def test_the_task_says_how_hard_it_is_and_is_never_kept(garden, settings):
    settings.EMBED_CHALLENGE_BITS = 16
    response = EmbedClient(garden).get("challenge/")
    assert response.json()["bits"] == 16
    assert response.json()["expires_at"].endswith("Z")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert EmbedClient(garden).get("").json()["challenge_bits"] == 16


# The owner ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("EM-13")
def test_the_owner_decides_from_the_page_itself(garden, minah, junho, wind):
    host, reader = EmbedClient(garden, minah), EmbedClient(garden)
    guest = reader.say_as_guest(KEY).json()["id"]
    member = EmbedClient(garden, junho).say(KEY).json()["id"]
    assert host.post(f"comments/{guest}/approve/").json()["status"] == "published"
    assert host.post(f"comments/{member}/pin/").json()["is_pinned"] is True
    assert host.post(f"comments/{member}/unpin/").json()["is_pinned"] is False
    assert host.post(f"comments/{member}/hide/").json()["is_hidden"] is True
    assert [one["id"] for one in comments_of(reader, KEY)] == [guest]
    assert host.post(f"comments/{member}/show/").json()["is_hidden"] is False
    other = reader.say_as_guest(KEY).json()["id"]
    assert host.post(f"comments/{other}/refuse/").status_code == 204
    assert not Comment.objects.filter(pk=other).exists()
    assert host.post(f"comments/{member}/approve/").status_code == 200
    assert host.post(f"comments/{member}/refuse/").json()["code"] == "comment_not_waiting"
    assert host.post(f"comments/{member}/burn/").status_code == 404


@pytest.mark.parametrize("verb", ["approve", "refuse", "hide", "show", "pin", "unpin"])
def test_nobody_else_decides_there_not_even_staff(garden, junho, sora, wind, verb):
    said = EmbedClient(garden, junho).say(KEY).json()["id"]
    for person in (junho, sora):
        response = EmbedClient(garden, person).post(f"comments/{said}/{verb}/")
        assert (response.status_code, response.json()["code"]) == (403, "not_the_author")
    assert EmbedClient(garden).post(f"comments/{said}/{verb}/").status_code == 401


def test_staff_read_there_what_everybody_reads(garden, minah, junho, sora, wind):
    EmbedClient(garden).say_as_guest(KEY)
    pk = EmbedClient(garden, junho).say(KEY, "숨길 말").json()["id"]
    hide_comment(Comment.objects.get(pk=pk), actor=minah)
    assert comments_of(EmbedClient(garden, sora), KEY) == []
    assert len(comments_of(EmbedClient(garden, minah), KEY)) == 2


# Likes, blocks, mutes -----------------------------------------------------------------------------


def test_members_like_a_comment_once(garden, minah, junho, wind):
    pk = EmbedClient(garden, junho).say(KEY).json()["id"]
    client = EmbedClient(garden, minah)
    for _time in range(2):
        liked = client.put(f"comments/{pk}/like/").json()
        assert (liked["like_count"], liked["viewer"]["has_liked"]) == (1, True)
    for _time in range(2):
        assert client.delete(f"comments/{pk}/like/").status_code == 204
    assert comments_of(client, KEY)[0]["like_count"] == 0
    assert EmbedClient(garden).put(f"comments/{pk}/like/").status_code == 401
    narrow = EmbedClient(garden, minah, scopes=("comments",))
    assert narrow.put(f"comments/{pk}/like/").json()["code"] == "insufficient_scope"


@pytest.mark.behaviour("EM-13")
def test_who_is_blocked_by_the_owner_neither_reads_nor_writes_as_a_member(
    garden, minah, junho, taeo, wind
):
    pk = EmbedClient(garden, junho).say(KEY).json()["id"]
    blocked = EmbedClient(garden, taeo)
    assert blocked.get(thread_path(KEY)).status_code == 404
    assert blocked.get(thread_path(KEY, "comments/")).status_code == 404
    assert blocked.say(KEY).status_code == 404
    assert blocked.put(f"comments/{pk}/like/").status_code == 404
    assert blocked.put(thread_path(KEY, "reaction/"), {}).status_code == 404
    assert Comment.objects.count() == 1


def test_what_a_blocked_or_muted_reader_said_is_not_read(garden, junho, stranger, sora, wind):
    EmbedClient(garden, stranger).say(KEY, "막힌 사람의 말")
    EmbedClient(garden, sora).say(KEY, "가려진 사람의 말")
    block_person(stranger, actor=junho)
    mute_person(sora, actor=junho)
    assert comments_of(EmbedClient(garden, junho), KEY) == []
    assert len(comments_of(EmbedClient(garden), KEY)) == 2


def test_comments_of_another_site_are_not_found_here(garden, minah, junho, wind):
    from embed.tests.factories import make_site

    other = make_site(minah, "다른 뜰")
    pk = EmbedClient(other, junho).say("글").json()["id"]
    client = EmbedClient(garden, junho)
    for response in (
        client.get(f"comments/{pk}/"),
        client.patch(f"comments/{pk}/", {"body": "x"}),
        client.delete(f"comments/{pk}/"),
        client.put(f"comments/{pk}/like/"),
        client.say(KEY, parent=pk),
    ):
        assert response.status_code in {404, 409}
    assert Post.objects.get(comments=pk).embed_thread.site == other


def test_comments_cost_the_same_however_many_there_are(
    garden, junho, stranger, wind, django_assert_max_num_queries
):
    for number in range(12):
        write_comment(wind.post, actor=(junho, stranger)[number % 2], source=f"{number}번째 말")
    client = EmbedClient(garden, junho)
    client.get("")
    path = thread_path(KEY, "comments/?page_size=50")
    with django_assert_max_num_queries(6):
        assert len(client.get(path).json()["results"]) == 12
