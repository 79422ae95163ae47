"""What the database does by itself: nothing that can be found changes without the index hearing of it."""

import re
import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import set_state
from accounts.models import User
from blog import actions
from blog.models import Comment, Post, PostTag, Series, Tag
from blog.tests.factories import make_article, make_draft
from search import schema
from search.engines import Criteria, get_engine
from search.models import DocumentA, DocumentB, Waiting
from search.plan import Alternative, Group
from search.schema import sqlite
from search.schema.postgres import WORDS_OF_ROW
from search.schema.watching import WATCHES

pytestmark = pytest.mark.django_db
IS_POSTGRES = connection.vendor == "postgresql"


def waiting() -> set[tuple[str, int]]:
    """Return what waits, and let it wait no more."""
    rows = list(Waiting.objects.values_list("kind", "object_id"))
    assert len(rows) == len(set(rows))
    Waiting.objects.all().delete()
    return set(rows)


@pytest.fixture
def post(minah, stranger) -> Post:
    post = make_article(minah, "마당 이야기", tags=["도커"])
    waiting()
    return post


# The outbox -----------------------------------------------------------------------------------------


def test_whatever_readers_may_find_is_told_when_it_changes(post, minah, stranger):
    def told(*kinds: str) -> bool:
        return {kind for kind, _pk in waiting()} == set(kinds)

    posts = Post.objects.filter(pk=post.pk)
    for change in (
        {"title": "새 제목"},
        {"html": "<p>새 글</p>"},
        {"visibility": "private"},
        {"language": "en"},
        {"kind": "note"},
        {"status": "held"},
        {"status": "published"},
    ):
        posts.update(**change)
        assert waiting() == {("post", post.pk)}, change
    posts.update(visibility="public")
    waiting()
    other = Tag.objects.create(name="장고", key="장고")
    assert told("tag")
    PostTag.objects.filter(post=post).update(tag=other)
    assert told("post")
    PostTag.objects.filter(post=post).delete()
    assert told("post")
    comment = actions.write_comment(post, actor=stranger, source="좋아요")
    assert ("comment", comment.pk) in waiting()
    Comment.objects.filter(pk=comment.pk).update(is_hidden=True)
    assert told("comment")
    comment.delete()
    assert told("comment")
    User.objects.filter(pk=minah.pk).update(display_name="미나리")
    assert waiting() == {("person", minah.pk)}
    set_state(minah, "suspended", actor=None)
    assert ("person", minah.pk) in waiting()
    Tag.objects.filter(pk=other.pk).update(is_banned=True)
    assert told("tag")
    Tag.objects.filter(pk=other.pk).update(post_count=1)
    assert told("tag")
    posts.delete()
    assert told("post")


def test_a_series_is_told_of_posts_that_enter_and_leave(post, minah):
    first = actions.create_series("첫 연재", actor=minah)
    second = actions.create_series("다음 연재", actor=minah)
    assert waiting() == {("series", first.pk), ("series", second.pk)}
    posts = Post.objects.filter(pk=post.pk)
    posts.update(series=first)
    assert waiting() == {("series", first.pk)}
    posts.update(series=second)
    assert waiting() == {("series", first.pk), ("series", second.pk)}
    posts.update(visibility="private")
    assert waiting() == {("post", post.pk), ("series", second.pk)}
    Series.objects.filter(pk=second.pk).update(description="설명")
    assert waiting() == {("series", second.pk)}


def test_what_nobody_searches_for_is_told_to_nobody(post, minah, stranger):
    Post.objects.filter(pk=post.pk).update(
        like_count=F("like_count") + 1, comment_count=3, updated_at=timezone.now()
    )
    Post.objects.get(pk=post.pk).save()
    Comment.objects.create(post=post, author=stranger, source="아직", status="waiting")
    User.objects.filter(pk=minah.pk).update(last_seen_at=timezone.now(), follower_count=5)
    minah.refresh_from_db()
    minah.save()
    Tag.objects.update(post_count=F("post_count") + 1)
    assert waiting() == set()


