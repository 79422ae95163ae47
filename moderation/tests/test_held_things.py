"""Decisions about posts, comments, series and pictures: hidden, shown again, whatever happens between."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.tests.archive import bags
from accounts.tests.archive.test_leaving import erase
from blog import actions as blog
from blog.actions.holds import hold_post
from blog.models import Comment, Image, Post, Series
from blog.tests.factories import make_article, make_draft, make_note, make_person
from blog.tests.images.pictures import png
from config import screening
from moderation.actions import undo_decision
from moderation.actions.deciding import decide
from moderation.actions.holding import keep_held
from moderation.actions.rules import built_in_version
from moderation.models import Decision, HiddenThing
from moderation.targets import find_target, load_subject
from moderation.tests.factories import make_decision, make_report
from social.models import Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def things(minah, junho):
    """One thing of 미나 of each kind, and of 준호 a comment: {kind: key}."""
    image = blog.store_image(png(), actor=minah, name="들.png", alt="초록 <들>")
    series = blog.create_series("대문 이야기", actor=minah, description="문 <b>이야기</b>")
    post = make_article(
        minah, "빨간 열쇠", source=f"![들]({image.get_absolute_url()})", series=series, cover=image
    )
    comment = blog.write_comment(post, actor=junho, source="파란 대문")
    return {"post": post.pk, "comment": comment.pk, "series": series.pk, "image": image.pk}


def rows_of(things) -> list:
    models = {"post": Post, "comment": Comment, "series": Series, "image": Image}
    return [models[kind].objects.filter(pk=pk).values().get() for kind, pk in things.items()]


KINDS = ("post", "comment", "series", "image")


@pytest.mark.behaviour("SO-38", "SO-41")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("act", ["hold", "remove"])
def test_a_thing_of_each_kind_is_hidden_and_undoing_gives_back_its_row(things, sora, kind, act):
    before = rows_of(things)
    target = (kind, things[kind])
    decision = make_decision(sora, act, target)
    assert load_subject(*target).is_hidden
    assert HiddenThing.objects.filter(target_kind=kind).exists()
    undo_decision(decision, actor=sora)
    assert not load_subject(*target).is_hidden
    assert rows_of(things) == before
    assert not HiddenThing.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_two_decisions_hide_it_until_both_are_gone(things, sora, kind):
    target = (kind, things[kind])
    first, second = (make_decision(sora, act, target) for act in ("hold", "remove"))
    undo_decision(first, actor=sora)
    assert load_subject(*target).is_hidden
    undo_decision(second, actor=sora)
    assert not load_subject(*target).is_hidden


@pytest.mark.behaviour("SO-38")
@pytest.mark.parametrize("kind", KINDS)
def test_restoring_shows_it_and_undoing_that_hides_it_again(things, sora, kind):
    target = (kind, things[kind])
    make_decision(sora, "hold", target)
    restoring = make_decision(sora, "restore", target)
    assert not load_subject(*target).is_hidden
    undo_decision(restoring, actor=sora)
    assert load_subject(*target).is_hidden


def test_staff_look_at_safe_html_whoever_may_see_it(things, minah):
    series = load_subject("series", things["series"])
    assert (series.owner, series.title) == (minah, "대문 이야기")
    assert "<b>" not in series.html
    image = load_subject("image", things["image"])
    assert image.owner == minah
    assert "초록 &lt;들&gt;" in image.html
    assert "들.png" not in image.html + image.source + image.title
    for kind in KINDS:
        assert find_target(kind).acts
        assert load_subject(kind, 4711) is None


# Whatever its author does meanwhile ---------------------------------------------------------------


@pytest.fixture
def post(things):
    return Post.objects.get(pk=things["post"])


def state(post: Post) -> str:
    return Post.objects.get(pk=post.pk).status


@pytest.mark.behaviour("SO-39")
def test_taken_back_and_published_again_it_is_held_again(post, minah, sora):
    decision = make_decision(sora, "hold", ("post", post.pk))
    blog.unpublish_post(post, actor=minah)
    assert state(post) == "draft"
    blog.publish_post(post, actor=minah)
    assert state(post) == "held"
    assert User.objects.get(pk=minah.pk).article_count == 0
    assert Decision.objects.count() == 1
    undo_decision(decision, actor=sora)
    assert state(post) == "published"
    assert User.objects.get(pk=minah.pk).article_count == 1


def test_deleted_brought_back_and_published_it_is_held_again(post, minah, sora):
    make_decision(sora, "hold", ("post", post.pk))
    blog.delete_post(post, actor=minah)
    blog.restore_post(post, actor=minah)
    blog.publish_post(post, actor=minah)
    assert state(post) == "held"


def test_scheduled_it_goes_out_held_and_nobody_is_told_that_it_is_out(post, minah, sora):
    make_decision(sora, "hold", ("post", post.pk))
    blog.unpublish_post(post, actor=minah)
    blog.schedule_post(post, actor=minah, at=timezone.now() + timedelta(minutes=1))
    assert blog.publish_due_posts(timezone.now() + timedelta(minutes=2)) == 1
    assert state(post) == "held"
    assert not Notification.objects.filter(kind="schedule").exists()


def test_undone_while_it_is_a_draft_it_goes_out_as_any_other(post, minah, sora):
    decision = make_decision(sora, "hold", ("post", post.pk))
    blog.unpublish_post(post, actor=minah)
    undo_decision(decision, actor=sora)
    assert state(post) == "draft"
    blog.publish_post(post, actor=minah)
    assert state(post) == "published"


@pytest.mark.parametrize("kind", KINDS)
def test_undoing_after_its_author_deleted_it_changes_nothing_and_breaks_nothing(
    things, minah, junho, sora, kind
):
    decision = make_decision(sora, "hold", (kind, things[kind]))
    pk = things[kind]
    if kind == "post":
        blog.delete_post(Post.objects.get(pk=pk), actor=minah)
    elif kind == "comment":
        blog.delete_comment(Comment.objects.get(pk=pk), actor=junho)
    elif kind == "series":
        blog.delete_series(Series.objects.get(pk=pk), actor=minah)
    else:
        blog.delete_image(Image.objects.get(pk=pk), actor=minah)
    undo_decision(decision, actor=sora)
    assert decision.__class__.objects.get().is_undone
    assert not Post.objects.filter(pk=things["post"], status="held").exists()
    assert not HiddenThing.objects.exists()


def test_a_restored_decision_about_what_is_gone_breaks_nothing(things, junho, sora):
    target = ("comment", things["comment"])
    make_decision(sora, "hold", target)
    restoring = make_decision(sora, "restore", target)
    blog.delete_comment(Comment.objects.get(pk=target[1]), actor=junho)
    undo_decision(restoring, actor=sora)
    assert not Comment.objects.filter(pk=target[1]).exists()


# As it goes out -----------------------------------------------------------------------------------


@pytest.fixture
def strict(monkeypatch):
    """A rule that holds whatever goes out."""

    def look(kind: str, pk: int) -> None:
        decide(
            "hold",
            target=(kind, pk),
            actor=None,
            category="spam",
            rule_version=built_in_version("three-reports"),
        )

    monkeypatch.setattr(screening, "_looks", [keep_held, look])


@pytest.mark.behaviour("SO-47")
def test_what_a_rule_holds_as_it_goes_out_counts_and_calls_nobody(
    strict, minah, junho, sora, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        note = make_note(minah, "@junho님 #광고 보세요")
        article = blog.publish_post(make_draft(minah, tags=["광고"]), actor=minah)
    assert (state(note), state(article)) == ("held", "held")
    author = User.objects.get(pk=minah.pk)
    assert (author.note_count, author.article_count) == (0, 0)
    assert not Notification.objects.filter(person=junho).exists()
    with django_capture_on_commit_callbacks(execute=True):
        for decision in Decision.objects.all():
            undo_decision(decision, actor=sora)
    author.refresh_from_db()
    assert (author.note_count, author.article_count) == (1, 1)
    assert Notification.objects.filter(person=junho, kind="mention").count() == 1


def test_a_comment_that_a_rule_holds_is_neither_counted_nor_told(post, strict, minah, stranger):
    Notification.objects.filter(person=minah).delete()
    said = blog.write_comment(post, actor=stranger, source="@minah 님 광고예요")
    assert Comment.objects.get(pk=said.pk).status == "held"
    assert Post.objects.get(pk=post.pk).comment_count == 1
    told = Notification.objects.filter(person=minah, cause_count__gt=0).exclude(kind="decision")
    assert not told.exists()


@pytest.fixture
def stranger():
    return make_person("dain", "다인")


# Leaving and taking along -------------------------------------------------------------------------


def test_what_is_held_is_in_its_authors_own_archive(things, minah, junho, sora, tmp_path):
    for kind, pk in things.items():
        make_decision(sora, "hold", (kind, pk))
    path = bags.write(minah, tmp_path)
    (post,) = bags.records_of(path, "posts")
    assert (post["title"], post["status"]) == ("빨간 열쇠", "held")
    assert len(bags.records_of(path, "series")) == len(bags.records_of(path, "images")) == 1
    (comment,) = bags.records_of(bags.write(junho, tmp_path), "comments")
    assert (comment["source"], comment["status"]) == ("파란 대문", "held")


@pytest.mark.behaviour("SO-41")
def test_who_leaves_takes_held_things_away_and_undoing_does_not_bring_them_back(
    things, minah, junho, sora
):
    make_report(junho, "post", things["post"])
    decisions = [make_decision(sora, "hold", (kind, pk)) for kind, pk in things.items()]
    erase(minah)
    erase(junho)
    for decision in decisions:
        undo_decision(decision, actor=sora)
    assert not Series.objects.exists()
    assert not Image.objects.exists()
    left = Post.objects.filter(pk=things["post"]).first()
    assert left is None or (left.status, left.title, left.source) == ("deleted", "", "")
    assert not Comment.objects.exclude(source="").exists()


def test_a_held_post_that_an_archive_brought_can_be_taken_back_by_its_author(minah):
    post = make_article(minah)
    with transaction.atomic():
        hold_post(post.pk)  # no decision of this site stands
    blog.unpublish_post(post, actor=minah)
    blog.publish_post(post, actor=minah)
    assert state(post) == "published"
