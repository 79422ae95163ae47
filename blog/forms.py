"""Forms check and shape what people type; actions store it."""

import uuid

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from blog.exceptions import TagRefused
from blog.models import Post, Series, Topic
from blog.tagging import split_tag_names
from config.fields import TextField
from config.text import clean_line


class NoteForm(forms.Form):
    """The composer on the home page."""

    source = TextField(
        label=_("What is on your mind?"),
        max_graphemes=settings.NOTE_MAX_LENGTH,
        lines=True,
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea(attrs={"rows": 3, "data-keep": "note", "data-counter": ""}),
    )
    visibility = forms.ChoiceField(
        label=_("Who may read it"), choices=Post.Visibility.choices, required=False
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    @classmethod
    def blank(cls, user) -> "NoteForm":
        return cls(
            initial={"visibility": user.default_visibility, "submission": uuid.uuid4()},
            auto_id="note-%s",
        )


class ArticleForm(forms.Form):
    """The write page as one plain form."""

    title = TextField(
        label=_("Title"),
        max_graphemes=settings.TITLE_MAX_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-keep": "title"}),
    )
    source = TextField(
        label=_("Text"),
        max_graphemes=settings.ARTICLE_MAX_LENGTH,
        lines=True,
        required=False,
        help_text=_("Markdown: **bold**, # heading, [link](address), ``` code."),
        widget=forms.Textarea(attrs={"rows": 20, "data-keep": "source"}),
    )
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        help_text=_("Separated by commas, up to 10."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    topic = forms.ModelChoiceField(
        label=_("Topic"), queryset=Topic.objects.none(), required=False, empty_label=_("No topic")
    )
    series = forms.ModelChoiceField(
        label=_("Series"),
        queryset=Series.objects.none(),
        required=False,
        empty_label=_("No series"),
    )
    new_series = TextField(label=_("Or start a series"), max_graphemes=200, required=False)
    visibility = forms.ChoiceField(label=_("Who may read it"), choices=Post.Visibility.choices)
    language = forms.ChoiceField(label=_("Language"), required=False)
    slug = TextField(
        label=_("Address"),
        max_graphemes=80,
        required=False,
        help_text=_("Left empty, it is made from the title."),
    )
    excerpt = TextField(
        label=_("Excerpt"),
        max_graphemes=settings.EXCERPT_MAX_LENGTH,
        required=False,
        help_text=_("Shown in lists instead of the first lines."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    canonical_url = forms.URLField(
        label=_("Original address"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("If the text first appeared elsewhere."),
    )
    cover = forms.FileField(
        label=_("Cover"), required=False, help_text=_("JPEG, PNG, WebP, up to 10 MB.")
    )
    cover_alt = TextField(label=_("What the cover shows"), max_graphemes=300, required=False)
    removes_cover = forms.BooleanField(label=_("Remove the cover"), required=False)
    is_open_to_comments = forms.BooleanField(
        label=_("Comments are open"), required=False, initial=True
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, author, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["topic"].queryset = Topic.objects.all()
        self.fields["series"].queryset = Series.objects.by(author).order_by("title")
        self.fields["language"].choices = [("", _("Detect")), *settings.LANGUAGES]

    @classmethod
    def for_post(cls, post: Post | None, *, author) -> "ArticleForm":
        """Return the form filled with ``post``, or an empty one."""
        if post is None:
            initial = {
                "visibility": author.default_visibility,
                "language": author.default_language,
                "submission": uuid.uuid4(),
            }
        else:
            initial = {
                name: getattr(post, name)
                for name in (
                    "title source topic series visibility language slug excerpt"
                    " canonical_url is_open_to_comments"
                ).split()
            }
            initial["tags"] = ", ".join(row.tag.name for row in post.posttag_set.all())
        return cls(initial=initial, author=author)

    def clean_tags(self) -> list[str]:
        try:
            names = split_tag_names(clean_line(self.cleaned_data["tags"]))
        except TagRefused as error:
            raise forms.ValidationError(error.message, code=error.code) from error
        if len(names) > settings.TAGS_PER_POST:
            raise forms.ValidationError(
                _("A post can have up to %(limit)s tags."),
                code="too_many_tags",
                params={"limit": settings.TAGS_PER_POST},
            )
        return names
