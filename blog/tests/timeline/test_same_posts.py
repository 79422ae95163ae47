"""The short way to a timeline finds what its plain definition says, on every page of every reader."""

import pytest

from blog.selectors import home_feed
from blog.tests.timeline.crowds import Crowd
from blog.timeline import feed
from config.pagination import Position

pytestmark = pytest.mark.django_db
LIMITS = (1, 2, 3, 8, 26)


def plainly(reader, position: Position, limit: int) -> list[int]:
    rows = home_feed(reader).filter(position.cut()).order_by(*position.order())
    return list(rows.values_list("pk", flat=True)[:limit])


def positions(crowd: Crowd):
    yield from (Position(), Position(is_newer=True))
    for post in crowd.dice.sample(crowd.posts, 14):
        for is_newer in (False, True):
            # Beside a post, and between two keys of one moment.
            yield Position(is_newer, post.published_at, post.pk)
            yield Position(is_newer, post.published_at, post.pk + crowd.dice.randrange(-3, 3))


@pytest.mark.behaviour("BL-31", "BL-32", "X-01", "SO-08", "SO-09")
@pytest.mark.parametrize("seed", range(8))
def test_every_page_is_what_the_plain_definition_says(seed, monkeypatch):
    """464 pages, each found twice: by asking each person, and among the newest of all."""
    monkeypatch.setattr(feed, "RECENT_POSTS", 40)
    crowd = Crowd(seed)
    for position in positions(crowd):
        limit = crowd.dice.choice(LIMITS)
        wanted = plainly(crowd.reader, position, limit)
        for many in (5000, -1):
            monkeypatch.setattr(feed, "MANY_FOLLOWS", many)
            assert feed.ids_ahead(crowd.reader, position, limit) == wanted, (position, limit, many)
