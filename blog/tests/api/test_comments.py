"""Comments by programs: to read and write them, and what authors decide about them."""

import pytest

from accounts.tests.factories import make_unconfirmed_person
from blog import actions
from blog.models import Comment
from blog.tests.factories import make_article, make_note, make_person
from blog.tests.talk.factories import allow_guests, say, say_as_guest
from config.tests.api_client import api_client, matches_stored
from social.actions import block_person, mute_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def minah():
    return make_person("minah", "미나")


@pytest.fixture
def junho():
    return make_person("junho", "준호")


@pytest.fixture
def article(minah):
    return make_article(minah)


def bodies(response):
    return [one["body"] for one in response.json()["results"]]


# Reading ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-42")
def test_anybody_reads_what_is_said_in_the_order_of_time(minah, junho, article):
    root = say(junho, article, "처음 **말**")
    say(minah, article, "둘째")
    say(minah, article, "처음에 답", parent=root)
    actions.like_comment(root, actor=minah)
    response = api_client().get(f"posts/{article.pk}/comments/")
    assert bodies(response) == ["처음 **말**", "둘째", "처음에 답"]
    assert [one["parent"] for one in response.json()["results"]] == [None, None, root.pk]
    assert "viewer" not in response.json()["results"][0]
    matches_stored(response, "comments")
    one = api_client(minah).get(f"comments/{root.pk}/")
    assert one.json()["viewer"] == {
        "liked": True,
        "can_edit": False,
        "can_delete": False,
        "can_host": True,
    }
    matches_stored(one, "comment")


def test_comments_are_sorted_as_on_the_page(minah, junho, article):
    first, _second, third = (say(junho, article, text) for text in ("하나", "둘", "셋"))
    say(minah, article, "답", parent=first)
    actions.like_comment(third, actor=minah)
    client, path = api_client(), f"posts/{article.pk}/comments/"
    assert bodies(client.get(f"{path}?sort=new")) == ["답", "셋", "둘", "하나"]
    assert bodies(client.get(f"{path}?sort=liked")) == ["셋", "하나", "둘"]
    page = client.get(f"{path}?sort=liked&page_size=2").json()
    following = client.get(page["next"])
    assert bodies(following) == ["둘"]
    assert bodies(client.get(following.json()["previous"])) == ["셋", "하나"]
    assert client.get(f"{path}?sort=best").json()["errors"][0]["field"] == "sort"
    assert client.get(f"{path}?sort=liked&cursor=WyJmIiwieCIsMV0").status_code == 400


def test_answers_are_read_by_what_they_answer(minah, junho, article):
    root = say(junho, article, "뿌리")
    answer = say(minah, article, "답", parent=root)
    say(junho, article, "답의 답", parent=answer)
    client = api_client()
    assert bodies(client.get(f"comments/{root.pk}/replies/")) == ["답"]
    assert bodies(client.get(f"comments/{answer.pk}/replies/")) == ["답의 답"]
    assert client.get("comments/999999/replies/").status_code == 404


@pytest.mark.behaviour("AP-42")
def test_what_was_deleted_and_answered_is_an_empty_place(minah, junho, article):
    root = say(junho, article, "지울 말")
    say(minah, article, "답", parent=root)
    alone = say(junho, article, "답 없는 말")
    for comment in (root, alone):
        assert api_client(junho).delete(f"comments/{comment.pk}/").status_code == 204
    client = api_client()
    place = client.get(f"comments/{root.pk}/")
    assert place.json()["is_deleted"] is True
    assert (place.json()["author"], place.json()["body"], place.json()["html"]) == (None,) * 3
    matches_stored(place, "empty_place")
    assert bodies(client.get(f"posts/{article.pk}/comments/")) == [None, "답"]
    assert client.get(f"comments/{alone.pk}/").status_code == 404


def test_hidden_words_and_those_across_a_block_look_like_deleted_ones(minah, junho, article):
    taeo = make_person("taeo", "태오")
    hidden, blocked = say(taeo, article, "숨긴 말"), say(taeo, article, "막힌 말")
    for parent in (hidden, blocked):
        say(minah, article, "답", parent=parent)
    unanswered = say(taeo, article, "답 없는 막힌 말")
    actions.hide_comment(hidden, actor=minah)
    block_person(taeo, actor=junho)
    reader, host = api_client(junho), api_client(minah)
    path = f"posts/{article.pk}/comments/"
    assert bodies(reader.get(path)) == [None, None, "답", "답"]
    places = [reader.get(f"comments/{one.pk}/").json() for one in (hidden, blocked)]
    assert all(place["is_deleted"] and place["status"] == "deleted" for place in places)
    assert not any(place["is_hidden"] for place in places)
    assert reader.get(f"comments/{unanswered.pk}/").status_code == 404
    assert host.get(f"comments/{hidden.pk}/").json()["is_hidden"] is True
    mute_person(minah, actor=junho)
    assert bodies(reader.get(path)) == []
    assert reader.get(f"comments/{hidden.pk}/").status_code == 200


