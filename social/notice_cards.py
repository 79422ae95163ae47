"""Notifications as a person reads them: one sentence each, who acted, and where it leads.

The page, the mails and whatever comes later show the same cards. A card speaks the language that
is active while it is made.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from social import notices
from social.models import Notification, NotificationCause
from social.notices import Target, Telling
from social.selectors import across_block

LATEST_READ = 6
"""So many of its latest causes are read of each; they give the faces and the link."""
MOST_READ = 60
"""So many are read of one whose latest all lead to what is gone."""
FACES = 3


class Card(NamedTuple):
    """One notification, ready to be shown."""

    id: int
    kind: str
    icon: str
    sentence: str
    text: str
    url: str
    people: list[User]
    people_count: int
    target: tuple[str, int]
    created_at: datetime
    at: datetime
    is_unread: bool


class _Group(NamedTuple):
    """Who stands behind one notification."""

    latest: list[NotificationCause]
    people_count: int


def cards_for(person: User, told: Iterable[Notification]) -> list[Card]:
    """Return a card for each of ``told`` that ``person`` may still see, in the same order.

    A handful of queries however many there are. What leads to something that is gone, hidden or
    not for ``person`` any more has no card; neither has what only hidden people did.
    """
    told = [one for one in told if notices.find_kind(one.kind) is not None]
    groups = _groups(person, told)
    targets = notices.load_targets(person, _wanted(told, groups))
    # Whose latest causes are all gone are read on; mostly there are none.
    rest = [
        one
        for one in told
        if (group := groups.get(one.pk))
        and len(group.latest) == LATEST_READ
        and (one.target_type, one.target_id) in targets
        and not any(_is_there(cause, targets) for cause in group.latest)
    ]
    if rest:
        earlier = _groups(person, rest, after=LATEST_READ, up_to=MOST_READ)
        targets |= notices.load_targets(person, _wanted([], earlier))
        groups |= earlier
    found = (_card(one, groups.get(one.pk), targets) for one in told)
    return [card for card in found if card is not None]


def _wanted(told: list[Notification], groups: dict[int, _Group]) -> set[tuple[str, int]]:
    """Return what the notifications lead to, and the things behind their causes."""
    wanted = {(one.target_type, one.target_id) for one in told}
    for group in groups.values():
        wanted |= {place for cause in group.latest if (place := _place_of(cause))}
    return wanted


def _groups(
    person: User, told: list[Notification], *, after: int = 0, up_to: int = LATEST_READ
) -> dict[int, _Group]:
    """Return {notification: its latest causes from ``after`` up to ``up_to``, and how many people}.

    Guests are one person each: nothing says which of them are the same.
    """
    causes = (
        NotificationCause.objects.filter(notification__in=told, withdrawn_at=None)
        .exclude(actor__state__in=HIDDEN_STATES)
        .exclude(across_block(person, "actor"))
    )
    people = Count("actor", distinct=True) + Count("pk", filter=Q(actor=None), distinct=True)
    counts = dict(
        causes.values("notification").annotate(people=people).values_list("notification", "people")
    )
    latest: dict[int, list[NotificationCause]] = {}
    place = Window(
        RowNumber(), partition_by="notification", order_by=[F("created_at").desc(), F("pk").desc()]
    )
    ranked = causes.annotate(place=place).filter(place__gt=after, place__lte=up_to)
    ranked = ranked.select_related("actor")
    for cause in ranked.order_by("notification", "place"):
        latest.setdefault(cause.notification_id, []).append(cause)
    return {pk: _Group(latest[pk], counts[pk]) for pk in latest}


def _place_of(cause: NotificationCause) -> tuple[str, int] | None:
    """Return the thing behind ``cause`` if it has a page of its own; a person is not where."""
    if cause.object_type == "person" or not notices.is_target(cause.object_type):
        return None
    return cause.object_type, cause.object_id


def _card(
    told: Notification, group: _Group | None, targets: dict[tuple[str, int], Target]
) -> Card | None:
    kind = notices.find_kind(told.kind)
    target = targets.get((told.target_type, told.target_id))
    if kind is None or group is None or target is None:
        return None
    shown = [cause for cause in group.latest if _is_there(cause, targets)]
    if not shown:
        return None
    spot = _place_of(shown[0])
    end = targets[spot] if spot else target
    people = list({cause.actor_id: cause.actor for cause in shown if cause.actor}.values())
    telling = Telling(
        name=_name_of(shown[0], told),
        others=group.people_count - 1,
        count=told.cause_count,
        target=target,
        data=told.data,
    )
    return Card(
        id=told.pk,
        kind=told.kind,
        icon=kind.icon,
        sentence=kind.say(telling),
        text=end.text,
        url=end.url,
        people=people[:FACES],
        people_count=group.people_count,
        target=(told.target_type, told.target_id),
        created_at=told.created_at,
        at=told.latest_at,
        is_unread=told.read_at is None,
    )


def _is_there(cause: NotificationCause, targets: dict[tuple[str, int], Target]) -> bool:
    place = _place_of(cause)
    return place is None or place in targets


def _name_of(cause: NotificationCause, told: Notification) -> str:
    """Return who acted; ``data["name"]`` holds the name that a guest gave."""
    if cause.actor is not None:
        return cause.actor.name
    return told.data.get("name") or _("A guest")
