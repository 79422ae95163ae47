"""One analyser of each kind for the whole test run: Kiwi takes seconds to load."""

from functools import cache

from search.analysis import Analyzer, get_analyzer, make_analyzer


@cache
def made(name: str) -> Analyzer:
    """Return the analyser ``name``; the one of the site where it is the same."""
    ours = get_analyzer()
    return ours if ours.name == name else make_analyzer(name)
