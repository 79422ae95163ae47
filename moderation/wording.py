"""Wordings of reasons that moderators may start from, by category, in the author's language."""

from typing import Any, NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from social.models import Report

Category = Report.Category

WORDINGS: dict[str, tuple[Any, ...]] = {
    Category.SPAM: (
        _(
            "The text mainly advertises something. Take out the links and the advertising, and you"
            " are welcome to publish it again."
        ),
        _("You posted the same several times. Once is enough, in the place where it fits."),
    ),
    Category.ABUSE: (
        _(
            "The text insults somebody. Say what you think of the matter, without attacking the"
            " person."
        ),
        _("You keep writing to somebody who does not want that. Please leave them alone."),
    ),
    Category.HATE: (
        _(
            "The text puts people down for where they come from, who they are or what they"
            " believe. There is no place for that here."
        ),
    ),
    Category.SEXUAL: (
        _("The text or a picture shows sexual content that does not belong in public here."),
    ),
    Category.VIOLENCE: (
        _("The text threatens somebody or celebrates violence. Take that passage out."),
    ),
    Category.PRIVACY: (
        _(
            "The text shows private data of somebody: a name, an address, a phone number or a"
            " picture. Take it out, then we look again."
        ),
    ),
    Category.RIGHTS: (
        _(
            "The text or a picture is somebody else's work and was used without permission. Quote"
            " a short part and name the source, or take it out."
        ),
    ),
    Category.ILLEGAL: (_("What the text offers or asks for is against the law."),),
    Category.OTHER: (
        _("The text breaks the rules of this place. Please read them and change it."),
    ),
}


class Wording(NamedTuple):
    """One wording. ``key`` names it in a form."""

    key: str
    category: str
    language: str
    text: str


def wordings(languages: list[str]) -> list[Wording]:
    """Return every wording in each of these languages."""
    found = []
    for language in dict.fromkeys(languages):
        with translation.override(language):
            found += [
                Wording(f"{language}-{category}-{number}", str(category), language, str(text))
                for category, texts in WORDINGS.items()
                for number, text in enumerate(texts)
            ]
    return found


def wording_for(key: str) -> str:
    """Return the words of a wording; empty if there is none of this key."""
    language = key.partition("-")[0]
    if language not in dict(settings.LANGUAGES):
        return ""
    return next((one.text for one in wordings([language]) if one.key == key), "")
