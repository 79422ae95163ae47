"""Text as people see it: NFC at the door, lengths in grapheme clusters, Hangul kept in slugs."""

import math
import re
import unicodedata

import regex

GRAPHEME = regex.compile(r"\X")
INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]"
)
"""Control and invisible characters; ZWJ and ZWNJ are absent because emoji and scripts need them."""

NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot say at all, not even as a reference (section 2.2)."""

VISIBLE = regex.compile(r"[^\s\p{Cc}\p{Cf}\p{Variation_Selector}\u2800]")

CJK = regex.compile(r"[\p{Hangul}\p{Han}\p{Hiragana}\p{Katakana}]")
LATIN_WORD = regex.compile(
    r"[\p{L}\p{M}\p{N}--[\p{Hangul}\p{Han}\p{Hiragana}\p{Katakana}]]+(?:['’-]\p{L}+)*", regex.V1
)
CJK_PER_MINUTE = 500
WORDS_PER_MINUTE = 220

NOT_SLUG = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


def nfc(text: str) -> str:
    """Return ``text`` in Unicode normalisation form C (never KC: ㅍㅇㅆ must survive)."""
    return unicodedata.normalize("NFC", text)


def clean(text: str) -> str:
    """Return ``text`` as it is stored: NFC, lines ended by LF, no NUL and no lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return nfc(text.encode("utf-8", "replace").decode("utf-8"))


def clean_line(text: str) -> str:
    """Return one line of ``clean`` text: white space runs become one space, ends are trimmed."""
    return " ".join(INVISIBLE.sub("", clean(text)).split())


def for_xml(text: str) -> str:
    """Return ``text`` without the few characters that no XML may hold."""
    return NOT_IN_XML.sub("", text)


def identity_key(text: str) -> str:
    """Return the key by which two spellings are one name: NFC, casefold, NFC again.

    Source: Unicode Standard, section 3.13, D145 (canonical caseless match).
    """
    return nfc(nfc(text).casefold())


def is_blank(text: str) -> bool:
    """Return whether ``text`` shows nothing: white space and invisible characters alone."""
    return not VISIBLE.search(INVISIBLE.sub("", text))


def graphemes(text: str) -> list[str]:
    """Return the extended grapheme clusters of ``text`` (UAX 29), what people call characters."""
    return GRAPHEME.findall(text)


def count_graphemes(text: str) -> int:
    """Return the number of extended grapheme clusters (UAX 29)."""
    return len(GRAPHEME.findall(text))


def slugify_title(title: str, max_length: int = 80) -> str:
    """Return ``title`` as a slug of at most ``max_length`` characters; may be empty.

    Letters, marks and numbers of every script stay, lower-cased; all else becomes one hyphen.
    The cut falls on a hyphen where one is near.
    """
    slug = NOT_SLUG.sub("-", nfc(title).lower()).strip("-")
    if len(slug) <= max_length:
        return slug
    cut = slug[:max_length]
    head, hyphen, _ = cut.rpartition("-")
    return (head if hyphen and len(head) >= max_length // 2 else cut).strip("-")


def reading_minutes(text: str) -> int:
    """Return the minutes, at least 1, that plain ``text`` takes to read.

    Hangul, Han and kana count by characters (500 a minute), other scripts by words (220).
    """
    characters = len(CJK.findall(text))
    words = len(LATIN_WORD.findall(text))
    return max(1, math.ceil(characters / CJK_PER_MINUTE + words / WORDS_PER_MINUTE))


def excerpt(text: str, length: int = 160) -> str:
    """Return the first ``length`` graphemes of ``text`` in one line, cut between eojeols."""
    line = clean_line(text)
    clusters = graphemes(line)
    if len(clusters) <= length:
        return line
    cut = "".join(clusters[:length])
    if clusters[length] != " ":
        head, space, _ = cut.rpartition(" ")
        if space and len(head) >= len(cut) // 2:
            cut = head
    return cut.rstrip(" ,.;:·") + "…"
