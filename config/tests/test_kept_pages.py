"""Public pages that are kept for a moment: free for readers, and never older than what is written."""

import pytest
from django.conf import settings as site
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from blog import actions as blog_actions
from blog.models import Post, PostViewCount
from blog.tests.factories import make_article
from config import kept_pages
from social import actions as social_actions

READER = {"HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


@pytest.fixture
def article(minah):
    return make_article(minah, "바다를 다녀왔어요", source="파도가 높았어요. 🌊")


@pytest.fixture
def costs(client, django_assert_num_queries):
    """Return a function that asserts the number of statements of a page."""

    def ask(path: str, number: int | None = None, **headers):
        if number is None:
            return client.get(path, **READER, **headers)
        with django_assert_num_queries(number):
            return client.get(path, **READER, **headers)

    return ask


@pytest.mark.behaviour("OP-52")
def test_a_kept_page_costs_no_statement_and_says_the_same(costs, article):
    for path in (article.get_absolute_url(), "/", "/explore/", "/@minah/"):
        first = costs(path)
        again = costs(path, 0)
        assert again.content == first.content
        assert (
            again.headers["Cache-Control"]
            == first.headers["Cache-Control"]
            == ("public, max-age=30")
        )
        assert again.headers["Vary"] == first.headers["Vary"]
        assert again.headers["Content-Security-Policy"]
        assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]


def test_who_has_it_already_is_told_so_without_a_statement(costs, article):
    tag = costs(article.get_absolute_url()).headers["ETag"]
    answer = costs(article.get_absolute_url(), 0, HTTP_IF_NONE_MATCH=tag)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == tag
    changed = costs(article.get_absolute_url(), HTTP_IF_NONE_MATCH='"another"')
    assert changed.status_code == 200


def test_head_answers_as_get_without_a_body(client, article):
    client.get(article.get_absolute_url())
    answer = client.head(article.get_absolute_url())
    assert (answer.status_code, answer.content) == (200, b"")


