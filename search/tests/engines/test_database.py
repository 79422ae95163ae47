"""What only the engine of the database must do: be quick with common words, stop in time, use RUM."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search import schema
from search.engines import LIKES, NEWEST, RELEVANCE, Criteria, EngineDown, get_engine
from search.engines import postgres as postgres_engine
from search.engines import sqlite as sqlite_engine
from search.models import DocumentA
from search.plan import Alternative, Group
from search.schema.sqlite import first_place

pytestmark = pytest.mark.django_db
IS_POSTGRES = connection.vendor == "postgresql"
VISITOR = AnonymousUser()
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RARE, OFTEN, ALWAYS = "드문말", "흔한말", "늘"


def said(token: str, df: int = 0) -> Group:
    return Group(token, (Alternative((token,)),), df=df)


def looking_for(*tokens: str, **options) -> Criteria:
    return Criteria("post", VISITOR, tuple(said(one) for one in tokens), **options)


def fill(number: int) -> None:
    """Store posts of which each says ALWAYS, every second OFTEN, and one in a hundred RARE."""
    DocumentA.objects.bulk_create(
        DocumentA(
            kind="post" if at % 4 else "comment",
            object_id=at,
            body_tokens=" ".join(
                [ALWAYS, f"말{at}"] + [OFTEN] * (at % 2) + [RARE] * (at % 100 == 1)
            ),
            title_tokens=f"{OFTEN} ^{OFTEN}" if at % 50 == 1 else "",
            author_id=1 + at % 7,
            published_at=NOON + timedelta(minutes=at),
            like_count=at % 5,
        )
        for at in range(1, number + 1)
    )


# Common words ---------------------------------------------------------------------------------------


@pytest.fixture
def is_common(monkeypatch):
    """Let every word count as common, and few candidates as enough."""
    for engine, newest in ((sqlite_engine, 10), (postgres_engine, 10)):
        monkeypatch.setattr(engine, "RANKED_WHOLE", -1)
        monkeypatch.setattr(engine, "RANKED_NEWEST", newest)
        monkeypatch.setattr(engine, "RANKED_TITLES", 5)


def test_of_a_common_word_the_newest_and_those_by_title_are_ranked(is_common):
    fill(200)
    engine = get_engine()
    hits = engine.find("a", looking_for(OFTEN), limit=15)
    titles = [at for at in range(199, 0, -2) if at % 50 == 1]
    assert set(titles) <= set(hits)
    assert set(hits[:4]) == set(titles)
    assert {199, 197, 195, 193} <= set(hits)
    every = engine.find("a", looking_for(OFTEN), limit=200)
    assert every[: len(hits)] == hits
    assert len(set(every)) == len(every)


def test_pages_of_a_common_word_do_not_move_with_the_limit(is_common):
    fill(200)
    engine = get_engine()
    long = engine.find("a", looking_for(ALWAYS), limit=100)
    assert engine.find("a", looking_for(ALWAYS), limit=10) == long[:10]


def test_of_words_that_never_meet_in_a_title_the_newest_are_found(is_common):
    fill(60)
    assert get_engine().find("a", looking_for(ALWAYS, RARE)) == [1]


@pytest.mark.skipif(not IS_POSTGRES, reason="SQLite keeps words in order of publication.")
def test_the_newest_of_what_nearly_all_say_are_read_without_the_index(is_common, monkeypatch):
    fill(200)
    engine = get_engine()
    criteria = looking_for(ALWAYS)
    hits, newest = engine.find("a", criteria), engine.find("a", criteria, sort=NEWEST)
    monkeypatch.setattr(postgres_engine, "READ_BACKWARDS", -1)
    assert engine.find("a", criteria) == hits
    assert engine.find("a", criteria, sort=NEWEST) == newest
    plan = plans_of(lambda: engine.find("a", criteria, sort=NEWEST))
    assert "search_doc_a_words" not in plan


@pytest.mark.skipif(not IS_POSTGRES, reason="SQLite keeps words in order of publication.")
def test_what_the_newest_do_not_say_is_found_by_the_index(is_common, monkeypatch):
    """Taken for common, and not met in the newest posts: RARE, and words that avoid one another."""
    fill(200)
    engine = get_engine()
    asked = [
        looking_for(RARE),
        looking_for(ALWAYS, RARE),
        looking_for(OFTEN, ALWAYS),
        looking_for(OFTEN, RARE, matches_any=True),
    ]
    usual = [engine.find("a", one, sort=sort) for one in asked for sort in (RELEVANCE, NEWEST)]
    assert usual[0] == usual[1] == [101, 1]
    monkeypatch.setattr(postgres_engine, "READ_BACKWARDS", -1)
    monkeypatch.setattr(postgres_engine, "READ_AT_MOST", 30)
    again = [engine.find("a", one, sort=sort) for one in asked for sort in (RELEVANCE, NEWEST)]
    assert again == usual


def test_what_is_dated_alike_or_comes_late_is_listed_by_its_date():
    """Many of one moment, and older ones that come after them, where places are taken."""
    moments = {at: NOON + timedelta(seconds=(at // 200) * 20) for at in range(1, 401)}
    late = {at: NOON + timedelta(seconds=5 + at % 3) for at in range(401, 461)}
    for dates in (moments, late):
        for at, moment in dates.items():
            DocumentA.objects.create(
                kind="post", object_id=at, body_tokens=ALWAYS, published_at=moment
            )
    dates = moments | late
    listed = sorted(dates, key=lambda at: (dates[at], at), reverse=True)
    for criteria in (looking_for(ALWAYS), looking_for()):
        assert get_engine().find("a", criteria, sort=NEWEST) == listed
        assert get_engine().find("a", criteria, sort=NEWEST, limit=7) == listed[:7]
    after = looking_for(ALWAYS, after=NOON + timedelta(seconds=20))
    assert sorted(get_engine().find("a", after)) == list(range(200, 401))
    before = looking_for(ALWAYS, before=NOON + timedelta(seconds=20))
    assert get_engine().count("a", before) == 199 + 60


@pytest.mark.skipif(IS_POSTGRES, reason="SQLite's places")
def test_what_comes_with_one_date_by_the_thousands_fills_the_places_behind_it():
    """No walk through the taken places for each: one try in every next, twice as long range."""
    number = 1_000
    DocumentA.objects.create(kind="series", object_id=1, body_tokens=ALWAYS)
    DocumentA.objects.bulk_create(
        DocumentA(kind="post", object_id=at, body_tokens=ALWAYS, published_at=NOON)
        for at in range(1, number + 1)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(place), max(place), count(place) FROM search_fts_a_places"
            " WHERE kind = 'post'"
        )
        first, last, there = cursor.fetchone()
    assert there == number
    assert first == first_place("post", int(NOON.timestamp()))
    assert last - first < 2 * number


@pytest.mark.skipif(IS_POSTGRES, reason="SQLite's index has parts")
@pytest.mark.django_db(transaction=True)
def test_the_parts_of_an_index_become_one_when_it_is_built():
    for at in range(1, 31):
        DocumentA.objects.create(
            kind="post", object_id=at, body_tokens=" ".join(f"말{at * n % 997}" for n in range(200))
        )
    parts = "SELECT count(DISTINCT segid) FROM search_fts_a_idx"
    with connection.cursor() as cursor:
        cursor.execute(parts)
        assert cursor.fetchone()[0] > 3
        get_engine().finish("a")
        cursor.execute(parts)
        assert cursor.fetchone()[0] == 1
    assert len(get_engine().find("a", looking_for("말0"))) == 30


# Plans ----------------------------------------------------------------------------------------------


def plans_of(work) -> str:
    """Run ``work``, and return how the database would run each of its statements again."""
    with CaptureQueriesContext(connection) as queries:
        work()
    explain = "EXPLAIN" if IS_POSTGRES else "EXPLAIN QUERY PLAN"
    lines = []
    with connection.cursor() as cursor:
        for query in queries:
            if "search_document" in query["sql"] and not query["sql"].startswith("SAVEPOINT"):
                cursor.execute(f"{explain} {query['sql']}".replace("%", "%%"), ())
                lines += [str(row[-1]) for row in cursor.fetchall()]
    return "\n".join(lines)


@pytest.mark.behaviour("SE-20")
@pytest.mark.parametrize("sort", [RELEVANCE, NEWEST, LIKES])
def test_words_are_found_by_their_index(sort):
    fill(3000 if IS_POSTGRES else 50)
    engine = get_engine()
    engine.finish("a")
    plan = plans_of(lambda: engine.find("a", looking_for(RARE), sort=sort, limit=20))
    assert plan
    if IS_POSTGRES:
        assert "search_doc_a_words" in plan
        assert "Seq Scan on search_documenta" not in plan
    else:
        assert "VIRTUAL TABLE INDEX" in plan
        assert "SEARCH search_documenta USING" in plan
        assert "SCAN search_documenta" not in plan


def test_counting_and_listing_use_an_index_too():
    fill(3000 if IS_POSTGRES else 50)
    engine = get_engine()
    engine.finish("a")
    plan = plans_of(lambda: engine.count("a", looking_for(RARE)))
    plan += plans_of(lambda: engine.find("a", looking_for(), limit=20))
    plan += plans_of(lambda: engine.find("a", looking_for(after=NOON), limit=20))
    assert plan
    assert "Seq Scan on search_documenta" not in plan
    assert "SCAN search_documenta" not in plan


@pytest.mark.skipif(IS_POSTGRES, reason="SQLite's order of rows")
def test_newest_first_is_the_order_in_which_words_are_kept():
    fill(50)
    plan = plans_of(lambda: sqlite_engine.SqliteEngine().find("a", looking_for(OFTEN), sort=NEWEST))
    assert "TEMP B-TREE" not in plan


# Time -----------------------------------------------------------------------------------------------


@pytest.mark.behaviour("SE-19")
def test_a_search_that_takes_too_long_is_stopped():
    fill(2000)
    engine = get_engine()
    if IS_POSTGRES:
        with pytest.raises(EngineDown), postgres_engine.in_time(20), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
    else:
        endless = (
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"
        )
        with pytest.raises(EngineDown), sqlite_engine.in_time(0.02), connection.cursor() as cursor:
            cursor.execute(endless)
    # The next one has all its time again, and so has whatever else the request does.
    assert engine.count("a", looking_for(ALWAYS)) == 1500
    with connection.cursor() as cursor:
        if IS_POSTGRES:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone()[0] == "0"


def test_an_index_that_is_gone_is_an_engine_that_is_down():
    with connection.cursor() as cursor:
        if IS_POSTGRES:
            cursor.execute("DROP FUNCTION search_vector CASCADE")
        else:
            cursor.execute("DROP TABLE search_fts_a")
    with pytest.raises(EngineDown):
        get_engine().find("a", looking_for(RARE))
    with pytest.raises(EngineDown):
        get_engine().count("a", looking_for(RARE))
    if not IS_POSTGRES:
        schema.install()


# RUM ------------------------------------------------------------------------------------------------


@pytest.fixture
def rum():
    if not IS_POSTGRES:
        pytest.skip("RUM is an extension of PostgreSQL.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'rum'")
        if not cursor.fetchone()[0]:
            pytest.skip("This PostgreSQL has no RUM to install (Debian: postgresql-15-rum).")
        cursor.execute("CREATE EXTENSION rum")
    schema.install()
    fill(3000)
    get_engine().finish("a")
    return get_engine()


def test_with_rum_the_index_ranks_common_words(rum, monkeypatch):
    assert str(rum.status()["version"]).endswith("RUM")
    rare = rum.find("a", looking_for(RARE))
    monkeypatch.setattr(postgres_engine, "RANKED_WHOLE", -1)
    assert sorted(rum.find("a", looking_for(RARE))) == sorted(rare)
    assert len(rare) == 30
    with connection.cursor() as cursor:
        # So few rows would be sorted in less time.
        cursor.execute("SET LOCAL enable_sort = off")
    plan = plans_of(lambda: rum.find("a", looking_for(OFTEN), limit=20))
    assert "Index Scan using search_doc_a_words" in plan
    titles = rum.find("a", looking_for(OFTEN), limit=20)
    assert all(at % 50 == 1 for at in titles)
    assert rum.count("a", looking_for(OFTEN)) == 1500
    assert rum.find("a", looking_for(RARE), sort=NEWEST, limit=1) == [2901]


def test_without_rum_the_words_are_indexed_by_gin_again(rum):
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION rum CASCADE")
    schema.install()
    assert str(rum.status()["version"]).endswith("GIN")
    assert len(rum.find("a", looking_for(RARE))) == 30
