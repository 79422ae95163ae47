"""Time the timeline at ten thousand, a hundred thousand and a million posts, side by side.

python -m tools.bench_timeline [--sizes 10000 100000 1000000] [--rounds 5] [--tries 3]

A private PostgreSQL gets one database per size: the same 12,000 people, the same follows, and
posts whose authors, dates and tags follow from their number alone, so that every run has the same
rows. Each round asks every kind of reader at every size in turn; a kind has several readers and
pages, so that p95 is over different questions. Times are processor time by the kernel's count:
unlike the clock it does not measure what else the machine does. "statement" is PostgreSQL's for
the one that finds the keys; "page" is PostgreSQL's and Python's for all that a page needs from the
database. Pages touched are 8 kB pages by EXPLAIN (BUFFERS). Linux only.
"""

import argparse
import contextlib
import json
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.engines import postgres

PEOPLE = 12_000
PLACES = 500  # tags, and series
SILENT = 2_000  # people who write nothing: the last ones
READERS_PER_KIND = 8
FIRST_READER = 20_000
KINDS = {
    "5 follows": 5,
    "200 follows": 200,
    "1,000 follows": 1000,
    "5,000 follows": 5000,
    "10,000 follows": 10_000,
    "200 silent": -200,
    "1,000 silent": -1000,
    "tags, series": 0,
}
"""How many people each kind of reader follows; negative: people who write nothing."""

DEPTHS = {"page 1": 0.0, "deep": 0.6}
"""How far back a page begins, as a share of all time."""

LIMIT = 26
SPAN_SECONDS = 3 * 365 * 24 * 3600

FILL = """
INSERT INTO blog_post (id, author_id, kind, status, visibility, title, slug, source, html, toc,
  excerpt, summary, language, license, canonical_url, series_id, series_position,
  is_open_to_comments, reading_minutes, guid, origin_key, created_at, published_at, is_erased,
  updated_at, schedule_problem, like_count, comment_count, renderer_version)
SELECT i, author, CASE WHEN i %% 3 = 0 THEN 'article' ELSE 'note' END,
  CASE WHEN i %% 50 = 0 THEN 'draft' ELSE 'published' END,
  CASE WHEN i %% 20 < 16 THEN 'public' WHEN i %% 20 < 18 THEN 'followers'
       WHEN i %% 20 = 18 THEN 'unlisted' ELSE 'private' END,
  'Title ' || i, 'slug-' || i, repeat('Words of a text that is read. ', 12), '', '[]', '',
  repeat('A summary. ', 10), 'en', '', '', CASE WHEN author <= 500 AND i %% 4 = 0 THEN author END,
  0, true, 1, md5('post' || i)::uuid, '', moment, moment, false, moment, '', 0, 0, 1
FROM (SELECT i,
        -- A few write much, most write little.
        1 + floor(%(writers)s * power(('x' || md5('author' || i))::bit(24)::int / 16777216.0, 2))::int
          AS author,
        timestamptz '2023-01-01' + interval '1 second' * (%(span)s * (i::float / %(posts)s)) AS moment
      FROM generate_series(1, %(posts)s) AS i) AS every;

INSERT INTO blog_posttag (post_id, tag_id, published_at, position)
SELECT id, 1 + id %% 500,
  CASE WHEN status = 'published' AND visibility = 'public' THEN published_at END, 0
FROM blog_post WHERE id %% 2 = 0;

INSERT INTO blog_postviewcount (post_id, count) SELECT id, id %% 1000 FROM blog_post;
"""

FOLLOW = """
INSERT INTO social_follow (follower_id, followed_id, created_at)
SELECT DISTINCT %(reader)s, person, timestamptz '2023-01-01' FROM (
  SELECT %(low)s + (hashint8extended(n, %(reader)s) & 1073741823) %% %(among)s AS person
  FROM generate_series(1, %(number)s * 6) AS n
  GROUP BY 1 ORDER BY min(n) LIMIT %(number)s) AS chosen;
UPDATE accounts_user SET following_count = %(number)s WHERE id = %(reader)s;
"""

