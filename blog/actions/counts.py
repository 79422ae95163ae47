"""Stored counts that move with a post, in the same transaction, by ``F()``."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import User
from blog.actions.webhook_news import post_state, tell_webhooks_of_post
from blog.models import Post, PostTag, Tag


def listed_at(post: Post) -> datetime | None:
    """Return the date that the tags of ``post`` keep: none for what their lists do not show all."""
    return post.published_at if _is_counted(post) else None


def _is_counted(post: Post) -> bool:
    return post.status == "published" and post.visibility == "public"


def _tag_ids(post: Post) -> set[int]:
    if post.pk is None:
        return set()
    return set(PostTag.objects.filter(post=post).values_list("tag_id", flat=True))


def _move_author(post: Post, by: int) -> None:
    field = "note_count" if post.is_note else "article_count"
    User.objects.filter(pk=post.author_id).update(**{field: F(field) + by})


def _move_tags(ids: set[int], by: int) -> None:
    if ids:
        Tag.objects.filter(pk__in=ids).update(post_count=F("post_count") + by)


@contextmanager
def counted(post: Post, *, is_news: bool = True) -> Iterator[None]:
    """Compare ``post`` and its tags before and after the block; move the counts and tags' dates.

    If it ``is_news``, the author's webhooks are told what became of it.
    """
    was_counted, tags_before = _is_counted(post), _tag_ids(post)
    before = post_state(post, tags_before)
    yield
    is_counted, tags_after = _is_counted(post), _tag_ids(post)
    if was_counted != is_counted:
        _move_author(post, +1 if is_counted else -1)
        if tags_after:
            PostTag.objects.filter(post=post).update(published_at=listed_at(post))
    gained = tags_after - tags_before
    if gained and tags_before - tags_after:
        # Held by key: of two posts that swap their tags neither waits for the other in a circle.
        held = Tag.objects.select_for_update(no_key=True).filter(pk__in=tags_before | tags_after)
        list(held.order_by("pk").values_list("pk", flat=True))
    if is_counted:
        _move_tags(tags_after - (tags_before if was_counted else set()), +1)
    if was_counted:
        _move_tags(tags_before - (tags_after if is_counted else set()), -1)
    if is_news:
        tell_webhooks_of_post(post, before=before, after=post_state(post, tags_after))


@transaction.atomic
def recount_posts_of(person_pk: int) -> bool:
    """Set a person's numbers of notes and articles to what is public; return whether they moved."""
    person = User.objects.select_for_update(no_key=True).filter(pk=person_pk).only("pk").first()
    if person is None:
        return False
    public = Post.objects.counted().filter(author=person_pk).order_by()
    numbers = {
        "note_count": public.notes().count(),
        "article_count": public.exclude(kind=Post.Kind.NOTE).count(),
    }
    return bool(User.objects.filter(pk=person_pk).exclude(**numbers).update(**numbers))


@transaction.atomic
def recount_tag(pk: int) -> bool:
    """Set a tag's number of posts to what is public; return whether it moved."""
    tag = Tag.objects.select_for_update(no_key=True).filter(pk=pk).only("pk").first()
    if tag is None:
        return False
    number = Post.objects.counted().tagged(tag).count()
    return bool(Tag.objects.filter(pk=pk).exclude(post_count=number).update(post_count=number))
