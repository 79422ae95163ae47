"""From words as they are read to groups of alternatives (`docs/search.md` tells the rules)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from search.analysis.texts import fold
from search.analysis.units import Analyzer, Unit
from search.hangul import is_syllable
from search.plan import TYPED, Alternative
from search.planning.function_words import FUNCTION_WORDS
from search.planning.readings import NOT_LETTERS, Reading
from search.planning.spelling import counted, without_particles

if TYPE_CHECKING:
    from search.vocabulary import WordSource

ALTERNATIVES_AT_MOST = 12
JOINED, RAW, PARTS, STEMS, SECOND, SYNONYM, VERB = 1.5, 1.2, 1.0, 0.7, 0.4, 0.7, 0.6
MAX_ACROSS = 16  # code points; documents hold no longer joins across a space
SHORT_NUMBER = 2


@dataclass
class Draft:
    """A group in the making: one word that was meant.

    ``surface`` stands at ``start`` to ``end`` of the reading's text. ``instead`` is what it was
    corrected to and ``typed`` how it would be said without that, ``offers`` what else may be meant.
    """

    reading: Reading
    surface: str
    start: int
    end: int
    unit: Unit | None = None
    alternatives: list[Alternative] = field(default_factory=list)
    is_required: bool = True
    instead: str = ""
    typed: list[Alternative] = field(default_factory=list)  # before it was corrected
    offers: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)  # by which synonyms are looked up
    is_joined: bool = False  # with a neighbour: the two are one word, and spelled right

    def add(self, tokens: Iterable[str], boost: float, tier: int = TYPED) -> None:
        """Add a way to say it, unless it is there or there are too many."""
        said = tuple(dict.fromkeys(token for token in tokens if token))
        if not said or len(self.alternatives) >= ALTERNATIVES_AT_MOST:
            return
        if all(set(one.tokens) != set(said) for one in self.alternatives):
            self.alternatives.append(Alternative(said, boost, tier))


def draft_words(
    readings: list[Reading], vocabulary: "WordSource", analyzer: Analyzer
) -> list[Draft]:
    """Return the words of all ``readings``, analysed together because context helps."""
    spoken = [reading for reading in readings if not reading.initials]
    text = " ".join(reading.text for reading in spoken)
    units = analyzer.units(text)
    asked = {token for unit in units for token in (*unit.tokens, *unit.parts)}
    for reading in spoken:
        asked |= {reading.word, *without_particles(reading.word)}
    for one, other in pairwise(spoken):
        asked.add(one.word + other.word)
    vocabulary.look_up(counted(asked))
    drafts: list[Draft] = []
    offset = 0
    for reading in readings:
        if reading.initials:
            drafts.append(_initials_draft(reading))
            continue
        end = offset + len(reading.text)
        own = [unit for unit in units if offset <= unit.start < end]
        drafts += _word_drafts(reading, own, offset, vocabulary, is_alone=len(readings) == 1)
        offset = end + 1
    join_neighbours(drafts, vocabulary)
    return drafts


def _initials_draft(reading: Reading) -> Draft:
    draft = Draft(reading, reading.text, 0, len(reading.text))
    best = reading.initials[0].weight
    for word in reading.initials:
        draft.add([word.term], min(1.0, max(SECOND, word.weight / best)) if best else 1.0)
    draft.instead = reading.initials[0].term
    draft.offers = [word.term for word in reading.initials[1:3]]
    return draft


def _word_drafts(
    reading: Reading,
    units: list[Unit],
    offset: int,
    vocabulary: "WordSource",
    *,
    is_alone: bool,
) -> list[Draft]:
    """Return the words of one typed word: usually one, more in 도커compose or 설치하는법."""
    drafts = []
    whole = _whole_word(reading, units, vocabulary, is_alone=is_alone)
    for unit in units:
        if whole and not _may_stand_beside(unit, whole):
            continue
        if unit.kind == "kana":
            drafts += _kana_drafts(reading, unit, offset)
            continue
        drafts += unit_drafts(reading, unit, offset)
    nouns = [draft for draft in drafts if draft.unit and draft.unit.kind == "noun"]
    if whole:
        if not nouns:
            draft = Draft(reading, reading.text, 0, len(reading.text), keys=[whole])
            draft.add([whole], RAW)
            for unit in units:
                if unit.kind in {"verb", "adverb"}:
                    draft.add(unit.parts, VERB)
            return [*(one for one in drafts if one.unit and one.unit.kind == "latin"), draft]
        for draft in nouns:
            draft.add([whole], RAW)
            draft.keys.append(whole)
            _add_stem(draft, whole, vocabulary)
    if not drafts and reading.word and not reading.typed.is_phrase:
        # Particles and endings alone (어떻게 되나요), or a word that was not understood. A phrase
        # of these is looked up in the texts.
        draft = Draft(reading, reading.text, 0, len(reading.text))
        draft.add([reading.word], PARTS)
        draft.is_required = not reading.is_korean
        drafts.append(draft)
    return drafts


def _whole_word(
    reading: Reading, units: list[Unit], vocabulary: "WordSource", *, is_alone: bool
) -> str:
    """Return the word that an eojeol is by the vocabulary, without particle; empty if none.

    Single words are parsed badly out of context (도커 as a particle and a verb).
    """
    if not reading.is_korean or len(reading.word) < 2:
        return ""
    word = reading.word
    known = vocabulary.look_up([word])
    if known or any(word in unit.tokens for unit in units):
        return word if known else ""
    if not units and not is_alone:
        return ""  # endings and particles: 하나요 of 어떻게 하나요
    if any(unit.joined and vocabulary.look_up([unit.joined]) for unit in units if _is_long(unit)):
        return ""
    stems = vocabulary.look_up(without_particles(word))
    return max(stems, key=lambda one: (stems[one].df, len(one)), default="")


def _add_stem(draft: Draft, whole: str, vocabulary: "WordSource") -> None:
    """Let a word that no dictionary has also be one with a particle: 도커로, read as a noun once."""
    if draft.unit is None or not draft.unit.is_oov:
        return
    known = vocabulary.look_up([whole, *without_particles(whole)])
    stems = [one for one in without_particles(whole) if one in known]
    for stem in sorted(stems, key=lambda one: -known[one].df)[:1]:
        if known[stem].df >= known[whole].df:
            draft.add([stem], PARTS)
            draft.keys.append(stem)


def _is_long(unit: Unit) -> bool:
    return unit.end - unit.start > 1


def _may_stand_beside(unit: Unit, whole: str) -> bool:
    """Return whether ``unit`` is another good reading of an eojeol that is the word ``whole``."""
    if unit.kind == "verb":
        return whole in unit.tokens
    return unit.kind not in {"adverb"} and (_is_long(unit) or unit.kind in {"latin", "kana"})


def unit_drafts(reading: Reading, unit: Unit, offset: int = 0) -> list[Draft]:
    """Return the groups of a word: one, or of a compound one for each piece of two syllables.

    So 메모리부족 finds what 메모리 부족 finds; what writes it as one word comes first.
    """
    pieces = _pieces(unit)
    if len(pieces) < 2:
        return [unit_draft(reading, unit, offset)]
    drafts = []
    start = unit.start
    for parts in pieces:
        text = "".join(parts)
        piece = Unit("noun", text, start, start + len(text), parts, text, parts, unit.is_oov)
        draft = unit_draft(reading, piece, offset)
        if unit.joined:
            draft.add([unit.joined], JOINED)
        drafts.append(draft)
        start += len(text)
    drafts[0].keys.append(unit.joined)
    return drafts


def _pieces(unit: Unit) -> list[tuple[str, ...]]:
    """Return the parts of a compound, those of one syllable with their neighbour."""
    if unit.kind != "noun" or "".join(unit.parts) != fold(unit.surface):
        return [unit.parts]
    pieces: list[tuple[str, ...]] = []
    waiting: tuple[str, ...] = ()
    for part in unit.parts:
        if len(part) > 1:
            pieces.append((*waiting, part))
            waiting = ()
        elif pieces:
            pieces[-1] = (*pieces[-1], part)
        else:
            waiting = (*waiting, part)
    return pieces or [unit.parts]


def unit_draft(reading: Reading, unit: Unit, offset: int = 0) -> Draft:
    """Return the group of one word that the analyser found."""
    draft = Draft(reading, unit.surface, unit.start - offset, unit.end - offset, unit)
    if unit.joined and len(unit.parts) > 1:
        draft.add([unit.joined], JOINED)
    draft.add(unit.parts, PARTS)
    if unit.kind == "noun" and unit.joined and len(unit.parts) == 1:
        draft.add([unit.joined], JOINED)
    if stems := [token for token in unit.tokens if token.startswith("~")]:
        if len(unit.parts) == 1:
            for stem in stems:
                draft.add([stem], STEMS)
    if unit.kind == "latin":
        # What a document that says less still says: python of python3.
        for token in unit.tokens:
            if token[0] != "~" and token not in unit.parts and token != unit.joined:
                draft.add([token], SECOND)
    draft.keys = list(dict.fromkeys(one for one in (unit.joined, fold(unit.surface)) if one))
    draft.is_required = _is_required(unit)
    return draft


def _is_required(unit: Unit) -> bool:
    if unit.kind in {"verb", "adverb"}:
        return False
    word = fold(unit.surface)
    if unit.kind == "number":
        return len(word) > SHORT_NUMBER
    return word not in FUNCTION_WORDS and unit.joined not in FUNCTION_WORDS


def _kana_drafts(reading: Reading, unit: Unit, offset: int) -> list[Draft]:
    """Return the words of a Japanese run: its pieces of Han and of katakana, and the whole."""
    pieces = list(_scripts(unit.surface))
    content = [(text, at) for text, at, script in pieces if script != "hiragana"]
    draft = Draft(reading, unit.surface, unit.start - offset, unit.end - offset, unit)
    draft.add(unit.parts, PARTS)
    draft.keys = [unit.surface]
    if len(pieces) < 2 or not content:
        return [draft]
    drafts = []
    for text, at in content:
        start = unit.start - offset + at
        piece = Draft(reading, text, start, start + len(text), keys=[text])
        if len(text) == 1:
            pair = unit.surface[at : at + 2]
            piece.add([pair if len(pair) == 2 else text], PARTS)
            piece.add([text], SECOND)
        else:
            piece.add([text[i : i + 2] for i in range(len(text) - 1)], PARTS)
        drafts.append(piece)
    draft.is_required = False
    return [*drafts, draft]


def _scripts(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield (piece, where it begins, script) of a Japanese run; ー goes with what is before it."""
    start, last = 0, ""
    for at, one in enumerate(text):
        if one == "ー" and last:
            continue
        script = "hiragana" if "ぁ" <= one <= "ゟ" else "katakana" if "ァ" <= one <= "ヿ" else "han"
        if last and script != last:
            yield text[start:at], start, last
            start = at
        last = script
    if text:
        yield text[start:], start, last


