"""What changes is indexed: once, as it is now, and nothing that was rolled back."""

import pytest
from django.db import transaction

from accounts.actions import change_profile, rename_handle, set_state
from accounts.models import User
from blog import actions as blog_actions
from blog.models import Post, Tag
from blog.tests.factories import make_article, make_draft, make_note
from search import actions, schema
from search.actions import draining, writing
from search.engines import EngineDown
from search.engines.postgres import PostgresEngine
from search.engines.sqlite import SqliteEngine
from search.models import DocumentA, TermA, Waiting
from search.models.sync import MOST_ATTEMPTS
from search.vocabulary.counting import count_differences


def entry_of(thing, kind="post"):
    return DocumentA.objects.filter(kind=kind, object_id=thing.pk).first()


def counted(word):
    return TermA.objects.filter(term=word).values_list("df", flat=True).first() or 0


@pytest.fixture
def library(minah):
    return make_article(
        minah, "도서관 가는 길", source="자전거를 타고 갔다.", tags=["산책"], language="ko"
    )


@pytest.mark.behaviour("SE-04", "SE-17")
def test_a_new_post_is_found_by_title_text_tag_and_author(minah, library, find):
    for query in ("도서관", "자전거", "산책", "미나"):
        assert find(query) == [library.pk], query
    assert find("minah", kind="person") == [minah.pk]
    assert find("산책", kind="tag") == [Tag.objects.get(key="산책").pk]
    assert not Waiting.objects.exists()


def test_a_draft_is_not_indexed_and_its_saves_enqueue_nothing(minah, indexed):
    post = make_draft(minah, "쓰다 만 글")
    copy = blog_actions.save_draft(
        post, actor=minah, changes={"title": "더 쓴 글", "source": "조금 더"}
    )
    assert copy.title == "더 쓴 글"
    assert not Waiting.objects.filter(kind="post").exists()
    indexed()
    assert entry_of(post) is None


@pytest.mark.behaviour("SE-17")
def test_an_edit_replaces_words_and_their_counts(minah, library, find):
    assert find("자전거") == [library.pk]
    assert counted("자전거") == 1
    blog_actions.change_article(library, actor=minah, source="버스를 타고 갔다.")
    assert find("자전거") == []
    assert find("버스") == [library.pk]
    assert (counted("자전거"), counted("버스")) == (0, 1)
    assert not count_differences("a")


@pytest.mark.behaviour("SE-17")
def test_what_is_hidden_is_gone_before_any_worker(minah, library, find):
    from django.contrib.auth.models import AnonymousUser

    from search.selectors import search

    assert find("도서관") == [library.pk]
    blog_actions.unpublish_post(library, actor=minah)
    assert search("도서관", viewer=AnonymousUser()).total == 0
    actions.drain_outbox()
    assert entry_of(library) is None
    assert counted("도서관") == 0
    blog_actions.publish_post(library, actor=minah)
    assert find("도서관") == [library.pk]


def test_a_deleted_row_takes_its_words_along(library, indexed):
    assert counted("도서관") == 1
    Post.objects.filter(pk=library.pk).delete()
    indexed()
    assert entry_of(library) is None
    assert not counted("도서관")
    assert not count_differences("a")


@pytest.mark.behaviour("SE-17")
def test_a_rename_reaches_every_post(minah, library, find):
    note = make_note(minah, "오늘은 김밥을 말았다.")
    assert set(find("author:minah")) == {library.pk, note.pk}
    change_profile(minah, display_name="김하늘")
    rename_handle(minah, "haneul", is_operator=True)
    assert set(find("author:haneul")) == {library.pk, note.pk}
    assert set(find("김하늘")) == {library.pk, note.pk}
    assert "@minah" not in entry_of(note).author_tokens.split()
    assert not list(actions.check_index(is_deep=True))


@pytest.mark.behaviour("SE-17")
def test_words_of_a_suspended_person_leave_the_vocabulary_and_come_back(minah, sora, library, find):
    assert find("도서관") == [library.pk]
    set_state(minah, User.State.SUSPENDED, actor=sora)
    assert find("도서관") == []
    assert counted("도서관") == counted("minah") == 0
    set_state(minah, User.State.ACTIVE, actor=sora)
    assert find("도서관") == [library.pk]
    assert counted("도서관") == 1
    assert not list(actions.check_index())


