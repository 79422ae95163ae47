"""Trust: a number that follows from what somebody did and what was decided about it (SO-45).

Never moved up or down by hand: it is counted anew from facts, so a decision that is undone gives
back exactly what it took.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.text import clean, is_blank
from moderation.actions.chain import write_log
from moderation.actions.people import require_may_judge
from moderation.exceptions import DecisionRefused
from moderation.models import TrustSetting
from moderation.policies import require_moderator
from moderation.trust import HIGHEST, levels_of

PEOPLE_AT_ONCE = 500


@transaction.atomic
def settle_trust(person: User | None) -> int:
    """Store the level that ``person`` has now, and return it. Idempotent."""
    if person is None:
        return 0
    held = User.objects.select_for_update(no_key=True).filter(pk=person.pk).first()
    if held is None:
        return 0
    level = level_of(held)
    if level != held.trust_level:
        User.objects.filter(pk=held.pk).update(trust_level=level)
    person.trust_level = level
    return level


def level_of(person: User) -> int:
    """Return the level by the facts."""
    return levels_of([person])[person.pk]


@transaction.atomic
def set_trust(person: User, *, actor: User, level: int | None, reason: str) -> int:
    """Give ``person`` a level, or with None let behaviour tell again; return what it is now.

    Raises NotAModerator, DecisionRefused.
    """
    require_moderator(actor)
    require_may_judge(actor, person)
    reason = clean(reason).strip()
    if is_blank(reason):
        raise DecisionRefused(_("Say why."), field="reason")
    if level is not None and not 0 <= level <= HIGHEST:
        raise DecisionRefused(_("There is no such level."), field="level")
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    before = {"trust_level": person.trust_level, "given": person.trust_given}
    TrustSetting.objects.update_or_create(
        person=person,
        defaults={"level": level, "reason": reason, "set_by": actor, "set_at": timezone.now()},
    )
    User.objects.filter(pk=person.pk).update(trust_given=level)
    now = settle_trust(person)
    write_log(
        "set_trust",
        actor=actor,
        target=("person", person.pk),
        before=before,
        after={"trust_level": now, "given": level},
        reason=reason,
    )
    return now


def grow_trust(after: int = 0) -> int:
    """Settle the next PEOPLE_AT_ONCE people; return the last one's key, 0 at the end. Idempotent.

    Of those alone whose level is another than before a row is read again and changed.
    """
    people = list(User.objects.present().filter(pk__gt=after).order_by("pk")[:PEOPLE_AT_ONCE])
    levels = levels_of(people)
    for person in people:
        if levels[person.pk] != person.trust_level:
            settle_trust(person)
    return people[-1].pk if people else 0
