"""The posts of the search bench are the same in each run, and counted as they are."""

from collections import Counter

import pytest

from tools.bench_search import corpus
from tools.bench_search.corpus import Corpus

pytestmark = pytest.mark.one_engine

SIZE = 60


@pytest.fixture
def posts(monkeypatch):
    monkeypatch.setattr(corpus, "VOCABULARY", 3_000)
    monkeypatch.setattr(corpus, "_real_words", lambda: ["마당", "docker"])
    made = Corpus(SIZE)
    return made, [one for batch in made.batches(at_once=25) for one in batch]


def test_the_same_posts_come_in_every_run(posts):
    again = Corpus(SIZE)
    assert [one for batch in again.batches(at_once=25) for one in batch] == posts[1]
    assert len({one.number for one in posts[1]}) == SIZE


def test_words_of_public_posts_are_counted_once_a_post(posts):
    made, written = posts
    public = [one for one in written if one.visibility == "public"]
    said = Counter(word for one in public for word in set(one.body))
    titled = Counter(word for one in public for word in set(one.title))
    assert made.public == len(public) < SIZE
    assert {word: made.df[place] for word, place in made.places.items() if made.df[place]} == said
    assert titled == Counter(
        {word: made.title_df[place] for word, place in made.places.items() if made.title_df[place]}
    )
    assert all(set(one.title) <= set(one.body) for one in written)


def test_words_are_chosen_by_how_many_posts_say_them(posts):
    made, _written = posts
    common = made.words_said_by(0.5 * made.public, made.public, 3)
    assert len(common) == 3
    assert all(made.df[made.places[word]] >= 0.5 * made.public for word in common)
    assert made.words_said_by(SIZE + 1, SIZE + 2, 3) == []
