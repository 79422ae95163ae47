"""What the timeline looks at on a site with many posts: so much per followed person, never all.

Not milliseconds, which say more of the machine than of the code, but 8 kB pages and plans.
"""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from blog import ready
from blog.models import Post, PostTag, Series, SeriesFollow, Tag, TagFollow
from blog.tests.timeline.crowds import START
from blog.timeline.feed import MANY_FOLLOWS, RECENT_POSTS, reader_of, statement
from blog.timeline.sql import Walk
from config.pagination import Position
from social.models import Follow

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="EXPLAIN (BUFFERS) is PostgreSQL's"
)
POSTS, WRITERS, SILENT = 12_000, 1_000, 1_000
LIMIT = 26
FIRST, DEEP, OLDEST = (
    Position(),
    Position(False, START + timedelta(minutes=POSTS // 3), 0),
    Position(is_newer=True),
)
# A tag: three pages to its newest two rows; and for these and what is read on of it, about four in
# all, three to the post and three to its author. A series: itself and its author once, two posts.
PAGES_PER_TAG, PAGES_PER_SERIES = 28, 14
PAGES_PER_ROW = 12
"""A post and its place in the index, its author, and whether the reader likes and keeps it."""

MUST_NOT_BE_READ_WHOLE = {"blog_post", "blog_posttag", "accounts_user"}
FOLLOWS = ("social_follow", "blog_tagfollow", "blog_seriesfollow")
READ = (*sorted(MUST_NOT_BE_READ_WHOLE), *FOLLOWS, "blog_tag", "blog_series")


@pytest.fixture(scope="module")
def crowd(django_db_setup, django_db_blocker):
    """Make the site once: rows in an order that says nothing of their dates."""
    from django.db import transaction

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        # What earlier runs took back in this database would be walked over and counted.
        cursor.execute(f"VACUUM {', '.join(READ)}")
    with django_db_blocker.unblock(), transaction.atomic():
        people = User.objects.bulk_create(
            User(handle=f"p{i}", handle_key=f"p{i}") for i in range(WRITERS + SILENT)
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
            cursor.execute(f"ANALYZE {', '.join(READ)}")
        yield people, tags, series
        transaction.set_rollback(True)


@pytest.fixture
def db(crowd):
    """Undo what one test did. It has the name of pytest-django's, which it stands for here."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def reader(db) -> User:
    """Make a reader whose key no test had before: rows that were taken back are counted too."""
    return User.objects.bulk_create([User(handle="reader", handle_key="reader")])[0]


def plan_of(reader: User, position: Position, **options) -> tuple[int, set[str]]:
    """Return how many pages were touched, and which tables were read from end to end."""
    sql, params = statement(reader_of(reader), Walk(position, LIMIT), **options)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(FOLLOWS)}")
    pages, whole, _sorted = explained(sql, params)
    return pages, whole


def explained(sql: str, params) -> tuple[int, set[str], int]:
    """Return pages touched, tables read from end to end, and the most rows that were sorted."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
        answer = cursor.fetchone()[0]
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    whole: set[str] = set()
    sorted_rows = [0]

    def walk(node) -> None:
        if node["Node Type"] == "Seq Scan" and node["Actual Loops"]:
            whole.add(node["Relation Name"])
        if node["Node Type"] == "Sort":
            sorted_rows.append(node["Plans"][0]["Actual Rows"])
        for inner in node.get("Plans", ()):
            walk(inner)

    walk(plan)
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], whole, max(sorted_rows)


@pytest.mark.behaviour("BL-32")
@pytest.mark.parametrize("position", [FIRST, DEEP, OLDEST], ids=["first", "deep", "oldest"])
@pytest.mark.parametrize(
    ("start", "follows"),
    [(0, 5), (0, 200), (0, 1000), (WRITERS, 200)],
    ids=["5", "200", "1000", "200 silent"],
)
def test_a_page_costs_a_few_looks_per_followed_person(crowd, reader, start, follows, position):
    people, _tags, _series = crowd
    Follow.objects.bulk_create(
        Follow(follower=reader, followed=one) for one in people[start : start + follows]
    )
    pages, whole = plan_of(reader, position)
    assert pages <= 4.5 * follows + 500
    assert not whole & MUST_NOT_BE_READ_WHOLE


@pytest.mark.behaviour("BL-32")
@pytest.mark.parametrize("position", [FIRST, DEEP, OLDEST], ids=["first", "deep", "oldest"])
def test_tags_and_series_are_asked_for_their_newest_alone(crowd, reader, position):
    _people, tags, series = crowd
    TagFollow.objects.bulk_create(TagFollow(person=reader, tag=tag) for tag in tags)
    SeriesFollow.objects.bulk_create(SeriesFollow(person=reader, series=one) for one in series)
    pages, whole = plan_of(reader, position)
    assert pages <= PAGES_PER_TAG * len(tags) + PAGES_PER_SERIES * len(series) + 500
    assert not whole & MUST_NOT_BE_READ_WHOLE


@pytest.mark.behaviour("BL-32")
def test_what_is_not_public_lies_in_no_ones_way(crowd, reader):
    """Tags and series that hold nothing but posts for followers are not read to their end."""
    people, _tags, _series = crowd
    tags = Tag.objects.bulk_create(Tag(name=f"quiet{i}", key=f"quiet{i}") for i in range(5))
    series = Series.objects.create(author=people[0], title="일기", slug="diary")
    posts = Post.objects.bulk_create(
        Post(
            author=people[0],
            kind="note",
            status="published",
            visibility="followers",
            series=series,
            published_at=START + timedelta(minutes=i),
        )
        for i in range(2000)
    )
    PostTag.objects.bulk_create(PostTag(post=post, tag=tag) for post in posts for tag in tags)
    TagFollow.objects.bulk_create(TagFollow(person=reader, tag=tag) for tag in tags)
    SeriesFollow.objects.create(person=reader, series=series)
    pages, _whole = plan_of(reader, FIRST)
    assert pages <= 100


@pytest.mark.behaviour("BL-32")
@pytest.mark.parametrize("start", [0, WRITERS], ids=["found", "in vain"])
def test_who_follows_a_great_many_finds_the_page_among_the_newest(crowd, reader, start):
    people, _tags, _series = crowd
    followed = people[start : start + MANY_FOLLOWS]
    Follow.objects.bulk_create(Follow(follower=reader, followed=one) for one in followed)
    pages, _whole = plan_of(reader, FIRST, is_recent=True)
    assert pages <= 1.3 * RECENT_POSTS + 500
    more, _whole = plan_of(reader, FIRST)
    assert pages + more <= 4.5 * MANY_FOLLOWS + 500


# Other lists ----------------------------------------------------------------------------------------


def costs_of(queryset) -> tuple[int, set[str], int]:
    return explained(*queryset.query.sql_with_params())


def list_costs(name: str, of: int, person, position: Position) -> tuple[int, set[str]]:
    """Return the pages that both statements of a page touch, and what they read from end to end."""
    values = ready.own_key(person) | ({"of": of} if of else {})
    if position.moment is not None:
        values |= {"moment": position.moment, "pk": position.pk}
    shape = ready.Mark(
        name, ready.reader_of(person), position.moment is None, position.is_newer, LIMIT
    )
    pages, whole, most_sorted = costs_of(ready._marks(shape, **values))
    assert not most_sorted
    keys = [row[1] for row in ready._marks(shape, **values)]
    assert len(keys) == LIMIT
    shape = ready.KeysShape(LIMIT, ready.reader_of(person), is_listed=True)
    found, whole_too, _sorted = costs_of(
        ready._by_keys(shape, **ready.own_key(person), **ready.named("key", keys))
    )
    return pages + found, whole | whole_too


@pytest.mark.parametrize("is_member", [False, True], ids=["visitor", "member"])
@pytest.mark.parametrize("name", [ready.PUBLIC, ready.WITH_TAG])
def test_a_page_of_a_list_costs_the_same_wherever_it_is(crowd, reader, name, is_member):
    _people, tags, _series = crowd
    of = tags[3].pk if name == ready.WITH_TAG else 0
    person = reader if is_member else AnonymousUser()
    first, whole = list_costs(name, of, person, FIRST)
    deep, whole_deep = list_costs(name, of, person, DEEP)
    assert first <= PAGES_PER_ROW * LIMIT
    assert deep <= 1.15 * first, (first, deep)
    assert not (whole | whole_deep) & MUST_NOT_BE_READ_WHOLE