def test_comments_under_hidden_posts_are_hidden(minah, junho):
    post = make_article(minah, visibility="private")
    comment = say(minah, post, "혼잣말")
    for client in (api_client(), api_client(junho), api_client(minah, scopes=["comments"])):
        assert client.get(f"posts/{post.pk}/comments/").status_code == 404
        for name in ("", "replies/"):
            assert client.get(f"comments/{comment.pk}/{name}").status_code == 404
    assert bodies(api_client(minah).get(f"posts/{post.pk}/comments/")) == ["혼잣말"]


def test_remarks_in_a_comment_are_for_its_author_alone(junho, article):
    comment = say(junho, article, "말 <!-- 흉 --> 끝")
    assert api_client().get(f"comments/{comment.pk}/").json()["body"] == "말  끝"
    assert "흉" in api_client(junho).get(f"comments/{comment.pk}/").json()["body"]


def test_lists_of_comments_ask_the_same_however_long_they_are(
    minah, junho, article, django_assert_num_queries
):
    member, visitor, path = api_client(junho), api_client(), f"posts/{article.pk}/comments/"
    for _round in range(3):
        say(minah, article, "답", parent=say(junho, article, "말"))
        for client, most in ((member, 4), (visitor, 2)):
            with django_assert_num_queries(most):
                client.get(path)
    comment = Comment.objects.first()
    for client, most in ((member, 2), (visitor, 1)):
        with django_assert_num_queries(most):
            client.get(f"comments/{comment.pk}/")


# Writing ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-42")
def test_members_comment_and_answer(minah, junho, article):
    client, path = api_client(junho), f"posts/{article.pk}/comments/"
    response = client.post(path, {"body": "  잘 읽었어요, @minah!"})
    assert response.status_code == 201
    comment = response.json()
    assert response.headers["Location"] == comment["url"]
    assert (comment["body"], comment["parent"]) == ("잘 읽었어요, @minah!", None)
    assert 'class="mention"' in comment["html"]
    answer = api_client(minah).post(path, {"body": "고마워요", "parent": comment["id"]}).json()
    assert (answer["parent"], answer["depth"]) == (comment["id"], 1)
    article.refresh_from_db()
    assert article.comment_count == 2


@pytest.mark.parametrize(
    ("data", "field", "code"),
    [
        ({}, "body", "required"),
        ({"body": ""}, "body", "required"),
        ({"body": "\u200b"}, "body", "empty_comment"),
        ({"body": "<!-- 없음 -->"}, "body", "empty_comment"),
        ({"body": "가" * 10_001}, "body", "too_long"),
        ({"body": "글", "parent": "하나"}, "parent", "invalid"),
    ],
    ids=["nothing", "blank", "invisible", "remark", "long", "parent"],
)
def test_what_cannot_be_said_is_refused(junho, article, data, field, code):
    response = api_client(junho).post(f"posts/{article.pk}/comments/", data)
    assert response.status_code == 400
    error = response.json()["errors"][0]
    assert (error["field"], error["code"]) == (field, code)


def test_what_is_answered_has_to_stand_under_this_post(minah, junho, article):
    elsewhere = say(junho, make_note(minah), "다른 글의 말")
    hidden = say(junho, article, "숨긴 말")
    actions.hide_comment(hidden, actor=minah)
    taeo = make_person("taeo")
    for parent in (elsewhere.pk, hidden.pk, 999999):
        response = api_client(taeo).post(
            f"posts/{article.pk}/comments/", {"body": "답", "parent": parent}
        )
        assert (response.status_code, response.json()["code"]) == (409, "comment_gone")
        assert response.json()["errors"][0]["field"] == "parent"


@pytest.mark.behaviour("AP-03")
def test_commenting_needs_a_token_its_scope_and_a_post_that_is_seen(minah, junho, article):
    path, data = f"posts/{article.pk}/comments/", {"body": "말"}
    allow_guests()  # whose forms tell people from programs
    assert api_client().post(path, data).status_code == 401
    assert api_client(junho, scopes=["read", "posts"]).post(path, data).status_code == 403
    unconfirmed = api_client(make_unconfirmed_person()).post(path, data)
    assert (unconfirmed.status_code, unconfirmed.json()["code"]) == (403, "email_unconfirmed")
    actions.close_comments(article, actor=minah)
    closed = api_client(junho).post(path, data)
    assert (closed.status_code, closed.json()["code"]) == (409, "comments_closed")
    block_person(junho, actor=minah)
    assert api_client(junho).post(path, data).status_code == 404
    assert not Comment.objects.exists()


