"""What looks at texts as they go out, without the apps that write knowing it.

    screening.register(look)          # in AppConfig.ready of the app that judges
    screening.screen("post", post.pk)  # in the action, in its transaction, when all is stored

``look(kind, pk)`` may hide what it looks at; whoever called reads the row again. What is known of
how something came in (the network, how long a form was open, a field that people do not see) is
said by the door with ``arriving``, and asked for with ``arrival``. A door that knows only later may
give a function: it is asked once, when somebody wants to know.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Arrival(NamedTuple):
    """How a text came in. ``seconds``: how long the form was open, None where nobody knows."""

    door: str = ""
    network: str = ""
    seconds: float | None = None
    is_trapped: bool = False


UNKNOWN = Arrival()
_arrival: ContextVar[Arrival | Callable[[], Arrival]] = ContextVar("arrival", default=UNKNOWN)
_looks: list[Callable[[str, int], None]] = []


def register(look: Callable[[str, int], None]) -> None:
    """Let ``look`` see what goes out; called by ``AppConfig.ready``."""
    if look not in _looks:
        _looks.append(look)


def screen(kind: str, pk: int) -> None:
    """Let everybody who registered look at a thing that goes out now, in its transaction."""
    for look in _looks:
        look(kind, pk)


def arrival() -> Arrival:
    """Return how what is being done now came in."""
    how = _arrival.get()
    if not isinstance(how, Arrival):
        how = how()
        # Kept until the ``arriving`` around it ends.
        _arrival.set(how)
    return how


@contextmanager
def arriving(how: Arrival | Callable[[], Arrival]) -> Iterator[None]:
    """Say how what is done within came in."""
    token = _arrival.set(how)
    try:
        yield
    finally:
        _arrival.reset(token)
