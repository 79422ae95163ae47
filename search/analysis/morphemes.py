"""From morphemes to words: runs of nouns with their joins, and the dictionary form of verbs.

Tags are those of the Sejong corpus, which Kiwi and mecab-ko share.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from search.analysis.particles import perhaps_without_particle, without_particle
from search.analysis.units import MAX_JOINED, MAX_TOKEN, Unit
from search.hangul import FIRST, PER_MEDIAL, has_loose_jamo, is_syllable, to_jamo

RULES = 1
"""Raise this with every change of what tokens a text gives: every document is then analysed anew."""


class Morpheme(NamedTuple):
    """The smallest piece that means something; ``form`` of a verb is its stem."""

    form: str
    tag: str
    start: int
    end: int
    is_oov: bool = False


NOUNS = frozenset("NNG NNP NNB NR XR XPN XSN UN".split())
ATTACHED = frozenset("MM NP".split())
"""They belong to a noun that follows without a space: 첫걸음, 우리말."""

IN_RUNS = NOUNS | ATTACHED
DEPENDENT = frozenset("XSN XPN NNB".split())
"""Alone they are no word; nor do these and ATTACHED end one, but for suffixes that mean something."""

UNSURE_AT_END = DEPENDENT | ATTACHED
COUNTED = frozenset("NNB NNG NR NNP".split())
"""They make one word with a number before them."""


LIKE_PREFIXES = frozenset("첫 새 옛 헌 맨 온".split())
"""Determiners that mean something by themselves: 새 글."""

SILENT_SUFFIXES = frozenset("들 님 씨 쯤 씩 째 끼리 짜리 네 꼴 여".split())
VERBS = frozenset("VV VA".split())
STOP_VERBS = frozenset(
    "하다 되다 있다 없다 않다 아니다 이다 같다 말다 싶다 그렇다 이렇다 저렇다 어떻다 그러다 이러다 저러다 "
    "어쩌다 대하다 위하다 통하다 의하다 관하다 인하다 비하다 못하다 계시다".split()
)
NOT_WORDS = frozenset("하나요 되나요".split())
"""The end of a question that is read as a number: 어떻게 하나요."""

NOMINAL = "ETN"
CLOSING = ")]}”’」』》〉"
"""After these a particle may begin, as after a word: 장고(Django)는."""


class _Piece(NamedTuple):
    """A part of a run of nouns: ``text`` as it is written, ``parts`` as tokens."""

    text: str
    parts: tuple[str, ...]
    tag: str
    start: int
    end: int
    is_oov: bool = False


def lemma_of(morpheme: Morpheme) -> str:
    """Return the form of a verb as a dictionary lists it."""
    return morpheme.form + "다"


def noun_unit(pieces: Sequence[_Piece], text: str) -> Unit | None:
    """Return the word that ``pieces`` make, None if nothing of it means anything."""
    pieces = _without_silent_end(pieces) if pieces[-1].tag in UNSURE_AT_END else list(pieces)
    if not pieces:
        return None
    extra: tuple[str, ...] = ()
    if pieces[-1].is_oov:
        pieces[-1], extra = _without_particle(pieces[-1])
    start, end = pieces[0].start, pieces[-1].end
    if len(pieces) == 1:
        ((joined, parts, _tag, _start, _end, is_oov),) = pieces
        if len(parts) > 1 or len(joined) > MAX_JOINED:
            parts = tuple(dict.fromkeys([part[:MAX_TOKEN] for part in parts]))
            joined = joined if len(joined) <= MAX_JOINED else parts[0]
        tokens = parts if parts == (joined,) else tuple(dict.fromkeys((*parts, joined)))
        if extra:
            tokens = tuple(dict.fromkeys(tokens + extra))
        return Unit("noun", text[start:end], start, end, parts, joined, tokens, is_oov)
    parts = tuple(dict.fromkeys([part[:MAX_TOKEN] for piece in pieces for part in piece.parts]))
    texts = [piece.text for piece in pieces]
    joined = "".join(texts)
    if len(joined) > MAX_JOINED:
        joined = ""
    all_tokens = list(parts)
    if len(pieces) > 2:
        pairs = [one + other for one, other in pairwise(texts)]
        all_tokens += [pair for pair in pairs if len(pair) <= MAX_JOINED]
    if joined:
        all_tokens.append(joined)
    all_tokens += extra
    tokens = tuple(dict.fromkeys(all_tokens))
    is_oov = True in [piece.is_oov for piece in pieces]
    return Unit("noun", text[start:end], start, end, parts, joined, tokens, is_oov)


def _without_silent_end(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Return ``pieces`` without what at their end means nothing; none if nothing else is there."""
    has_number = any(piece.tag in {"SN", "NR"} for piece in pieces)
    left = list(pieces)
    while left and (
        (left[-1].tag == "XSN" and left[-1].text in SILENT_SUFFIXES)
        or (left[-1].tag == "NNB" and not has_number)
        or left[-1].tag in {"XPN", "MM", "NP"}
    ):
        last = left.pop()
        if last.tag == "MM" and last.text in LIKE_PREFIXES and not left:
            return [last]
    return [] if all(piece.tag in DEPENDENT for piece in left) else left


