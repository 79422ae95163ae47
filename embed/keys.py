"""By which names pages are told apart: what they call themselves, or their path."""

import unicodedata
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from config.text import nfc
from embed.exceptions import KeyRefused
from embed.models import KEY_MAX_LENGTH

INDEX = "index"


def clean_key(text: str) -> str:
    """Return ``text`` as the key of a thread: NFC, single slashes within and none around.

    Raises KeyRefused for what is too long or holds control characters.
    """
    key = "/".join(part for part in nfc(text).split("/") if part).strip() or INDEX
    if len(key) > KEY_MAX_LENGTH:
        raise KeyRefused(
            _("The key of a page can have up to %(limit)s characters.") % {"limit": KEY_MAX_LENGTH},
            field="key",
        )
    if any(unicodedata.category(one) in {"Cc", "Cs"} for one in key):
        raise KeyRefused(_("The key of a page is one line of text."), field="key")
    return key


def key_of_address(address: str) -> str:
    """Return the key that a page at ``address`` (or path) has without calling itself anything.

    Raises KeyRefused.
    """
    try:
        path = urlsplit(address).path if "://" in address else address
    except ValueError as error:
        raise KeyRefused(_("This is not the address of a page."), field="key") from error
    return clean_key(unquote(path))
