"""A post that moderators hide: what stays of it where, and what its author may do meanwhile."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import User
from blog import actions, selectors
from blog.actions.holds import hold_post, show_post
from blog.exceptions import EmptyPost, NotSchedulable
from blog.models import Draft, Post, Revision, Tag
from blog.related import related_posts
from blog.tests.factories import make_article, make_draft, make_note, make_person
from config.tests.api_client import api_client
from social.actions import follow_person
from social.models import Inbox, Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(minah):
    return make_article(minah, "빨간 열쇠", tags=["열쇠", "이야기"])


def held(post: Post) -> Post:
    assert hold_post(post.pk) == "published"
    post.refresh_from_db()
    assert post.is_held
    return post


def shown(post: Post) -> Post:
    show_post(post.pk, "published")
    post.refresh_from_db()
    return post


@pytest.mark.behaviour("SO-39")
def test_counts_of_author_and_tags_go_and_come_back(post, minah):
    assert Tag.objects.get(key="열쇠").post_count == 1
    held(post)
    assert User.objects.get(pk=minah.pk).article_count == 0
    assert Tag.objects.get(key="열쇠").post_count == 0
    assert set(post.posttag_set.values_list("published_at", flat=True)) == {None}
    shown(post)
    assert User.objects.get(pk=minah.pk).article_count == 1
    assert Tag.objects.get(key="열쇠").post_count == 1
    assert set(post.posttag_set.values_list("published_at", flat=True)) == {post.published_at}


def test_holding_twice_is_holding_once(post, minah):
    held(post)
    assert hold_post(post.pk) == "held"
    assert User.objects.get(pk=minah.pk).article_count == 0
    show_post(post.pk, "published")
    show_post(post.pk, "published")
    assert User.objects.get(pk=minah.pk).article_count == 1


def test_what_is_no_more_is_neither_hidden_nor_shown(minah):
    assert hold_post(4711) == ""
    show_post(4711, "published")
    draft = make_draft(minah)
    assert hold_post(draft.pk) == "draft"
    show_post(draft.pk, "draft")
    assert Post.objects.get(pk=draft.pk).status == "draft"


def test_a_draft_that_was_hidden_as_one_and_went_out_since_is_shown_as_what_it_is(minah):
    draft = make_draft(minah, "아직 초안")
    former = hold_post(draft.pk)
    actions.publish_post(draft, actor=minah)
    hold_post(draft.pk)
    show_post(draft.pk, former)
    assert Post.objects.get(pk=draft.pk).is_published


@pytest.mark.behaviour("SO-39")
def test_nobody_but_author_and_staff_meets_it(post, minah, junho):
    staff = make_person("sora", "소라", is_staff=True)
    held(post)
    for person in (AnonymousUser(), junho):
        assert not Post.objects.visible_to(person).filter(pk=post.pk).exists()
    for person in (minah, staff):
        assert Post.objects.visible_to(person).filter(pk=post.pk).exists()
        assert not Post.objects.listed_to(person).filter(pk=post.pk).exists()


def test_related_pinned_and_old_addresses_leave_it_out_and_take_it_in_again(post, minah, junho):
    other = make_article(junho, "파란 열쇠", tags=["열쇠"])
    actions.pin_post(post, actor=minah)
    actions.remember_old_path(post, "/2023/빨간-열쇠.html", actor=minah)

    def places() -> list[bool]:
        return [
            post in related_posts(other, junho),
            selectors.pinned_posts(minah, junho).exists(),
            selectors.post_at_old_path("/2023/빨간-열쇠.html") is not None,
            selectors.home_feed(junho).filter(pk=post.pk).exists(),
        ]

    follow_person(minah, actor=junho)
    assert all(places())
    held(post)
    assert not any(places())
    shown(post)
    assert all(places())


@pytest.mark.behaviour("SO-39")
def test_a_preview_link_opens_for_its_author_alone_while_it_is_held(
    post, minah, junho, client, as_user
):
    link = actions.open_preview_link(post, actor=minah)
    path = link.get_absolute_url()
    assert client.get(path).status_code == 200
    held(post)
    assert client.get(path).status_code == 404
    assert as_user(junho).get(path).status_code == 404
    assert as_user(minah).get(path).status_code == 200
    shown(post)
    assert client.get(path).status_code == 200


# What its author does meanwhile -------------------------------------------------------------------


@pytest.mark.behaviour("SO-39")
def test_publishing_a_held_post_again_brings_new_words_to_staff_and_to_nobody_else(post, minah):
    held(post)
    published_at = post.published_at
    actions.save_draft(post, actor=minah, changes={"source": "고친 글이에요."}, base_version=0)
    actions.publish_post(post, actor=minah)
    post.refresh_from_db()
    assert (post.status, post.source) == ("held", "고친 글이에요.")
    assert post.edited_at is not None
    assert not Draft.objects.get(post=post).is_changed
    assert User.objects.get(pk=minah.pk).article_count == 0
    assert Revision.objects.filter(post=post, kind=Revision.Kind.PUBLISHED).count() == 2
    shown(post)
    assert (post.status, post.published_at) == ("published", published_at)


def test_a_held_article_cannot_lose_its_text(post, minah):
    held(post)
    with pytest.raises(EmptyPost):
        actions.change_article(post, actor=minah, source=" ")


def test_tags_that_change_while_it_is_held_count_when_it_is_shown(post, minah):
    held(post)
    actions.change_article(post, actor=minah, tags=["열쇠", "대문"])
    assert not Tag.objects.filter(post_count__gt=0).exists()
    shown(post)
    counts = dict(Tag.objects.values_list("key", "post_count"))
    assert (counts["열쇠"], counts["대문"], counts.get("이야기", 0)) == (1, 1, 0)


def test_a_held_post_is_not_scheduled(post, minah):
    held(post)
    with pytest.raises(NotSchedulable):
        actions.schedule_post(post, actor=minah, at=timezone.now() + timedelta(days=1))


def test_a_held_note_can_be_mended_and_stays_held(minah):
    note = held(make_note(minah, "광고예요 #광고"))
    actions.change_note(note, actor=minah, source="이제 광고가 아니에요 #사과")
    note.refresh_from_db()
    assert note.is_held
    assert not Tag.objects.filter(post_count__gt=0).exists()


def test_taken_back_or_deleted_it_is_not_shown_by_surprise(post, minah):
    actions.unpublish_post(held(post), actor=minah)
    assert shown(post).status == "draft"
    other = make_article(minah, "두 번째 글")
    actions.delete_post(held(other), actor=minah)
    assert shown(other).status == "deleted"
    actions.restore_post(other, actor=minah)
    assert shown(other).status == "draft"
    assert User.objects.get(pk=minah.pk).article_count == 0


def test_deleted_while_held_it_is_gone_for_others(post, minah, client):
    path = post.get_absolute_url()
    actions.delete_post(held(post), actor=minah)
    assert client.get(path).status_code == 410


def test_a_smaller_circle_takes_back_what_people_were_told(
    minah, junho, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        note = make_note(minah, "@junho님 보세요")
    assert Notification.objects.filter(person=junho, cause_count=1).exists()
    held(note)
    actions.change_note(note, actor=minah, source="@junho님 보세요", visibility="private")
    with django_capture_on_commit_callbacks(execute=True):
        shown(note)
    assert not Notification.objects.filter(person=junho, cause_count=1).exists()
    assert Inbox.objects.get(person=junho).unread_notifications == 0


# What people are told -----------------------------------------------------------------------------


@pytest.mark.behaviour("SO-39")
def test_whom_it_names_hears_when_it_is_shown_if_it_was_held_at_once(
    minah, junho, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        note = make_note(minah, "@junho님 안녕하세요 👋")
        held(note)
    assert not Notification.objects.filter(person=junho).exists()
    with django_capture_on_commit_callbacks(execute=True):
        shown(note)
    told = Notification.objects.get(person=junho)
    assert (told.kind, told.target_id, told.read_at) == ("mention", note.pk, None)


@pytest.mark.behaviour("SO-41")
def test_what_was_told_of_it_comes_back_as_it_was_and_not_twice(
    minah, junho, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        note = make_note(minah, "@junho님 안녕하세요")
        actions.like_post(note, actor=junho)
    before = list(Notification.objects.order_by("pk").values())
    held(note)
    # Its author goes on seeing it, and what was told of it.
    (left,) = Notification.objects.filter(cause_count__gt=0)
    assert (left.person, left.kind) == (minah, "like")
    with django_capture_on_commit_callbacks(execute=True):
        shown(note)
    assert list(Notification.objects.order_by("pk").values()) == before


def test_a_like_that_was_taken_back_meanwhile_is_not_told_again(minah, junho):
    note = make_note(minah)
    actions.like_post(note, actor=junho)
    held(note)
    actions.unlike_post(note, actor=junho)
    shown(note)
    assert not Notification.objects.filter(cause_count__gt=0).exists()


# How its author finds it --------------------------------------------------------------------------


@pytest.mark.behaviour("SO-40")
def test_its_author_finds_it_among_the_drafts_and_others_find_nothing(post, minah, junho, as_user):
    held(post)
    page = as_user(minah).get("/drafts/").content.decode()
    assert "빨간 열쇠" in page
    assert "badge--signal" in page
    assert "빨간 열쇠" not in as_user(junho).get("/drafts/").content.decode()
    mine = api_client(minah).get("posts/?status=held").json()
    assert [one["status"] for one in mine["results"]] == ["held"]
    assert api_client(junho).get("posts/?status=held").json()["results"] == []
    assert api_client(junho).get(f"posts/{post.pk}/").status_code == 404


def test_the_editor_says_that_it_stays_hidden(post, minah, as_user):
    held(post)
    client = as_user(minah)
    page = client.get(f"/write/{post.pk}/").content.decode()
    assert 'value="unpublish"' in page
    assert 'value="schedule"' not in page
    sent = client.post(
        f"/write/{post.pk}/",
        {
            "title": "빨간 열쇠",
            "source": "고쳤어요",
            "intent": "publish",
            "version": "0",
            "visibility": "public",
        },
        follow=True,
    )
    assert sent.redirect_chain == [(post.get_absolute_url(), 302)]
    post.refresh_from_db()
    assert (post.status, post.source) == ("held", "고쳤어요")
