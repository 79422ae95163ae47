"""What may be meant by the beginning of a name, also while its last syllable is being composed."""

import re
import sys
import unicodedata
from functools import reduce
from operator import or_

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value

from accounts.models import User
from blog.models import PostTag, Tag
from config.text import clean_line, identity_key
from social.selectors import across_block, ids_followed_by

SHOWN = 8
LONGEST_BEGINNING = 40
"""Code points looked at: more than any name that somebody is still typing."""

NAME_LEAST = 2
"""Letters: a single one is part of too many names to mean one of them; a syllable is not."""

SURROGATES = range(0xD800, 0xE000)
SYLLABLES = (0xAC00, 0xD7A3)
VOWELS, FINALS = 21, 28
INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
FINAL_PARTS = "0ㄱ 0ㄲ 1ㅅ 0ㄴ 4ㅈ 4ㅎ 0ㄷ 0ㄹ 8ㄱ 8ㅁ 8ㅂ 8ㅅ 8ㅌ 8ㅍ 8ㅎ 0ㅁ 0ㅂ 17ㅅ 0ㅅ 0ㅆ 0ㅇ 0ㅈ 0ㅊ 0ㅋ 0ㅌ 0ㅍ 0ㅎ"
MOVES_ON = {
    final: (int(part[:-1]), INITIALS.index(part[-1]))
    for final, part in enumerate(FINAL_PARTS.split(), start=1)
}
"""What a final consonant leaves behind, and which initial it becomes when a vowel follows."""


class FromUntil(Func):
    """Whether a column is in [first, until) by code point, whatever the collation.

    Both engines have an index for it: SQLite compares bytes, and a unique column of text has one
    with ``varchar_pattern_ops`` on PostgreSQL (11.10, Operator Classes), which these operators use.
    """

    arity = 3
    output_field = BooleanField()

    def as_sql(self, compiler, connection, lower=">=", upper="<", **context):
        column, first, until = map(compiler.compile, self.get_source_expressions())
        sql = f"({column[0]} {lower} {first[0]} AND {column[0]} {upper} {until[0]})"
        return sql, (*column[1], *first[1], *column[1], *until[1])

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, lower="~>=~", upper="~<~", **context)


def meanings(text: str) -> list[tuple[str, str, str]]:
    """Return what ``text`` may be the beginning of: (head, first and last that may follow it).

    The last syllable may be unfinished: ㅁ means 마 to 밓, 미 means 미 to 밓, 달 means 달 or 닭 to
    닳, and 민 means 민, 믽, 믾 or 미 followed by 나 to 닣. Source: Unicode Standard, section 3.12
    (Hangul syllables).
    """
    if not text:
        return []
    head, last = text[:-1], text[-1]
    code = ord(last)
    if last in INITIALS:
        return [(head, last, last), (head, *_syllables(INITIALS.index(last)))]
    if not SYLLABLES[0] <= code <= SYLLABLES[1]:
        return [(head, last, last)]
    final = (code - SYLLABLES[0]) % FINALS
    if not final:
        return [(head, last, chr(code + FINALS - 1))]
    kept, initial = MOVES_ON[final]
    grown = [chr(code - final + other) for other, parts in MOVES_ON.items() if parts[0] == final]
    moved = head + chr(code - final + kept)
    return [*((head, whole, whole) for whole in [last, *grown]), (moved, *_syllables(initial))]


def _syllables(initial: int) -> tuple[str, str]:
    first = SYLLABLES[0] + initial * VOWELS * FINALS
    return chr(first), chr(first + VOWELS * FINALS - 1)


def typing_pattern(text: str) -> str:
    """Return a regular expression for what ``text`` may be the beginning of."""
    ways = [
        re.escape(head) + (re.escape(first) if first == last else f"[{first}-{last}]")
        for head, first, last in meanings(text)
    ]
    return f"(?:{'|'.join(ways)})" if ways else ""


def _begins(column: str, text: str) -> Q:
    """Return the condition that ``text`` may be the beginning of what ``column`` holds."""
    ways = [
        Q(FromUntil(F(column), Value(head + first), Value(head + _after(last))))
        for head, first, last in meanings(text)
    ]
    return reduce(or_, ways, Q())


def _after(character: str) -> str:
    code = ord(character) + 1
    return chr(0xE000 if code in SURROGATES else min(code, sys.maxunicode))


def _named(text: str) -> Q:
    """Return the condition that a name has a part that ``text`` may be the beginning of.

    Most names are ruled out by a part that is typed for certain: a pattern takes far longer. Of
    letters that have case one is asked for in both; folding each name would take longer again.
    """
    pattern = Q(display_name__iregex=typing_pattern(text))
    typed = text[:-1]
    caseless = "".join(c if c.lower() == c.upper() else "\n" for c in typed).split("\n")
    if certain := max(caseless, key=len).strip():
        return Q(display_name__contains=certain) & pattern
    if typed:
        either = Q(display_name__contains=typed[0]) | Q(display_name__contains=typed[0].upper())
        return either & pattern
    return pattern


def beginning(text: str) -> str:
    """Return what was typed as names are compared: NFC, casefold, without its sign."""
    line = clean_line(text[: LONGEST_BEGINNING * 4]).lstrip("@#")
    return identity_key(unicodedata.normalize("NFC", line))[:LONGEST_BEGINNING]


def people_named(text: str, user: User) -> list[User]:
    """Return the people whom ``user`` may mean: those they follow, then by handle, then by name.

    By the beginning of a handle or any part of a name, of people whom ``user`` does not follow
    from NAME_LEAST letters or one syllable on; nobody who is hidden from ``user``, and not ``user``. Without
    text: whom they follow.
    """
    people = (
        User.objects.present().exclude(pk=user.pk).exclude(across_block(user, "pk")).for_byline()
    )
    followed = people.filter(pk__in=ids_followed_by(user)).order_by("handle_key")
    typed = beginning(text)
    if not typed:
        return list(followed[:SHOWN])
    found = list(followed.filter(_begins("handle_key", typed) | _named(typed))[:SHOWN])
    others = [people.filter(_begins("handle_key", typed)).order_by("handle_key")]
    if len(typed) >= NAME_LEAST or SYLLABLES[0] <= ord(typed) <= SYLLABLES[1]:
        # In the order of the rows: the index of another would be walked row by row.
        others.append(people.filter(_named(typed)).order_by("pk"))
    for more in others:
        if len(found) < SHOWN:
            known = [person.pk for person in found]
            found += more.exclude(pk__in=known)[: SHOWN - len(found)]
    return found


def tags_named(text: str, user: User) -> QuerySet:
    """Return the tags that ``text`` may begin, most used first: public ones and ``user``'s own.

    A tag that only hidden posts of other people have is not told.
    """
    own = PostTag.objects.filter(tag=OuterRef("pk"), post__author=user)
    tags = Tag.objects.filter(is_banned=False).filter(Q(post_count__gt=0) | Exists(own))
    return tags.filter(_begins("key", beginning(text))).popular_first()[:SHOWN]
