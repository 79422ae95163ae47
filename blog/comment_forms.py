"""What people type under a post: members a text, guests a name as well."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from blog.models.talk import COMMENT_MAX_LENGTH, GUEST_NAME_MAX_LENGTH
from config.arrivals import seconds_since, started_now
from config.fields import TextField

LEAST_SECONDS = 3
"""Nobody reads a post, finds a form and fills it in so quickly; programs do."""
MOST_SECONDS = 24 * 3600


class CommentForm(forms.Form):
    """An answer. ``submission`` makes two clicks one comment; ``parent`` is what it answers."""

    source = TextField(
        label=_("Your comment"),
        max_graphemes=COMMENT_MAX_LENGTH,
        lines=True,
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    parent = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    @classmethod
    def blank(cls, post_pk: int, parent_pk: int | None = None) -> "CommentForm":
        """Return the empty form under a post, or under a comment."""
        form = cls(
            initial={"submission": uuid.uuid4(), "parent": parent_pk},
            auto_id=auto_id(post_pk, parent_pk),
        )
        form.keeps_as(post_pk, parent_pk)
        return form

    def keeps_as(self, post_pk: int, parent_pk: int | None) -> None:
        """Let the browser keep what is typed under the name of what it answers."""
        kept = f"answer-{parent_pk}" if parent_pk else f"comment-{post_pk}"
        self.fields["source"].widget.attrs |= {"data-keep": kept}

    @property
    def origin_key(self) -> str:
        """The key under which a second click finds the first; empty without a submission."""
        submission = self.cleaned_data.get("submission")
        return f"form:{submission}" if submission else ""


class GuestCommentForm(CommentForm):
    """An answer by somebody without an account, with what tells people from programs."""

    name = TextField(
        label=_("Your name"),
        max_graphemes=GUEST_NAME_MAX_LENGTH,
        error_messages={"required": _("Tell us what to call you.")},
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    # Nobody sees this field; a program that fills in everything betrays itself.
    homepage = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    started = forms.CharField(widget=forms.HiddenInput, required=False)

    field_order = ("name", "source")

    @classmethod
    def blank(cls, post_pk: int, parent_pk: int | None = None) -> "GuestCommentForm":
        """Return the empty form, which notes when it was opened."""
        form = super().blank(post_pk, parent_pk)
        form.initial["started"] = started_now()
        return form

    @property
    def is_by_program(self) -> bool:
        """Whether the field that nobody sees was filled in."""
        return bool(self.cleaned_data.get("homepage"))

    def clean(self) -> dict[str, object]:
        """Refuse what was sent too quickly, or with a form of another day."""
        data = super().clean()
        seconds = seconds_since(data.get("started"))
        if seconds is None or not LEAST_SECONDS <= seconds <= MOST_SECONDS:
            # The next try counts from now.
            self.data = self.data.copy()
            self.data["started"] = started_now()
            self.add_error(
                None,
                forms.ValidationError(
                    _("Read it over once more, then send it again."), code="too_quick"
                ),
            )
        return data


class CommentEditForm(forms.Form):
    """A comment that stands, with its text."""

    source = TextField(
        label=_("Your comment"),
        max_graphemes=COMMENT_MAX_LENGTH,
        lines=True,
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def keeps_as(self, pk: int) -> None:
        """Let the browser keep what is typed under the name of the comment."""
        self.fields["source"].widget.attrs |= {"data-keep": f"edit-{pk}"}


def auto_id(post_pk: int, parent_pk: int | None) -> str:
    """Return the ids of the fields, so that several forms stand on one page."""
    return f"answer-{parent_pk}-%s" if parent_pk else f"comment-{post_pk}-%s"
