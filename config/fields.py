"""Form fields that take text as people mean it: NFC, lengths in grapheme clusters."""

from datetime import UTC, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.text import clean, clean_line, count_graphemes, is_blank


class MomentInput(forms.DateTimeInput):
    """A day and a time, by the browser's own calendar; minutes are as fine as it gets."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict | None = None):
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class MomentField(forms.DateTimeField):
    """A day and a time that can be kept: near the ends of the calendar UTC has no such time."""

    widget = MomentInput

    def to_python(self, value) -> datetime | None:
        moment = super().to_python(value)
        try:
            if moment is not None:
                moment.astimezone(UTC)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        return moment


class TextField(forms.CharField):
    """Text of at most ``max_graphemes``; blank text is missing; ``lines`` keeps line breaks."""

    def __init__(self, *, max_graphemes: int, lines: bool = False, **kwargs):
        self.max_graphemes = max_graphemes
        self.lines = lines
        kwargs.setdefault("strip", not lines)
        if lines:
            kwargs.setdefault("widget", forms.Textarea)
        super().__init__(**kwargs)
        # The browser's maxlength counts UTF-16 units and would cut Hangul short.
        self.widget.attrs["data-max-graphemes"] = str(max_graphemes)

    def to_python(self, value) -> str:
        value = super().to_python(value)
        value = clean(value) if self.lines else clean_line(value)
        return "" if is_blank(value) else value

    def validate(self, value: str) -> None:
        super().validate(value)
        length = count_graphemes(value)
        if length > self.max_graphemes:
            raise ValidationError(
                _("This text has %(length)s characters; the limit is %(limit)s."),
                code="too_long",
                params={"length": length, "limit": self.max_graphemes},
            )
