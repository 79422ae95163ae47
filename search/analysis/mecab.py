"""mecab-ko, the light analyser: 93 MB, fast, but it reads what it does not know as what it knows."""

import threading
from collections.abc import Iterator
from importlib.metadata import version

import mecab_ko

from search.analysis.morphemes import RULES, Morpheme, korean_units
from search.analysis.texts import fold
from search.analysis.units import Unit
from search.analysis.words import plain_units
from search.hangul import has_syllable, is_syllable

TAG, KIND, PIECES = 0, 4, 7
"""Columns of mecab-ko-dic: tags of a word, how it is made, and what it is made of."""


class MecabAnalyzer:
    """Morphemes by mecab-ko with mecab-ko-dic."""

    name = "mecab"

    def __init__(self) -> None:
        """Open the dictionary. Raises ImportError or RuntimeError where it is missing."""
        self.version = (
            f"mecab-{version('mecab-ko')}-{version('mecab-ko-dic')}"
            f"-s{version('snowballstemmer')}-r{RULES}"
        )
        self._local = threading.local()
        self._local.tagger = mecab_ko.Tagger()

    def units(self, text: str) -> list[Unit]:
        folded = fold(text)
        plain = plain_units(folded)
        if not has_syllable(folded):
            return plain
        return korean_units(folded, self._morphemes(folded), plain)

    def _morphemes(self, text: str) -> Iterator[Morpheme]:
        # A tagger keeps its last sentence: one for each thread. They share the mapped dictionary.
        tagger = getattr(self._local, "tagger", None)
        if tagger is None:
            tagger = self._local.tagger = mecab_ko.Tagger()
        place = 0
        for line in tagger.parse(text.replace("\n", " ").replace("\x00", " ")).split("\n"):
            surface, tab, described = line.partition("\t")
            if not tab or not surface:
                continue  # EOS
            start = text.find(surface, place)
            if start < 0:
                continue
            place = end = start + len(surface)
            if is_syllable(surface[0]):
                yield from _taken_apart(surface, described.split(","), start, end)


def _taken_apart(surface: str, features: list[str], start: int, end: int) -> Iterator[Morpheme]:
    """Yield the morphemes of one word of the dictionary: 첫걸음 is 첫 + 걸음, 했 is 하 + 았."""
    tags = features[TAG]
    made_of = features[PIECES] if len(features) > PIECES else "*"
    if made_of == "*":
        yield Morpheme(surface, _sejong(tags), start, end, is_oov=tags == "UNKNOWN")
        return
    pieces = [piece.split("/")[:2] for piece in made_of.split("+") if piece.count("/") >= 1]
    if "".join(form for form, _tag in pieces) == surface:
        for form, tag in pieces:
            yield Morpheme(form, _sejong(tag), start, start + len(form))
            start += len(form)
    elif features[KIND] == "Inflect":
        for form, tag in pieces:
            yield Morpheme(form, _sejong(tag), start, end)
    else:
        yield Morpheme(surface, _sejong(tags), start, end)


def _sejong(tags: str) -> str:
    """Return the first tag in the names that Kiwi uses."""
    tag = tags.partition("+")[0]
    return {"NNBC": "NNB", "UNKNOWN": "NNG"}.get(tag, tag)
