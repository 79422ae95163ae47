"""What the write page proposes while somebody types a name."""

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.shortcuts import background, member_required
from blog.completion import people_named, tags_named
from blog.exceptions import UnreadableBody
from config import limits

COMPLETIONS_AN_HOUR = 7200
HOUR = 3600  # seconds
AVATAR = 36  # pixels


@require_safe
@background
@member_required
def complete(request: HttpRequest) -> JsonResponse:
    """Members: people or tags (``kind``) that ``q`` may begin; never anybody hidden from them."""
    propose = {"person": _people, "tag": _tags}.get(request.GET.get("kind", ""))
    if propose is None:
        raise UnreadableBody(_("This request cannot be read."))
    limits.consume("complete", request.user.pk, limit=COMPLETIONS_AN_HOUR, seconds=HOUR)
    response = JsonResponse(
        {"results": propose(request)}, json_dumps_params={"ensure_ascii": False}
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _people(request: HttpRequest) -> list[dict[str, str]]:
    return [
        {
            "value": f"@{person.handle}",
            "label": person.display_name or person.handle,
            "hint": f"@{person.handle}",
            "avatar": person.avatar_url(AVATAR),
        }
        for person in people_named(request.GET.get("q", ""), request.user)
    ]


def _tags(request: HttpRequest) -> list[dict[str, str]]:
    return [
        {
            "value": tag.name,
            "label": f"#{tag.name}",
            "hint": ngettext("%(count)s post", "%(count)s posts", tag.post_count)
            % {"count": tag.post_count},
        }
        for tag in tags_named(request.GET.get("q", ""), request.user)
    ]
