"""Numbers equal a recount, whatever happens in whatever order, and however many press at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.actions import set_state
from accounts.tests.factories import make_person
from blog import actions, tasks
from blog.models import Comment, CommentLike, Post, PostLike
from blog.tests.factories import make_article
from blog.tests.talk.factories import allow_guests, say
from config.exceptions import DomainError
from social.models import Inbox, Notification

AT_ONCE = 8
DEEDS = (
    "say answer guest delete hide show pin approve refuse like unlike like_post unlike_post"
    " leave return"
).split()
STEPS = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.integers(0, 7), st.integers(0, 7)), max_size=25
)


def assert_numbers_are_right() -> None:
    """Compare every stored number of posts, comments and inboxes with what is there."""
    for post in Post.objects.all():
        comments = [
            one
            for one in Comment.objects.filter(post=post).select_related("author")
            if one.status == "published"
            and not one.is_hidden
            and (one.author is None or one.author.state in {"active", "limited"})
        ]
        assert post.comment_count == len(comments)
        assert post.like_count == PostLike.objects.filter(post=post).count()
    for comment in Comment.objects.all():
        assert comment.like_count == CommentLike.objects.filter(comment=comment).count()
    for inbox in Inbox.objects.all():
        unread = Notification.objects.filter(person=inbox.pk, read_at=None, cause_count__gt=0)
        assert inbox.unread_notifications == unread.count()


@pytest.mark.django_db
@pytest.mark.behaviour("X-08", "BL-53")
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_numbers_equal_a_recount_after_any_deeds(minah, junho, sora, steps):
    people = [minah, junho, sora]
    for person in people:
        person.refresh_from_db()  # an earlier example was rolled back
    with transaction.atomic():
        post = make_article(minah)
        allow_guests()
        for deed, which, who in steps:
            _act(deed, post, people[who % 3], which)
            assert_numbers_are_right()
        numbers = list(Post.objects.values_list("comment_count", "like_count"))
        actions.recount_post(post.pk)
        assert list(Post.objects.values_list("comment_count", "like_count")) == numbers
        transaction.set_rollback(True)


def _act(deed: str, post: Post, person, which: int) -> None:
    comments = list(Comment.objects.order_by("pk"))
    comment = comments[which % len(comments)] if comments else None
    person.refresh_from_db()
    try:
        with transaction.atomic():
            _try(deed, post, person, comment)
    except (DomainError, Comment.DoesNotExist, Post.DoesNotExist):
        pass  # refused, as it may be


def _try(deed: str, post: Post, person, comment: Comment | None) -> None:
    match deed:
        case "say":
            say(person, post, "@minah @sora 말")
        case "guest":
            actions.write_guest_comment(post, name="손님", source="@junho 손님 말")
        case "like_post" | "unlike_post":
            getattr(actions, deed)(post, actor=person)
        case "leave" | "return":
            set_state(person, "suspended" if deed == "leave" else "active", actor=None)
            actions.recount_comments_of(person.pk)  # what the signal does after a real commit
        case _ if comment is None:
            pass
        case "answer":
            say(person, post, "답", parent=comment)
        case _:
            getattr(actions, f"{deed}_comment")(comment, actor=person)


@pytest.mark.django_db
@pytest.mark.behaviour("X-08")
def test_numbers_that_went_wrong_are_repaired_at_night(minah, junho):
    post, other = make_article(minah), make_article(minah, "다른 글")
    comment = say(junho, post)
    actions.like_comment(comment, actor=minah)
    actions.like_post(other, actor=junho)
    assert actions.repair_counts() == 0
    Post.objects.filter(pk=post.pk).update(comment_count=7)
    Post.objects.filter(pk=other.pk).update(like_count=0)
    Comment.objects.filter(pk=comment.pk).update(like_count=3)
    tasks.repair_counts()
    assert actions.repair_counts() == 0
    assert_numbers_are_right()


# At once ------------------------------------------------------------------------------------------


@pytest.fixture
def cast(transactional_db):
    return [make_person(handle) for handle in ("minah", "junho", "sora", "haneul")]


def all_at_once(calls) -> list:
    """Return what came of ``calls``, begun together in threads of their own."""
    barrier = Barrier(len(calls))

    def one(call):
        try:
            barrier.wait(20)
            return call()
        except (DomainError, Comment.DoesNotExist, Post.DoesNotExist) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


@pytest.mark.behaviour("BL-54", "X-06", "X-08")
def test_fifty_clicks_at_once_are_one_like(cast):
    minah, junho = cast[:2]
    post = make_article(minah)
    comment = say(minah, post)

    def click(number):
        if number % 2:
            return actions.like_post(post, actor=junho)
        return actions.like_comment(comment, actor=junho)

    results = all_at_once([lambda number=number: click(number) for number in range(50)])
    assert results.count(True) == 2
    assert (PostLike.objects.count(), CommentLike.objects.count()) == (1, 1)
    assert_numbers_are_right()
    assert Notification.objects.filter(person=minah, kind="like").count() == 2


@pytest.mark.behaviour("X-08")
def test_likes_and_unlikes_of_many_at_once_leave_right_numbers(cast):
    minah, *others = cast
    post = make_article(minah)
    deeds = [actions.like_post, actions.unlike_post, actions.bookmark_post, actions.unbookmark_post]
    calls = [
        lambda deed=deed, person=person: deed(post, actor=person)
        for deed in deeds
        for person in others
    ]
    all_at_once(calls)
    assert_numbers_are_right()


@pytest.mark.behaviour("UX-07", "X-06")
def test_the_same_comment_sent_at_once_is_said_once(cast):
    minah, junho = cast[:2]
    post = make_article(minah)
    results = all_at_once([lambda: say(junho, post, origin_key="form:1")] * AT_ONCE)
    assert len({comment.pk for comment in results}) == 1
    assert Comment.objects.count() == 1
    assert_numbers_are_right()
    assert Notification.objects.get(person=minah).cause_count == 1


@pytest.mark.behaviour("X-08")
def test_answering_hiding_deleting_and_leaving_at_once(cast):
    minah, junho, sora, haneul = cast
    post = make_article(minah)
    for _round in range(3):
        root = say(junho, post, "@sora @haneul")
        answer = say(sora, post, "@junho @haneul", parent=root)
        all_at_once(
            [
                lambda: actions.delete_comment(root, actor=junho),  # noqa: B023
                lambda: actions.delete_comment(answer, actor=sora),  # noqa: B023
                lambda: say(haneul, post, "@sora @junho", parent=answer),  # noqa: B023
                lambda: say(minah, post, "@haneul @junho @sora", parent=root),  # noqa: B023
                lambda: actions.hide_comment(answer, actor=minah),  # noqa: B023
                lambda: actions.like_comment(answer, actor=haneul),  # noqa: B023
                lambda: set_state(haneul, "suspended", actor=None),
                lambda: actions.like_post(post, actor=sora),
            ]
        )
        assert_numbers_are_right()
        for comment in Comment.objects.exclude(parent=None).select_related("parent", "root"):
            assert comment.root_id, "no answer lost its thread"
        set_state(haneul, "active", actor=None)
        assert_numbers_are_right()
