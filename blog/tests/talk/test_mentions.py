"""Whom a post calls by name hears of it: those who may read it, once, and not of old texts."""

import pytest
from django.utils import timezone

from blog import actions
from blog.models import Post
from blog.rendering import names_called_in
from blog.tests.factories import make_article, make_draft, make_note
from blog.tests.talk.factories import say
from social.models import Notification

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def commits(django_capture_on_commit_callbacks):
    """Return what runs a block as if it were committed after it."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def called(person) -> list[int]:
    rows = Notification.objects.filter(person=person, kind="mention", cause_count__gt=0)
    return list(rows.order_by("pk").values_list("target_id", flat=True))


def test_names_are_read_from_what_is_stored(minah, junho):
    html = make_note(minah, "@junho 님과 @JUNHO, @없는이 그리고 a@minah.kr @minah").html
    assert names_called_in(html) == ["junho", "minah"]


@pytest.mark.behaviour("SO-34")
def test_a_note_calls_those_who_may_read_it(minah, junho, taeo, stranger, commits):
    with commits():
        post = make_note(minah, "@junho @stranger @taeo @minah", visibility="followers")
    assert called(junho) == [post.pk]
    assert called(stranger) == called(taeo) == called(minah) == []


@pytest.mark.behaviour("SO-34")
def test_an_article_calls_when_it_goes_out_and_edits_call_new_names_alone(
    minah, junho, stranger, commits
):
    with commits():
        post = make_draft(minah, source="@junho 에게")
        actions.save_draft(post, actor=minah, changes={"source": "@junho 에게, 다시"})
    assert called(junho) == []
    with commits():
        actions.publish_post(post, actor=minah)
    assert called(junho) == [post.pk]
    Notification.objects.all().update(read_at=timezone.now())
    with commits():
        actions.save_draft(post, actor=minah, changes={"source": "@junho 와 @stranger 에게"})
        actions.publish_post(post, actor=minah)
    assert (called(junho), called(stranger)) == ([post.pk], [post.pk])


def test_what_is_brought_along_calls_nobody(minah, junho, commits):
    with commits():
        make_article(minah, source="@junho 옛날에", published_at=timezone.now())
        make_note(minah, "@junho 옛날에", published_at=timezone.now())
    assert called(junho) == []


@pytest.mark.behaviour("SO-26")
def test_what_is_out_no_longer_is_not_told(minah, junho, stranger, commits):
    with commits():
        post = make_article(minah, source="@junho 보세요")
        kept = make_note(minah, "@junho 이것도")
        comment = say(junho, post, "@stranger 여기")
        actions.like_comment(comment, actor=stranger)
        actions.like_post(post, actor=junho)
    with commits():
        actions.delete_post(post, actor=minah)
    standing = Notification.objects.filter(cause_count__gt=0)
    assert list(standing.values_list("person__handle", "target_id")) == [("junho", kept.pk)]


def test_a_task_that_comes_late_changes_nothing(minah, junho):
    post = make_note(minah, "@junho")
    actions.withdraw_post(post.pk)
    actions.tell_of_post(post.pk)
    actions.tell_of_post(post.pk)
    actions.withdraw_post(post.pk)
    assert called(junho) == [post.pk]
    Post.objects.filter(pk=post.pk).update(status="draft")
    actions.tell_of_post(post.pk)
    actions.tell_of_post(10**9)
    actions.withdraw_post(post.pk)
    assert called(junho) == []
