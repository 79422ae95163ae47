"""What webhooks are told: with the change or not at all, and nothing that is not theirs to see."""

import json

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import leftovers
from accounts.actions import ask_to_leave, erase_account
from accounts.models import User
from blog import actions as blog
from blog.models import Comment, Post
from blog.tests.factories import make_article, make_draft, make_note
from config.actions import change_site_settings
from social import actions
from social.models import Webhook, WebhookDelivery
from social.webhooks import EVENTS

pytestmark = pytest.mark.django_db
SITE = "https://madang.example"


def listen(person, events=tuple(EVENTS), path="hook") -> Webhook:
    return actions.create_webhook(
        actor=person, url=f"https://receiver.example/{person.handle}/{path}", events=events
    )


@pytest.fixture
def webhook(minah):
    return listen(minah)


def told(webhook) -> list[str]:
    return list(webhook.deliveries.order_by("pk").values_list("event", flat=True))


def last(webhook) -> dict:
    return json.loads(webhook.deliveries.latest("pk").body)


# Posts ------------------------------------------------------------------------------------------


def test_the_life_of_an_article_is_told_step_by_step(minah, webhook):
    post = make_draft(minah, "도커로 배포하기")
    blog.change_article(post, actor=minah, title="도커로 올리기")
    assert told(webhook) == []
    post = blog.publish_post(post, actor=minah)
    assert told(webhook) == ["post.published"]
    blog.publish_post(post, actor=minah)
    blog.change_article(post, actor=minah, title="도커로 올리기")
    assert told(webhook) == ["post.published"]
    blog.change_article(post, actor=minah, title="장고를 도커로")
    blog.change_article(post, actor=minah, tags=["도커"])
    assert told(webhook)[1:] == ["post.updated"] * 2
    blog.unpublish_post(post, actor=minah)
    blog.unpublish_post(post, actor=minah)
    assert told(webhook)[3:] == ["post.unpublished"]
    blog.delete_post(post, actor=minah)
    blog.delete_post(post, actor=minah)
    assert told(webhook)[4:] == ["post.deleted"]
    blog.restore_post(post, actor=minah)
    assert len(told(webhook)) == 5


def test_a_message_about_a_post_says_which_and_where(minah, webhook):
    post = make_article(minah, "도커로 배포하기", visibility="followers")
    message = last(webhook)
    assert message["type"] == "post.published"
    assert message["timestamp"].endswith("Z")
    assert message["data"] == {
        "post": {
            "id": post.pk,
            "url": f"{SITE}/api/v1/posts/{post.pk}/",
            "html_url": f"{SITE}{post.get_absolute_url()}",
            "kind": "article",
            "status": "published",
            "visibility": "followers",
            "title": "도커로 배포하기",
            "language": post.language,
            "published_at": message["data"]["post"]["published_at"],
            "edited_at": None,
        }
    }


def test_notes_and_what_the_editor_held_are_told_once(minah, webhook):
    note = make_note(minah, "점심은 #김밥")
    blog.change_note(note, actor=minah, source="저녁은 #김밥")
    assert told(webhook) == ["post.published", "post.updated"]
    post = make_article(minah)
    blog.save_draft(post, actor=minah, changes={"source": "고쳐 썼다."})
    assert told(webhook)[2:] == ["post.published"]
    blog.publish_post(post, actor=minah)
    assert told(webhook)[3:] == ["post.updated"]


def test_a_draft_that_nobody_saw_is_deleted_quietly(minah, webhook):
    blog.delete_post(make_draft(minah), actor=minah)
    assert told(webhook) == []


def test_what_moves_in_from_elsewhere_is_no_news(minah, webhook):
    from django.utils import timezone

    make_article(minah, published_at=timezone.now())
    make_note(minah, published_at=timezone.now())
    assert told(webhook) == []


def test_held_posts_are_told_as_taken_back(minah, webhook):
    from blog.actions.counts import counted

    post = make_article(minah)
    with transaction.atomic():
        post = Post.objects.select_related("author").get(pk=post.pk)
        with counted(post):
            post.status = Post.Status.HELD
            post.save(update_fields=["status"])
    assert told(webhook) == ["post.published", "post.unpublished"]


# Comments ---------------------------------------------------------------------------------------


def test_a_message_about_a_comment_names_who_said_it_and_not_what(minah, junho, webhook):
    post = make_article(minah)
    comment = blog.write_comment(post, actor=junho, source="비밀스러운 말이에요.")
    message = last(webhook)
    assert message["type"] == "comment.created"
    assert message["data"]["post"]["id"] == post.pk
    assert message["data"]["comment"] == {
        "id": comment.pk,
        "url": f"{SITE}/api/v1/comments/{comment.pk}/",
        "html_url": f"{SITE}/comments/{comment.pk}/",
        "parent": None,
        "status": "published",
        "is_hidden": False,
        "author": {
            "id": junho.pk,
            "handle": "junho",
            "display_name": "준호",
            "url": f"{SITE}/api/v1/users/{junho.pk}/",
            "html_url": f"{SITE}/@junho/",
        },
        "guest_name": "",
        "created_at": message["data"]["comment"]["created_at"],
        "edited_at": None,
    }
    assert "비밀" not in webhook.deliveries.latest("pk").body


