"""Settings: one's own long work, and the news of it for the line under the header."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import actions, limits, selectors
from accounts.models import Job
from accounts.shortcuts import background, get_job_of, member_required
from config.numbers import NO_ROW, row_number
from config.pagination import paginate

JOBS_PER_PAGE = 30
MOST_ASKED = 20
"""As many jobs as one page watches."""


@require_safe
@member_required
def jobs(request: HttpRequest) -> HttpResponse:
    """Members: one's own long work of the last 90 days (AC-48)."""
    page = paginate(
        Job.objects.by_owner(request.user).with_successor(),
        request.GET,
        page_size=JOBS_PER_PAGE,
        moment_field="created_at",
    )
    return render(request, "accounts/settings_jobs.html", {"page": page})


@require_POST
@member_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: stop what waits or runs; what is over stays as it is (AC-48)."""
    job = actions.cancel_job(get_job_of(request.user, pk))
    if job.state == Job.State.CANCELLED:
        messages.success(request, _("It is cancelled."))
    else:
        messages.info(request, _("It was over already."))
    return redirect("accounts:settings_jobs")


@require_POST
@member_required
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: start a failed one again; 503 while the queue cannot be reached (AC-48, AC-53)."""
    job = get_job_of(request.user, pk)
    limits.count_retry(request.user)
    if actions.retry_job(job).is_new:
        messages.success(request, _("It starts again."))
    else:
        messages.info(request, _("This is on its way already."))
    return redirect("accounts:settings_jobs")


@require_safe
@background
@member_required
def news(request: HttpRequest) -> HttpResponse:
    """Members: how far one's own unfinished jobs are, and what became of ``?ids=`` (AC-49).

    304 while nothing has changed; another's job is not mentioned.
    """
    sent = [row_number(part) for part in request.GET.get("ids", "").split(",")]
    asked = [number for number in sent if number != NO_ROW]
    found = selectors.job_news(request.user, asked[:MOST_ASKED])
    response = JsonResponse(
        {"jobs": [_news_of(job) for job in found]}, json_dumps_params={"ensure_ascii": False}
    )
    # The browser keeps it and asks again each time: "no-store" would rule out the 304.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["ETag"] = f'"{salted_hmac("job-news", response.content).hexdigest()}"'
    return get_conditional_response(request, etag=response.headers["ETag"], response=response)


def _news_of(job: Job) -> dict[str, object]:
    news: dict[str, object] = {
        "id": job.pk,
        "kind": job.kind,
        "state": job.state,
        "label": job.label,
        "text": job.text or job.get_state_display(),
        "progress": job.progress,
    }
    if job.is_finished:
        news["notice"] = notice_of(job)
        news["url"] = job.result_url or reverse("accounts:settings_jobs")
    return news


def notice_of(job: Job) -> str:
    """Return the sentence that tells how a job ended."""
    if job.state == Job.State.DONE:
        return _("%(label)s: done.") % {"label": job.label}
    if job.state == Job.State.CANCELLED:
        return _("%(label)s: cancelled.") % {"label": job.label}
    return _("%(label)s: failed. %(reason)s") % {"label": job.label, "reason": job.text}
