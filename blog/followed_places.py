"""Tags and series that somebody follows, as pages show them."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from blog.models import Series, SeriesFollow, Tag, TagFollow
from social.selectors import across_block


@dataclass(frozen=True)
class FollowedPlace:
    """A tag or series with the button that follows or unfollows it. ``key`` is unique on a page."""

    key: str
    name: str
    url: str
    is_followed: bool
    author_name: str = ""

    @property
    def toggle_url(self) -> str:
        """Where a press on the button goes."""
        return f"{self.url}{'unfollow' if self.is_followed else 'follow'}/"


def followed_tag(tag: Tag, *, is_followed: bool) -> FollowedPlace:
    """Return ``tag`` as something to follow."""
    return FollowedPlace(f"tag-{tag.pk}", f"#{tag.name}", tag.get_absolute_url(), is_followed)


def followed_series(series: Series, *, is_followed: bool) -> FollowedPlace:
    """Return ``series``, loaded with its author, as something to follow."""
    return FollowedPlace(
        f"series-{series.pk}",
        series.title,
        series.get_absolute_url(),
        is_followed,
        series.author.name,
    )


def tag_for(tag: Tag, user: User | AnonymousUser) -> FollowedPlace:
    """Return ``tag`` with whether ``user`` follows it."""
    is_followed = user.is_authenticated and TagFollow.objects.filter(person=user, tag=tag).exists()
    return followed_tag(tag, is_followed=is_followed)


def series_for(series: Series, user: User | AnonymousUser) -> FollowedPlace | None:
    """Return ``series`` with whether ``user`` follows it; None for one's own."""
    if user.pk == series.author_id:
        return None
    is_followed = (
        user.is_authenticated and SeriesFollow.objects.filter(person=user, series=series).exists()
    )
    return followed_series(series, is_followed=is_followed)


def followed_places(user: User) -> list[FollowedPlace]:
    """Return the tags and then the series that ``user`` follows, by name, in two queries.

    Without those of people who cannot be met any more.
    """
    tags = Tag.objects.filter(followers__person=user, is_banned=False).order_by("key")
    series = (
        Series.objects.with_visible_count(user)
        .filter(followers__person=user, visible_count__gt=0)
        .exclude(across_block(user, "author"))
        .select_related("author")
        .order_by("title", "pk")
    )
    return [followed_tag(tag, is_followed=True) for tag in tags] + [
        followed_series(one, is_followed=True) for one in series
    ]
