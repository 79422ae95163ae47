"""The kinds of things that can be decided about, by app."""

from moderation.subjects import messages, people, writing


def register() -> None:
    """Make every kind known, in the order in which the desk lists them."""
    writing.register()
    people.register()
    messages.register()
