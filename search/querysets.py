"""Reading the index. ``listed_to`` repeats the right to meet a post in lists, on narrow columns."""

from functools import cache
from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from accounts.querysets import HIDDEN_STATES, UserQuerySet
from blog.models import Comment, Post, Series, Tag
from blog.querysets.posts import says_any
from social.selectors import across_block, ids_followed_by, ids_muted_by, muted_terms_of


class DocumentQuerySet(models.QuerySet):
    """Entries of the index."""

    def of_kind(self, kind: str) -> "DocumentQuerySet":
        return self.filter(kind=kind)

    def listed_to(self, user: User | AnonymousUser, kind: str) -> "DocumentQuerySet":
        """Entries of ``kind`` that ``user`` may find: what lists would show, mutes included.

        Posts are decided by columns that change in the transaction of the post itself, equal to
        ``Post.objects.listed_to`` (search/tests/test_rights.py); the rest is asked of its own rows.
        """
        if not user.is_authenticated and self._is_whole():
            return _listed_to_visitors(self.model, kind).using(self.db)
        return self.filter(_RULES[kind](user), kind=kind)

    def _is_whole(self) -> bool:
        query = self.query
        is_narrowed = query.where or query.is_sliced
        return not (is_narrowed or query.annotations or query.order_by or query.values_select)


@cache
def _listed_to_visitors(model: type[models.Model], kind: str) -> DocumentQuerySet:
    """Return what every visitor may find; building the same condition anew takes milliseconds."""
    entries = model._default_manager.filter(_RULES[kind](AnonymousUser()), kind=kind)
    return cast(DocumentQuerySet, entries)


def people_listed_to(user: User | AnonymousUser) -> UserQuerySet:
    """Return the people whom ``user`` may find."""
    people = User.objects.exclude(state__in=HIDDEN_STATES)
    if not user.is_authenticated:
        return people
    return people.exclude(across_block(user, "pk")).exclude(pk__in=ids_muted_by(user))


def _posts(user: User | AnonymousUser) -> Q:
    # A short list: asking each author's row would cost a look-up for each hit.
    hidden = Q(author_id__in=User.objects.filter(state__in=HIDDEN_STATES).values("pk"))
    published = Q(status="published")
    if not user.is_authenticated:
        return published & Q(visibility="public") & ~hidden
    listed = Q(visibility="public") | Q(visibility="followers", author_id__in=ids_followed_by(user))
    others = listed & ~hidden & ~across_block(user, "author_id")
    others &= ~Q(author_id__in=ids_muted_by(user))
    if terms := muted_terms_of(user):
        said = Post.objects.filter(says_any(terms), pk=OuterRef("object_id"))
        others &= ~Q(Exists(said.order_by()))
    return published & (Q(author_id=user.pk) | others)


def _comments(user: User | AnonymousUser) -> Q:
    posts = Post.objects.listed_to(user).filter(pk=OuterRef("post_id"))
    said = Comment.objects.filter(
        Comment.objects.said_to(user),
        Comment.objects.unmuted_for(user),
        Exists(posts.order_by()),
        pk=OuterRef("object_id"),
        status="published",
    )
    return Q(Exists(said))


def _people(user: User | AnonymousUser) -> Q:
    return Q(Exists(people_listed_to(user).filter(pk=OuterRef("object_id"))))


def _tags(user: User | AnonymousUser) -> Q:
    return Q(Exists(Tag.objects.used().filter(pk=OuterRef("object_id"))))


def _series(user: User | AnonymousUser) -> Q:
    posts = Post.objects.listed_to(user).filter(series=OuterRef("pk"))
    series = Series.objects.filter(
        Series.objects.unheld_for(user), Exists(posts.order_by()), pk=OuterRef("object_id")
    )
    return Q(Exists(series))


_RULES = {
    "post": _posts,
    "comment": _comments,
    "person": _people,
    "tag": _tags,
    "series": _series,
}
