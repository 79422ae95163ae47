"""What the webhooks of an author hear when moderators hide something, and what never leaves."""

import json

import pytest
from django.db import transaction

from blog import actions
from blog.actions.holds import hold_comment, hold_post, show_comment, show_post
from blog.tests.factories import make_article, make_note
from social.actions import create_webhook
from social.models import WebhookDelivery
from social.webhooks import EVENTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def webhook(minah):
    return create_webhook(actor=minah, url="https://hooks.example/a", events=list(EVENTS))


def told() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("event", flat=True))


def all_sent(**changes) -> None:
    fields = {"state": "delivered", "attempts": 1, "next_attempt_at": None} | changes
    WebhookDelivery.objects.update(**fields)


@pytest.mark.behaviour("SO-39")
def test_a_post_that_is_held_as_it_goes_out_is_told_to_nobody(webhook, minah):
    with transaction.atomic():
        post = make_article(minah)
        hold_post(post.pk)
    assert told() == []
    show_post(post.pk, "published")
    assert told() == ["post.published"]
    data = json.loads(WebhookDelivery.objects.get().body)["data"]
    assert data["post"]["status"] == "published"


def test_what_was_sent_is_taken_back_by_a_message_and_told_again(webhook, minah):
    post = make_note(minah)
    all_sent()
    hold_post(post.pk)
    assert told() == ["post.published", "post.unpublished"]
    assert json.loads(WebhookDelivery.objects.last().body)["data"]["post"]["status"] == "held"
    show_post(post.pk, "published")
    assert told() == ["post.published", "post.unpublished", "post.published"]


def test_what_failed_and_waits_to_be_tried_again_does_not_leave_any_more(webhook, minah):
    post = make_note(minah)
    WebhookDelivery.objects.update(attempts=2)
    hold_post(post.pk)
    assert told() == ["post.unpublished"]


def test_who_was_told_and_who_was_not_are_told_apart(webhook, minah):
    late = create_webhook(actor=minah, url="https://hooks.example/b", events=list(EVENTS))
    post = make_note(minah)
    WebhookDelivery.objects.filter(webhook=webhook).update(state="delivered", attempts=1)
    hold_post(post.pk)
    assert list(late.deliveries.all()) == []
    assert [one.event for one in webhook.deliveries.order_by("pk")] == [
        "post.published",
        "post.unpublished",
    ]


def test_messages_about_other_posts_stay(webhook, minah):
    first = make_note(minah, "첫째")
    others = [make_note(minah, f"쪽글 {number}") for number in range(12)]
    hold_post(first.pk)
    waiting = [json.loads(one.body)["data"]["post"]["id"] for one in WebhookDelivery.objects.all()]
    assert sorted(waiting) == [one.pk for one in others]


def test_changes_of_a_held_post_are_no_news(webhook, minah):
    post = make_article(minah)
    hold_post(post.pk)
    actions.change_article(post, actor=minah, title="다른 제목")
    actions.unpublish_post(post, actor=minah)
    assert told() == []


@pytest.mark.behaviour("SO-39")
def test_a_comment_that_is_held_as_it_is_said_is_told_to_nobody(webhook, minah, junho):
    post = make_note(minah)
    WebhookDelivery.objects.filter(event="follow.created").delete()
    all_sent()
    with transaction.atomic():
        comment = actions.write_comment(post, actor=junho, source="광고입니다")
        hold_comment(comment.pk)
    assert told() == ["post.published"]
    show_comment(comment.pk, "published")
    assert told() == ["post.published", "comment.created"]
    assert "광고" not in WebhookDelivery.objects.last().body


def test_a_comment_that_was_told_is_taken_back_without_a_name(webhook, minah, junho):
    comment = actions.write_comment(make_note(minah), actor=junho, source="광고입니다")
    all_sent()
    hold_comment(comment.pk)
    assert told()[-1] == "comment.deleted"
    assert "junho" not in WebhookDelivery.objects.last().body
    show_comment(comment.pk, "published")
    assert told()[-1] == "comment.created"
