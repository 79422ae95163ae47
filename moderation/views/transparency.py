"""What moderators decide, counted in public (AD-19)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.kept_pages import kept_page
from config.selectors import site_settings
from moderation.transparency import counted_months


@require_safe
@kept_page
def transparency(request: HttpRequest) -> HttpResponse:
    """Anyone, where the site says so: counts by month without names; else 404."""
    if not site_settings().has_transparency_page:
        raise Http404
    return render(request, "moderation/transparency.html", {"months": counted_months()})
