"""What the shipped rule makes of texts that the classifier never learned (SO-47)."""

import json

import pytest

from moderation.screening import classifier
from moderation.screening.classifier import MODEL, count_words, shipped_counts, stored
from moderation.screening.corpora import samples, training_texts
from moderation.screening.evaluation import GOOD_WAYS, SPAM_WAYS, evaluate, way_of
from moderation.screening.verdict import DEFAULT, WORDS_SHARE
from search.analysis import get_analyzer

pytestmark = pytest.mark.one_engine

needs_kiwi = pytest.mark.skipif(get_analyzer().name != "kiwi", reason="Figures are those of Kiwi.")


@pytest.fixture(scope="module")
def counts():
    return shipped_counts("kiwi")


@needs_kiwi
@pytest.mark.behaviour("SO-47")
def test_at_least_95_of_100_texts_of_spam_are_held(counts):
    figures = evaluate("spam", counts)
    assert figures.texts >= 60
    assert figures.share >= 0.95, [one[0].source for one in figures.wrong]


@needs_kiwi
@pytest.mark.behaviour("SO-47")
@pytest.mark.parametrize("is_held_out", [True, False], ids=["held out", "learned"])
def test_nothing_innocent_is_held(counts, is_held_out):
    figures = evaluate("innocent", counts, is_held_out=is_held_out)
    assert figures.texts >= 120
    assert [one[0].source for one in figures.wrong] == []


@needs_kiwi
@pytest.mark.parametrize("way", GOOD_WAYS, ids=[way.name for way in GOOD_WAYS])
def test_nothing_innocent_is_held_in_whichever_way_it_comes(counts, way, monkeypatch):
    from moderation.screening import evaluation

    monkeypatch.setattr(evaluation, "way_of", lambda sample: way)
    figures = evaluate("innocent", counts)
    assert [one[0].source for one in figures.wrong] == []


def test_the_texts_are_many_and_the_arrivals_mixed():
    spam, innocent = samples("spam"), samples("innocent")
    assert len(spam) >= 200
    assert len(innocent) >= 400
    assert len({one.source for one in (*spam, *innocent)}) == len(spam) + len(innocent)
    trapped = [one for one in spam if way_of(one).arrival.is_trapped]
    assert len(trapped) <= len(spam) * 0.3
    by_hand = [one for one in spam if way_of(one) is SPAM_WAYS[-1]]
    assert len(by_hand) >= len(spam) * 0.1
    assert {way_of(one).name for one in innocent} == {way.name for way in GOOD_WAYS}


@needs_kiwi
def test_the_shipped_model_is_what_training_gives():
    assert stored(count_words(training_texts())) == json.loads(MODEL.read_text(encoding="utf-8"))


def test_wording_alone_never_holds():
    assert DEFAULT["points"]["words"] <= DEFAULT["threshold"] * WORDS_SHARE


@needs_kiwi
def test_no_single_word_decides(counts):
    strongest = max(counts.words, key=lambda name: classifier.weight_of(name, counts))
    opinion = classifier.judge([classifier.Word(strongest, 0, 1)] * 5, counts)
    assert opinion.likelihood == 0
