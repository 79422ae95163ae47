"""Queries that nobody has looked at: words of the documents, misspelt and mistyped by chance."""

import random
import re
from collections.abc import Callable, Sequence

from search.analysis import Analyzer, normalize
from search.evaluating.records import Question, Record
from search.hangul import (
    INITIALS,
    MEDIALS,
    choseong_of,
    compose,
    hangul_to_keys,
    is_syllable,
    keys_to_hangul,
    to_jamo,
)

EACH = 100
SYLLABLES, LETTERS = 3, 5
"""So long are words at least: shorter ones turn into others by one slip."""

COMMON = 0.1
"""Words that more of all documents say than this are not asked for."""

LATIN = "abcdefghijklmnopqrstuvwxyz"
LATIN_WORD = re.compile(r"(?<![\w.@/#-])[a-z]{4,20}(?![\w@/-]|\.\w)")
PARTICLES = (("을", "를"), ("이", "가"), ("은", "는"), ("과", "와"), ("으로", "로"))
MORE_PARTICLES = "에서 에 의 도 만 까지 부터 에는 에서는 보다".split()
TARGETS = {
    "typo_ko": (0.85, 0.80),
    "typo_en": (0.80, 0.80),
    "particle": (0.88, 0.90),
    "keyboard": (0.90, 0.88),
    "keyboard_en": (0.85, 0.85),
    "choseong": (0.70, 0.60),
}


def fresh_questions(
    records: Sequence[Record], analyzer: Analyzer, *, seed: int = 1, each: int = EACH
) -> list[Question]:
    """Return questions of each kind; the same for the same documents and ``seed``.

    What answers them is told by the plain texts alone: the documents that have the word.
    """
    chance = random.Random(seed)  # noqa: S311 - nothing depends on nobody guessing it
    texts = {one.id: _text_of(one) for one in records}
    korean, latin = _words(records, analyzer)
    makers: list[tuple[str, list[str], Callable[[str], str]]] = [
        ("typo_ko", korean, lambda word: slip_in_hangul(word, chance)),
        ("typo_en", latin, lambda word: slip_in_latin(word, chance)),
        ("particle", korean, lambda word: with_particle(word, chance)),
        ("keyboard", korean, hangul_to_keys),
        ("keyboard_en", latin, keys_to_hangul),
        ("choseong", korean, choseong_of),
    ]
    questions = []
    for kind, words, make in makers:
        some = list(words)
        chance.shuffle(some)
        made = 0
        for word in some:
            if made >= each:
                break
            answers = _with_word(word, texts)
            query = make(word)
            if not 0 < len(answers) <= max(10, COMMON * len(texts)) or query == word:
                continue
            if kind.startswith("typo") and _with_word(query, texts):
                continue  # the slip made another word
            questions.append(Question(query, kind, frozenset(answers)))
            made += 1
    return questions


def _text_of(record: Record) -> str:
    return normalize("\n".join([record.title, record.body, *record.tags]))


def _words(records: Sequence[Record], analyzer: Analyzer) -> tuple[list[str], list[str]]:
    """Return the Korean and the Latin words of titles and tags, in order."""
    korean, latin = set(), set()
    for record in records:
        for text in (record.title, *record.tags):
            for unit in analyzer.units(text):
                word = unit.joined
                if unit.kind == "noun" and len(unit.parts) == 1 and all(map(is_syllable, word)):
                    if len(word) >= SYLLABLES:
                        korean.add(word)
                elif unit.kind == "latin" and LATIN_WORD.fullmatch(word) and len(word) >= LETTERS:
                    latin.add(word)
    return sorted(korean), sorted(latin)


def _with_word(word: str, texts: dict[str, str]) -> list[str]:
    if word.isascii():
        pattern = re.compile(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])")
        return [pk for pk, text in texts.items() if word in text and pattern.search(text)]
    return [pk for pk, text in texts.items() if word in text]


def with_particle(word: str, chance: random.Random) -> str:
    """Return ``word`` with a particle that fits its last sound."""
    has_final = (ord(word[-1]) - ord("가")) % 28 > 0
    pairs = [pair[0] if has_final else pair[1] for pair in PARTICLES]
    return word + chance.choice(pairs + MORE_PARTICLES)


def slip_in_hangul(word: str, chance: random.Random) -> str:
    """Return ``word`` with one letter (jamo) wrong, missing, too many or swapped, still syllables."""
    for _ in range(50):
        letters = list(to_jamo(word))
        at = chance.randrange(1, len(letters))
        vowels = [one for one in MEDIALS if len(to_jamo(one)) == 1]
        alike = vowels if letters[at] in MEDIALS else list(INITIALS)
        _edit(letters, at, alike, chance)
        found = compose(letters)
        if found != word and all(map(is_syllable, found)):
            return found
    return word


def slip_in_latin(word: str, chance: random.Random) -> str:
    """Return ``word`` with one letter wrong, missing, too many or swapped, never the first."""
    letters = list(word)
    _edit(letters, chance.randrange(1, len(letters)), LATIN, chance)
    return "".join(letters)


def _edit(letters: list[str], at: int, alike: Sequence[str], chance: random.Random) -> None:
    kind = chance.choice(["wrong", "missing", "double", "swapped"])
    if kind == "wrong":
        letters[at] = chance.choice(alike)
    elif kind == "missing":
        del letters[at]
    elif kind == "double":
        letters.insert(at, chance.choice(alike))
    elif at + 1 < len(letters):
        letters[at], letters[at + 1] = letters[at + 1], letters[at]
    else:
        letters[at - 1], letters[at] = letters[at], letters[at - 1]
