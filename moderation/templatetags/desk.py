"""What pages outside of the desk show of it: to moderators alone, at no cost for others."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from moderation.desk.dossier import made_of
from moderation.models import Decision
from moderation.policies import is_moderator
from moderation.targets import find_target

register = template.Library()
MOST_SHOWN = 20


@register.simple_tag(takes_context=True)
def moderate_url(context: Context, kind: str, pk: int) -> str:
    """Return where moderators decide about a thing; nothing for everybody else."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_staff:
        return ""
    if not is_moderator(user) or find_target(kind) is None:
        return ""
    return reverse("admin:moderation_case_open", args=[kind, pk])


def panel_context(user: Any, kind: str, pk: int, *, here: str) -> dict[str, Any]:
    """Return what the panel shows; nothing to who does not moderate."""
    if not is_moderator(user) or find_target(kind) is None:
        return {"is_shown": False}
    decisions = Decision.objects.about(kind, pk).order_by("-pk")[:MOST_SHOWN]
    return {
        "is_shown": True,
        "made": made_of(decisions, user),
        "case_url": reverse("admin:moderation_case_open", args=[kind, pk]),
        "here": here,
    }
