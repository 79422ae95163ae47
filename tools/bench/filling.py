"""Filling a throw-away site with made-up people who write Korean, the same in every run.

``python -m tools.bench.filling POSTS`` fills the database that DATABASE_URL names. Who follows whom, who
writes how much, and which posts are talked about follow power laws, as in life: a few have most.
Everything is drawn from SEED, in batches whose numbers depend on their place alone, so both engines
get the same rows. Rows go in by COPY or ``executemany``: a million posts take minutes, not hours.
"""

import contextlib
import io
import json
import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy

from tools.bench_search.corpus import Corpus

SEED = 20261122
FIRST_DAY = datetime(2021, 1, 1, tzinfo=UTC)
SPAN_DAYS = 5 * 365
AT_ONCE = 5_000
PARAGRAPHS = 2_000
TAGS, TOPICS = 500, 8
ARTICLES = 0.4
READERS = {"reader-20": 20, "reader-200": 200, "reader-1000": 1_000, "reader-5000": 5_000}
"""Members who only read, and how many people each of them follows."""


def people_for(posts: int) -> int:
    """Return how many people write that many posts, and at least as many as READERS follow."""
    return max(posts // 50, 6_000)


class Draw:
    """The random numbers of one thing at one place: the same whatever was drawn before."""

    def __init__(self, what: str, place: int = 0):
        self.chance = numpy.random.default_rng([SEED, *what.encode(), place])

    def ranks(self, number: int, among: int, power: float = 0.8) -> numpy.ndarray:
        """Return ``number`` of 0 … ``among`` - 1, small ones far more often."""
        return numpy.minimum(
            (among * self.chance.random(number) ** (1 / (1 - power))).astype(int), among - 1
        )


def paragraphs() -> list[str]:
    """Return sentences of Korean words, a few hundred characters each."""
    lines = []
    for batch in Corpus(PARAGRAPHS).batches():
        for one in batch:
            lines.append(" ".join(one.text.split()[:40]).rstrip(".") + ".")
    return lines


# Rows, by model ---------------------------------------------------------------------------------


class Writing:
    """All posts of a site and what hangs on them, batch by batch."""

    def __init__(self, posts: int):
        self.posts = posts
        self.people = people_for(posts)
        self.texts = paragraphs()
        # Everybody has a rank in writing and another one in being followed.
        self.writers = Draw("writers").chance.permutation(self.people) + 1
        self.famous = Draw("famous").chance.permutation(self.people) + 1
        self.article_counts = numpy.zeros(self.people + 1, dtype=int)
        self.note_counts = numpy.zeros(self.people + 1, dtype=int)
        self.tag_counts = numpy.zeros(TAGS + 1, dtype=int)

    def batches(self) -> Iterator[dict[str, list[dict[str, Any]]]]:
        """Yield {name of a model: rows}, the oldest posts first."""
        for start in range(0, self.posts, AT_ONCE):
            yield self._batch(start, min(AT_ONCE, self.posts - start))

    def _batch(self, start: int, number: int) -> dict[str, list[dict[str, Any]]]:
        draw = Draw("posts", start)
        authors = self.writers[draw.ranks(number, self.people, 0.6)]
        is_article = draw.chance.random(number) < ARTICLES
        visibility = draw.chance.choice(
            ["public", "followers", "unlisted", "private"], number, p=[0.9, 0.05, 0.03, 0.02]
        )
        is_draft = draw.chance.random(number) < 0.01
        lengths = draw.chance.integers(3, 12, number)
        texts = draw.chance.integers(0, len(self.texts), number)
        likes = numpy.minimum((draw.chance.pareto(1.3, number) * 1.2).astype(int), 500)
        comments = numpy.minimum((draw.chance.pareto(1.5, number) * 0.5).astype(int), 300)
        rows: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("Post", "PostTag", "PostViewCount", "PostLike", "Comment")
        }
        for at in range(number):
            pk = start + at + 1
            moment = FIRST_DAY + timedelta(days=SPAN_DAYS * (pk / (self.posts + 1)))
            is_listed = visibility[at] == "public" and not is_draft[at]
            said = [
                self.texts[(texts[at] + turn) % PARAGRAPHS]
                for turn in range(lengths[at] if is_article[at] else 1)
            ]
            title = " ".join(said[0].split()[:5]) if is_article[at] else ""
            rows["Post"].append(
                {
                    "id": pk,
                    "author_id": int(authors[at]),
                    "kind": "article" if is_article[at] else "note",
                    "status": "draft" if is_draft[at] else "published",
                    "visibility": str(visibility[at]),
                    "title": title,
                    "slug": f"{title.replace(' ', '-')}-{pk}" if title else "",
                    "source": "\n\n".join(said),
                    "html": "".join(f"<p>{text}</p>\n" for text in said),
                    "summary": said[0][:160] if is_article[at] else "",
                    "language": "ko",
                    "topic_id": pk % TOPICS + 1 if is_article[at] else None,
                    "reading_minutes": 1 + int(lengths[at]) // 3,
                    "guid": uuid.UUID(int=pk),
                    "created_at": moment,
                    "published_at": None if is_draft[at] else moment,
                    "updated_at": moment,
                    "like_count": int(likes[at]) if is_listed else 0,
                    "comment_count": int(comments[at]) if is_listed else 0,
                }
            )
            rows["PostViewCount"].append({"post_id": pk, "count": int(likes[at]) * 20 + 3})
            if is_draft[at]:
                continue
            (self.article_counts if is_article[at] else self.note_counts)[authors[at]] += is_listed
            tags = {1 + int(one) for one in draw.ranks(2, TAGS)} if is_article[at] else ()
            for position, tag in enumerate(tags):
                self.tag_counts[tag] += is_listed
                rows["PostTag"].append(
                    {
                        "post_id": pk,
                        "tag_id": tag,
                        "published_at": moment if is_listed else None,
                        "position": position,
                    }
                )
            if is_listed:
                rows["PostLike"] += self._likes(draw, pk, int(likes[at]), moment)
                rows["Comment"] += self._comments(draw, pk, int(comments[at]), moment)
        return rows

    def _likes(self, draw: Draw, post: int, number: int, moment: datetime):
        first = int(draw.chance.integers(self.people))
        for turn in range(number):
            yield {
                "post_id": post,
                "person_id": (first + turn * 7) % self.people + 1,
                "created_at": moment + timedelta(minutes=turn),
            }

    def _comments(self, draw: Draw, post: int, number: int, moment: datetime):
        first = int(draw.chance.integers(self.people))
        for turn in range(number):
            text = self.texts[(first + turn) % PARAGRAPHS][:120]
            yield {
                "post_id": post,
                "author_id": (first + turn * 11) % self.people + 1,
                "source": text,
                "html": f"<p>{text}</p>",
                "language": "ko",
                "guid": uuid.UUID(int=(post << 32) + turn),
                "created_at": moment + timedelta(minutes=turn + 1),
            }

    def follows(self) -> Iterator[dict[str, Any]]:
        """Yield each follow once: some twenty of each person, most of them of the same few."""
        for follower in range(1, self.people + 1):
            draw = Draw("follows", follower)
            chosen = self.famous[draw.ranks(int(draw.chance.integers(1, 40)), self.people, 0.7)]
            for followed in {int(one) for one in chosen} - {follower}:
                yield {"follower_id": follower, "followed_id": followed, "created_at": FIRST_DAY}
        for place, number in enumerate(READERS.values()):
            reader = self.people + 1 + place
            for followed in Draw("reader", reader).chance.permutation(self.people)[:number]:
                yield {
                    "follower_id": reader,
                    "followed_id": int(followed) + 1,
                    "created_at": FIRST_DAY,
                }

    def members(self) -> Iterator[dict[str, Any]]:
        """Yield the people, who wrote what was written so far."""
        for pk in range(1, self.people + 1):
            yield {
                "id": pk,
                "handle": f"p{pk}",
                "handle_key": f"p{pk}",
                "display_name": f"사람 {pk}",
                "bio": f"{pk}번째 사람이에요. 글을 써요.",
                "email": f"p{pk}@people.example",
                "joined_at": FIRST_DAY,
                "note_count": int(self.note_counts[pk]),
                "article_count": int(self.article_counts[pk]),
            }
        for place, (handle, number) in enumerate(READERS.items()):
            yield {
                "id": self.people + 1 + place,
                "handle": handle,
                "handle_key": handle,
                "display_name": f"{number}명을 읽는 사람",
                "email": f"{handle}@people.example",
                "joined_at": FIRST_DAY,
                "following_count": number,
                # They write, too, and are nobody's newcomers.
                "trust_given": 2,
                "trust_level": 2,
            }