def test_drafts_wait_until_they_are_published(minah):
    waiting()
    draft = make_draft(minah, "쓰는 중", tags=["도커"])
    Post.objects.filter(pk=draft.pk).update(html="<p>쓰는 중이에요</p>", visibility="private")
    PostTag.objects.filter(post=draft).delete()
    assert {kind for kind, _pk in waiting()} <= {"tag"}
    actions.publish_post(draft, actor=minah)
    assert ("post", draft.pk) in waiting()
    unpublished = make_draft(minah, "버릴 글")
    waiting()
    unpublished.delete()
    assert waiting() == set()


def test_a_later_change_has_a_higher_number_and_takes_the_place_of_the_earlier(post):
    numbers = []
    for title in ("하나", "둘", "셋"):
        Post.objects.filter(pk=post.pk).update(title=title)
        numbers.append(Waiting.objects.get(kind="post", object_id=post.pk).pk)
    assert numbers == sorted(set(numbers))


@pytest.mark.behaviour("SE-17")
def test_what_is_rolled_back_was_never_told(post):
    with transaction.atomic():
        Post.objects.filter(pk=post.pk).update(title="취소할 제목")
        transaction.set_rollback(True)
    assert waiting() == set()


def test_statements_that_ignore_conflicts_are_told_too(post):
    tag = Tag.objects.create(name="장고", key="장고")
    Post.objects.filter(pk=post.pk).update(title="먼저")
    rows = [PostTag(post=post, tag=tag), PostTag(post=post, tag=Tag.objects.get(key="도커"))]
    PostTag.objects.bulk_create(rows, ignore_conflicts=True)
    assert waiting() == {("post", post.pk), ("tag", tag.pk)}
    Tag.objects.bulk_create(
        [Tag(name="장고3", key="장고")],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["name"],
    )
    assert waiting() == {("tag", tag.pk)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not IS_POSTGRES, reason="SQLite has one writer at a time.")
def test_nobody_waits_for_somebody_else_in_the_outbox(minah):
    series = actions.create_series("연재", actor=minah)
    posts = [make_article(minah, title, series=series) for title in ("하나", "둘")]
    outcome = []

    def change_the_other() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 3000")
            Post.objects.filter(pk=posts[1].pk).update(visibility="private")
            outcome.append("done")
        except Exception as error:
            outcome.append(error)
        finally:
            connections.close_all()

    with transaction.atomic():
        Post.objects.filter(pk=posts[0].pk).update(visibility="private")
        other = threading.Thread(target=change_the_other)
        other.start()
        other.join()
    assert outcome == ["done"]
    assert Waiting.objects.filter(kind="series", object_id=series.pk).exists()


# Rights ---------------------------------------------------------------------------------------------


def test_entries_follow_their_post_in_both_slots_without_a_worker(post, minah, stranger):
    for model in (DocumentA, DocumentB):
        model.objects.create(kind="post", object_id=post.pk, author_id=minah.pk)
        model.objects.create(kind="comment", object_id=post.pk, author_id=minah.pk)
    moment = timezone.now()
    Post.objects.filter(pk=post.pk).update(
        visibility="followers",
        author=stranger,
        language="ja",
        kind="note",
        published_at=moment,
        like_count=7,
    )
    for model in (DocumentA, DocumentB):
        row = model.objects.get(kind="post")
        assert (row.visibility, row.author_id, row.language, row.form, row.like_count) == (
            "followers",
            stranger.pk,
            "ja",
            "note",
            7,
        )
        assert row.published_at == moment
        assert model.objects.get(kind="comment").visibility == "public"
    Post.objects.filter(pk=post.pk).delete()
    assert DocumentA.objects.get(kind="post").status == "deleted"


# Making and removing --------------------------------------------------------------------------------


def test_making_it_again_is_a_few_looks():
    with CaptureQueriesContext(connection) as queries:
        schema.install()
    assert len(queries) <= 8
    assert not [
        one for one in queries if one["sql"].startswith(("CREATE TRIGGER", "DROP", "ALTER"))
    ]


