"""What owners type about their sites, and readers under their pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from blog.comment_forms import CommentForm, GuestCommentForm
from config.fields import TextField
from embed.models import ADDRESS_MAX_LENGTH, KEY_MAX_LENGTH, SITE_NAME_MAX_LENGTH, EmbedSite

SWITCH_NAMES = ("allows_guests", "needs_approval", "has_reactions", "has_search")


class SiteForm(forms.Form):
    """A site elsewhere; origins are typed one a line."""

    name = TextField(
        label=_("What the site is called"),
        max_graphemes=SITE_NAME_MAX_LENGTH,
        error_messages={"required": _("Give the site a name.")},
    )
    origins = forms.CharField(
        label=_("Its origins, one a line"),
        help_text=_(
            "Scheme and host as your browser shows them: https://blog.example. Another port or "
            "scheme is another origin."
        ),
        error_messages={"required": _("Name at least one origin.")},
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"}),
    )
    allows_guests = forms.BooleanField(
        label=_("Guests may comment, without an account"), required=False
    )
    needs_approval = forms.BooleanField(
        label=_("What guests say waits until I approve it"), required=False
    )
    has_reactions = forms.BooleanField(label=_("Readers may like a page"), required=False)
    has_search = forms.BooleanField(label=_("Readers may search"), required=False)
    index_url = forms.CharField(
        label=_("Address of an index file of its pages"),
        help_text=_(
            "A JSON Feed, or a list of objects with url, title and text. Without one, search finds "
            "what you wrote here."
        ),
        max_length=ADDRESS_MAX_LENGTH,
        required=False,
    )

    @classmethod
    def blank(cls) -> "SiteForm":
        """Return the form of a new site: everything is on."""
        return cls(initial=dict.fromkeys(SWITCH_NAMES, True))

    @classmethod
    def for_site(cls, site: EmbedSite) -> "SiteForm":
        """Return the form of a site as it is."""
        initial: dict[str, Any] = {name: getattr(site, name) for name in SWITCH_NAMES}
        initial |= {"name": site.name, "index_url": site.index_url}
        return cls(initial=initial | {"origins": "\n".join(site.origins)})

    def clean_origins(self) -> list[str]:
        """Return the lines; a slash that was copied along with a host is none of a path."""
        lines = [line.strip() for line in self.cleaned_data["origins"].splitlines()]
        return [line.removesuffix("/") for line in lines if line]


class KeyForm(forms.Form):
    """Another key of a thread."""

    key = forms.CharField(
        label=_("Another path or key of this page"),
        help_text=_("After a rename or a change of domain, the new path as well as the old one."),
        max_length=8 * KEY_MAX_LENGTH,
        error_messages={"required": _("Write the path of the page.")},
    )


class KeptByPage:
    """What is typed is kept in the browser by the page it is said under."""

    @classmethod
    def blank_for(cls, site_key: str, key: str):
        """Return the empty form under the page ``key`` of a site."""
        form = cls.blank(0)
        form.fields["source"].widget.attrs["data-keep"] = f"embed-{site_key}-{key}"
        return form


class FirstCommentForm(KeptByPage, CommentForm):
    """The first word under a page."""

    parent = None


class FirstGuestCommentForm(KeptByPage, GuestCommentForm):
    """The first word under a page, by somebody without an account."""

    parent = None
