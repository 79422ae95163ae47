"""The rules of a handle: letters of any script, digits, ``_`` and ``-``; one identity each.

Look-alikes: a handle is written in one script, or in a mix that people really use (Hangul, Han
and kana with Latin), after the "highly restrictive" level of Unicode UTS 39, section 5.2.
"""

import regex
from django.utils.translation import gettext as _

from accounts.exceptions import HandleRefused
from config.text import INVISIBLE, clean, count_graphemes

HANDLE_LEAST_LENGTH = 2  # graphemes
HANDLE_MOST_LENGTH = 30  # graphemes
ALLOWED = regex.compile(r"[\p{L}\p{M}\p{Nd}_-]+")
LETTER = regex.compile(r"[\p{L}\p{Nd}]")
SCRIPTS = {
    name: regex.compile(rf"\p{{Script={name}}}")
    for name in (
        "Latin Hangul Han Hiragana Katakana Cyrillic Greek Armenian Hebrew Arabic Thai Devanagari"
        " Bengali Tamil Georgian Ethiopic Cherokee Khmer Mongolian"
    ).split()
}
USUAL_MIXES = (
    {"Latin", "Hangul", "Han"},
    {"Latin", "Han", "Hiragana", "Katakana"},
)
STRAY_MARK = regex.compile(r"^\p{M}|\p{M}{4,}")
RESERVED = frozenset(
    "about account accounts admin administrator api auth avatars bookmarks drafts embed explore"
    " favicon feed healthz help home index jobs language login logout madang manifest me media"
    " messages moderator moderation notifications null posts privacy readyz robots root rss"
    " search series settings signin signup sitemap staff static support system tags takedown"
    " terms theme time-zone topics undefined webmaster write www 관리자 운영자 운영진 마당 설정"
    " 글쓰기 검색 알림 쪽지".split()
)


def clean_handle(text: str, *, may_be_reserved: bool = False) -> str:
    """Return ``text`` as a handle is stored (NFC, a leading ``@`` dropped).

    ``may_be_reserved`` is for the operator's own accounts.
    Raises HandleRefused, naming the broken rule.
    """
    if INVISIBLE.search(text):
        raise HandleRefused(_("A handle cannot have invisible characters."), field="handle")
    handle = clean(text).strip().removeprefix("@")
    length = count_graphemes(handle)
    if not HANDLE_LEAST_LENGTH <= length <= HANDLE_MOST_LENGTH or len(handle) > HANDLE_MOST_LENGTH:
        raise HandleRefused(
            _("A handle has %(least)s to %(most)s characters.")
            % {"least": HANDLE_LEAST_LENGTH, "most": HANDLE_MOST_LENGTH},
            field="handle",
        )
    if not ALLOWED.fullmatch(handle) or STRAY_MARK.search(handle):
        raise HandleRefused(
            _("A handle can have letters, numbers, “_” and “-”, and nothing else."),
            field="handle",
        )
    if not LETTER.search(handle):
        raise HandleRefused(_("A handle needs a letter or a number."), field="handle")
    if not _is_one_hand(handle):
        raise HandleRefused(
            _("A handle cannot mix letters that look alike, such as Latin “a” and Cyrillic “а”."),
            field="handle",
        )
    if handle.casefold() in RESERVED and not may_be_reserved:
        raise HandleRefused(_("This handle is kept for the site itself."), field="handle")
    return handle


def _is_one_hand(handle: str) -> bool:
    used = {name for name, pattern in SCRIPTS.items() if pattern.search(handle)}
    return len(used) <= 1 or any(used <= mix for mix in USUAL_MIXES)
