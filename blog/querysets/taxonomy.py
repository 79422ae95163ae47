"""Reading what gathers posts: tags and series."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from config.text import identity_key


class TagQuerySet(models.QuerySet):
    def by_name(self, name: str) -> "TagQuerySet":
        """The tag of that name, whatever its case or Unicode form."""
        return self.filter(key=identity_key(name))

    def used(self) -> "TagQuerySet":
        return self.filter(post_count__gt=0, is_banned=False)

    def popular_first(self) -> "TagQuerySet":
        return self.order_by("-post_count", "key")

    def with_viewer_state(self, user: User | AnonymousUser) -> "TagQuerySet":
        """Annotate ``is_followed`` for a member."""
        from blog.models import TagFollow

        if not user.is_authenticated:
            return self
        own = TagFollow.objects.filter(person=user, tag=models.OuterRef("pk"))
        return self.annotate(is_followed=models.Exists(own))


class SeriesQuerySet(models.QuerySet):
    def by(self, author: User) -> "SeriesQuerySet":
        return self.filter(author=author)

    def visible_to(self, user: User | AnonymousUser) -> "SeriesQuerySet":
        """Series of which ``user`` meets a post in lists, and ``user``'s own; held ones to staff."""
        from blog.models import Post

        met = Post.objects.listed_to(user, with_muted=True).filter(series=models.OuterRef("pk"))
        seen = Q(models.Exists(met)) & self.unheld_for(user)
        return self.filter(seen | Q(author=user) if user.is_authenticated else seen)

    @staticmethod
    def unheld_for(user: User | AnonymousUser, prefix: str = "") -> Q:
        """Return the condition that moderators hide the series at ``prefix`` not from ``user``."""
        unheld = Q(**{f"{prefix}is_held": False})
        if not user.is_authenticated:
            return unheld
        return Q() if user.is_staff else unheld | Q(**{f"{prefix}author": user})

    def with_viewer_state(self, user: User | AnonymousUser) -> "SeriesQuerySet":
        """Annotate ``is_followed`` for a member."""
        from blog.models import SeriesFollow

        if not user.is_authenticated:
            return self
        own = SeriesFollow.objects.filter(person=user, series=models.OuterRef("pk"))
        return self.annotate(is_followed=models.Exists(own))

    def for_shelf(self, user: User | AnonymousUser) -> "SeriesQuerySet":
        """Load what a line about a series touches: one query however many rows."""
        byline = (f"author__{name}" for name in ("handle", "display_name", "avatar_key", "state"))
        return (
            self.select_related("author")
            .only("title", "slug", "description", "is_held", "created_at", *byline)
            .with_visible_count(user)
            .with_viewer_state(user)
        )

    def with_visible_count(self, user: User | AnonymousUser) -> "SeriesQuerySet":
        """Annotate ``visible_count``: the posts of the series that ``user`` meets in lists.

        None of a series that is hidden from ``user``.
        """
        from blog.models import Post

        visible = (
            Post.objects.listed_to(user, with_muted=True)
            .filter(self.unheld_for(user, "series__"), series=models.OuterRef("pk"))
            .order_by()
            .values("series")
            .annotate(number=models.Count("pk"))
            .values("number")
        )
        return self.annotate(visible_count=Coalesce(models.Subquery(visible), Value(0)))
