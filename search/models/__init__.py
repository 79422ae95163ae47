"""What is kept so that things can be found, by noun."""

from search.models.documents import Document, DocumentA, DocumentB
from search.models.queries import PopularQuery, QueryDay, Synonym
from search.models.sync import Generation, Waiting
from search.models.terms import Term, TermA, TermB

__all__ = [
    "Document",
    "DocumentA",
    "DocumentB",
    "Generation",
    "PopularQuery",
    "QueryDay",
    "Synonym",
    "Term",
    "TermA",
    "TermB",
    "Waiting",
]
