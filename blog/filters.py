"""The filters of lists of posts, alike for pages and API."""

from urllib.parse import urlencode

import django_filters
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from blog.models import Post, Topic


class PostFilter(django_filters.FilterSet):
    """kind, language and topic (by slug)."""

    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=Post.Kind.choices, empty_label=_("Everything")
    )
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
