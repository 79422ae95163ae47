"""Reading what gathers posts: tags and series."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Value
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


class SeriesQuerySet(models.QuerySet):
    def by(self, author: User) -> "SeriesQuerySet":
        return self.filter(author=author)

    def with_visible_count(self, user: User | AnonymousUser) -> "SeriesQuerySet":
        """Annotate ``visible_count``: the posts of the series that ``user`` meets in lists."""
        from blog.models import Post

        visible = (
            Post.objects.listed_to(user, with_muted=True)
            .filter(series=models.OuterRef("pk"))
            .order_by()
            .values("series")
            .annotate(number=models.Count("pk"))
            .values("number")
        )
        return self.annotate(visible_count=Coalesce(models.Subquery(visible), Value(0)))
