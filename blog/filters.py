"""The filters of lists of posts, alike for pages and API."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from blog.models import Post, Series, Topic
from blog.models.posts import WRITTEN_KINDS
from blog.shortcuts import find_tag
from config.text import identity_key

LONGEST_KEY = 18  # digits
KINDS = [(kind.value, kind.label) for kind in WRITTEN_KINDS]


class PostFilter(django_filters.FilterSet):
    """kind, language and topic (by slug)."""

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=KINDS, empty_label=_("Everything"))
    language = django_filters.ChoiceFilter(
        label=_("Language"), choices=lambda: settings.LANGUAGES, empty_label=_("Every language")
    )
    topic = django_filters.ModelChoiceFilter(
        label=_("Topic"),
        queryset=lambda request: Topic.objects.all(),
        to_field_name="slug",
        empty_label=_("Every topic"),
    )

    @property
    def query(self) -> str:
        """What is filtered by, as the end of an address."""
        chosen = [(name, self.data[name]) for name in self.base_filters if self.data.get(name)]
        return f"?{urlencode(chosen)}" if chosen else ""

    class Meta:
        model = Post
        fields = ("kind", "language", "topic")


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY


class MomentField(django_filters.fields.IsoDateTimeField):
    """A moment in ISO 8601 that the calendar knows in every zone."""

    def clean(self, value: str) -> datetime | None:
        moment = super().clean(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


class MomentFilter(django_filters.IsoDateTimeFilter):
    field_class = MomentField


class PostListFilter(PostFilter):
    """Beside those of pages: author, tag, series, and when it was published.

    What does not exist, or not for who asks, filters everything out.
    """

    def __init__(self, *args: Any, viewer: User | AnonymousUser, **kwargs: Any) -> None:
        """``viewer`` is who reads, which with a token is not always who asks."""
        super().__init__(*args, **kwargs)
        self.viewer = viewer

    author = django_filters.CharFilter(label=_("Author"), method="by_author")
    tag = django_filters.CharFilter(label=_("Tag"), method="with_tag")
    series = django_filters.CharFilter(label=_("Series"), method="in_series")
    since = MomentFilter(label=_("From"), field_name="published_at", lookup_expr="gte")
    until = MomentFilter(label=_("Until"), field_name="published_at", lookup_expr="lt")

    def by_author(self, posts: QuerySet, name: str, who: str) -> QuerySet:
        """Keep what the person of that key, or of that handle after an @, wrote."""
        if who.startswith("@"):
            return posts.filter(author__handle_key=identity_key(who[1:]))
        return posts.filter(author=int(who)) if _is_key(who) else posts.none()

    def with_tag(self, posts: QuerySet, name: str, tag: str) -> QuerySet:
        """Keep what has the tag of that name, or of a name that was merged into it."""
        found = find_tag(tag)
        return posts.tagged(found) if found else posts.none()

    def in_series(self, posts: QuerySet, name: str, key: str) -> QuerySet:
        """Keep what is in the series of that key."""
        if not _is_key(key):
            return posts.none()
        unheld = Series.objects.unheld_for(self.viewer, "series__")
        return posts.filter(unheld, series=int(key))

    class Meta:
        model = Post
        fields = ("kind", "language", "topic", "author", "tag", "series", "since", "until")
