"""The rules of a tag's name: one identity whatever the spelling."""

import regex
from django.utils.translation import gettext as _

from blog.exceptions import TagRefused
from blog.models.taxonomy import TAG_MAX_LENGTH
from config.text import clean, count_graphemes, identity_key

ALLOWED = regex.compile(r"[\p{L}\p{M}\p{N}\p{Emoji_Presentation}_+#.\-]+")
LOOK_ALIKES = (
    regex.compile(r"\p{Latin}"),
    regex.compile(r"\p{Cyrillic}"),
    regex.compile(r"\p{Greek}"),
)
ROUTE_ENDINGS = (".atom", ".rss", ".json")


def clean_tag_name(name: str) -> str:
    """Return ``name`` as a tag is stored: NFC, spaces to ``-``, no leading ``#``.

    Raises TagRefused, naming the broken rule.
    """
    name = "-".join(clean(name).split()).lstrip("#").strip("-._")
    if not name:
        raise TagRefused(_("A tag needs at least one letter or number."))
    if count_graphemes(name) > TAG_MAX_LENGTH:
        raise TagRefused(
            _("The tag “%(tag)s” is longer than %(limit)s characters.")
            % {"tag": name[:40], "limit": TAG_MAX_LENGTH}
        )
    if not ALLOWED.fullmatch(name) or name.endswith(ROUTE_ENDINGS):
        raise TagRefused(
            _("The tag “%(tag)s” has characters that tags cannot have.") % {"tag": name}
        )
    if sum(bool(script.search(name)) for script in LOOK_ALIKES) > 1:
        raise TagRefused(
            _("The tag “%(tag)s” mixes letters that look alike but are not the same.")
            % {"tag": name}
        )
    return name


def split_tag_names(text: str) -> list[str]:
    """Return the clean names in a comma- or line-separated list, each identity once, in order.

    Raises TagRefused.
    """
    names: dict[str, str] = {}
    for part in regex.split(r"[,，、\n]", text):
        if part.strip():
            name = clean_tag_name(part)
            names.setdefault(identity_key(name), name)
    return list(names.values())