def _without_particle(piece: _Piece) -> tuple[_Piece, tuple[str, ...]]:
    """Return a piece without the particle that an unknown word was read with, and more tokens."""
    bare = without_particle(piece.text)
    if bare != piece.text:
        end = piece.end - (len(piece.text) - len(bare))
        return piece._replace(text=bare, parts=(bare[:MAX_TOKEN],), end=end), ()
    perhaps = perhaps_without_particle(bare)
    return piece, () if perhaps == bare else (perhaps[:MAX_TOKEN],)


def _is_misread(text: str, word: Sequence[Morpheme]) -> bool:
    """Return whether a word that stands alone was read as if it began with a particle or ending.

    Out of context 도커 is read as 도 + 크어. A particle that was set apart by mistake is a whole
    word (학교 에서) and stays one.
    """
    if len(word) < 2:
        return False
    first = word[0]
    start, end = first.start, word[-1].end
    is_ending = first.tag[0] in "JE"
    if not is_ending and first.end != start + 1:
        return False
    if end - start < 2 or not _begins_eojeol(text, start):
        return False
    if is_ending or (first.tag == "IC" and first.end == start + 1):
        return any(morpheme.tag[0] in "VNMX" for morpheme in word)
    # 도 + 크 + 어 once more, with another meaning of 도.
    return (
        end - start == 2
        and first.end == start + 1
        and first.tag in {"NNG", "NNP", "NNB", "MM", "XPN"}
        and word[1].tag in VERBS
        and word[1].end == end
        and word[-1].tag[0] == "E"
    )


def _begins_eojeol(text: str, start: int) -> bool:
    """Return whether a word begins at ``start``, behind an opening quotation mark too."""
    while start > 0 and text[start - 1] in "\"'":
        start -= 1
    return start == 0 or not (text[start - 1].isalnum() or text[start - 1] in CLOSING)


def _eojeols(morphemes: Iterable[Morpheme]) -> Iterator[list[Morpheme]]:
    """Yield the morphemes that stand together without anything between them."""
    word: list[Morpheme] = []
    end = -1
    for morpheme in morphemes:
        if morpheme.start > end and word:
            yield word
            word = []
        word.append(morpheme)
        if morpheme.end > end:
            end = morpheme.end
    if word:
        yield word


def _nominal(word: Sequence[Morpheme], at: int) -> int:
    """Return the index after a nominalised verb that begins at ``at`` (쓰기, 바꿈), or ``at``."""
    index = at
    while index < len(word) and word[index].tag in {"VV", "VA", "VX"}:
        if index + 1 < len(word) and word[index + 1].tag == NOMINAL:
            return index + 2
        if not (index + 1 < len(word) and word[index + 1].tag == "EC"):
            return at
        index += 2
    return at


def _whole_verb(word: Sequence[Morpheme], at: int, text: str) -> str:
    """Return the lemma of a verb made of two (넘어지다, 들어가다) that begins at ``at``, or "".

    Only where the first ends in a consonant that stays: others melt into the ending (가져오다).
    """
    pieces = word[at : at + 3]
    if len(pieces) < 3 or pieces[1].tag != "EC" or pieces[1].form not in {"어", "아"}:
        return ""
    first, _ending, second = pieces
    if second.tag not in {"VV", "VX", "VA"} or second.form in {"있", "하"}:
        return ""
    if not is_syllable(first.form[-1]) or not text.startswith(first.form, first.start):
        return ""
    if (ord(first.form[-1]) - FIRST) % PER_MEDIAL == 0:
        return ""
    is_bright = to_jamo(first.form[-1])[1] in "ㅏㅗ"
    return first.form + ("아" if is_bright else "어") + second.form + "다"


