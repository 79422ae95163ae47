"""A new index beside the one that answers."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from blog import actions as blog_actions
from blog.models import Post
from blog.tests.factories import make_article, make_note
from search import actions
from search.actions import building
from search.exceptions import RebuildIncomplete, RebuildUnderWay
from search.generations import live_slot, written_slots
from search.models import DocumentA, DocumentB, Generation, TermA, TermB

COLUMNS = (
    *("kind", "object_id", "digest", "status", "visibility", "author_id", "published_at", "key"),
    *("title_tokens", "body_tokens", "tag_tokens", "author_tokens", "token_count", "is_counted"),
)


def content(model):
    return set(model.objects.values_list(*COLUMNS))


def words(model):
    return set(model.objects.values_list("term", "df", "title_df", "is_joined"))


@pytest.fixture
def posts(minah, junho, monkeypatch):
    monkeypatch.setattr(building, "READ_AT_ONCE", 2)
    made = [
        make_note(minah, f"{place}에 자전거를 타고 다녀왔다. #산책")
        for place in ("바닷가", "박물관", "도서관", "시장", "학교")
    ]
    blog_actions.write_comment(made[0], actor=junho, source="저도 가고 싶어요.")
    return made


@pytest.mark.behaviour("SE-21")
def test_a_rebuilt_index_is_the_same_and_answers(posts, find):
    assert len(find("자전거")) == 5
    seen = []
    generation = actions.rebuild_index(tell=seen.append)
    assert (generation.slot, live_slot(), written_slots()) == ("b", "b", ["b"])
    assert content(DocumentB) == content(DocumentA)
    assert words(TermB) == words(TermA)
    assert len(find("자전거")) == 5
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    assert seen[-1].done == seen[-1].total == DocumentB.objects.count()
    assert not list(actions.check_index(is_deep=True))
    assert not actions.drop_old_index(timedelta(days=1)), "too young"
    assert actions.drop_old_index()
    assert not DocumentA.objects.exists()
    assert not TermA.objects.exists()
    assert actions.rebuild_index().slot == "a"


@pytest.mark.behaviour("SE-21")
def test_while_one_is_built_changes_go_to_both_and_the_former_answers(minah, posts, find):
    find("자전거")
    edited, gone = posts[0], posts[1]

    def change(progress):
        if progress.done == 2:
            blog_actions.change_note(edited, actor=minah, source="자전거를 팔았다. 고양이와 산다.")
            blog_actions.delete_post(gone, actor=minah)
            make_note(minah, "고양이가 또 왔다.")
            assert len(find("고양이")) == 2, "the former index knows at once"
            assert live_slot() == "a"

    actions.rebuild_index(tell=change)
    assert live_slot() == "b"
    assert len(find("고양이")) == 2
    assert set(find("자전거")) == {one.pk for one in posts} - {gone.pk}
    assert not list(actions.check_index(is_deep=True))


@pytest.mark.behaviour("SE-21")
def test_a_stopped_build_goes_on_where_it_was(posts, find):
    class Stop(Exception):
        pass

    def stop(progress):
        if progress.done >= 4:
            raise Stop

    find("자전거")
    with pytest.raises(Stop):
        actions.rebuild_index(tell=stop)
    stopped = Generation.objects.get(state="building")
    assert (stopped.done, stopped.kind_reached) == (4, "post")
    assert written_slots() == ["a", "b"]
    with pytest.raises(RebuildUnderWay):
        actions.rebuild_index()  # somebody may be at work
    with pytest.raises(RebuildUnderWay):
        actions.rebuild_index(resume=True, takes_over=False)
    late = posts[0]
    Post.objects.filter(pk=late.pk).update(visibility="private")
    seen = []
    actions.rebuild_index(resume=True, tell=seen.append)
    assert seen[0].done > 4
    assert DocumentB.objects.get(kind="post", object_id=late.pk).visibility == "private"
    assert len(find("자전거")) == 4
    assert not list(actions.check_index(is_deep=True))


def test_who_builds_a_silent_index_anew_ends_the_former_builder(posts, indexed, monkeypatch):
    def overtake(progress):
        Generation.objects.filter(state="building").update(moved_at=timezone.now())

    with pytest.raises(RebuildUnderWay):
        actions.rebuild_index(tell=overtake)
    assert live_slot() == "a"


def test_an_index_that_lacks_something_never_answers(posts, indexed, monkeypatch):
    monkeypatch.setattr(building, "CATCHING_UP_ROUNDS", 1)
    real = building.write_entries

    def forgetful(slots, kind, entries, versions, **options):
        lost = posts[0].pk if kind == "post" else None
        kept = {pk: one for pk, one in entries.items() if pk != lost}
        return real(slots, kind, kept, versions, **options)

    monkeypatch.setattr(building, "write_entries", forgetful)
    with pytest.raises(RebuildIncomplete):
        actions.rebuild_index()
    assert live_slot() == "a"


@pytest.mark.behaviour("SE-21")
def test_check_names_each_difference(minah, posts, indexed):
    out = io.StringIO()
    call_command("search_check", "--deep", stdout=out)
    one, other, third = posts[:3]
    DocumentA.objects.filter(kind="post", object_id=one.pk).update(body_tokens="다른 말")
    DocumentA.objects.filter(kind="post", object_id=other.pk).update(digest="0" * 64)
    DocumentA.objects.filter(kind="post", object_id=third.pk).delete()
    DocumentA.objects.create(kind="post", object_id=10**6, analyzer="?", digest="?")
    TermA.objects.filter(term="산책").update(df=77)
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("search_check", "--deep", stdout=out)
    lines = out.getvalue()
    for pk in (one.pk, other.pk, third.pk, 10**6):
        assert f"a  post {pk}: " in lines
    assert "'산책'" in lines


@pytest.mark.behaviour("SE-17")
def test_the_sweep_repairs_what_went_around_the_triggers(posts, indexed):
    one, other, third, fourth = posts[:4]
    rows = DocumentA.objects.filter(kind="post")
    rows.filter(object_id=one.pk).delete()
    rows.filter(object_id=other.pk).update(visibility="private", topic_id=99)
    rows.filter(object_id=third.pk).update(analyzer="an older one")
    rows.filter(object_id=fourth.pk).update(is_counted=False)
    DocumentA.objects.create(kind="comment", object_id=10**6, analyzer="?", digest="?")
    assert actions.sweep_index() == 5
    assert actions.sweep_index() == 0, "what waits already is not enqueued again"
    assert actions.sweep_until_clean() == 0
    actions.repair_index()
    assert not list(actions.check_index(is_deep=True))


@pytest.mark.behaviour("SE-21")
def test_the_command_rebuilds_and_says_how_far_it_is(posts, indexed):
    out = io.StringIO()
    call_command("search_reindex", "--drop-old", stdout=out)
    assert "answers" in out.getvalue()
    assert not DocumentA.objects.exists()
    assert Generation.objects.get().slot == live_slot() == "b"


@pytest.mark.django_db(transaction=True)
@pytest.mark.behaviour("SE-21")
def test_two_processes_build_the_same_index(minah, django_db_serialized_rollback, find):
    for number in range(30):
        make_article(minah, f"{number}번째 자전거 여행", source="바닷가에서 김밥을 먹었다.")
    assert find("자전거")
    actions.rebuild_index(workers=2)
    assert content(DocumentB) == content(DocumentA)
    assert words(TermB) == words(TermA)
