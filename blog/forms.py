"""Forms check and shape what people type; actions store it."""

import json
import re
import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms.preferences import time_zone_choices
from accounts.models import User
from blog.exceptions import TagRefused
from blog.merging import MergedDetails, merge_details
from blog.models import Image, ImportRun, Post, Series, Topic
from blog.tagging import split_tag_names
from blog.working_copy import WorkingCopy, clean_details
from config.fields import MomentField, TextField
from config.sizes import readable_size
from config.text import clean_line

TAG_SEPARATORS = re.compile(r"[,，、\n]")
STRICT_INTENTS = frozenset({"publish", "schedule"})


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
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    source = TextField(
        label=_("Text"),
        max_graphemes=settings.ARTICLE_MAX_LENGTH,
        lines=True,
        required=False,
        help_text=_("Markdown: **bold**, # heading, [link](address), ``` code."),
        widget=forms.Textarea(attrs={"rows": 20}),
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
        label=_("Cover"), required=False, help_text=_("JPEG, PNG, WebP, GIF or AVIF.")
    )
    cover_alt = TextField(label=_("What the cover shows"), max_graphemes=300, required=False)
    cover_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)
    removes_cover = forms.BooleanField(label=_("Remove the cover"), required=False)
    license = forms.ChoiceField(label=_("Licence"), required=False)
    is_open_to_comments = forms.BooleanField(
        label=_("Comments are open"), required=False, initial=True
    )
    scheduled_at = MomentField(
        label=_("Goes out"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": _("Give a day and a time, such as 2026-11-21 09:00.")},
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    settles = forms.BooleanField(widget=forms.HiddenInput, required=False)
    base = forms.CharField(widget=forms.HiddenInput, required=False)
    """What the form was made from, as JSON: what differs from it was changed here."""

    def __init__(self, *args, author, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["topic"].queryset = Topic.objects.all()
        self.fields["series"].queryset = Series.objects.by(author).order_by("title")
        self.fields["language"].choices = [("", _("Detect")), *settings.LANGUAGES]
        self.fields["license"].choices = [("", _("All rights reserved")), *Post.License.choices]

    @classmethod
    def for_copy(
        cls,
        copy: WorkingCopy,
        *,
        author: User,
        post: Post | None = None,
        cover: Image | None = None,
    ) -> "ArticleForm":
        """Return the form filled with ``copy``; ``post`` is None for a new article."""
        initial = {"title": copy.title, "source": copy.source, **copy.details}
        initial["tags"] = ", ".join(copy.details.get("tags", []))
        initial["version"] = copy.version
        if post is None:
            initial["submission"] = uuid.uuid4()
        elif post.scheduled_at:
            initial["scheduled_at"] = post.scheduled_at
        initial["cover_key"] = initial.pop("cover", None)
        initial["cover_alt"] = cover.alt if cover else ""
        initial["base"] = _as_base(copy, initial["cover_alt"])
        return cls(initial=initial, author=author)

    def changes(self) -> dict[str, Any]:
        """Return what was typed as blog.working_copy takes it; an upload is left to the caller."""
        data = self.cleaned_data
        cover = {"cover": data["cover_key"] or None} if "cover_key" in self.data else {}
        return cover | {
            **{
                name: data[name]
                for name in (
                    "title source tags visibility language slug excerpt canonical_url license"
                    " new_series is_open_to_comments"
                ).split()
            },
            "topic": data["topic"].pk if data["topic"] else None,
            "series": data["series"].pk if data["series"] else None,
        }

    def made_from(self) -> dict[str, Any]:
        """Return what is known of the text as it was when the form was made."""
        try:
            held = json.loads(self.cleaned_data["base"] or "{}")
        except (ValueError, RecursionError):
            held = {}
        if not isinstance(held, dict):
            held = {}
        texts = {name: held[name] for name in ("title", "cover_alt") if name in held}
        return texts | clean_details(held, {})

    def new_cover_alt(self) -> str | None:
        """Return the description of the cover if it was changed here."""
        alt = self.cleaned_data["cover_alt"]
        return None if alt == self.made_from().get("cover_alt", "") else alt

    def settle_with(self, stored: WorkingCopy) -> MergedDetails:
        """Become the form that saves over ``stored``, with what only that side changed."""
        merged = merge_details(
            self.made_from(),
            {"title": self.cleaned_data["title"], **clean_details(self.changes(), {})},
            {"title": stored.title, **stored.details},
        )
        self.data = self.data.copy()
        for name, value in merged.values.items():
            self.data["cover_key" if name == "cover" else name] = _as_sent(value)
        self.start_from(stored)
        self.data["settles"] = "on"
        return merged

    def start_from(self, copy: WorkingCopy) -> None:
        """Let the next answer to this form be a change of ``copy``."""
        self.data = self.data.copy()
        self.data["version"] = str(copy.version)
        self.data["base"] = _as_base(copy, self.made_from().get("cover_alt", ""))

    def told(self, name: str, value: Any) -> str:
        """Return a detail's ``value`` in words."""
        if name == "cover":
            image = Image.objects.filter(key=value).first() if value else None
            return (image.alt or image.original_name) if image else ""
        if name in ("topic", "series"):
            return str(self.fields[name].queryset.filter(pk=value).first() or "")
        if isinstance(value, bool):
            return "✓" if value else ""
        if isinstance(value, list):
            return ", ".join(value)
        return str(dict(getattr(self.fields[name], "choices", ())).get(value, value))

    def clean_tags(self) -> list[str]:
        typed = self.cleaned_data["tags"]
        if self.data.get("intent") not in STRICT_INTENTS:
            # A draft is kept whatever its tags are, as it is while somebody types.
            return [name.strip() for name in TAG_SEPARATORS.split(typed) if name.strip()]
        try:
            names = split_tag_names(clean_line(typed))
        except TagRefused as error:
            raise forms.ValidationError(error.message, code=error.code) from error
        if len(names) > settings.TAGS_PER_POST:
            raise forms.ValidationError(
                _("A post can have up to %(limit)s tags."),
                code="too_many_tags",
                params={"limit": settings.TAGS_PER_POST},
            )
        return names


def _as_base(copy: WorkingCopy, cover_alt: str) -> str:
    held = {"title": copy.title, "cover_alt": cover_alt, **copy.details}
    return json.dumps(held, ensure_ascii=False)


def _as_sent(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)


class ImportForm(forms.Form):
    """The blog somebody brings along."""

    upload = forms.FileField(
        label=_("Your export"),
        error_messages={
            "required": _("Choose the file of your blog first."),
            "empty": _("This file is empty."),
        },
        widget=forms.FileInput(
            attrs={"accept": ".zip,.xml,.json,.md,application/zip,text/xml,application/json"}
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["upload"].help_text = gettext("A ZIP, XML or JSON file, up to %(size)s.") % {
            "size": readable_size(settings.IMPORT_MAX_BYTES)
        }


class ImportOptionsForm(forms.Form):
    """How a blog that was read comes in."""

    visibility = forms.ChoiceField(
        label=_("Who may read the posts"),
        required=False,
        help_text=_("Where the old blog does not say. Drafts and private posts stay so."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone of the old blog"),
        required=False,
        help_text=_("For dates that do not name one."),
    )
    base_path = TextField(
        label=_("Folder in the old address"),
        max_graphemes=100,
        required=False,
        help_text=_("Only if your blog lived below another page, such as /blog."),
        widget=forms.TextInput(attrs={"placeholder": "/blog", "autocapitalize": "none"}),
    )
    comments = forms.BooleanField(
        label=_("Bring the comments along"),
        required=False,
        help_text=_("They are quoted below the post with the name of who wrote them."),
    )
    remote_images = forms.BooleanField(
        label=_("Fetch pictures that lie on other sites"),
        required=False,
        help_text=_("This site asks those servers once for each and keeps copies of its own."),
    )

    def __init__(self, *args, run: ImportRun, **kwargs):
        super().__init__(*args, **kwargs)
        own = run.owner.get_default_visibility_display()
        self.fields["visibility"].choices = [
            ("", gettext("As I usually write: %(visibility)s") % {"visibility": own}),
            *Post.Visibility.choices,
        ]
        zones = time_zone_choices()[1:]
        self.fields["time_zone"].choices = [("", _("As the site")), *zones]

    @classmethod
    def for_run(cls, run: ImportRun) -> "ImportOptionsForm":
        options = run.options
        return cls(
            run=run,
            initial={
                "visibility": options.get("visibility", ""),
                "time_zone": options.get("time_zone") or run.owner.time_zone,
                "base_path": options.get("base_path", ""),
                "comments": options.get("comments", True),
                "remote_images": options.get("remote_images", False),
            },
        )


class ImportUndoForm(forms.Form):
    """Whether an undo also takes what was changed since."""

    takes_changed = forms.BooleanField(label=_("Remove these too"), required=False)


class SeriesForm(forms.Form):
    """What a series is called; a new one gets its address from its title."""

    title = TextField(
        label=_("Title"),
        max_graphemes=settings.TITLE_MAX_LENGTH,
        error_messages={"required": _("Give the series a title.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = TextField(
        label=_("Description"),
        max_graphemes=settings.EXCERPT_MAX_LENGTH,
        required=False,
        help_text=_("One or two sentences that say what it is about."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    slug = TextField(
        label=_("Address"),
        max_graphemes=80,
        help_text=_("Links to the old address stop working when you change it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @classmethod
    def for_new(cls, data=None) -> "SeriesForm":
        """Return the form without an address."""
        form = cls(data)
        del form.fields["slug"]
        return form
