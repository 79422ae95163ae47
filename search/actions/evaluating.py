"""Filling a throw-away database with the documents of an evaluation."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count

from accounts.models import User
from blog.models import Post, PostTag, Tag
from blog.rendering import apply_rendering
from config.text import identity_key
from search.evaluating.records import Record

STORED_AT_ONCE = 200
NOBODY = "madang"


@transaction.atomic
def store_records(records: Sequence[Record]) -> dict[str, int]:
    """Store ``records`` as public articles, without telling anybody; return {id: key of the post}.

    Only for a database that is thrown away: it takes every short cut.
    """
    people = _people({one.author or NOBODY: one.author_name for one in records})
    tags = _tags(dict.fromkeys(name for one in records for name in one.tags))
    keys: dict[str, int] = {}
    for start in range(0, len(records), STORED_AT_ONCE):
        some = records[start : start + STORED_AT_ONCE]
        posts = Post.objects.bulk_create(
            _post(one, people[one.author or NOBODY], start + place)
            for place, one in enumerate(some)
        )
        rows = []
        for record, post in zip(some, posts, strict=True):
            keys[record.id] = post.pk
            named = dict.fromkeys(identity_key(name) for name in record.tags)
            rows += [
                PostTag(post=post, tag=tags[key], position=place, published_at=record.published_at)
                for place, key in enumerate(named)
            ]
        PostTag.objects.bulk_create(rows)
    used = Tag.objects.annotate(used=Count("posttag"))
    counted = [Tag(pk=pk, post_count=count) for pk, count in used.values_list("pk", "used")]
    Tag.objects.bulk_update(counted, ["post_count"], batch_size=STORED_AT_ONCE)
    return keys


def _post(record: Record, author: User, number: int) -> Post:
    post = Post(
        author=author,
        kind=Post.Kind.ARTICLE,
        status=Post.Status.PUBLISHED,
        title=record.title,
        slug=f"d{number}",
        source=record.body,
        language=record.language or "ko",
        created_at=record.published_at,
        published_at=record.published_at,
        updated_at=record.published_at,
    )
    apply_rendering(post)
    return post


def _people(names: dict[str, str]) -> dict[str, User]:
    """Return people by ``names``: {author: display name}; where an author is no handle, one is made up."""
    people = {}
    for number, (author, name) in enumerate(names.items()):
        is_handle = author.isascii() and author.isalnum()
        people[author] = User.objects.create_user(
            author if is_handle else f"person{number}", display_name=name or author
        )
    return people


def _tags(names: dict[str, None]) -> dict[str, Tag]:
    rows = {identity_key(name): Tag(name=name, key=identity_key(name)) for name in names}
    return {tag.key: tag for tag in Tag.objects.bulk_create(rows.values())}
