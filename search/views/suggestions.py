"""What is offered under the box while somebody types."""

from urllib.parse import quote, urlencode

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.shortcuts import background
from search.suggesting import suggest as suggestions_of
from search.views.limits import count_suggestion

AVATAR = 36  # pixels
LONGEST = 200  # code points that are looked at


@require_safe
@background
def suggest(request: HttpRequest) -> JsonResponse:
    """Anyone: words, titles, people and tags that ``q`` may begin, among what they may see (SE-15)."""
    count_suggestion(request)
    response = JsonResponse(suggestions_for(request), json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "private, no-store"
    return response


def suggestions_for(request: HttpRequest) -> dict[str, list[dict[str, str]]]:
    """Return lines to show, by kind: each with ``label``, ``hint``, ``url``; people with ``avatar``."""
    found = suggestions_of(request.GET.get("q", "")[:LONGEST], viewer=request.user)
    address, root = reverse("search:search"), reverse("home").rstrip("/")
    return {
        "words": [
            {"label": word, "hint": "", "url": f"{address}?{urlencode({'q': word})}"}
            for word in found.words
        ],
        "titles": [
            {"label": post.title, "hint": post.author.name, "url": post.get_absolute_url()}
            for post in found.titles
        ],
        "people": [
            {
                "label": person.name,
                "hint": f"@{person.handle}",
                "url": f"{root}/@{quote(person.handle)}/",
                "avatar": person.avatar_url(AVATAR),
            }
            for person in found.people
        ],
        "tags": [
            {
                "label": f"#{tag.name}",
                "hint": ngettext("%(count)s post", "%(count)s posts", tag.post_count)
                % {"count": tag.post_count},
                "url": f"{root}/tags/{quote(tag.key)}/",
            }
            for tag in found.tags
        ],
    }
