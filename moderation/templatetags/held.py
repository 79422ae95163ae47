"""What the author of something hidden is told where it stands, with the way to the reasons."""

from typing import Any

from django import template

from moderation.models import Decision
from moderation.querysets import HIDING

register = template.Library()


@register.inclusion_tag("moderation/held_note.html", takes_context=True)
def held_note(context: dict[str, Any], kind: str, pk: int) -> dict[str, Any]:
    """Say that moderators hide a thing, and where they say why; for templates that know it is held.

    Shown to whose it is and to staff, of others not a word. One query.
    """
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated:
        return {}
    decisions = Decision.objects.about(kind, pk).standing().filter(kind__in=HIDING)
    decision = decisions.only("kind", "owner", "until").order_by("-pk").first()
    is_owner = decision is not None and decision.owner_id == user.pk
    return {
        "is_shown": decision is not None and (is_owner or user.is_staff),
        "decision": decision,
        "is_owner": is_owner,
    }
