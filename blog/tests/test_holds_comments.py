"""A comment that moderators hide, under posts and under pages of other sites."""

import pytest
from django.contrib.auth.models import AnonymousUser

from blog import actions
from blog.actions.holds import hold_comment, hold_post, show_comment, show_post
from blog.exceptions import CommentGone, NotTheAuthor
from blog.models import Comment, Post
from blog.tests.factories import make_article, make_person
from config.tests.api_client import api_client
from social.models import Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(minah):
    return make_article(minah, "열린 글")


@pytest.fixture
def comment(post, junho):
    return actions.write_comment(post, actor=junho, source="파란 대문 소식")


def status_of(comment: Comment) -> str:
    return Comment.objects.get(pk=comment.pk).status


def number_under(post: Post) -> int:
    return Post.objects.get(pk=post.pk).comment_count


@pytest.mark.behaviour("SO-39", "BL-53")
def test_it_leaves_the_number_and_comes_back(post, comment):
    assert number_under(post) == 1
    assert hold_comment(comment.pk) == "published"
    assert (status_of(comment), number_under(post)) == ("held", 0)
    show_comment(comment.pk, "published")
    assert (status_of(comment), number_under(post)) == ("published", 1)
    assert Comment.objects.counted().count() == 1


def test_what_the_author_of_the_post_hid_comes_back_hidden(post, comment, minah):
    actions.hide_comment(comment, actor=minah)
    before = Comment.objects.filter(pk=comment.pk).values().get()
    hold_comment(comment.pk)
    for act in (actions.hide_comment, actions.show_comment, actions.pin_comment):
        with pytest.raises(NotTheAuthor):
            act(comment, actor=minah)
    show_comment(comment.pk, "published")
    assert Comment.objects.filter(pk=comment.pk).values().get() == before
    assert number_under(post) == 0


def test_what_waited_for_approval_waits_again(post, comment):
    Comment.objects.filter(pk=comment.pk).update(status="waiting")
    actions.recount_post(post.pk)
    assert hold_comment(comment.pk) == "waiting"
    show_comment(comment.pk, "waiting")
    assert (status_of(comment), number_under(post)) == ("waiting", 0)


def test_it_is_seen_by_who_wrote_it_and_staff_not_by_the_author_of_the_post(
    post, comment, minah, junho, stranger
):
    hold_comment(comment.pk)
    staff = make_person("sora", "소라", is_staff=True)
    for person, is_seen in (
        (AnonymousUser(), False),
        (minah, False),
        (stranger, False),
        (junho, True),
        (staff, True),
    ):
        assert Comment.objects.visible_to(person).filter(pk=comment.pk).exists() == is_seen


def test_answers_stay_below_an_empty_place(post, comment, minah, client):
    actions.write_comment(post, actor=minah, source="반가운 대답", parent=comment)
    hold_comment(comment.pk)
    page = client.get(post.get_absolute_url()).content.decode()
    assert "반가운 대답" in page
    assert "파란 대문" not in page
    assert "준호" not in page
    assert number_under(post) == 1


def test_nobody_answers_what_is_held(post, comment, minah):
    hold_comment(comment.pk)
    with pytest.raises(CommentGone):
        actions.write_comment(post, actor=minah, source="뭐라고요?", parent=comment)


def test_it_cannot_be_changed_while_it_is_held(comment, junho):
    hold_comment(comment.pk)
    with pytest.raises(NotTheAuthor):
        actions.change_comment(comment, actor=junho, source="아니에요")


@pytest.mark.parametrize("is_answered", [True, False])
def test_deleted_while_it_is_held_it_stays_deleted(post, comment, junho, minah, is_answered):
    if is_answered:
        actions.write_comment(post, actor=minah, source="대답", parent=comment)
    hold_comment(comment.pk)
    actions.delete_comment(comment, actor=junho)
    show_comment(comment.pk, "published")
    assert Comment.objects.filter(pk=comment.pk, source="파란 대문 소식").count() == 0
    assert number_under(post) == int(is_answered)
    assert hold_comment(comment.pk) == ("deleted" if is_answered else "")


def test_the_one_that_was_pinned_meanwhile_stays_the_only_one(post, comment, minah, stranger):
    actions.pin_comment(comment, actor=minah)
    hold_comment(comment.pk)
    other = actions.write_comment(post, actor=stranger, source="다른 이야기")
    actions.pin_comment(other, actor=minah)
    show_comment(comment.pk, "published")
    assert list(Comment.objects.exclude(pinned_at=None)) == [other]


@pytest.mark.behaviour("SO-39", "SO-41")
def test_post_and_comment_are_held_beside_each_other_and_shown_in_either_order(
    post, junho, stranger
):
    comment = actions.write_comment(post, actor=junho, source="@stranger 님 파란 대문 소식")
    before = list(Notification.objects.order_by("pk").values())
    assert {one["cause_count"] for one in before} == {1}
    hers = Notification.objects.filter(person=stranger)
    assert hers.exists()
    for first, second in ((show_post, show_comment), (show_comment, show_post)):
        hold_post(post.pk)
        hold_comment(comment.pk)
        keys = {show_post: post.pk, show_comment: comment.pk}
        first(keys[first], "published")
        assert not hers.filter(cause_count__gt=0).exists()
        second(keys[second], "published")
        assert list(Notification.objects.order_by("pk").values()) == before
        assert number_under(post) == 1


def test_programs_are_told_its_state_if_it_is_theirs_and_nothing_if_not(
    post, comment, junho, stranger
):
    hold_comment(comment.pk)
    assert api_client(junho).get(f"comments/{comment.pk}/").json()["status"] == "held"
    for person in (None, stranger, post.author):
        assert api_client(person).get(f"comments/{comment.pk}/").status_code == 404
        told = api_client(person).get(f"posts/{post.pk}/comments/").content.decode()
        assert "파란 대문" not in told


def test_an_account_that_closes_meanwhile_moves_no_number_twice(post, comment, junho):
    from accounts.actions import set_state

    hold_comment(comment.pk)
    set_state(junho, "suspended", actor=None)
    actions.recount_comments_of(junho.pk)
    show_comment(comment.pk, "published")
    assert number_under(post) == Comment.objects.filter(post=post).counted().count() == 0