@pytest.mark.behaviour("AP-12")
def test_a_comment_is_said_once_however_often_it_is_sent(junho, article):
    client, path = api_client(junho), f"posts/{article.pk}/comments/"
    for _time in range(2):
        client.post(path, {"body": "한 번"}, headers={"idempotency-key": "once"})
    assert Comment.objects.count() == 1


def test_comments_are_limited_as_on_the_page(junho, article, monkeypatch):
    monkeypatch.setattr("blog.limits.COMMENTS_AN_HOUR", 1)
    client, path = api_client(junho), f"posts/{article.pk}/comments/"
    assert [client.post(path, {"body": "말"}).status_code for _n in range(2)] == [201, 429]


@pytest.mark.behaviour("AP-42")
def test_who_wrote_a_comment_changes_and_deletes_it(minah, junho, article):
    comment = say(junho, article, "처음")
    client, path = api_client(junho), f"comments/{comment.pk}/"
    tag = client.get(path).headers["ETag"]
    changed = client.patch(path, {"body": "나중"}, headers={"if-match": tag})
    assert (changed.status_code, changed.json()["body"]) == (200, "나중")
    assert changed.json()["edited_at"]
    assert client.patch(path, {"body": "또"}, headers={"if-match": tag}).status_code == 412
    assert client.delete(path, headers={"if-match": tag}).status_code == 412
    block_person(junho, actor=minah)  # what one said stays one's own to take back
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404


def test_others_change_and_delete_nothing(minah, junho, article):
    path = f"comments/{say(junho, article, '준호의 말').pk}/"
    taeo = make_person("taeo", "태오")
    for client, status in (
        (api_client(), 401),
        (api_client(junho, scopes=["read"]), 403),
        (api_client(minah), 403),
    ):
        assert client.patch(path, {"body": "남"}).status_code == status
        assert client.delete(path).status_code == status
    block_person(taeo, actor=junho)
    assert api_client(taeo).patch(path, {"body": "남"}).status_code == 404
    assert api_client(taeo).delete(path).status_code == 404


# Hosting ------------------------------------------------------------------------------------------


def test_the_author_of_the_post_hides_shows_pins_and_unpins(minah, junho, article):
    client, path = api_client(minah), f"comments/{say(junho, article, '말').pk}/"
    for act, field, value in (
        ("pin", "is_pinned", True),
        ("unpin", "is_pinned", False),
        ("hide", "is_hidden", True),
        ("show", "is_hidden", False),
    ):
        for _time in range(2):
            response = client.post(f"{path}{act}/")
            assert (response.status_code, response.json()[field]) == (200, value)
    client.post(f"{path}hide/")
    refused = client.post(f"{path}pin/")
    assert (refused.status_code, refused.json()["code"]) == (409, "comment_not_pinnable")


def test_the_author_of_the_post_approves_or_refuses_what_guests_said(minah, article):
    good, bad = say_as_guest(article, "좋은 말"), say_as_guest(article, "나쁜 말")
    assert bodies(api_client().get(f"posts/{article.pk}/comments/")) == []
    client = api_client(minah)
    waiting = client.get(f"posts/{article.pk}/comments/").json()["results"]
    assert [(one["status"], one["guest_name"]) for one in waiting] == [
        ("waiting", "지나가던 이")
    ] * 2
    for _time in range(2):
        assert client.post(f"comments/{good.pk}/approve/").json()["status"] == "published"
    assert client.post(f"comments/{bad.pk}/refuse/").status_code == 204
    assert client.post(f"comments/{bad.pk}/refuse/").status_code == 404
    late = client.post(f"comments/{good.pk}/refuse/")
    assert (late.status_code, late.json()["code"]) == (409, "comment_not_waiting")
    assert bodies(api_client().get(f"posts/{article.pk}/comments/")) == ["좋은 말"]


def test_comments_are_closed_and_opened(minah, article):
    client = api_client(minah)
    for name, is_open in (("close", False), ("open", True)):
        for _time in range(2):
            response = client.post(f"posts/{article.pk}/{name}-comments/")
            assert (response.status_code, response.json()["comments_open"]) == (200, is_open)


def test_nobody_else_hosts(minah, junho, article):
    comment = say(junho, article, "말")
    paths = [f"comments/{comment.pk}/{act}/" for act in ("hide", "show", "pin", "unpin")]
    paths += [f"comments/{comment.pk}/{act}/" for act in ("approve", "refuse")]
    paths += [f"posts/{article.pk}/{act}-comments/" for act in ("open", "close")]
    for client, status in (
        (api_client(), 401),
        (api_client(minah, scopes=["read", "posts"]), 403),
        (api_client(junho), 403),
    ):
        for path in paths:
            assert client.post(path).status_code == status, path
    block_person(junho, actor=minah)
    assert api_client(junho).post(paths[-1]).status_code == 404
