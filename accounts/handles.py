"""What a handle may look like: any script, one at a time, nothing that passes for another.

Source: Unicode Technical Standard 39, sections 4 (look-alikes) and 5.2 (mixed scripts, "highly
restrictive"), reduced to what names of 30 characters need.
"""

import unicodedata
from functools import cache

import regex
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.exceptions import HandleRefused
from accounts.look_alikes import skeleton
from config.text import INVISIBLE, count_graphemes, identity_key, nfc

HANDLE_MIN_LENGTH = 2  # graphemes
HANDLE_MAX_LENGTH = 30  # graphemes
HANDLE_MAX_CHARACTERS = 90  # code points, what the column holds

UNSEEN = regex.compile(r"[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\p{Variation_Selector}]")
SPACE = regex.compile(r"\s")
ALLOWED = regex.compile(r"[\p{L}\p{Mn}\p{Mc}\p{Nd}_-]")
LETTER = regex.compile(r"\p{L}")
MARK = regex.compile(r"\p{M}")
MARKS_PER_LETTER = 2
COMPATIBILITY_JAMO = regex.compile(r"[\u3131-\u318e]")
"""ㅋㅋ is what people write; NFKC would turn it into other letters."""

SCRIPTS = (
    "Latin Hangul Han Hiragana Katakana Bopomofo Cyrillic Greek Armenian Georgian Hebrew Arabic"
    " Devanagari Bengali Gurmukhi Gujarati Tamil Telugu Kannada Malayalam Sinhala Thai Lao Khmer"
    " Myanmar Tibetan Ethiopic Mongolian Cherokee Coptic Thaana Syriac"
).split()
SCRIPT_PATTERNS = {name: regex.compile(rf"\p{{Script={name}}}") for name in SCRIPTS}
SHARED = regex.compile(r"[\p{Script=Common}\p{Script=Inherited}]")
TOGETHER = (
    frozenset({"Latin", "Hangul", "Han"}),
    frozenset({"Latin", "Han", "Hiragana", "Katakana"}),
    frozenset({"Latin", "Han", "Bopomofo"}),
)
"""Scripts that are written side by side: 김minah, 東京タワー."""

LIKE_LATIN = frozenset(
    # Cyrillic
    "авсԁеһіјкӏмнорԛѕтупԝхуѵгь"
    # Greek
    "αβγεηικνορστυχωϳ"
    # Armenian
    "օսոհցզպՏ"
    # Cherokee and Coptic
    "ꭺꮃꮪꮯⲟⲥⲣ"
)
"""Small letters that look like Latin ones; a handle of them alone passes for a Latin handle."""

RESERVED = frozenset(
    # First parts of our own addresses, now and later
    "about account accounts admin api archive auth avatars bookmarks comment comments drafts embed explore favicon"
    " feed healthz help home index inbox jobs language legal login logout manifest media messages"
    " metrics moderation new notes notifications password people post posts preview privacy readyz report"
    " robots root rss search series settings sessions signin signout signup site sitemap static tag tags takedown"
    " terms theme timeline timezone topic topics transparency trending unsubscribe wellknown write"
    # Who speaks for the site
    " abuse administrator administration anonymous contact deleted editor everyone all here madang"
    " mail mod moderator moderators me nobody noreply null official operator owner postmaster"
    " security staff support system team undefined unknown webmaster"
    " 관리자 운영자 운영진 운영팀 관리팀 고객센터 공식 공지 공지사항 마당 마당지기 스태프 시스템"
    " 신고 익명 탈퇴회원 모두 전체 管理者 運営 公式 administrador moderador oficial soporte".split()
)


def scripts_of(text: str) -> frozenset[str]:
    """Return the scripts of the letters in ``text``, without what all scripts share."""
    found = set()
    for character in text:
        if SHARED.match(character):
            continue
        for name, pattern in SCRIPT_PATTERNS.items():
            if pattern.match(character):
                found.add(name)
                break
        else:
            found.add(unicodedata.name(character, "UNKNOWN").split()[0])
    return frozenset(found)


@cache
def _reserved_looks() -> frozenset[str]:
    return frozenset(map(skeleton, RESERVED))


def is_reserved(handle: str) -> bool:
    """Return whether ``handle`` belongs to the site or looks so, however dressed with _ and -."""
    bare = handle.replace("_", "").replace("-", "")
    # UTS 39 holds 1 to be an l; people also read it as an i.
    spellings = {spelling for text in (handle, bare) for spelling in (text, text.replace("1", "i"))}
    return any(
        identity_key(spelling) in RESERVED or skeleton(spelling) in _reserved_looks()
        for spelling in spellings
    )


def clean_handle(text: str) -> str:
    """Return ``text`` as a handle is stored: NFC, without white space around it.

    Raises HandleRefused, whose message names the rule that is broken.
    """
    handle = nfc(text.strip(" \t\r\n\u3000\xa0").removeprefix("@"))
    problem = _problem_with(handle)
    if problem:
        raise HandleRefused(problem, field="handle")
    return handle


def _problem_with(handle: str) -> str:
    if UNSEEN.search(handle) or INVISIBLE.search(handle):
        return _("A handle has no control or invisible characters.")
    if SPACE.search(handle):
        return _("A handle has no spaces.")
    for character in handle:
        if not ALLOWED.match(character):
            return _(
                "A handle has letters, digits, _ and - only; “%(character)s” is none of them."
            ) % {"character": character}
    length = count_graphemes(handle)
    if length < HANDLE_MIN_LENGTH:
        return _("A handle has at least %(count)s characters.") % {"count": HANDLE_MIN_LENGTH}
    if length > HANDLE_MAX_LENGTH or len(handle) > HANDLE_MAX_CHARACTERS:
        return _("A handle has at most %(count)s characters.") % {"count": HANDLE_MAX_LENGTH}
    if MARK.match(handle):
        return _("A handle does not begin with an accent or vowel sign alone.")
    return _looks_like_another(handle)


def _looks_like_another(handle: str) -> str:
    """Say why ``handle`` could be taken for a different one; empty if it could not."""
    for character in handle:
        if unicodedata.normalize("NFKC", character) != character and not COMPATIBILITY_JAMO.match(
            character
        ):
            return _("“%(character)s” looks like another character; use the plain one.") % {
                "character": character
            }
    if _has_piled_marks(handle):
        return _("A handle does not pile accents on one letter.")
    if len({ord(digit) - unicodedata.digit(digit) for digit in handle if digit.isdecimal()}) > 1:
        return _("A handle uses one kind of digits.")
    scripts = scripts_of(handle)
    if len(scripts) > 1 and not any(scripts <= together for together in TOGETHER):
        return _("A handle does not mix alphabets that look alike: %(scripts)s.") % {
            "scripts": ", ".join(sorted(scripts))
        }
    letters = {letter for letter in identity_key(handle) if LETTER.match(letter)}
    if letters and "Latin" not in scripts and letters <= LIKE_LATIN:
        return _("This handle looks like one in Latin letters; use Latin letters for it.")
    return ""


def _has_piled_marks(handle: str) -> bool:
    run = 0
    for character in unicodedata.normalize("NFD", handle):
        run = run + 1 if MARK.match(character) else 0
        if run > MARKS_PER_LETTER:
            return True
    return False


def validate_handle(value: str) -> None:
    """Refuse what is no handle (validator of the column). Raises ValidationError."""
    try:
        clean_handle(value)
    except HandleRefused as error:
        raise ValidationError(error.message, code=error.code) from error
