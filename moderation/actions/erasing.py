"""What of somebody who left goes from what was decided: their words and their name."""

from django.db import transaction

from accounts.models import User
from moderation.actions.takedowns import forget_claims_of
from moderation.models import (
    Appeal,
    BlockedSource,
    Case,
    CaseNote,
    Decision,
    RuleVersion,
    Screening,
    Takedown,
    TrustSetting,
)


@transaction.atomic
def erase_from_moderation(person: User) -> dict[str, int]:
    """Take the words and the name of ``person`` out of decisions, appeals and requests.

    That something was decided stays, and who of the staff decided it.
    """
    about = Decision.objects.filter(owner=person)
    Appeal.objects.filter(decision__in=about).update(text="")
    Takedown.objects.filter(case__owner=person).update(objection="")
    number = about.update(owner=None, title="", evidence={}, text="", note="")
    Case.objects.filter(owner=person).update(owner=None)
    Case.objects.filter(assigned_to=person).update(assigned_to=None)
    CaseNote.objects.filter(author=person).update(author=None)
    Decision.objects.filter(undone_by=person).update(undone_by=None)
    Appeal.objects.filter(decided_by=person).update(decided_by=None)
    BlockedSource.objects.filter(made_by=person).update(made_by=None)
    RuleVersion.objects.filter(made_by=person).update(made_by=None)
    Screening.objects.filter(author=person).delete()
    TrustSetting.objects.filter(person=person).delete()
    TrustSetting.objects.filter(set_by=person).update(set_by=None)
    forget_claims_of(person)
    return {"decisions": number}
