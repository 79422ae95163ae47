"""Korean particles that follow the last sound of the word before them.

Rules: Standard Korean orthography; a word in brackets after a name is not sounded; Latin letters
by their usual loan-word sound, acronyms by the names of their letters.
"""

import re

import regex

PAIRS = {
    "은는": ("은", "는"),
    "이가": ("이", "가"),
    "을를": ("을", "를"),
    "과와": ("과", "와"),
    "으로로": ("으로", "로"),
    "이라라": ("이라", "라"),
    "아야": ("아", "야"),
    "이나나": ("이나", "나"),
    "이랑랑": ("이랑", "랑"),
}
"""Name of the pair → (after a final consonant, after a vowel)."""

BRACKETED = regex.compile(
    r"\s*[(\[{（［｛「『【〈《][^()\[\]{}（）「」『』【】〈〉《》]*[)\]}）］｝」』】〉》]\s*$"
)
SILENT = regex.compile(r"[^\p{L}\p{N}]+$")
DIGIT_FINALS = {"0": "n", "1": "l", "3": "m", "6": "k", "7": "l", "8": "l"}
LETTER_FINALS = {"L": "l", "M": "m", "N": "n", "R": "l"}
RIEUL = 8
LATIN_VOWELS = "aeiouy"


def final_consonant(word: str) -> str:
    """Return ``""`` if ``word`` ends in a vowel sound, ``"l"`` if in ㄹ, else another letter."""
    while BRACKETED.search(word) and BRACKETED.sub("", word):
        word = BRACKETED.sub("", word)
    if word.rstrip().endswith("%"):
        return ""  # 퍼센트
    word = SILENT.sub("", word)
    if not word:
        return ""
    last = word[-1]
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % 28
        return "" if final == 0 else "l" if final == RIEUL else "x"
    if "ㄱ" <= last <= "ㅎ":
        return "l" if last == "ㄹ" else "x"
    if last.isdigit():
        return DIGIT_FINALS.get(str(int(last)) if last.isdecimal() else last, "")
    return _latin_final(re.search(r"[A-Za-z]*$", word)[0])


def _latin_final(word: str) -> str:
    if not word:
        return ""
    acronym = re.search(r"[A-Z]{2,}$", word)
    if acronym or (len(word) == 1 and word.isupper()):
        return LETTER_FINALS.get(word[-1], "")
    word = word.lower()
    if re.search(r"l(e)?$", word):
        return "l"
    if re.search(r"([mn]|ng|[aeiou][mn]e)$", word):
        return "n"
    if re.search(rf"(^|[^{LATIN_VOWELS}])[{LATIN_VOWELS}](p|t|k|c|ck|b|pp|tt)$", word) or re.search(
        r"ook$", word
    ):
        return "" if word.endswith("hub") else "k"
    return ""


def josa(word: str, pair: str) -> str:
    """Return the particle of ``pair`` (a key of PAIRS, ``"을/를"`` too) that fits ``word``.

    Raises KeyError for an unknown pair.
    """
    after_consonant, after_vowel = PAIRS[pair.replace("/", "").replace("(", "").replace(")", "")]
    final = final_consonant(word)
    if pair.startswith(("으로", "(으)로")):
        return after_consonant if final not in {"", "l"} else after_vowel
    return after_consonant if final else after_vowel


def with_josa(word: str, pair: str) -> str:
    """Return ``word`` followed by its particle."""
    return f"{word}{josa(word, pair)}"