def test_the_life_of_a_comment_is_told_to_the_author_of_the_post(minah, junho, webhook):
    post = make_article(minah)
    theirs = listen(junho)
    comment = blog.write_comment(post, actor=junho, source="잘 읽었어요.")
    blog.change_comment(comment, actor=junho, source="아주 잘 읽었어요.")
    blog.hide_comment(comment, actor=minah)
    assert last(webhook)["data"]["comment"]["is_hidden"] is True
    blog.show_comment(comment, actor=minah)
    own = blog.write_comment(post, actor=minah, source="고마워요.", parent=comment)
    blog.delete_comment(own, actor=minah)
    blog.delete_comment(comment, actor=junho)
    assert told(webhook)[1:] == [
        "comment.created",
        *["comment.updated"] * 3,
        *["comment.created", "comment.deleted", "comment.deleted"],
    ]
    gone = last(webhook)["data"]["comment"]
    assert set(gone) == {"id", "url", "html_url"} and gone["id"] == comment.pk
    assert told(theirs) == []


def test_a_guest_is_told_when_waiting_and_when_approved(minah, webhook):
    change_site_settings(allows_guest_comments=True)
    post = make_article(minah)
    comment = blog.write_guest_comment(post, name="지나가던 이", source="좋네요.")
    waiting = last(webhook)["data"]["comment"]
    assert (waiting["status"], waiting["guest_name"]) == ("waiting", "지나가던 이")
    assert waiting["author"] is None
    blog.approve_comment(comment, actor=minah)
    assert told(webhook)[1:] == ["comment.created", "comment.updated"]
    assert last(webhook)["data"]["comment"]["status"] == "published"


def test_a_comment_that_moderators_hold_is_not_told(minah, junho, webhook):
    from blog.actions.webhook_news import tell_webhooks_of_comment

    comment = blog.write_comment(make_article(minah), actor=junho, source="나쁜 말")
    before = len(told(webhook))
    Comment.objects.filter(pk=comment.pk).update(status=Comment.Status.HELD)
    held = Comment.objects.select_related("author", "post__author").get(pk=comment.pk)
    tell_webhooks_of_comment(held, "comment.updated")
    blog.delete_comment(held, actor=junho)
    assert len(told(webhook)) == before


def test_nothing_is_told_across_a_block(minah, stranger, webhook):
    post = make_article(minah)
    comment = blog.write_comment(post, actor=stranger, source="안녕하세요.")
    assert told(webhook) == ["post.published", "comment.created"]
    actions.block_person(stranger, actor=minah)
    # What was told is taken back, as from the notifications, and nothing comes any more.
    assert told(webhook) == ["post.published"]
    blog.change_comment(comment, actor=stranger, source="들리나요?")
    blog.delete_comment(comment, actor=stranger)
    assert told(webhook) == ["post.published"]


def test_who_and_what_is_muted_is_not_told_but_that_it_went_is(minah, stranger, webhook):
    post = make_article(minah)
    comment = blog.write_comment(post, actor=stranger, source="안녕하세요.")
    before = len(told(webhook))
    actions.mute_person(stranger, actor=minah)
    blog.change_comment(comment, actor=stranger, source="들리나요?")
    blog.like_post(post, actor=stranger)
    actions.follow_person(minah, actor=stranger)
    assert len(told(webhook)) == before
    blog.delete_comment(comment, actor=stranger)
    assert told(webhook)[before:] == ["comment.deleted"]
    actions.unmute_person(stranger, actor=minah)
    actions.mute_term("정치", kind="word", actor=minah)
    blog.write_comment(post, actor=stranger, source="정치를 이야기해요.")
    assert len(told(webhook)) == before + 1


# Follows and likes ------------------------------------------------------------------------------


def test_a_follow_is_told_to_who_is_followed(minah, stranger, webhook):
    theirs = listen(stranger)
    actions.follow_person(minah, actor=stranger)
    actions.follow_person(minah, actor=stranger)
    assert told(webhook) == ["follow.created"] and told(theirs) == []
    data = last(webhook)["data"]
    assert (data["follower"]["handle"], data["followed"]["handle"]) == ("stranger", "minah")
    actions.unfollow_person(minah, actor=stranger)
    actions.follow_person(minah, actor=stranger)  # within a day of that: no news (SO-26)
    assert len(told(webhook)) == 1


