"""The marks that the write page puts into a text where an image is still on its way."""

import re
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext


@cache
def _pattern() -> re.Pattern[str]:
    words = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            words.add(re.escape(gettext("Uploading")))
    return re.compile(rf"!\[(?:{'|'.join(sorted(words))}): [^\]\n]*\]\(\)")


def unfinished_image(source: str) -> str:
    """Return the first mark of an image that never came, as it stands in ``source``; "" if none.

    Whoever wrote it may have had another language than who looks now.
    """
    found = _pattern().search(source) if "]()" in source else None
    return found[0] if found else ""