def test_a_tag_renamed_by_staff_is_found_by_its_new_name(library, find):
    assert find("tag:산책") == [library.pk]
    blog_actions.change_tag(Tag.objects.get(key="산책"), name="나들이", is_banned=False)
    assert find("tag:나들이") == [library.pk]
    assert find("나들이") == [library.pk]


def test_comments_and_series_follow_their_rows(minah, junho, library, find):
    comment = blog_actions.write_comment(library, actor=junho, source="저도 우산을 챙겼어요.")
    series = blog_actions.create_series("동네 한 바퀴", actor=minah)
    blog_actions.add_to_series(series, library, actor=minah)
    assert find("우산", kind="comment") == [comment.pk]
    assert find("동네", kind="series") == [series.pk]
    assert counted("동네") == 1
    assert counted("우산") == 0, "comments teach the vocabulary nothing"
    blog_actions.delete_comment(comment, actor=junho)
    blog_actions.unpublish_post(library, actor=minah)
    assert find("우산", kind="comment") == []
    assert find("동네", kind="series") == []
    assert counted("동네") == 0


# Transactions -----------------------------------------------------------------------------------


@pytest.mark.behaviour("SE-17")
def test_what_is_rolled_back_is_never_indexed(minah, find):
    class Undo(Exception):
        pass

    before = Waiting.objects.count()
    with pytest.raises(Undo), transaction.atomic():
        make_note(minah, "취소된 소풍 이야기")
        raise Undo
    assert Waiting.objects.count() == before
    assert find("소풍") == []


def test_tokens_are_not_analysed_again_where_only_rights_change(
    minah, library, indexed, monkeypatch
):
    calls = []
    real = writing.document_tokens

    def watched(title, body, *args, **kwargs):
        calls.append(title)
        return real(title, body, *args, **kwargs)

    monkeypatch.setattr(writing, "document_tokens", watched)
    library.refresh_from_db()
    blog_actions.change_article(library, actor=minah, visibility="followers")
    indexed()
    assert not any(calls)
    entry = entry_of(library)
    assert (entry.visibility, entry.is_counted) == ("followers", False)
    assert "자전거" in entry.body_tokens.split()


def test_indexing_the_same_thing_twice_changes_nothing(library, indexed):
    before = entry_of(library)
    actions.enqueue("post", [library.pk])
    indexed()
    after = entry_of(library)
    assert after.version > before.version
    assert after.body_tokens == before.body_tokens
    assert not count_differences("a")


def test_an_older_version_never_replaces_a_newer_one(library, indexed):
    entry = entry_of(library)
    source = writing.Source("post", library.pk, None, title="예전 제목")
    old = writing.Entry(
        source, entry.version - 1, "x" * 64, entry.analyzer, {"title_tokens": "예전"}
    )
    written = writing.write_entries(["a"], "post", {library.pk: old}, {library.pk: old.version})
    assert [row.version for row in written.rows["a"]] == [entry.version]
    assert entry_of(library).title_tokens == entry.title_tokens


def test_what_changed_since_it_was_read_is_left_to_its_own_row(minah, library, indexed):
    """A worker that was slow never stores what its source does not say any more."""
    (waiting,) = _claimed(library)
    entry = writing.make_entry(
        draining.load("post", [library.pk])[library.pk], waiting.pk, entry_of(library)
    )
    blog_actions.change_article(library, actor=minah, title="박물관 가는 길")
    writing.write_entries(["a"], "post", {library.pk: entry}, {library.pk: waiting.pk})
    assert entry_of(library).version < waiting.pk
    indexed()
    assert "박물관" in entry_of(library).title_tokens.split()


def _claimed(post):
    actions.enqueue("post", [post.pk])
    return draining.outbox.claim(10)


# What goes wrong --------------------------------------------------------------------------------


