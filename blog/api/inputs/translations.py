"""What programs send to have a text translated."""

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers

from blog.translating.texts import base_language

LANGUAGES = frozenset(base_language(code) for code, _name in settings.LANGUAGES)
WHOLE, CARD = "whole", "card"


class TranslateInput(serializers.Serializer):
    """The language somebody wants to read a text in: one of those that the site speaks."""

    target = serializers.CharField(
        required=False,
        max_length=35,
        help_text="BCP 47, of which the language alone counts; left out: that of the answer.",
    )

    def validate_target(self, value: str) -> str:
        code = base_language(value)
        if code not in LANGUAGES:
            raise serializers.ValidationError(
                _("This site does not speak this language."), code="invalid_choice"
            )
        return code


class TranslatePostInput(TranslateInput):
    """Beside the language: how much of a post."""

    part = serializers.CharField(
        required=False, help_text="`whole`, or `card`: of an article the title and excerpt alone."
    )

    def validate_part(self, value: str) -> str:
        if value not in {WHOLE, CARD}:
            raise serializers.ValidationError(
                _("Choose one of these: %(choices)s.") % {"choices": f"{WHOLE}, {CARD}"},
                code="invalid_choice",
            )
        return value