def _verb_unit(word: Sequence[Morpheme], at: int, end: int, text: str) -> Unit | None:
    lemma, whole = lemma_of(word[at]), _whole_verb(word, at, text)
    if (lemma in STOP_VERBS and not whole) or has_loose_jamo(lemma):
        return None
    start = word[at].start
    joined = whole or lemma
    tokens = (lemma, whole) if whole else (lemma,)
    return Unit("verb", text[start:end], start, end, (lemma,), joined, tokens, word[at].is_oov)


def _word_units(word: Sequence[Morpheme], text: str, number: _Piece | None) -> Iterator[Unit]:
    run: list[_Piece] = [number] if number else []
    index = 0
    while index < len(word):
        morpheme = word[index]
        tag = morpheme.tag
        if tag in IN_RUNS:
            form, _tag, start, end, is_oov = morpheme
            run.append(_Piece(form, (form,), tag, start, end, is_oov))
            index += 1
            continue
        if tag in VERBS:
            after = _nominal(word, index)
            verbs = [one for one in word[index:after] if one.tag in VERBS]
            if after > index and (len(run) > bool(number) or len(verbs) > 1):
                start, end = morpheme.start, word[after - 1].end
                lemmas = tuple(lemma_of(one) for one in verbs)
                parts = tuple(lemma for lemma in lemmas if lemma not in STOP_VERBS)
                if parts:
                    run.append(_Piece(text[start:end], parts, NOMINAL, start, end))
                    index = after
                    continue
        if run:
            unit = noun_unit(run, text)
            if unit:
                yield unit
            run = []
        if tag in VERBS:
            after = _nominal(word, index)
            end = word[after - 1].end if after == index + 2 else morpheme.end
            unit = _verb_unit(word, index, end, text)
            if unit:
                yield unit
        elif tag in {"MAG", "IC"} and len(morpheme.form) > 1 and not has_loose_jamo(morpheme.form):
            form = morpheme.form
            yield Unit("adverb", form, morpheme.start, morpheme.end, (form,), form, (form,))
        index += 1
    if run:
        unit = noun_unit(run, text)
        if unit:
            yield unit


def korean_units(text: str, morphemes: Iterable[Morpheme], plain: Sequence[Unit]) -> list[Unit]:
    """Return all words of folded ``text``: those of ``morphemes`` and the ``plain`` ones.

    A number directly before a noun becomes part of it: 3시, 100만원.
    """
    numbers = {unit.end: unit for unit in plain if unit.kind == "number"}
    absorbed: set[int] = set()
    units: list[Unit] = []
    for word in _eojeols(morphemes):
        first = word[0]
        start, end = first.start, word[-1].end
        if text[start:end] in NOT_WORDS:
            continue
        if _is_misread(text, word):
            piece = _Piece(text[start:end], (text[start:end],), "NNG", start, end, is_oov=True)
            unit = noun_unit([piece], text)
            units += [unit] if unit else []
            continue
        number = _number_before(first, numbers, text) if numbers else None
        if number is None:
            units += _word_units(word, text, None)
            continue
        in_front = _Piece(number.parts[0], number.parts, "SN", number.start, number.end)
        absorbed.add(number.start)
        for unit in _word_units(word, text, in_front):
            if unit.start == number.start:
                tokens = tuple(dict.fromkeys(unit.tokens + number.tokens))
                unit = unit._replace(tokens=tokens)
            units.append(unit)
    units += [unit for unit in plain if unit.start not in absorbed]
    return sorted(units, key=attrgetter("start", "end"))


def _number_before(first: Morpheme, numbers: Mapping[int, Unit], text: str) -> Unit | None:
    """Return the number that ``first`` continues, by where it ends in ``numbers``."""
    if first.tag not in COUNTED:
        return None
    number = numbers.get(first.start)
    if number is None and first.tag == "NNB" and text[first.start - 1 : first.start] == " ":
        number = numbers.get(first.start - 1)  # 5 월
    return number