@pytest.mark.behaviour("SE-17")
def test_one_that_fails_stops_no_other_and_stays_after_eight_attempts(
    minah, find, monkeypatch, caplog
):
    bad, good = make_note(minah, "나쁜 글"), make_note(minah, "좋은 소풍")
    real = draining.make_entry

    def break_down(source, *args):
        if source.object_id == bad.pk and source.kind == "post":
            raise ValueError("cannot be read")
        return real(source, *args)

    monkeypatch.setattr(draining, "make_entry", break_down)
    assert find("소풍") == [good.pk]
    for attempt in range(1, MOST_ATTEMPTS + 1):
        (row,) = Waiting.objects.all()
        assert (row.attempts, row.error) == (attempt, "ValueError: cannot be read")
        Waiting.objects.update(not_before=row.created_at)  # its pause is over
        actions.drain_outbox()
    (row,) = Waiting.objects.all()
    assert row.attempts == MOST_ATTEMPTS
    assert not actions.has_due_rows()
    assert [one.where for one in actions.check_index()] == [f"post {bad.pk}"]
    monkeypatch.undo()
    assert actions.retry_failed([row.pk]) == 1
    assert find("나쁜") == [bad.pk]


@pytest.mark.behaviour("SE-18")
def test_while_the_engine_is_down_posts_are_written_and_indexed_later(
    minah, as_user, find, monkeypatch, caplog
):
    def refuse(self, slot, documents):
        raise EngineDown("away")

    with monkeypatch.context() as patch:
        for engine in (SqliteEngine, PostgresEngine):
            patch.setattr(engine, "write", refuse)
        note = make_note(minah, "비 오는 날의 파전")
        assert actions.drain_outbox() == 0
        row = Waiting.objects.get(kind="post", object_id=note.pk)
        assert (row.attempts, row.error) == (0, "EngineDown: away"), "not the post's fault"
    Waiting.objects.update(not_before=row.created_at)
    assert find("파전") == [note.pk]


def test_a_claim_is_nobody_elses_until_its_worker_is_gone(minah, indexed):
    make_note(minah, "하나뿐인 글")
    assert draining.outbox.claim(10)
    assert draining.outbox.claim(10) == []
    assert actions.drain_outbox() == 0
    assert actions.release_claims() > 0
    assert actions.drain_outbox() > 0


@pytest.mark.behaviour("SE-18")
def test_while_the_engine_is_down_nobody_hammers_it(minah, indexed, monkeypatch, caplog):
    def refuse(self, slot, documents):
        raise EngineDown("away")

    with monkeypatch.context() as patch:
        for engine in (SqliteEngine, PostgresEngine):
            patch.setattr(engine, "write", refuse)
        make_note(minah, "비 오는 날의 파전")
        actions.drain_outbox()
        assert Waiting.objects.exists()
        assert not actions.has_due_rows(), "a worker would be called again at once, and again"
    actions.enqueue("person", [minah.pk])
    assert actions.has_due_rows(), "what is new is tried"


def test_what_ended_its_worker_each_time_can_be_tried_again(library, indexed):
    actions.enqueue("post", [library.pk])
    Waiting.objects.update(attempts=MOST_ATTEMPTS)  # no worker lived to say why
    assert not actions.has_due_rows()
    assert actions.retry_failed() == 1
    assert actions.has_due_rows()


@pytest.mark.behaviour("SE-17")
def test_a_change_with_an_old_version_that_was_committed_late_is_indexed(minah, library, indexed):
    """Merging tags takes a while, and somebody edits one of the posts meanwhile."""
    entry = entry_of(library)
    blog_actions.change_article(library, actor=minah, title="박물관 가는 길")
    # As if another change of the post had been indexed while this one was not committed yet.
    DocumentA.objects.filter(pk=entry.pk).update(version=Waiting.objects.get().pk + 1000)
    indexed()
    assert "박물관" in entry_of(library).title_tokens.split()
    assert entry_of(library).version > entry.version + 1000
    assert not Waiting.objects.exists()
    assert not list(actions.check_index(is_deep=True))


@pytest.mark.behaviour("SE-17")
def test_what_was_written_while_nobody_watched_is_found_the_next_night(minah, library, find):
    schema.remove()
    try:
        blog_actions.change_article(library, actor=minah, title="박물관 가는 길")
    finally:
        schema.install()
    assert find("박물관") == []
    assert actions.repair_index() == 1
    assert find("박물관") == [library.pk]
    assert not list(actions.check_index(is_deep=True))
