"""What may be meant by the beginning of a name, also while its last syllable is being composed."""

import re
import unicodedata

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from blog.models import PostTag, Tag
from config.text import clean_line, identity_key
from social.models import Follow
from social.selectors import ids_hidden_from

SHOWN = 8
LONGEST_BEGINNING = 40
"""Code points looked at: more than any name that somebody is still typing."""

SYLLABLES = (0xAC00, 0xD7A3)
VOWELS, FINALS = 21, 28
INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
FINAL_PARTS = "0ㄱ 0ㄲ 1ㅅ 0ㄴ 4ㅈ 4ㅎ 0ㄷ 0ㄹ 8ㄱ 8ㅁ 8ㅂ 8ㅅ 8ㅌ 8ㅍ 8ㅎ 0ㅁ 0ㅂ 17ㅅ 0ㅅ 0ㅆ 0ㅇ 0ㅈ 0ㅊ 0ㅋ 0ㅌ 0ㅍ 0ㅎ"
MOVES_ON = {
    final: (int(part[:-1]), INITIALS.index(part[-1]))
    for final, part in enumerate(FINAL_PARTS.split(), start=1)
}
"""What a final consonant leaves behind, and which initial it becomes when a vowel follows."""


def typing_pattern(text: str) -> str:
    """Return a regular expression for what ``text`` may be the beginning of.

    The last syllable may be unfinished: ㅁ means 마 to 밓, 미 means 미 to 밓, 달 means 달 or 닭 to
    닳, and 민 means 민, 믽, 믾 or 미 followed by 나 to 닣. Source: Unicode Standard, section 3.12
    (Hangul syllables).
    """
    if not text:
        return ""
    head, last = re.escape(text[:-1]), text[-1]
    code = ord(last)
    if last in INITIALS:
        return f"{head}(?:{last}|{_syllables(INITIALS.index(last))})"
    if not SYLLABLES[0] <= code <= SYLLABLES[1]:
        return head + re.escape(last)
    final = (code - SYLLABLES[0]) % FINALS
    if not final:
        return f"{head}[{last}-{chr(code + FINALS - 1)}]"
    kept, initial = MOVES_ON[final]
    grown = [chr(code - final + other) for other, parts in MOVES_ON.items() if parts[0] == final]
    whole = "".join([last, *grown])
    return f"{head}(?:[{whole}]|{chr(code - final + kept)}{_syllables(initial)})"


def _syllables(initial: int) -> str:
    first = SYLLABLES[0] + initial * VOWELS * FINALS
    return f"[{chr(first)}-{chr(first + VOWELS * FINALS - 1)}]"


def beginning(text: str) -> str:
    """Return what was typed as names are compared: NFC, casefold, without its sign."""
    line = clean_line(text[: LONGEST_BEGINNING * 4]).lstrip("@#")
    return identity_key(unicodedata.normalize("NFC", line))[:LONGEST_BEGINNING]


def people_named(text: str, user: User) -> QuerySet:
    """Return the people whom ``user`` may mean, those they follow first.

    By the beginning of a handle or any part of a name; nobody who is hidden from ``user``, and
    not ``user``. Without text: whom they follow.
    """
    follows = Follow.objects.filter(follower=user, followed=OuterRef("pk"))
    people = (
        User.objects.present()
        .exclude(pk=user.pk)
        .exclude(pk__in=ids_hidden_from(user))
        .annotate(is_followed=Exists(follows))
    )
    pattern = typing_pattern(beginning(text))
    if pattern:
        people = people.filter(Q(handle_key__regex=f"^{pattern}") | Q(display_name__iregex=pattern))
    else:
        people = people.filter(is_followed=True)
    return people.order_by("-is_followed", "handle_key").for_byline()[:SHOWN]


def tags_named(text: str, user: User) -> QuerySet:
    """Return the tags that ``text`` may begin, most used first: public ones and ``user``'s own.

    A tag that only hidden posts of other people have is not told.
    """
    own = PostTag.objects.filter(tag=OuterRef("pk"), post__author=user)
    tags = Tag.objects.filter(is_banned=False).filter(Q(post_count__gt=0) | Exists(own))
    pattern = typing_pattern(beginning(text))
    if pattern:
        tags = tags.filter(key__regex=f"^{pattern}")
    return tags.popular_first()[:SHOWN]