def test_likes_are_told_to_who_wrote_it(minah, junho, webhook):
    post = make_article(minah)
    comment = blog.write_comment(post, actor=minah, source="덧붙여요.")
    before = len(told(webhook))
    blog.like_post(post, actor=junho)
    assert last(webhook)["data"]["target"] == {
        "type": "post",
        "id": post.pk,
        "url": f"{SITE}/api/v1/posts/{post.pk}/",
        "html_url": f"{SITE}{post.get_absolute_url()}",
    }
    blog.like_comment(comment, actor=junho)
    data = last(webhook)["data"]
    assert (data["target"]["type"], data["reaction"]) == ("comment", "like")
    assert data["person"]["handle"] == "junho"
    blog.like_post(post, actor=minah)  # one's own
    assert told(webhook)[before:] == ["reaction.created"] * 2


# Who hears, and what it costs ---------------------------------------------------------------------


def test_only_what_was_chosen_is_told_and_to_nobody_else(minah, stranger):
    few = listen(minah, ["post.deleted"], "few")
    all_of_it = listen(minah, path="all")
    theirs = listen(stranger)
    post = make_article(minah)
    blog.delete_post(post, actor=minah)
    assert told(few) == ["post.deleted"]
    assert told(all_of_it) == ["post.published", "post.deleted"]
    assert told(theirs) == []
    ids = {one.message_id for one in WebhookDelivery.objects.filter(event="post.deleted")}
    assert len(ids) == 1


def test_what_is_rolled_back_tells_nothing(minah, webhook):
    def publish_and_fail():
        with transaction.atomic():
            make_article(minah)
            assert told(webhook) == ["post.published"]
            raise KeyError

    with pytest.raises(KeyError):
        publish_and_fail()
    assert told(webhook) == []


def test_the_worker_sends_after_the_commit_and_never_after_a_rollback(
    minah, receiver, django_capture_on_commit_callbacks
):
    actions.create_webhook(actor=minah, url=receiver.url, events=["post.published"])
    with django_capture_on_commit_callbacks(execute=True):
        note = make_note(minah, "나갈 쪽지")
        assert not receiver.requests
    assert [one.data["data"]["post"]["id"] for one in receiver.requests] == [note.pk]
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(KeyError),
        transaction.atomic(),
    ):
        make_note(minah, "되돌릴 쪽지")
        raise KeyError
    assert len(receiver.requests) == 1


def queries_of(act) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        act()
    return [one["sql"] for one in captured]


def test_who_has_no_webhook_pays_one_look_at_an_index(minah, junho, stranger):
    post = make_article(minah)
    acts = [
        lambda: blog.unpublish_post(post, actor=minah),
        lambda: blog.publish_post(post, actor=minah),
        lambda: blog.like_post(post, actor=junho),
        lambda: blog.write_comment(post, actor=junho, source="잘 읽었어요."),
        lambda: actions.follow_person(minah, actor=stranger),
    ]
    for act in acts:
        ours = [sql for sql in queries_of(act) if "social_webhook" in sql]
        assert len(ours) == 1, ours
    draft = make_draft(minah)
    saved = queries_of(lambda: blog.change_article(draft, actor=minah, title="둘"))
    assert not [sql for sql in saved if "social_webhook" in sql]


def test_ten_webhooks_cost_no_more_queries_than_one(minah):
    make_note(minah, "처음")  # what is asked once and kept
    listen(minah, path="0")
    one = len(queries_of(lambda: make_note(minah, "하나")))
    for number in range(1, 10):
        listen(minah, path=str(number))
    assert len(queries_of(lambda: make_note(minah, "둘"))) <= one
    assert WebhookDelivery.objects.filter(event="post.published").count() == 11


# Leaving ----------------------------------------------------------------------------------------


def test_leaving_takes_the_webhooks_away_and_tells_others_what_is_gone(minah, junho, webhook):
    from datetime import timedelta

    from django.utils import timezone

    theirs = listen(junho)
    post = make_article(junho)
    comment = blog.write_comment(post, actor=minah, source="미나의 말")
    blog.like_post(post, actor=minah)
    make_article(minah)
    assert told(theirs) == ["post.published", "comment.created", "reaction.created"]
    ask_to_leave(minah, handle="minah")
    User.objects.filter(pk=minah.pk).update(erase_at=timezone.now() - timedelta(seconds=1))
    minah.refresh_from_db()
    counts = erase_account(minah)
    assert counts["webhooks"] == 1
    assert not Webhook.objects.filter(pk=webhook.pk).exists() and not told(webhook)
    assert told(theirs) == ["post.published", "comment.deleted"]
    assert not list(leftovers.rows_of(minah))
    assert not [one for one in leftovers.texts_with("미나") if "webhook" in one.where]
    assert last(theirs)["data"]["comment"]["id"] == comment.pk