def triggers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
            if IS_POSTGRES
            else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        return {row[0] for row in cursor.fetchall()}


def test_what_was_taken_away_is_made_again(post):
    wanted = {one.name for one in WATCHES}
    assert wanted <= triggers()
    schema.remove_before_migrations(plan=[])
    assert wanted <= triggers()
    schema.remove_before_migrations(plan=[("something", False)])
    assert not wanted & triggers()
    Post.objects.filter(pk=post.pk).update(title="몰래")
    assert waiting() == set()
    schema.install_after_migrations()
    assert wanted <= triggers()
    Post.objects.filter(pk=post.pk).update(title="다시")
    assert waiting() == {("post", post.pk)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(IS_POSTGRES, reason="SQLite makes tables anew to change them.")
def test_tables_that_a_migration_makes_anew_are_watched_again(minah):
    post = make_article(minah, "마당")
    DocumentA.objects.create(kind="post", object_id=post.pk, body_tokens="마당")
    schema.remove_before_migrations(plan=[("something", False)])
    for model in (Post, User, DocumentA):
        with connection.constraint_checks_disabled(), connection.schema_editor() as editor:
            editor._remake_table(model)
    schema.install_after_migrations()
    assert sqlite.check_words(connection, "a")
    Waiting.objects.all().delete()
    Post.objects.filter(pk=post.pk).update(title="새 마당")
    assert waiting() == {("post", post.pk)}
    DocumentA.objects.update(body_tokens="새말")
    assert sqlite.check_words(connection, "a")


@pytest.mark.django_db(transaction=True)
def test_emptied_tables_leave_nothing_waiting(minah):
    make_article(minah, "마당")
    DocumentA.objects.create(kind="post", object_id=1, body_tokens="마당")
    call_command("flush", interactive=False, verbosity=0)
    assert not Waiting.objects.exists()
    assert not DocumentA.objects.exists()


def test_emptying_a_slot_leaves_the_other():
    for model in (DocumentA, DocumentB):
        model.objects.create(kind="post", object_id=1, body_tokens="마당")
    schema.empty("a")
    assert not DocumentA.objects.exists()
    assert DocumentB.objects.exists()


# Words ----------------------------------------------------------------------------------------------


@pytest.mark.skipif(IS_POSTGRES, reason="FTS5 keeps words apart from the rows.")
def test_words_follow_every_change_of_an_entry():
    for number in range(1, 4):
        DocumentA.objects.create(kind="post", object_id=number, body_tokens=f"말{number} 마당")
    DocumentA.objects.filter(object_id=1).update(title_tokens="제목 ^제목", body_tokens="")
    DocumentA.objects.filter(object_id=2).update(published_at=timezone.now(), like_count=3)
    DocumentA.objects.filter(object_id=3).delete()
    DocumentA.objects.bulk_create(
        [DocumentA(kind="post", object_id=2, body_tokens="다른말")],
        update_conflicts=True,
        unique_fields=["kind", "object_id"],
        update_fields=["body_tokens"],
    )
    DocumentA.objects.filter(object_id=2).update(visibility="private", published_at=None)
    assert sqlite.check_words(connection, "a")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE search_fts_a_places SET visibility = 'public'")
        assert not sqlite.check_words(connection, "a")
        cursor.execute("UPDATE search_fts_a_places SET visibility = 'private' WHERE object_id = 2")
        assert sqlite.check_words(connection, "a")
        # What would be the matter if they did not.
        cursor.execute("DROP TRIGGER search_fts_a_changed")
        DocumentA.objects.filter(object_id=1).update(body_tokens="몰래")
        assert not sqlite.check_words(connection, "a")
    schema.install()
    assert sqlite.check_words(connection, "a")


@pytest.mark.skipif(not IS_POSTGRES, reason="A tsvector has limits.")
def test_words_of_any_text_fit_into_a_row():
    many = " ".join(f"{'가' * 20}{number}" for number in range(20_000))
    odd = "it's a\\b \\ ' '' : & | ! ( ) <-> 가' 🍚 " + "나" * 3000
    key = "#" + "다" * 240
    DocumentA.objects.create(
        kind="post", object_id=1, title_tokens=odd, body_tokens=many, tag_tokens=key
    )
    DocumentA.objects.create(kind="post", object_id=2, body_tokens="마당 " * 20_000)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT object_id, length({WORDS_OF_ROW}), {WORDS_OF_ROW}::text"
            " FROM search_documenta ORDER BY object_id"
        )
        (_one, first, _text), (_two, second, text) = cursor.fetchall()
        assert 5_900 < first <= 6_001
        assert second == 2
        assert text == "'!post' '마당'"
        cursor.execute(
            f"SELECT count(*) FROM search_documenta WHERE {WORDS_OF_ROW} @@ %s::tsquery",
            [f"'{key}' & 'it''s'"],
        )
        assert cursor.fetchone()[0] == 1


