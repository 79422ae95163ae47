"""Acronyms as they are said: 아이피 is IP, 에이피아이 is API."""

import re
from itertools import product

NAMES = {
    "a": ("에이",),
    "b": ("비",),
    "c": ("씨", "시"),
    "d": ("디",),
    "e": ("이",),
    "f": ("에프",),
    "g": ("지",),
    "h": ("에이치", "에이취"),
    "i": ("아이",),
    "j": ("제이",),
    "k": ("케이",),
    "l": ("엘",),
    "m": ("엠",),
    "n": ("엔",),
    "o": ("오",),
    "p": ("피",),
    "q": ("큐",),
    "r": ("알", "아르"),
    "s": ("에스",),
    "t": ("티",),
    "u": ("유",),
    "v": ("브이",),
    "w": ("더블유",),
    "x": ("엑스",),
    "y": ("와이",),
    "z": ("제트",),
}
LETTER_OF = {name: letter for letter, names in NAMES.items() for name in names}
SAID = re.compile("|".join(sorted(LETTER_OF, key=len, reverse=True)))
SPELLED = re.compile(rf"(?:{SAID.pattern}){{2,6}}")
ACRONYM = re.compile(r"[a-z]{2,5}")
WAYS_AT_MOST = 4


def acronym_of(word: str) -> str:
    """Return the letters that a Hangul ``word`` names one by one; empty if it does not."""
    if not SPELLED.fullmatch(word):
        return ""
    letters = SAID.findall(word)
    return "".join(LETTER_OF[name] for name in letters) if "".join(letters) == word else ""


def said_as(acronym: str) -> list[str]:
    """Return how the letters of a Latin ``acronym`` are said in Korean."""
    if not ACRONYM.fullmatch(acronym):
        return []
    ways = product(*(NAMES[letter] for letter in acronym))
    return ["".join(way) for _, way in zip(range(WAYS_AT_MOST), ways, strict=False)]
