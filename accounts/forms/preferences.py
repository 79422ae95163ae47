"""Forms of the settings: profile and preferences."""

import zoneinfo
from itertools import groupby

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions.people import refuse_look_alike, refuse_taken_handle
from accounts.actions.profile import clean_links
from accounts.adapter import is_handle_taken
from accounts.exceptions import HandleRefused, LinkRefused
from accounts.forms.entrance import HANDLE_HELP
from accounts.free_handles import looks_like_another
from accounts.handles import clean_handle, is_reserved
from accounts.models import DISPLAY_NAME_MAX_LENGTH, LINKS_PER_PERSON, User
from config.fields import TextField
from config.sizes import readable_size
from config.text import identity_key


class ProfileForm(forms.Form):
    """What others see of somebody."""

    handle = forms.CharField(
        label=_("Handle"),
        help_text=HANDLE_HELP,
        strip=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    display_name = TextField(
        label=_("Display name"),
        max_graphemes=DISPLAY_NAME_MAX_LENGTH,
        required=False,
        help_text=_("Shown instead of the handle."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    bio = TextField(
        label=_("About me"),
        max_graphemes=settings.BIO_MAX_LENGTH,
        lines=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    links = forms.CharField(
        label=_("Links"),
        required=False,
        help_text=_("One address on each line, up to 5."),
        widget=forms.Textarea(
            attrs={"rows": LINKS_PER_PERSON, "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    avatar = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp,image/avif,image/gif"}
        ),
    )
    removes_avatar = forms.BooleanField(label=_("Remove my picture"), required=False)
    uses_gravatar = forms.BooleanField(
        label=_("Use my Gravatar picture"),
        required=False,
        help_text=_("This site fetches it once and keeps a copy."),
    )

    def __init__(self, *args, user: User, **kwargs):
        kwargs.setdefault(
            "initial",
            {
                "handle": user.handle,
                "display_name": user.display_name,
                "bio": user.bio,
                "links": "\n".join(user.links),
                "uses_gravatar": user.uses_gravatar,
            },
        )
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["avatar"].help_text = gettext(
            "JPEG, PNG, WebP, AVIF or GIF, up to %(size)s. It is cut to a square."
        ) % {"size": readable_size(settings.AVATAR_MAX_BYTES)}
        if not user.avatar_key:
            del self.fields["removes_avatar"]
        if not settings.GRAVATAR_ENABLED:
            del self.fields["uses_gravatar"]

    def clean_handle(self) -> str:
        try:
            handle = clean_handle(self.cleaned_data["handle"])
        except HandleRefused as error:
            raise ValidationError(error.message, code=error.code) from error
        if identity_key(handle) == self.user.handle_key:
            return handle
        if is_reserved(handle):
            raise ValidationError(
                _("This handle is reserved for the site."), code="handle_reserved"
            )
        if is_handle_taken(handle, self.user):
            raise ValidationError(refuse_taken_handle().message, code="handle_taken")
        if looks_like_another(handle, self.user):
            raise ValidationError(refuse_look_alike().message, code="handle_taken")
        return handle

    def clean_links(self) -> list[str]:
        try:
            return clean_links(self.cleaned_data["links"].splitlines())
        except LinkRefused as error:
            raise ValidationError(error.message, code=error.code) from error


def time_zone_choices() -> list:
    """Return the zones of the world in groups by region."""
    names = sorted(
        name
        for name in zoneinfo.available_timezones()
        if name.partition("/")[0] in REGIONS and name.count("/")
    )
    groups = [
        (region, [(name, name.partition("/")[2].replace("_", " ")) for name in held])
        for region, held in groupby(names, key=lambda name: name.partition("/")[0])
    ]
    return [("", _("As my browser says")), ("UTC", "UTC"), *groups]


REGIONS = frozenset(
    "Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific".split()
)


class PreferencesForm(forms.Form):
    """How the site behaves for somebody."""

    language = forms.ChoiceField(label=_("Language of the site"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    theme = forms.ChoiceField(
        label=_("Light or dark"), choices=User.Theme.choices, widget=forms.RadioSelect
    )
    default_visibility = forms.ChoiceField(
        label=_("Who may read new posts"),
        choices=User.Visibility.choices,
        help_text=_("You can choose otherwise for each post."),
    )
    default_language = forms.ChoiceField(label=_("Language of new posts"), required=False)
    who_may_message = forms.ChoiceField(
        label=_("Who may send me messages"),
        choices=User.WhoMayMessage.choices,
        widget=forms.RadioSelect,
    )
    shows_last_seen = forms.BooleanField(
        label=_("Show others when I was last here"), required=False
    )

    def __init__(self, *args, user: User, **kwargs):
        kwargs.setdefault("initial", {name: getattr(user, name) for name in self.base_fields})
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As my browser says")), *settings.LANGUAGES]
        self.fields["time_zone"].choices = time_zone_choices()
        self.fields["default_language"].choices = [
            ("", _("Recognise it from the text")),
            *settings.LANGUAGES,
        ]
        if user.time_zone and user.time_zone not in zoneinfo.available_timezones():
            self.initial["time_zone"] = ""
