"""What translations look like in answers: linked by authors, and made by machines (AP-46)."""

from typing import Any

from rest_framework import serializers

from blog.alternates import Alternate
from blog.models import MachineTranslation
from blog.translating.providers import provider_name
from blog.translating.texts import Original, beside
from blog.translation_desk import TranslationRow
from config.api import Addresses, Shape


class LinkedTranslationShape(Shape):
    """The same text in another language, by the same author."""

    id = serializers.IntegerField(help_text="Of the post.")
    url = serializers.URLField()
    html_url = serializers.URLField()
    language = serializers.CharField(help_text="BCP 47; empty where the author has not said.")
    language_name = serializers.CharField(help_text="As its speakers call it.")
    title = serializers.CharField()
    status = serializers.CharField(help_text="`published`; to the author also what is not yet.")


class LinkedTranslationsShape(Shape):
    """All languages of a post but its own; at most one a language, so there is one page."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = LinkedTranslationShape(many=True)


class TranslatedBlockShape(Shape):
    """A paragraph, an item of a list or a heading, as plain text."""

    kind = serializers.CharField(help_text="`heading`, `item` or `text`.")
    text = serializers.CharField()


class MachineTranslationShape(Shape):
    """A text that a machine translated. Plain text of another server: escape it."""

    state = serializers.CharField(help_text="`done`, or `running`: ask again in a moment.")
    source_language = serializers.CharField()
    target_language = serializers.CharField()
    provider = serializers.CharField(help_text="Who translated it; to be named beside it.")
    title = serializers.CharField(allow_null=True)
    text = serializers.CharField(allow_null=True, help_text="The blocks with blank lines between.")
    blocks = TranslatedBlockShape(many=True)


def linked_shape(row: Alternate | TranslationRow, addresses: Addresses) -> dict[str, Any]:
    """Return one language of a post; ``Alternate`` is what readers meet, the other the author's."""
    name, status = (
        (row.language_name, row.status)
        if isinstance(row, TranslationRow)
        else (row.name, "published")
    )
    return {
        "id": row.id,
        "url": addresses.api(f"posts/{row.id}/"),
        "html_url": addresses.page(row.url),
        "language": row.language,
        "language_name": name,
        "title": row.title,
        "status": status,
    }


def machine_shape(row: MachineTranslation, original: Original) -> dict[str, Any]:
    """Return ``row``, which was made of ``original`` or is being made of it."""
    is_done = row.state == MachineTranslation.State.DONE
    blocks = beside(original, row.text) if is_done else []
    return {
        "state": row.state,
        "source_language": row.source_language,
        "target_language": row.target_language,
        "provider": provider_name(row.provider),
        "title": row.title if is_done else None,
        "text": row.text if is_done else None,
        "blocks": [{"kind": block.kind, "text": block.text} for block in blocks],
    }
