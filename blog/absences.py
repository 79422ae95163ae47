"""Why something is not shown, where more may be said than that nothing is there.

    absences.register(absence_of)      # in AppConfig.ready of the app that knows

Asked only where a page would answer 404, and only of what everybody could see before it was held.
"""

from collections.abc import Callable

from blog.exceptions import Withheld

_ask: list[Callable[[str, int], Withheld | None]] = []


def register(ask: Callable[[str, int], Withheld | None]) -> None:
    """Let ``ask(kind, pk)`` return the error to raise instead of Http404, or None."""
    if ask not in _ask:
        _ask.append(ask)


def raise_absence(kind: str, pk: int) -> None:
    """Raise what is known of why a thing is not shown, if anything is."""
    for ask in _ask:
        error = ask(kind, pk)
        if error is not None:
            raise error