# Into the tables --------------------------------------------------------------------------------


class Table:
    """A model's table that takes plain rows; what a row does not say is the field's default."""

    def __init__(self, connection: Any, model: Any):
        self.connection = connection
        self.name = model._meta.db_table
        fields = list(model._meta.concrete_fields)
        given = [
            field
            for field in fields
            if not (field.primary_key and field.get_internal_type() == "BigAutoField")
        ]
        self.is_numbered = len(given) < len(fields)
        self.fields = {field.column: field for field in fields}
        self.defaults = {field.column: field for field in given}

    def load(self, rows: Iterable[dict[str, Any]]) -> None:
        first: list[str] | None = None
        values: list[tuple] = []
        fixed: dict[str, Any] = {}
        for row in rows:
            if first is None:
                fixed = {
                    column: self._plain(field, field.get_default())
                    for column, field in self.defaults.items()
                    if column not in row
                }
                first = [*row, *fixed]
            values.append((*(self._adapted(value) for value in row.values()), *fixed.values()))
            if len(values) == AT_ONCE * 4:
                self._write(first, values)
                values = []
        if first and values:
            self._write(first, values)

    def _plain(self, field: Any, value: Any) -> Any:
        if isinstance(value, str | int | None | bool | datetime | uuid.UUID):
            return self._adapted(value)
        if isinstance(value, list | dict):
            return json.dumps(value)
        return field.get_db_prep_save(value, self.connection)

    def _adapted(self, value: Any) -> Any:
        if self.connection.vendor == "sqlite":
            if isinstance(value, uuid.UUID):
                return value.hex
            if isinstance(value, datetime):
                return value.replace(tzinfo=None).isoformat(" ", "microseconds")
        return value

    def _write(self, columns: list[str], values: list[tuple]) -> None:
        names = ", ".join(f'"{column}"' for column in columns)
        with self.connection.cursor() as cursor:
            if self.connection.vendor == "sqlite":
                marks = ", ".join(["?"] * len(columns))
                cursor.connection.executemany(
                    f'INSERT INTO "{self.name}" ({names}) VALUES ({marks})',
                    values,
                )
                return
            lines = "".join("\t".join(map(_copied, row)) + "\n" for row in values)
            cursor.cursor.copy_expert(
                f'COPY "{self.name}" ({names}) FROM STDIN',
                io.StringIO(lines),
            )


