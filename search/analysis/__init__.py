"""From text to the words by which it is found: one analyser for documents and for queries."""

import threading
from importlib import import_module

from django.conf import settings

from search.analysis.documents import DocumentTokens, across, document_tokens
from search.analysis.texts import fold, normalize, plain_text
from search.analysis.units import Analyzer, Unit

__all__ = [
    "Analyzer",
    "DocumentTokens",
    "Unit",
    "across",
    "analyzer_version",
    "document_tokens",
    "fold",
    "get_analyzer",
    "is_degraded",
    "make_analyzer",
    "normalize",
    "plain_text",
]
ANALYZERS = {
    "kiwi": ("search.analysis.kiwi", "KiwiAnalyzer"),
    "mecab": ("search.analysis.mecab", "MecabAnalyzer"),
    "bigram": ("search.analysis.bigrams", "BigramAnalyzer"),
}
"""Best first."""

_made: dict[str, Analyzer] = {}
_lock = threading.Lock()


def make_analyzer(name: str) -> Analyzer:
    """Return a new analyser. Raises ImportError or RuntimeError where it is not installed."""
    module, cls = ANALYZERS[name]
    return getattr(import_module(module), cls)()


def get_analyzer() -> Analyzer:
    """Return the analyser of SEARCH_ANALYZER, or the best that is installed; made once a process.

    One that is asked for but not installed is replaced by the next best: a site that searches
    worse is better than none, and ``is_degraded`` says so.
    """
    wanted = settings.SEARCH_ANALYZER
    found = _made.get(wanted)
    if found is None:
        with _lock:
            found = _made.get(wanted)
            if found is None:
                found = _made[wanted] = _best(wanted)
    return found


def _best(wanted: str) -> Analyzer:
    names = [wanted] if wanted else []
    names += [name for name in ANALYZERS if name != wanted]
    for name in names:
        try:
            return make_analyzer(name)
        except (ImportError, OSError, RuntimeError, ValueError):
            continue  # the next needs less
    raise RuntimeError("No analyser could be made.")  # pragma: no cover - bigrams need nothing


def analyzer_version() -> str:
    """Return what tokens depend on: analyser, its package and model, and our rules."""
    return get_analyzer().version


def is_degraded() -> bool:
    """Return whether searches are worse than they should be: no analyser of Korean is at work,
    or not the one that the settings name."""
    name = get_analyzer().name
    wanted = settings.SEARCH_ANALYZER
    return name != wanted if wanted else name == "bigram"
