"""What people can be told: each app registers its kinds, and how the things they lead to are shown.

    register_kind("like", label=_("Likes"), say=say_like, mail="never")
    register_target("post", load_post_targets)

``say(telling)`` returns one whole sentence in the active language, and each of its kind fits that
one: a name, or a name and how many others. ``load(person, ids)`` returns
{id: Target} of those that ``person`` may see; what is missing there is not shown to that person.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from accounts.models import User

MAIL_CHOICES = MAIL_NOW, MAIL_DAILY, MAIL_NEVER = "now", "daily", "never"
MAIL_AFTER = timedelta(minutes=2)
"""A mail waits so long; what was read by then is not mailed (SO-32)."""
MAIL_AGAIN_AFTER = timedelta(minutes=15)
"""More about the same target is mailed no sooner (SO-32)."""
SAME_AGAIN_AFTER = timedelta(days=1)
"""What is undone and done again within this time tells nobody a second time (SO-26)."""


class Target(NamedTuple):
    """What a notification leads to, as its reader may see it.

    ``form`` tells sentences apart where one type has several: "article" and "note" of a post.
    """

    url: str
    title: str = ""
    text: str = ""
    form: str = ""


class Telling(NamedTuple):
    """What a sentence is made of: who acted last, how many other people, how many acts in all."""

    name: str
    others: int
    count: int
    target: Target
    data: dict[str, Any]

    @property
    def words(self) -> dict[str, Any]:
        """What the places of a sentence take."""
        return {
            "name": self.name,
            "others": self.others,
            "count": self.count,
            "title": self.target.title,
        }


class Kind(NamedTuple):
    """One kind of notification.

    ``mail`` is the choice of whoever chose nothing; without one there is nothing to choose.
    """

    name: str
    label: Any
    say: Callable[[Telling], str]
    mail: str
    icon: str


_kinds: dict[str, Kind] = {}
_targets: dict[str, Callable[[User, Iterable[int]], dict[int, Target]]] = {}


def register_kind(
    name: str,
    *,
    label: Any,
    say: Callable[[Telling], str],
    mail: str = "",
    icon: str = "bell",
) -> None:
    """Make a kind known; called by ``AppConfig.ready``. ``label`` is a lazy translation.

    Without ``mail`` no mail of this kind is ever sent from here (its app has one of its own).
    """
    _kinds[name] = Kind(name, label, say, mail, icon)


def register_target(name: str, load: Callable[[User, Iterable[int]], dict[int, Target]]) -> None:
    """Make a type of target known; called by ``AppConfig.ready``."""
    _targets[name] = load


def find_kind(name: str) -> Kind | None:
    """Return the kind of that name; None for a row of an older or newer version."""
    return _kinds.get(name)


def all_kinds() -> list[Kind]:
    """Return every kind in the order in which the apps registered them."""
    return list(_kinds.values())


def is_target(name: str) -> bool:
    """Return whether things of that type can be shown."""
    return name in _targets


def load_targets(person: User, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Target]:
    """Return {(type, id): Target} of what ``person`` may see; one loader call for each type."""
    by_type: dict[str, set[int]] = {}
    for name, pk in wanted:
        by_type.setdefault(name, set()).add(pk)
    found: dict[tuple[str, int], Target] = {}
    for name, ids in by_type.items():
        load = _targets.get(name)
        if load is not None:
            found |= {(name, pk): target for pk, target in load(person, ids).items()}
    return found


def mail_choice(person: User, kind: Kind) -> str:
    """Return when ``person`` wants mails of ``kind``: now, daily or never (SO-32)."""
    if not kind.mail:
        return MAIL_NEVER
    chosen = person.mail_choices.get(kind.name)
    return chosen if chosen in MAIL_CHOICES else kind.mail
