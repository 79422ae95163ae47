"""What every reader yields."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

Fault = Callable[[int, str], None]
"""Called with a line or number of the file (0: the whole) and why something was left out."""


@dataclass(frozen=True)
class BroughtThread:
    """The page that was commented: its address or path, and other names that lead to it."""

    address: str
    names: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class BroughtComment:
    """One comment; ``text`` is Markdown, ``key`` and ``parent_key`` are unique in the file."""

    thread: BroughtThread
    key: str
    text: str
    name: str
    created_at: datetime | None
    parent_key: str = ""
    is_approved: bool = True