def as_typed(drafts: list[Draft]) -> list[Draft]:
    """Return the drafts with what was typed in place of every correction."""
    typed: list[Draft] = []
    done: set[int] = set()
    for draft in drafts:
        reading = draft.reading
        if not (draft.instead or reading.was_flipped):
            typed.append(draft)
        elif id(reading) not in done:
            done.add(id(reading))
            text = NOT_LETTERS.sub("", fold(reading.typed.text))
            literal = Draft(reading, reading.typed.text, 0, len(reading.typed.text))
            for one in () if reading.was_flipped else draft.typed:
                literal.add(one.tokens, one.boost)
            literal.add([text], PARTS)
            typed.append(literal)
    return typed


def join_neighbours(drafts: list[Draft], vocabulary: "WordSource") -> None:
    """Let two or three neighbours that the vocabulary knows as one word find it: 블루 투스."""
    nouns = [
        draft
        for draft in drafts
        if draft.unit is None or draft.unit.kind in {"noun", "latin", "number"}
    ]
    joins = []
    for size in (2, 3):
        for at in range(len(nouns) - size + 1):
            some = nouns[at : at + size]
            if any(one.reading.typed.is_title != some[0].reading.typed.is_title for one in some):
                continue
            if not are_neighbours(some):
                continue
            joined = "".join(_bare(one) for one in some)
            if 2 < len(joined) <= MAX_ACROSS or (len(joined) == 2 and is_syllable(joined[0])):
                joins.append((joined, some))
    known = vocabulary.look_up(joined for joined, _ in joins)
    for joined, some in joins:
        if joined in known:
            for draft in some:
                draft.add([joined], JOINED)
                draft.is_joined = True


def _bare(draft: Draft) -> str:
    return (draft.unit.joined if draft.unit else "") or fold(draft.surface)


def are_neighbours(drafts: list[Draft]) -> bool:
    """Return whether nothing but one space or nothing at all stands between them."""
    for one, other in pairwise(drafts):
        if one.reading is other.reading:
            if other.start - one.end > 1:
                return False
        elif (
            other.reading.typed.start - one.reading.typed.end != 1
            or one.end < len(one.reading.text.rstrip())
            or other.start > 0
        ):
            return False
    return True
