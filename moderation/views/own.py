"""What the reader reported and what came of it; how trusted the reader is, and why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.shortcuts import member_required
from config.pagination import paginate
from moderation import own
from moderation.explaining import states_of, title_of

PAGE_SIZE = 20


@require_safe
@member_required
def reports(request: HttpRequest) -> HttpResponse:
    """Members: their own reports, newest first, and what came of each (SO-36)."""
    rows = own.reports_by(request.user)
    page = paginate(rows, request.GET, page_size=PAGE_SIZE, moment_field="created_at")
    context = {"page": page, "reports": own.told_of_reports(page.items)}
    return render(request, "moderation/reports.html", context)


@require_safe
@member_required
def standing(request: HttpRequest) -> HttpResponse:
    """Members: their own trust, the limits that follow, and what was decided about them (SO-45)."""
    rows = own.decisions_about(request.user)
    page = paginate(rows, request.GET, page_size=PAGE_SIZE, moment_field="created_at")
    states = states_of(page.items)
    context = {
        "standing": own.standing_for(request.user),
        "limits": own.limits_of(request.user),
        "appeals": own.open_appeals_of(request.user),
        "page": page,
        "decisions": [
            {"decision": one, "title": title_of(one), "state": states[one.pk]} for one in page.items
        ],
    }
    return render(request, "moderation/standing.html", context)
