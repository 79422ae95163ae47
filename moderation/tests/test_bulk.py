"""Undoing many decisions: by rule, by moderator, by period; now or in the background."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions import perform_job
from accounts.models import Job
from blog.models import Post
from blog.tests.factories import make_article, make_person
from moderation.actions import bulk, decide, start_bulk_undo, undo_decision, undo_decisions
from moderation.actions.rules import built_in_version
from moderation.exceptions import DecisionRefused, NotAModerator
from moderation.models import Decision, LogEntry
from moderation.selectors import decisions_to_undo, what_would_return
from moderation.tests.factories import make_decision, make_editor, make_moderator

WHY = "규칙이 평범한 글까지 숨겼어요 😥"


def hold_by_rule(post, name="links"):
    version = built_in_version(name)
    return decide("hold", target=("post", post.pk), actor=None, rule_version=version)


@pytest.mark.django_db(transaction=True)
@pytest.mark.behaviour("SO-41")
def test_everything_that_a_rule_did_comes_back_and_nothing_else(minah, sora):
    held = [make_article(minah, f"글 {number}") for number in range(4)]
    for post in held[:3]:
        hold_by_rule(post)
    hold_by_rule(held[3], "words")
    result = start_bulk_undo(
        actor=sora, reason=WHY, rule=built_in_version("links").rule, since=None, until=None
    )
    assert result == bulk.BulkResult(3, {})
    states = dict(Post.objects.values_list("pk", "status"))
    assert [states[post.pk] for post in held] == ["published"] * 3 + ["held"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.behaviour("SO-41", "AD-06")
def test_what_one_moderator_did_in_a_period_is_counted_first_and_then_comes_back(minah, sora):
    jisu = make_moderator("jisu", "지수")
    posts = [make_article(minah, f"글 {number}") for number in range(4)]
    old = make_decision(sora, "hold", ("post", posts[0].pk))
    Decision.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))
    make_decision(sora, "hold", ("post", posts[1].pk))
    make_decision(sora, "remove", ("post", posts[2].pk))
    make_decision(jisu, "hold", ("post", posts[3].pk))
    since = timezone.now() - timedelta(days=1)
    chosen = decisions_to_undo(actor=sora, since=since)
    counted = what_would_return(chosen)
    assert [(one.kind, one.target_kind, one.count) for one in counted] == [
        ("hold", "post", 1),
        ("remove", "post", 1),
    ]
    assert undo_decisions(chosen, actor=jisu, reason=WHY).done == 2
    states = dict(Post.objects.values_list("pk", "status"))
    assert [states[post.pk] for post in posts] == ["held", "published", "published", "held"]


@pytest.mark.django_db(transaction=True)
def test_undoing_twice_does_nothing_the_second_time_and_writes_no_row(minah, sora):
    post = make_article(minah)
    hold_by_rule(post)
    chosen = decisions_to_undo(rule=built_in_version("links"))
    assert undo_decisions(chosen, actor=sora, reason=WHY).done == 1
    rows = LogEntry.objects.count()
    assert undo_decisions(chosen, actor=sora, reason=WHY) == bulk.BulkResult(0, {})
    assert LogEntry.objects.count() == rows


@pytest.mark.django_db(transaction=True)
@pytest.mark.behaviour("SO-42")
def test_the_log_has_a_row_for_the_whole_and_one_for_each(minah, sora):
    for number in range(2):
        hold_by_rule(make_article(minah, f"글 {number}"))
    start_bulk_undo(actor=sora, reason=WHY, rule=built_in_version("links"))
    acts = list(LogEntry.objects.order_by("number").values_list("act", "actor_id"))
    assert acts[2:] == [("bulk_undo", sora.pk), ("undo", sora.pk), ("undo", sora.pk)]
    whole = LogEntry.objects.get(act="bulk_undo")
    assert whole.after["count"] == 2
    assert whole.after["version"] == built_in_version("links").pk
    targets = LogEntry.objects.filter(act="undo").order_by("number").values_list("target_id")
    assert list(targets) == sorted(targets, reverse=True)


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_undone_is_named_and_keeps_no_other_from_coming_back(minah, sora):
    operator = make_person("root", is_staff=True, is_superuser=True)
    post = make_article(minah)
    ban = make_decision(operator, "ban", ("person", make_person("junho").pk))
    hold_by_rule(post)
    result = start_bulk_undo(actor=sora, reason=WHY, since=timezone.now() - timedelta(hours=1))
    assert result == bulk.BulkResult(1, {ban.pk: "not_a_moderator"})
    post.refresh_from_db()
    assert post.status == Post.Status.PUBLISHED


@pytest.mark.django_db(transaction=True)
def test_many_become_a_job_that_goes_on_where_it_broke_off(minah, sora, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    made = [hold_by_rule(make_article(minah, f"글 {number}")) for number in range(3)]
    job = start_bulk_undo(actor=sora, reason=WHY, rule=built_in_version("links"))
    assert isinstance(job, Job)
    job.refresh_from_db()
    if job.state == Job.State.QUEUED:
        undo_decision(made[1], actor=sora)
        late = hold_by_rule(make_article(minah, "나중에 온 글"))
        perform_job(job.pk)
        job.refresh_from_db()
        assert not Decision.objects.get(pk=late.pk).is_undone
        assert job.result == {"done": 2, "failed": {}}
    assert job.state == Job.State.DONE
    assert all(Decision.objects.get(pk=one.pk).is_undone for one in made)


@pytest.mark.django_db
def test_without_a_choice_or_a_reason_or_a_right_nothing_is_undone(minah, sora):
    hold_by_rule(make_article(minah))
    with pytest.raises(DecisionRefused):
        start_bulk_undo(actor=sora, reason=WHY)
    with pytest.raises(DecisionRefused):
        start_bulk_undo(actor=sora, reason=" ", rule=built_in_version("links"))
    for person in (minah, make_editor()):
        with pytest.raises(NotAModerator):
            start_bulk_undo(actor=person, reason=WHY, rule=built_in_version("links"))
    assert not Decision.objects.exclude(undone_at=None).exists()