WRITES = {
    "an edit": lambda post: Post.objects.filter(pk=post.pk).update(title="산에 다녀왔어요"),
    "a deletion": lambda post: blog_actions.delete_post(post, actor=post.author),
    "a comment": lambda post: blog_actions.write_comment(
        post, actor=post.author, source="다음에 같이 가요"
    ),
    "a name": lambda post: (
        type(post.author).objects.filter(pk=post.author.pk).update(display_name="민아 킴")
    ),
    "a suspension": lambda post: (
        type(post.author).objects.filter(pk=post.author.pk).update(state="suspended")
    ),
    "plain SQL": lambda post: connection.cursor().execute(
        "UPDATE blog_post SET title = 'x', like_count = 3 WHERE id = %s", [post.pk]
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_what_is_written_is_shown_at_once(client, article, write):
    before = client.get(article.get_absolute_url())
    write(Post.objects.select_related("author").get(pk=article.pk))
    after = client.get(article.get_absolute_url())
    assert (after.status_code, after.content) != (before.status_code, before.content)


def test_counts_may_be_a_moment_old(costs, article, junho):
    costs(article.get_absolute_url())
    blog_actions.like_post(article, actor=junho)
    social_actions.follow_person(article.author, actor=junho)
    costs(article.get_absolute_url(), 0)


def test_readers_of_a_kept_page_are_counted(client, article):
    for number in range(3):
        client.get(article.get_absolute_url(), **READER, REMOTE_ADDR=f"203.0.113.{number}")
    client.get(article.get_absolute_url(), **READER, REMOTE_ADDR="203.0.113.0")  # again: one view
    client.get(article.get_absolute_url(), HTTP_USER_AGENT="Yeti/1.1", REMOTE_ADDR="203.0.113.9")
    blog_actions.flush_view_counts()
    assert PostViewCount.objects.get(post=article).count == 3


def test_languages_themes_and_hosts_have_pages_of_their_own(client, article, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    path = article.get_absolute_url()
    korean = client.get(path, headers={"Accept-Language": "ko"}).content.decode()
    english = client.get(path, headers={"Accept-Language": "en"}).content.decode()
    assert 'lang="ko"' in korean[:300] and 'lang="en"' in english[:300]
    client.cookies["madang_theme"] = "dark"
    assert client.get(path, headers={"Accept-Language": "ko"}).content.decode() != korean
    del client.cookies["madang_theme"]
    assert client.get(path, headers={"Accept-Language": "ko", "Host": "other.example"}).status_code
    assert client.get(path, headers={"Accept-Language": "ko"}).content.decode() == korean


def test_members_get_pages_of_their_own(client, as_user, article, junho):
    signed_out = client.get(article.get_absolute_url()).content
    signed_in = as_user(junho).get(article.get_absolute_url())
    signed_out_again = Client().get(article.get_absolute_url())
    assert signed_in.content != signed_out
    assert signed_in.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in signed_in.headers
    assert signed_out_again.content == signed_out


def test_made_up_addresses_are_not_kept(costs, article):
    path = f"{article.get_absolute_url()}?utm_source=kakao"
    assert "ETag" not in costs(path).headers


@pytest.mark.parametrize("query", ["?cursor=", "?cursor=made-up", "?cursor=last"])
def test_pages_further_on_are_not_kept(costs, article, query):
    assert "ETag" not in costs(f"/explore/{query}").headers


def test_other_time_zones_are_not_kept(client, article):
    client.cookies["madang_time_zone"] = "America/New_York"
    assert "ETag" not in client.get(article.get_absolute_url()).headers


def test_what_is_not_there_is_not_kept(client, minah):
    assert client.get("/@minah/nothing/").status_code == 404
    make_article(minah, "nothing", slug="nothing")
    assert client.get("/@minah/nothing/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_page_made_while_somebody_writes_is_not_kept_longer_than_that(client, minah):
    post = make_article(minah, "바다")
    with transaction.atomic():
        Post.objects.filter(pk=post.pk).update(title="섬")
        # Another process sees what was committed, the old title, and keeps that.
        epoch, _found = kept_pages._look_up("some-page")
    assert kept_pages._look_up("some-page")[0] != epoch


@pytest.mark.django_db(transaction=True)
def test_each_transaction_tells_anew_also_after_one_that_was_rolled_back(client, minah):
    post = make_article(minah, "바다")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(title="섬")
        1 / 0  # noqa: B018
    for title in ("강", "호수"):
        with transaction.atomic():
            Post.objects.filter(pk=post.pk).update(title=title)
            epoch, _found = kept_pages._look_up("some-page")
        assert kept_pages._look_up("some-page")[0] != epoch


@pytest.mark.django_db(transaction=True)
def test_every_write_outside_of_a_transaction_tells(minah):
    post = make_article(minah, "바다")
    epochs = [kept_pages._look_up("some-page")[0]]
    for title in ("섬", "강", "호수"):
        # As in a worker: nobody looks anything up between the writes of this thread.
        Post.objects.filter(pk=post.pk).update(title=title)
        epochs.append(_epoch_now())
    assert len(set(epochs)) == 4


def _epoch_now() -> str:
    """Read it as another process would: without telling this one's connections."""
    if site.REDIS_URL:
        return cache.get(kept_pages.EPOCH_KEY)
    return kept_pages._read_epoch()


@pytest.mark.django_db(transaction=True)
def test_reading_by_with_or_in_brackets_tells_nobody(minah):
    make_article(minah, "바다")
    kept_pages._look_up("some-page")
    before = _epoch_now()
    with connection.cursor() as cursor:
        cursor.execute("WITH seen AS (SELECT id FROM blog_post) SELECT id FROM seen")
    assert _epoch_now() == before


def test_nothing_is_kept_where_nobody_could_be_told(client, article, settings, tmp_path):
    if settings.REDIS_URL:
        pytest.skip("Redis tells")
    settings.VAR_DIR = tmp_path
    (tmp_path / "kept-pages").mkdir()
    assert "ETag" not in client.get(article.get_absolute_url()).headers


LOUD = (
    'INSERT INTO "blog_post" ("id") VALUES (1)',
    'UPDATE "blog_post" SET "title" = %s, "like_count" = 3 WHERE "id" = 1',
    'DELETE FROM "blog_post" WHERE "id" = 1',
    'DELETE FROM "accounts_user" WHERE "id" = 1',
    "WITH old AS (SELECT 1) UPDATE blog_post SET title = 'x'",
    'WITH old AS (SELECT 1) INSERT INTO "blog_postlike" SELECT 1; DELETE FROM "blog_post"',
    "TRUNCATE blog_post",
    "(WITH x AS (SELECT 1) DELETE FROM blog_post)",
    "ALTER TABLE blog_postlike ADD COLUMN x int",
    "VACUUM",
    'INSERT INTO "a_table_of_tomorrow" ("id") VALUES (1)',
    'UPDATE "blog_post" SET "like_count" = CASE WHEN "id" = 1 THEN 2 ELSE 3 END',
)
QUIET = (
    'INSERT INTO "blog_postlike" ("id") VALUES (1) ON CONFLICT ("id") DO UPDATE SET "id" = 1',
    'UPDATE "blog_post" SET "like_count" = ("blog_post"."like_count" + %s) WHERE "id" = 1',
    'UPDATE "accounts_user" SET "last_login" = %s WHERE "accounts_user"."id" = %s',
    'DELETE FROM "django_session" WHERE "session_key" = %s',
    "WITH some AS (SELECT id FROM blog_post FOR NO KEY UPDATE) DELETE FROM social_message",
    "WITH some AS (SELECT id FROM blog_post) SELECT id FROM some",
)


@pytest.mark.parametrize("sql", LOUD)
def test_a_statement_that_pages_could_show_is_noticed(sql):
    assert kept_pages.is_loud(sql)


@pytest.mark.parametrize("sql", QUIET)
def test_a_statement_that_no_page_shows_is_not(sql):
    assert not kept_pages.is_loud(sql)


def test_quiet_tables_and_columns_exist():
    from django.apps import apps

    tables = {
        model._meta.db_table: {field.column for field in model._meta.concrete_fields}
        for model in apps.get_models(include_auto_created=True)
    }
    for table, columns in kept_pages.quiet_writes().items():
        assert columns <= tables[table], table


def test_nothing_is_kept_where_it_is_switched_off(client, article, settings):
    settings.KEEPS_PAGES = False
    assert "ETag" not in client.get(article.get_absolute_url()).headers