FOLLOW_PLACES = """
INSERT INTO blog_tagfollow (person_id, tag_id, created_at)
SELECT %(reader)s, 1 + (n * 37 + %(reader)s) %% 500, '2023-01-01' FROM generate_series(1, 20) AS n;
INSERT INTO blog_seriesfollow (person_id, series_id, created_at)
SELECT %(reader)s, 1 + (n * 41 + %(reader)s) %% 500, '2023-01-01' FROM generate_series(1, 20) AS n;
"""


@dataclass(frozen=True)
class Case:
    kind: str
    depth: str
    size: int


def readers() -> Iterator[tuple[str, int, int]]:
    """Yield (kind, number of follows, key of the reader)."""
    for place, (kind, number) in enumerate(KINDS.items()):
        for turn in range(READERS_PER_KIND):
            yield kind, number, FIRST_READER + place * READERS_PER_KIND + turn


def add_people_and_places(database: str) -> None:
    from accounts.models import User
    from blog.models import Series, Tag

    keys = [*range(1, PEOPLE + 1), *(reader for _kind, _number, reader in readers())]
    User.objects.using(database).bulk_create(
        User(
            id=pk,
            handle=f"p{pk}",
            handle_key=f"p{pk}",
            state="suspended" if pk % 97 == 0 and pk < FIRST_READER else "active",
        )
        for pk in keys
    )
    places = range(1, PLACES + 1)
    Tag.objects.using(database).bulk_create(Tag(id=i, name=f"t{i}", key=f"t{i}") for i in places)
    Series.objects.using(database).bulk_create(
        Series(id=i, author_id=i, title="s", slug="s") for i in places
    )


def fill(connection, posts: int) -> None:
    values = {
        "writers": PEOPLE - SILENT,
        "posts": posts,
        "span": SPAN_SECONDS,
    }
    add_people_and_places(connection.alias)
    with connection.cursor() as cursor:
        # Rows first, then indexes; and nobody needs to look for the other end of each key.
        cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '256MB'")
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
            " AND tablename IN ('blog_post', 'blog_posttag') AND indexname NOT IN"
            " (SELECT conname FROM pg_constraint) AND indexdef NOT LIKE '%% UNIQUE %%'",
            [],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute(FILL, values)
        for _name, definition in indexes:
            cursor.execute(definition)
        for _kind, number, reader in readers():
            who = {"reader": reader, "number": abs(number), "low": 1, "among": PEOPLE - SILENT}
            if number < 0:
                who |= {"low": PEOPLE - SILENT + 1, "among": SILENT}
            if number:
                cursor.execute(FOLLOW, who)
            else:
                cursor.execute(FOLLOW_PLACES, who)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")


@contextlib.contextmanager
def sites(sizes: list[int]) -> Iterator[list["Site"]]:
    """Yield one filled database per size, with Django set up for them."""
    with postgres() as server:
        if server is None:
            raise SystemExit("There is no PostgreSQL here.")
        os.environ["DATABASE_URL"] = server.url
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
        import django
        from django.conf import settings

        base = settings.DATABASES["default"]
        for name in ("empty", *map(str, sizes)):
            settings.DATABASES[name] = base | {"NAME": f"posts_{name}"}
        django.setup()
        from django.core.management import call_command
        from django.db import connection, connections

        with connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE posts_empty")
            call_command("migrate", database="empty", verbosity=0)
            connections["empty"].close()
            for size in sizes:
                cursor.execute(f"CREATE DATABASE posts_{size} TEMPLATE posts_empty")
        for size in sizes:
            began = time.monotonic()
            fill(connections[str(size)], size)
            print(f"{size:,} posts filled in {time.monotonic() - began:.0f} s", flush=True)
        yield [Site(size) for size in sizes]
        connections.close_all()


