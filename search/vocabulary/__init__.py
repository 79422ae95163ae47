"""The words that public documents say: looked up, found by like spelling, counted."""

from search.vocabulary.counting import (
    count_terms,
    merge_changes,
    rebuild_counts,
    term_changes,
    words_of,
)
from search.vocabulary.grams import install_grams, remove_grams
from search.vocabulary.stored import Vocabulary
from search.vocabulary.words import ALL, TermChange, Word, WordSource

__all__ = [
    "ALL",
    "TermChange",
    "Vocabulary",
    "Word",
    "WordSource",
    "count_terms",
    "install_grams",
    "merge_changes",
    "rebuild_counts",
    "remove_grams",
    "term_changes",
    "words_of",
]
