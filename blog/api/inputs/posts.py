"""What programs send about posts, and how that becomes what actions take."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import User
from blog.models import Image, Post, Series, Topic
from config.api import InvalidInput, required

LARGEST_KEY = 2**63 - 1
LANGUAGES = [code for code, _name in settings.LANGUAGES]
KEPT_NAMES = {
    "title": "title",
    "body": "source",
    "tags": "tags",
    "new_series": "new_series",
    "slug": "slug",
    "language": "language",
    "excerpt": "excerpt",
    "canonical_url": "canonical_url",
    "license": "license",
    "visibility": "visibility",
    "comments_open": "is_open_to_comments",
}
"""Name outside → name in ``blog.working_copy``."""


def _text(**options: Any) -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, trim_whitespace=False, **options)


def _key(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST_KEY, **options
    )


class WritingInput(serializers.Serializer):
    """A text and what goes with it; what is left out stays as it is."""

    title = _text()
    body = _text(help_text="Markdown; of notes plain text.")
    visibility = serializers.ChoiceField(choices=Post.Visibility.values, required=False)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=200),
        required=False,
        max_length=50,
        help_text="Of articles; those of notes are in their text.",
    )
    topic = _text(allow_null=True, max_length=80, help_text="Its slug.")
    series = _key(help_text="The key of one of one's own series.")
    new_series = _text(max_length=2000, help_text="The title of a series that begins with this.")
    slug = _text(max_length=800)
    language = _text(max_length=10, help_text="One of the site's; empty: it is detected.")
    excerpt = _text(max_length=3000)
    cover = _key(help_text="The key of one of one's own images.")
    canonical_url = _text(max_length=500)
    license = serializers.ChoiceField(choices=Post.License.values, required=False, allow_blank=True)
    comments_open = serializers.BooleanField(required=False)

    def validate_language(self, code: str) -> str:
        if code and code not in LANGUAGES:
            raise serializers.ValidationError(
                _("This site has no texts in “%(code)s”.") % {"code": code}, "invalid_choice"
            )
        return code


class PostInput(WritingInput):
    """A new post. Articles are drafts unless ``status`` or ``publish_at`` say else."""

    kind = serializers.ChoiceField(choices=["note", "article"], default="article")
    status = serializers.ChoiceField(
        choices=["draft", "published", "scheduled"],
        required=False,
        help_text="Notes are published at once.",
    )
    publish_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="When a scheduled article goes out."
    )


class DraftInput(WritingInput):
    """What an editor holds, and which version of the draft it was made from."""

    base_version = serializers.IntegerField(min_value=0, max_value=LARGEST_KEY)


class PostChangeInput(WritingInput):
    """Changes of a post; of an article they are changes of its draft."""

    base_version = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=LARGEST_KEY,
        help_text="Refuse with 409 if the draft is another one by now.",
    )


class ScheduleInput(serializers.Serializer):
    """When an article goes out."""

    publish_at = serializers.DateTimeField()


class RevisionInput(serializers.Serializer):
    """How to call the present text."""

    name = serializers.CharField(max_length=1000)


def changes_of(data: dict[str, Any], author: User) -> dict[str, Any]:
    """Return ``data`` as ``save_draft`` takes it. Raises InvalidInput for places there are not."""
    changes = {inner: data[outer] for outer, inner in KEPT_NAMES.items() if outer in data}
    if "topic" in data:
        slug = data["topic"]
        topics = Topic.objects.filter(slug=slug)
        changes["topic"] = _found(topics, "pk", "topic") if slug else None
    if "series" in data:
        series = Series.objects.by(author).filter(pk=data["series"])
        changes["series"] = _found(series, "pk", "series") if data["series"] else None
    if "cover" in data:
        images = Image.objects.by(author).filter(pk=data["cover"])
        changes["cover"] = _found(images, "key", "cover") if data["cover"] else None
    return changes


def _found(rows: QuerySet, field: str, name: str) -> Any:
    value = rows.values_list(field, flat=True).first()
    if value is None:
        raise InvalidInput(
            _("There is no such thing, or it is not yours."), field=name, code="invalid_choice"
        )
    return value


def status_of(data: dict[str, Any]) -> str:
    """Return where a new post goes. Raises InvalidInput where that contradicts itself."""
    at = data.get("publish_at")
    is_note = data["kind"] == Post.Kind.NOTE
    fallback = "published" if is_note else "scheduled" if at else "draft"
    status = data.get("status", fallback)
    if is_note and status != "published":
        raise InvalidInput(
            _("Notes are published as they are written."), field="status", code="invalid_choice"
        )
    if status == "scheduled" and at is None:
        raise required("publish_at")
    return status
