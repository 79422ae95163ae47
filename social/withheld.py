"""What leads to somebody whose account is hidden: it is kept back until the account is open again.

Each app says which causes of notifications lead to what is somebody's (``AppConfig.ready``):

    withheld.register(told_of_writing)
"""

from collections.abc import Callable

from django.db.models import Q

_sources: list[Callable[[int], list[Q]]] = []


def register(causes_about: Callable[[int], list[Q]]) -> None:
    """Let ``causes_about(key of a person)`` name causes; each is asked for in a query of its own."""
    if causes_about not in _sources:
        _sources.append(causes_about)


def causes_about(person_pk: int) -> list[Q]:
    """Return what a person did, what is told of the person, and what the other apps name."""
    own = [
        Q(actor=person_pk),
        Q(notification__target_type="person", notification__target_id=person_pk),
    ]
    return own + [causes for source in _sources for causes in source(person_pk)]