class Site:
    """One size: the code as it is, pointed at its database."""

    def __init__(self, size: int):
        from django.db import connections

        self.size = size
        self.connection = connections[str(size)]

    @contextlib.contextmanager
    def chosen(self) -> Iterator[None]:
        """Let the default connection be this one: the code knows no other."""
        from django.db import connections

        former = connections["default"]
        connections["default"] = self.connection
        try:
            yield
        finally:
            connections["default"] = former

    def ask(self, reader: int, depth: float) -> dict[str, float]:
        """Return {measure: milliseconds of processor time} of one page of one reader."""
        from django.http import QueryDict

        from accounts.models import User
        from blog.timeline import feed
        from config.pagination import encode_cursor

        user = User.objects.get(pk=reader)
        position = place_at(depth)
        cursor = f"cursor={encode_cursor('o', position.moment, 0)}" if depth else ""
        database = self.cpu()
        feed.ids_ahead(user, position, LIMIT)
        found, python = self.cpu(), time.process_time()
        feed.timeline_page(user, QueryDict(cursor))
        return {
            "statement": found - database,
            "page": self.cpu() - found + (time.process_time() - python) * 1000,
        }

    def cpu(self) -> float:
        """Return the milliseconds of processor time of the server's process for this database."""
        pid = self.connection.connection.get_backend_pid()
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6

    def pages_touched(self, reader: int, depth: float) -> int:
        """Return how many 8 kB pages the statement that finds the keys looks at."""
        from accounts.models import User
        from blog.timeline import feed
        from blog.timeline.sql import Walk

        user = User.objects.get(pk=reader)
        sql, values = feed.statement(feed.reader_of(user), Walk(place_at(depth), LIMIT))
        with self.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", values)
            answer = cursor.fetchone()[0]
        plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
        return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def place_at(depth: float):
    from datetime import UTC, datetime, timedelta

    from config.pagination import Position

    if not depth:
        return Position()
    span = timedelta(seconds=SPAN_SECONDS * (1 - depth))
    return Position(False, datetime(2023, 1, 1, tzinfo=UTC) + span, 0)


def at(share: float, values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench_timeline")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--tries", type=int, default=3, help="how often each reader asks in a round"
    )
    wanted = parser.parse_args(arguments)
    # Case → one list of milliseconds per round.
    times: dict[tuple[Case, str], list[list[float]]] = defaultdict(list)
    pages: dict[Case, list[int]] = defaultdict(list)
    with sites(wanted.sizes) as every:
        for turn in range(wanted.rounds + 1):
            for (kind, _number, reader), (depth, share) in questions():
                for site in every:
                    case = Case(kind, depth, site.size)
                    with site.chosen():
                        for _ in range(wanted.tries):
                            for measure, taken in site.ask(reader, share).items():
                                rounds = times[case, measure]
                                if len(rounds) <= turn:
                                    rounds.append([])
                                rounds[turn].append(taken)
                        if not turn:
                            pages[case].append(site.pages_touched(reader, share))
    report(wanted.sizes, times, pages)
    return 0


def questions():
    return [(reader, depth) for reader in readers() for depth in DEPTHS.items()]


def report(sizes: list[int], times, pages) -> None:
    """Print medians over the rounds (the first warms up and is left out)."""
    heads = "".join(f"{f'{size:,}':>18}" for size in sizes)
    for measure in ("statement", "page"):
        print(
            f"\n{measure}: p50 / p95 in CPU ms at so many posts{'':3}{heads}   p95 largest : smallest"
        )
        for kind in KINDS:
            for depth in DEPTHS:
                cells, lasts = [], []
                for size in sizes:
                    rounds = times[Case(kind, depth, size), measure][1:]
                    middle = statistics.median(at(0.5, row) for row in rounds)
                    last = statistics.median(at(0.95, row) for row in rounds)
                    lasts.append(last)
                    cells.append(f"{middle:8.1f} /{last:7.1f} ")
                ratio = lasts[-1] / lasts[0]
                print(f"{kind:>16} {depth:>8} {'':20}{''.join(cells)}   {ratio:5.2f}")
    print(f"\n8 kB pages touched, the worst reader (bound: 4.5 × follows + 500){'':3}{heads}")
    for kind, number in KINDS.items():
        for depth in DEPTHS:
            cells = [f"{max(pages[Case(kind, depth, size)]):18,}" for size in sizes]
            bound = f"{4.5 * abs(number) + 500:,.0f}" if number else "no people"
            print(f"{kind:>16} {depth:>8} {bound:>30}{''.join(cells)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