def test_a_change_finds_its_older_rows_by_their_key_however_many_wait():
    """A plan by kind would read all that waits; a session makes its plan while next to nothing does."""
    older = "SELECT id FROM search_waiting WHERE kind = {} AND object_id = {}"
    Waiting.objects.bulk_create(Waiting(kind="person", object_id=n) for n in range(300))
    with connection.cursor() as cursor:
        if IS_POSTGRES:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            statement = older.format("$1", "ANY($2)")
            cursor.execute(f"PREPARE older (text, bigint[]) AS {statement} FOR UPDATE SKIP LOCKED")
            cursor.execute("EXPLAIN EXECUTE older ('person', '{7}')")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {older.format('?', '?').replace('?', '7')}")
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
        if IS_POSTGRES:
            cursor.execute("DEALLOCATE older")
    assert "search_waiting_thing" in plan
    assert re.search(r"Index Cond: .*object_id|object_id=\?", plan), plan


def test_an_index_of_an_older_kind_is_made_anew():
    DocumentA.objects.create(kind="post", object_id=1, title_tokens="마당", body_tokens="이야기")
    with connection.cursor() as cursor:
        if IS_POSTGRES:
            cursor.execute("DROP INDEX search_doc_a_words")
            cursor.execute("ALTER TABLE search_documenta ADD COLUMN tsv tsvector")
            cursor.execute("CREATE INDEX search_doc_a_words ON search_documenta USING gin (tsv)")
            cursor.execute("COMMENT ON INDEX search_doc_a_words IS 'of old'")
        else:
            for end in ("added", "removed", "changed", "moved", "shown"):
                cursor.execute(f"DROP TRIGGER search_fts_a_{end}")
            cursor.execute("DROP TABLE search_fts_a")
            cursor.execute("DROP VIEW search_fts_a_content_of")
            cursor.execute("DROP TABLE search_fts_a_places")
            cursor.execute(
                "CREATE VIEW search_fts_a_content_of AS SELECT object_id AS number, title_tokens,"
                " body_tokens, tag_tokens, author_tokens FROM search_documenta"
            )
            cursor.execute(
                "CREATE VIRTUAL TABLE search_fts_a USING fts5(title_tokens, body_tokens,"
                " tag_tokens, author_tokens, content='search_fts_a_content_of',"
                " content_rowid='number')"
            )
            cursor.execute("CREATE INDEX search_fts_a_rights ON search_documenta (kind, object_id)")
    schema.install()
    words = (Group("이야기", (Alternative(("이야기",)),)),)
    assert get_engine().find("a", Criteria("post", AnonymousUser(), words)) == [1]
    if not IS_POSTGRES:
        assert sqlite.check_words(connection, "a")
    with CaptureQueriesContext(connection) as queries:
        schema.install()
    assert not [one for one in queries if one["sql"].startswith(("CREATE V", "DROP", "ALTER"))]