def _copied(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    text = str(value)
    if "\\" in text or "\n" in text or "\t" in text:
        text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    return text


def fill(posts: int) -> None:
    """Fill the site of the default database, whose tables are empty."""
    from django.db import connection, transaction

    from accounts.models import User
    from blog.models import Comment, Post, PostLike, PostTag, PostViewCount, Tag, Topic
    from search import schema
    from search.models import Waiting
    from social.models import Follow, Inbox

    began = time.monotonic()
    writing = Writing(posts)
    models = (Post, PostTag, PostViewCount, PostLike, Comment)
    tables = {model.__name__: Table(connection, model) for model in models}
    # What is written is not to be looked for: search has a bench of its own.
    schema.remove()
    with _loose_ends(connection), transaction.atomic():
        Tag.objects.bulk_create(
            Tag(id=pk, name=f"꼬리표{pk}", key=f"꼬리표{pk}") for pk in range(1, TAGS + 1)
        )
        Topic.objects.bulk_create(
            Topic(id=pk, slug=f"topic-{pk}", name=f"주제 {pk}", position=pk)
            for pk in range(1, TOPICS + 1)
        )
        for batch in writing.batches():
            for name, rows in batch.items():
                tables[name].load(rows)
        Table(connection, User).load(_alike(writing.members()))
        Table(connection, Inbox).load(
            {"person_id": pk} for pk in range(1, writing.people + len(READERS) + 1)
        )
        Table(connection, Follow).load(writing.follows())
        Tag.objects.bulk_update(
            [Tag(id=pk, post_count=int(writing.tag_counts[pk])) for pk in range(1, TAGS + 1)],
            ["post_count"],
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_user SET follower_count ="
                " (SELECT count(*) FROM social_follow WHERE followed_id = accounts_user.id),"
                " following_count ="
                " (SELECT count(*) FROM social_follow WHERE follower_id = accounts_user.id)"
            )
    schema.install()
    Waiting.objects.all().delete()
    with connection.cursor() as cursor:
        _count_on(cursor, connection, (*models, User, Tag, Topic, Follow))
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    print(
        f"{posts:,} posts of {writing.people:,} people in {time.monotonic() - began:.0f} s",
        flush=True,
    )


def _alike(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield rows that all name the same columns."""
    everything = {"bio": "", "note_count": 0, "article_count": 0, "following_count": 0}
    everything |= {"trust_given": None, "trust_level": 0}
    names: list[str] = []
    for row in rows:
        whole = everything | row
        names = names or list(whole)
        yield {name: whole[name] for name in names}


@contextlib.contextmanager
def _loose_ends(connection: Any) -> Iterator[None]:
    """Let rows come before those that they name."""
    ways = {
        "postgresql": (
            ["SET session_replication_role = replica"],
            ["SET session_replication_role = DEFAULT"],
        ),
        "sqlite": (
            ["PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF"],
            ["PRAGMA foreign_keys = ON"],
        ),
    }
    before, after = ways[connection.vendor]
    with connection.cursor() as cursor:
        for line in before:
            cursor.execute(line)
        yield
        for line in after:
            cursor.execute(line)


def _count_on(cursor: Any, connection: Any, models: Iterable[Any]) -> None:
    """Let the next row get the number after the last one."""
    from django.core.management.color import no_style

    for line in connection.ops.sequence_reset_sql(no_style(), list(models)):
        cursor.execute(line)


def main(arguments: list[str]) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill(int(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
