"""What the demo's people say to each other, like and keep; the same on every machine."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from blog import actions
from blog.models import Comment, Post

FOLDER = Path(__file__).parent
BOOKMARKS = 4  # of each person, at most


def load_talk(people: dict[str, User]) -> int:
    """Load comments, likes and bookmarks that are not there yet; return how many comments."""
    number = _load_comments(people)
    posts = list(Post.objects.public().order_by("pk").select_related("author"))
    for post, person in _pairs(posts, people):
        if _mixed(post, person) % 9 < (1 if post.is_note else 3):
            actions.like_post(post, actor=person)
    for place, person in enumerate(people.values()):
        kept = [post for post in posts if not post.is_note and post.author_id != person.pk]
        for post in kept[place :: len(people)][:BOOKMARKS]:
            actions.bookmark_post(post, actor=person)
    for comment in Comment.objects.filter(origin_key__startswith="demo:"):
        for person in people.values():
            if comment.author_id != person.pk and (comment.pk + person.pk) % 9 == 0:
                actions.like_comment(comment, actor=person)
    return number


def _load_comments(people: dict[str, User]) -> int:
    rows = json.loads((FOLDER / "comments.json").read_text(encoding="utf-8"))
    held: list[Comment | None] = []
    number = 0
    for place, row in enumerate(rows):
        author, key = people[row["author"]], f"demo:comment-{place}"
        found = Comment.objects.filter(author=author, origin_key=key).first()
        if found is None and (post := _post_of(row, people)) is not None:
            parent = held[row["parent"]] if row["parent"] is not None else None
            found = actions.write_comment(
                post,
                actor=author,
                source=row["body"],
                parent=parent,
                origin_key=key,
                created_at=parse_datetime(row["date"]) or timezone.now(),
            )
            number += 1
        held.append(found)
    return number


def _post_of(row: dict[str, Any], people: dict[str, User]) -> Post | None:
    handle, _slash, slug = row["post"].partition("/")
    found = Post.objects.published().by(people[handle]).filter(origin_key=f"demo:{slug}")
    return found.filter(is_open_to_comments=True).first()


def _pairs(posts: list[Post], people: dict[str, User]) -> Iterator[tuple[Post, User]]:
    for post in posts:
        for person in people.values():
            if post.author_id != person.pk:
                yield post, person


def _mixed(post: Post, person: User) -> int:
    """Return a number that looks like chance and is the same on every machine."""
    return sum(map(ord, f"{post.slug or post.source[:20]}{person.handle}"))
