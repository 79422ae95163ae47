"""Reading the index. ``listed_to`` repeats the right to meet a post in lists, on narrow columns."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
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
        return self.filter(_RULES[kind](user), kind=kind)


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
    people = User.objects.exclude(state__in=HIDDEN_STATES).filter(pk=OuterRef("object_id"))
    muted = Q(pk__in=ids_muted_by(user)) if user.is_authenticated else Q(pk__in=[])
    return Q(Exists(people.exclude(across_block(user, "pk")).exclude(muted)))


def _tags(user: User | AnonymousUser) -> Q:
    return Q(Exists(Tag.objects.used().filter(pk=OuterRef("object_id"))))


def _series(user: User | AnonymousUser) -> Q:
    posts = Post.objects.listed_to(user).filter(series=OuterRef("pk"))
    series = Series.objects.filter(Exists(posts.order_by()), pk=OuterRef("object_id"))
    return Q(Exists(series))


_RULES = {
    "post": _posts,
    "comment": _comments,
    "person": _people,
    "tag": _tags,
    "series": _series,
}
