"""What lets somebody whose account is closed read a decision about it, and answer."""

from django.core import signing
from django.urls import reverse

from accounts.models import User
from moderation.models import Decision
from moderation.models.decisions import APPEAL_DAYS

SALT = "moderation.appeal"
SECONDS = APPEAL_DAYS * 24 * 3600


def appeal_token(decision: Decision) -> str:
    """Return a token for whose the decision is about; good for SECONDS."""
    return signing.dumps([decision.pk, decision.owner_id], salt=SALT)


def appeal_path(decision: Decision) -> str:
    """Return the page of a decision that opens without a session."""
    return reverse("moderation:appeal", args=[appeal_token(decision)])


def path_to_decision_about(person: User) -> str:
    """Return the page of the decision that closes the account of ``person``; empty if none does."""
    closing = (
        Decision.objects.about("person", person.pk).standing().filter(kind__in=("suspend", "ban"))
    )
    last = closing.order_by("-pk").first()
    return appeal_path(last) if last is not None else ""


def decision_of_token(token: str) -> Decision | None:
    """Return the decision that ``token`` opens; None if it is forged, too old, or of nobody now."""
    try:
        pk, owner = signing.loads(token, salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows = Decision.objects.select_related("owner", "rule_version__rule", "appeal")
    return rows.filter(pk=pk, owner=owner, owner__isnull=False).first()
