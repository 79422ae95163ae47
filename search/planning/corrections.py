"""Which words of a query are replaced, which are only offered, and which stay as they are."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from search.analysis.units import Analyzer, Unit
from search.analysis.words import stems_of
from search.hangul import has_hangul, has_loose_jamo, is_syllable, to_jamo
from search.plan import Alternative
from search.planning.drafts import PARTS, RAW, SECOND, STEMS, Draft
from search.planning.spelling import (
    PARTICLES,
    Candidate,
    candidates,
    counted,
    listed_candidates,
    without_particles,
)

if TYPE_CHECKING:
    from search.vocabulary import WordSource

RARE, TIMES_RARER = 2, 30
"""A known word this rare may still be a slip, if a neighbour is so many times commoner."""

LOOKED_FOR = 8
"""So many misspelt forms of one query are looked up; each costs milliseconds."""

LONGER = 0.6
"""So much counts a longer word that begins or ends with the typed one."""

STRANGE_REST = 0.75  # of a score: what is left of an eojeol is no particle
CLOSE = 0.5  # of a score: a second candidate that is about as likely
SURE_SYLLABLES = 3
SHORT_LATIN, LONG_LATIN = 4, 6  # letters
LETTERS_AND_DIGITS = re.compile(r"([a-z]{2,})[\d._]+")


class Corrector:
    """Mends the drafts of one query."""

    def __init__(
        self, vocabulary: "WordSource", analyzer: Analyzer, lexicon: Collection[str] = ()
    ) -> None:
        """``lexicon`` are words that are spelled right even if nobody writes them."""
        self.vocabulary = vocabulary
        self.analyzer = analyzer
        self.lexicon = lexicon
        self.looked_for = 0

    def mend(self, drafts: list[Draft]) -> None:
        """Correct what nobody writes and note what else may be meant."""
        self._mend_eojeols(drafts)
        for draft in drafts:
            if draft.instead or any(key in self.lexicon for key in draft.keys):
                continue
            if draft.reading.typed.is_phrase or draft.is_joined or draft.reading.initials:
                continue
            if draft.unit is not None and draft.unit.kind in {"number", "kana", "adverb"}:
                continue
            if draft.unit is None and not draft.is_required and len(drafts) > 1:
                continue  # endings and particles
            if has_hangul(draft.surface) or (draft.unit is None and draft.reading.is_korean):
                self._mend_korean(draft, drafts)
            elif draft.unit is not None and draft.unit.kind == "latin":
                self._mend_latin(draft)

    def _candidates(self, word: str, slips: int | None = None) -> list[Candidate]:
        if self.looked_for >= LOOKED_FOR:
            return []
        self.looked_for += 1
        found = candidates(word, self.vocabulary, slips=slips)
        if found and found[0].distance < 2:
            return found
        return sorted([*found, *listed_candidates(word, self.lexicon)], key=lambda one: one.score)

    def _knows(self, *words: str) -> bool:
        return bool(words) and len(self.vocabulary.look_up(words)) == len(set(words))

    # Korean

    def _mend_eojeols(self, drafts: list[Draft]) -> None:
        """An eojeol of several words of which one is unknown may be one word with a slip."""
        for reading in {id(one.reading): one.reading for one in drafts}.values():
            own = [one for one in drafts if one.reading is reading]
            if len(own) < 2 or not reading.is_korean or reading.typed.is_phrase:
                continue
            whole_names = [name for name in _names(own[0]) if len(name) > len(own[0].surface)]
            if own[0].is_joined or self.vocabulary.look_up(whole_names):
                continue
            whole = reading.word
            if all(one.unit is None or self._knows(*one.unit.parts) for one in own):
                self._add_neighbour(own, whole)
                continue
            if best := self._best([whole, *without_particles(whole)], whole):
                self._replace(own[0], *best)
                for other in own[1:]:
                    drafts.remove(other)

    def _mend_korean(self, draft: Draft, drafts: list[Draft]) -> None:
        unit = draft.unit
        is_alone = sum(one.reading is draft.reading for one in drafts) == 1
        whole = draft.reading.word if is_alone and draft.reading.is_korean else ""
        if unit is not None and unit.kind == "verb":
            if whole and (unit.is_oov or not self._knows(*unit.parts)):
                self._mend_verb(draft, whole)
            elif whole and not any(one.is_required for one in drafts):
                self._add_neighbour([draft], whole)
            return
        if whole and unit is not None and self._is_debris(unit, draft, whole):
            if best := self._best([whole, *without_particles(whole)], whole, slips=1):
                self._replace(draft, *best)
            return
        if any(self._knows(one) for one in _names(draft)):
            self._doubt(draft)
            return
        parts = unit.parts if unit else ()
        is_strange = unit is None or unit.is_oov or not self._is_covered(draft, whole)
        for stem in without_particles(unit.joined if unit else ""):
            if self._knows(stem):
                draft.add([stem], RAW)
                draft.keys.append(stem)
                return
        if not is_strange and self._knows(*parts) and any(len(part) > 1 for part in parts):
            if len(parts) > 1 and any(len(part) < 2 for part in parts):
                self._replace_slip(draft)
            return
        is_word = unit is not None and not is_strange and len(parts) == 1
        forms = [unit.joined or unit.surface] if unit else []
        if whole and not is_word:
            forms += [whole, *without_particles(whole)]
        elif has_loose_jamo(draft.surface):
            forms.append(draft.surface)
        best = self._best(forms, whole)
        if best is None:
            if unit is not None and len(parts) > 1:
                self._mend_parts(draft)
            elif unit is not None:
                self._add_longer(draft, unit)
            return
        form, found = best
        if is_word and not _is_sure(form, found[0]):
            if unit is not None:
                self._add_longer(draft, unit)
            draft.offers += [one.term for one in found[:2]]
            return
        self._replace(draft, form, found)

    def _add_longer(self, draft: Draft, unit: Unit) -> None:
        """Let a word of the dictionary that nobody writes alone find those it begins or ends.

        찌개 is written as 김치찌개 or 된장찌개, which are words of the dictionary themselves.
        """
        word = unit.joined
        if unit.kind != "noun" or unit.is_oov or len(unit.parts) != 1 or len(word) < 2:
            return
        if self.vocabulary.look_up([word]):
            return
        longer = [
            one.term
            for one in self.vocabulary.containing(word, LOOKED_FOR)
            if one.term.startswith(word) or one.term.endswith(word)
        ]
        for term in longer:
            draft.add([term], LONGER)

    def _is_covered(self, draft: Draft, whole: str) -> bool:
        """Return whether nothing but a particle is left of the eojeol beside the word."""
        if not whole or draft.unit is None:
            return True
        rest = len(whole) - (draft.end - draft.start)
        return draft.start == 0 and (rest < 1 or draft.surface in without_particles(whole))

    def _add_neighbour(self, drafts: list[Draft], whole: str) -> None:
        """Let known words also be one word with a slip, if the vocabulary has nothing nearer."""
        if len(whole) < SURE_SYLLABLES:
            return
        for one in self._candidates(whole, slips=1)[:1]:
            if one.title_df or one.df > RARE:
                for draft in drafts:
                    draft.add([one.term], PARTS)
                drafts[0].offers.append(one.term)

    def _is_debris(self, unit: Unit, draft: Draft, whole: str) -> bool:
        """Return whether what was found may be what is left of a misspelt word."""
        if len(whole) < 2 or self._knows(whole):
            return False
        if draft.start > 0:
            return True
        rest = whole[draft.end :]
        return len(draft.surface) < 2 and bool(rest) and rest not in PARTICLES

    def _best(
        self, forms: list[str], whole: str = "", slips: int | None = None
    ) -> tuple[str, list[Candidate]] | None:
        """Return the form that is nearest to words, and these.

        What is left of ``whole`` beside a form should be a particle.
        """
        found = []
        for form in dict.fromkeys(forms):
            if len(form) > 1 and (near := self._candidates(form, slips)):
                rest = whole.partition(form)[2]
                odd = STRANGE_REST if rest and rest not in PARTICLES else 0.0
                found.append((near[0].score + odd, -len(form), form, near))
        if not found:
            return None
        _score, _length, form, near = min(found)
        return form, near

    def _replace(self, draft: Draft, form: str, found: list[Candidate]) -> None:
        """Search for ``found`` instead of ``form``; what was typed stays as the weakest way."""
        typed = draft.alternatives
        if draft.unit is not None and form in draft.surface.lower():
            # Its parts somewhere in a text would be no sign that it was meant as it was typed.
            draft.typed = [one for one in typed if len(one.tokens) == 1]
        draft.alternatives = []
        self._say(draft, found[0].term, PARTS)
        for other in found[1:3]:
            if other.score - found[0].score <= CLOSE and other.distance <= found[0].distance:
                self._say(draft, other.term, SECOND)
        for one in typed:
            if self._knows(*one.tokens) and any(len(token) > 1 for token in one.tokens):
                draft.add(one.tokens, SECOND)
        draft.instead = found[0].term
        draft.offers += [one.term for one in found[1:3]]
        draft.is_required = True
        draft.keys = []
        text = draft.reading.text
        if form not in draft.surface:
            # The slip went beyond what the analyser took for the word.
            at = text.lower().find(form)
            if at >= 0:
                draft.start, draft.end = at, at + len(form)
        draft.surface = text[draft.start : draft.end]

    def _say(self, draft: Draft, term: str, boost: float) -> None:
        """Add ``term`` as documents say it: whole, or in its parts, or by its stem."""
        draft.add([term], boost)
        for unit in self.analyzer.units(term):
            if unit.start == 0 and unit.end == len(term):
                if len(unit.parts) > 1:
                    draft.add(unit.parts, boost * STEMS)
                for token in unit.tokens:
                    if token.startswith("~"):
                        draft.add([token], boost * STEMS)

    def _replace_slip(self, draft: Draft) -> None:
        """A compound nobody writes, with pieces of one syllable: perhaps one word with a slip."""
        joined = draft.unit.joined if draft.unit else ""
        if len(joined) < SURE_SYLLABLES:
            return
        found = self._candidates(joined, slips=1)
        if found and found[0].df > 1:
            self._replace(draft, joined, found)

    def _mend_parts(self, draft: Draft) -> None:
        """Correct the unknown parts of a compound, if the others are known."""
        unit = draft.unit
        parts = unit.parts if unit else ()
        unknown = [part for part in parts if not self._knows(part)]
        mended = dict.fromkeys(parts, "")
        for part in unknown:
            found = self._candidates(part) if len(part) > 1 else []
            if not found:
                return
            mended[part] = found[0].term
        new = [mended[part] or part for part in parts]
        draft.alternatives.insert(0, Alternative(tuple(dict.fromkeys(new)), PARTS))
        text = draft.surface
        for part, term in mended.items():
            text = text.replace(part, term) if term else text
        draft.instead = text

    def _mend_verb(self, draft: Draft, whole: str) -> None:
        """A slip in a noun may look like a verb that nobody writes."""
        best = self._best([whole, *without_particles(whole)])
        if best and best[1][0].distance <= 1 and len(to_jamo(best[0])) > 3:
            self._replace(draft, *best)

    def _doubt(self, draft: Draft) -> None:
        """Posts hold slips, too: a rare word with a much commoner neighbour finds both."""
        unit = draft.unit
        names = _names(draft)
        known = self.vocabulary.look_up(counted(names))
        df = max((word.df for word in known.values()), default=0)
        name = unit.joined if unit and unit.joined else names[0]
        least = SURE_SYLLABLES if is_syllable(name[:1]) else LONG_LATIN - 1
        if not 0 < df <= RARE or len(name) < least:
            return
        for one in self._candidates(name, slips=1)[:1]:
            if one.df >= TIMES_RARER * df:
                draft.add([one.term], PARTS)
                draft.offers.append(one.term)

    # Latin

    def _mend_latin(self, draft: Draft) -> None:
        unit = draft.unit
        if unit is None:
            return
        known = self.vocabulary.look_up(counted(unit.tokens))
        if (len(unit.parts) == 1 and known) or self._knows(*unit.parts):
            self._doubt(draft)
            return
        word = unit.joined or unit.parts[0]
        if len(unit.parts) > 1:
            self._mend_parts(draft)
            return
        near = self._candidates(word) if word.isalpha() else []
        akin = [one for one in near if set(stems_of(one.term)) & set(unit.stems)]
        if akin:
            # Another form of a word that is known: its stem finds it already.
            draft.keys.append(akin[0].term)
            return
        found = [one for one in near if _is_likely(word, one)]
        if not (found and found[0].distance < 2) and (pair := self._two_words(word)):
            draft.typed = list(draft.alternatives)
            draft.add(pair, PARTS)
            draft.instead = " ".join(pair)
            return
        if found:
            self._replace(draft, word, found)

    def _two_words(self, word: str) -> tuple[str, str] | None:
        """Return the two known words of which ``word`` is made: springboot."""
        cuts = [(word[:at], word[at:]) for at in range(3, len(word) - 2)]
        known = self.vocabulary.look_up(piece for pair in cuts for piece in pair)
        both = [pair for pair in cuts if pair[0] in known and pair[1] in known]
        return max(both, key=lambda pair: min(known[one].df for one in pair), default=None)


def _names(draft: Draft) -> list[str]:
    """Return the words that say the whole draft."""
    return [one.tokens[0] for one in draft.alternatives if len(one.tokens) == 1]


def _is_sure(form: str, one: Candidate) -> bool:
    """Return whether a word of the dictionary that nobody writes is another spelling of ``one``.

    Of two syllables it is rather another word: it stays, and the neighbour is offered.
    """
    syllables = sum(map(is_syllable, form))
    return syllables >= SURE_SYLLABLES and one.distance <= (2 if syllables > 4 else 1)


def _is_likely(word: str, one: Candidate) -> bool:
    """Return whether ``one`` may be meant by a Latin ``word``: short words have many neighbours."""
    if len(word) <= SHORT_LATIN:
        is_longer = len(word) == SHORT_LATIN and len(one.term) == len(word) + 1
        return one.term[:1] == word[:1] and (is_longer or sorted(one.term) == sorted(word))
    return one.distance <= 1 or len(word) >= LONG_LATIN
