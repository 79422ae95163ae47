"""What the timeline looks at on a site with many posts: so much per followed person, never all.

Not milliseconds, which say more of the machine than of the code, but 8 kB pages and plans.
"""

import json
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import User
from blog.models import Post, PostTag, Series, SeriesFollow, Tag, TagFollow
from blog.tests.timeline.crowds import START
from blog.timeline.feed import RECENT_POSTS, reader_of, statement
from blog.timeline.sql import Walk
from config.pagination import Position
from social.models import Follow

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="EXPLAIN (BUFFERS) is PostgreSQL's"
)
POSTS, WRITERS, SILENT = 12_000, 1_000, 200
LIMIT = 26
FIRST, DEEP, OLDEST = (
    Position(),
    Position(False, START + timedelta(minutes=POSTS // 3), 0),
    Position(is_newer=True),
)
MUST_NOT_BE_READ_WHOLE = {"blog_post", "blog_posttag", "accounts_user"}


@pytest.fixture(scope="module")
def crowd(django_db_setup, django_db_blocker):
    """Make the site once: rows in an order that says nothing of their dates."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        people = User.objects.bulk_create(
            User(handle=f"p{i}", handle_key=f"p{i}") for i in range(WRITERS + SILENT + 1)
        )
        tags = Tag.objects.bulk_create(Tag(name=f"t{i}", key=f"t{i}") for i in range(40))
        series = Series.objects.bulk_create(
            Series(author=people[i], title="연재", slug="yeonjae") for i in range(40)
        )
        posts = Post.objects.bulk_create(
            Post(
                author=people[i * i % WRITERS],
                kind="note",
                status="published",
                visibility="public" if i % 5 else "followers",
                source="본문 " * 40,
                series=series[i * i % WRITERS] if i * i % WRITERS < 40 else None,
                published_at=START + timedelta(minutes=i * 7919 % POSTS),
            )
            for i in range(POSTS)
        )
        PostTag.objects.bulk_create(
            PostTag(post=post, tag=tags[i // 5 % 40], published_at=post.published_at)
            for i, post in enumerate(posts)
        )
        Follow.objects.bulk_create(
            Follow(follower=one, followed=people[(place + step) % WRITERS])
            for place, one in enumerate(people[:WRITERS])
            for step in range(1, 9)
        )
        with connection.cursor() as cursor:
            for table in (*MUST_NOT_BE_READ_WHOLE, "social_follow", "blog_series"):
                cursor.execute(f"ANALYZE {table}")
        yield people, tags, series
        transaction.set_rollback(True)


@pytest.fixture
def db(crowd):
    """Undo what one test did. It has the name of pytest-django's, which it stands for here."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def plan_of(reader: User, position: Position, **options) -> tuple[int, set[str]]:
    """Return how many pages were touched, and which tables were read from end to end."""
    sql, params = statement(reader_of(reader), Walk(position, LIMIT), **options)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE social_follow, blog_tagfollow, blog_seriesfollow")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
        answer = cursor.fetchone()[0]
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    whole: set[str] = set()

    def walk(node) -> None:
        if node["Node Type"] == "Seq Scan" and node["Actual Loops"]:
            whole.add(node["Relation Name"])
        for inner in node.get("Plans", ()):
            walk(inner)

    walk(plan)
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], whole


@pytest.mark.behaviour("BL-32")
@pytest.mark.parametrize("position", [FIRST, DEEP, OLDEST], ids=["first", "deep", "oldest"])
@pytest.mark.parametrize(
    ("start", "follows"),
    [(0, 5), (0, 200), (0, 1000), (WRITERS, 200)],
    ids=["5", "200", "1000", "200 silent"],
)
def test_a_page_costs_a_few_looks_per_followed_person(crowd, db, start, follows, position):
    people, _tags, _series = crowd
    reader = people[-1]
    Follow.objects.bulk_create(
        Follow(follower=reader, followed=one) for one in people[start : start + follows]
    )
    pages, whole = plan_of(reader, position)
    assert pages <= 4.5 * follows + 500
    assert not whole & MUST_NOT_BE_READ_WHOLE


@pytest.mark.behaviour("BL-32")
@pytest.mark.parametrize("position", [FIRST, DEEP, OLDEST], ids=["first", "deep", "oldest"])
def test_tags_and_series_are_asked_for_their_newest_alone(crowd, db, position):
    people, tags, series = crowd
    reader = people[-1]
    TagFollow.objects.bulk_create(TagFollow(person=reader, tag=tag) for tag in tags)
    SeriesFollow.objects.bulk_create(SeriesFollow(person=reader, series=one) for one in series)
    pages, whole = plan_of(reader, position)
    # A post is looked up with its author, and a short series is read as a whole.
    assert pages <= 40 * (len(tags) + len(series)) + 500
    assert not whole & MUST_NOT_BE_READ_WHOLE


@pytest.mark.behaviour("BL-32")
def test_who_follows_a_great_many_finds_the_page_among_the_newest(crowd, db):
    people, _tags, _series = crowd
    reader = people[-1]
    Follow.objects.bulk_create(Follow(follower=reader, followed=one) for one in people[:WRITERS])
    pages, _whole = plan_of(reader, FIRST, is_recent=True)
    assert pages <= 2 * RECENT_POSTS + 500
