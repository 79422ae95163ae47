"""Reading what people write. ``visible_to`` is the only definition of who sees what."""

from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, F, Prefetch, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from config.text import identity_key
from social.selectors import ids_followed_by, ids_hidden_from


def _tags_in_order() -> Prefetch:
    from blog.models import PostTag

    return Prefetch(
        "posttag_set", queryset=PostTag.objects.select_related("tag").order_by("position")
    )


class PostQuerySet(models.QuerySet):
    # Filters
    def published(self) -> "PostQuerySet":
        """Posts that went out, by people whose accounts are open."""
        return self.filter(status="published").exclude(author__state__in=HIDDEN_STATES)

    def public(self) -> "PostQuerySet":
        """What everybody may meet in lists, feeds and the sitemap."""
        return self.published().filter(visibility="public")

    def by(self, author: User) -> "PostQuerySet":
        return self.filter(author=author)

    def articles(self) -> "PostQuerySet":
        return self.filter(kind="article")

    def notes(self) -> "PostQuerySet":
        return self.filter(kind="note")

    def tagged(self, tag) -> "PostQuerySet":
        return self.filter(posttag__tag=tag)

    def since_days(self, days: int) -> "PostQuerySet":
        """Published within the last ``days``."""
        return self.filter(published_at__gte=timezone.now() - timedelta(days=days))

    def unfinished(self) -> "PostQuerySet":
        """Drafts and scheduled posts."""
        return self.filter(status__in=("draft", "scheduled"))

    # Who sees what
    def visible_to(self, user: User | AnonymousUser) -> "PostQuerySet":
        """Posts that ``user`` may open by their address.

        Own posts in any state but deleted; published ones that are public or unlisted, and those
        for followers if ``user`` follows; never across a block, never of hidden accounts; held
        ones to staff.
        """
        open_to_all = Q(status="published", visibility__in=("public", "unlisted"))
        if not user.is_authenticated:
            return self.filter(open_to_all).exclude(author__state__in=HIDDEN_STATES)
        rights = open_to_all | Q(
            status="published", visibility="followers", author__in=ids_followed_by(user)
        )
        if user.is_staff:
            rights |= Q(status="held", visibility__in=("public", "unlisted"))
        others = rights & ~Q(author__state__in=HIDDEN_STATES) & ~Q(author__in=ids_hidden_from(user))
        return self.filter((Q(author=user) & ~Q(status="deleted")) | others)

    def listed_to(self, user: User | AnonymousUser) -> "PostQuerySet":
        """What of ``visible_to`` belongs in lists: published, and unlisted only to its author."""
        listed = Q(visibility__in=("public", "followers"))
        if user.is_authenticated:
            listed |= Q(author=user)
        return self.visible_to(user).filter(listed, status="published")

    # Loading recipes
    def for_line(self) -> "PostQuerySet":
        """Load what a card without tags touches: one query however many rows."""
        return (
            self.select_related("author", "cover", "series", "views")
            .annotate(
                note_html=Case(
                    When(kind="note", then=F("html")),
                    default=Value(""),
                    output_field=models.TextField(),
                )
            )
            .defer("source", "html", "toc", "excerpt")
        )

    def for_card(self) -> "PostQuerySet":
        """Load what blog.cards touches: two queries however many rows."""
        return self.for_line().prefetch_related(_tags_in_order())

    def for_detail(self) -> "PostQuerySet":
        """Load what the page of one post touches: two queries."""
        return self.select_related(
            "author", "cover", "series", "series__author", "views", "topic"
        ).prefetch_related(_tags_in_order())

    def for_feed(self) -> "PostQuerySet":
        """Load what a feed item touches."""
        return (
            self.select_related("author", "cover").prefetch_related("tags").defer("source", "toc")
        )

    # Order
    def newest_first(self) -> "PostQuerySet":
        return self.order_by("-published_at", "-pk")

    def most_read_first(self) -> "PostQuerySet":
        return self.order_by(F("views__count").desc(nulls_last=True), "-published_at", "-pk")


class TagQuerySet(models.QuerySet):
    def by_name(self, name: str) -> "TagQuerySet":
        """The tag of that name, whatever its case or Unicode form."""
        return self.filter(key=identity_key(name))

    def used(self) -> "TagQuerySet":
        return self.filter(post_count__gt=0, is_banned=False)

    def popular_first(self) -> "TagQuerySet":
        return self.order_by("-post_count", "key")


class SeriesQuerySet(models.QuerySet):
    def by(self, author: User) -> "SeriesQuerySet":
        return self.filter(author=author)

    def with_visible_count(self, user: User | AnonymousUser) -> "SeriesQuerySet":
        """Annotate ``visible_count``: the posts of the series that ``user`` meets in lists."""
        from blog.models import Post

        visible = (
            Post.objects.listed_to(user)
            .filter(series=models.OuterRef("pk"))
            .order_by()
            .values("series")
            .annotate(number=models.Count("pk"))
            .values("number")
        )
        return self.annotate(visible_count=Coalesce(models.Subquery(visible), Value(0)))


class ImageQuerySet(models.QuerySet):
    def visible_to(self, user: User | AnonymousUser) -> "ImageQuerySet":
        """Images of posts that ``user`` may open, and ``user``'s own."""
        from blog.models import Post

        posts = Post.objects.visible_to(user)
        seen = Q(models.Exists(posts.filter(images=models.OuterRef("pk")))) | Q(
            models.Exists(posts.filter(cover=models.OuterRef("pk")))
        )
        if user.is_authenticated:
            seen |= Q(owner=user)
        return self.filter(seen)
