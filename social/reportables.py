"""What can be reported: each app registers its kinds, and how one is found by whoever sees it.

    register_kind("post", heading=_("Report this post"), find=find_post)

``find(viewer, pk)`` returns what ``viewer`` may see as a ``Reportable``, else None; so nobody can
find out by a report what there is.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from social import conversations
from social.selectors import blockers_between


class Part(NamedTuple):
    """A thing within another that may be reported by itself: a picture in a post."""

    kind: str
    id: int
    label: str
    picture: str = ""


class Reportable(NamedTuple):
    """One thing that may be reported, as it is now. ``owner`` is None of guests and who left.

    ``parts`` are offered where somebody reports the whole.
    """

    kind: str
    id: int
    owner: User | None
    text: str
    url: str
    parts: tuple[Part, ...] = ()


class Kind(NamedTuple):
    """One kind of thing. ``heading`` is the title of the page that asks why."""

    name: str
    heading: Any
    find: Callable[[User, int], Reportable | None]


_kinds: dict[str, Kind] = {}
_watchers: list[Callable[[int], None]] = []
_preparations: list[Callable[[str, int], None]] = []


def register_kind(
    name: str, *, heading: Any, find: Callable[[User, int], Reportable | None]
) -> None:
    """Make a kind known; called by ``AppConfig.ready``. ``heading`` is a lazy translation."""
    _kinds[name] = Kind(name, heading, find)


def all_kinds() -> list[str]:
    """Return the names of every kind, in the order in which the apps registered them."""
    return list(_kinds)


def heading_of(name: str) -> Any:
    """Return the title of the page that asks why."""
    return _kinds[name].heading


def find_reportable(name: str, pk: int, viewer: User) -> Reportable | None:
    """Return the thing if there is such a kind, and ``viewer`` may see it."""
    kind = _kinds.get(name)
    return kind.find(viewer, pk) if kind else None


def watch(
    take_in: Callable[[int], None], *, prepare: Callable[[str, int], None] | None = None
) -> None:
    """Let ``take_in`` know the key of each report that is made or changed, in its transaction.

    ``prepare`` gets kind and key of what is going to be reported, before any report is held.
    """
    if take_in not in _watchers:
        _watchers.append(take_in)
    if prepare is not None and prepare not in _preparations:
        _preparations.append(prepare)


def prepare_watchers(kind: str, pk: int) -> None:
    """Let everybody who watches hold what they need before the report."""
    for prepare in _preparations:
        prepare(kind, pk)


def tell_watchers(pk: int) -> None:
    """Tell everybody who watches that a report was made or changed."""
    for take_in in _watchers:
        take_in(pk)


def register() -> None:
    """Make the kinds of this app known."""
    register_kind("person", heading=gettext_lazy("Report this person"), find=find_person)
    register_kind("message", heading=gettext_lazy("Report this message"), find=find_message)


def find_person(viewer: User, pk: int) -> Reportable | None:
    """Return a person whom ``viewer`` may see; also whom they blocked themselves."""
    person = User.objects.filter(pk=pk).exclude(state__in=HIDDEN_STATES).first()
    if person is None:
        return None
    blockers = blockers_between(viewer, person)
    if blockers and viewer.pk not in blockers:
        return None
    text = "\n\n".join(filter(None, (f"@{person.handle}", person.display_name, person.bio)))
    return Reportable("person", pk, person, text, person.get_absolute_url())


def find_message(viewer: User, pk: int) -> Reportable | None:
    """Return a message that ``viewer`` has, and that still says something."""
    found = conversations.message_on_side(viewer, pk)
    if found is None or found[0].deleted_at is not None:
        return None
    message, side = found
    page = reverse("social:conversation", args=[side.other.handle])
    return Reportable("message", pk, message.sender, message.text, f"{page}#message-{pk}")
