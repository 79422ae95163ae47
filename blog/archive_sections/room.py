"""How many of a kind the site lets a person have; what is too many is only carried along."""

from collections import Counter

from accounts.archive.sections import Arrival


def has_room(arrival: Arrival, name: str, *, held: int, most: int) -> bool:
    """Return whether one more fits beside the ``held`` rows, and take its place.

    Nothing is stored in a dry run: there, what was given a place under ``name`` counts as held.
    """
    if not arrival.is_dry:
        return held < most
    taken: Counter[str] = arrival.once("places_taken", Counter)
    if held + taken[name] >= most:
        return False
    taken[name] += 1
    return True
