"""Settings: taking everything along."""

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from accounts.archive.starting import EXPORT_KIND, start_export
from accounts.exceptions import ArchiveNotHere
from accounts.models import Job, User
from accounts.shortcuts import fresh_proof_required, get_job_of, member_required
from blog.posts_export import POSTS_KIND, start_posts_export
from config.big_files import lead_to_bucket
from config.exceptions import DomainError
from config.stored_files import open_stored

SHOWN = 10
STARTERS = {"posts": start_posts_export, "archive": start_export}
KINDS = (EXPORT_KIND, POSTS_KIND)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def export(request: HttpRequest) -> HttpResponse:
    """Members: asks for one's own posts or whole archive, and lists what can be fetched (AC-56)."""
    if request.method == "POST":
        return _start(request)
    jobs = Job.objects.by_owner(request.user).filter(kind__in=KINDS)
    unfinished = {job.kind: job for job in jobs.unfinished()}
    context = {
        "posts_job": unfinished.get(POSTS_KIND),
        "archive_job": unfinished.get(EXPORT_KIND),
        "ready": [
            {"job": job, "until": parse_datetime(job.result["until"])}
            for job in _finished(request.user)[:SHOWN]
            if is_ready(job)
        ],
    }
    return render(request, "accounts/settings_export.html", context)


def _finished(user: User):
    jobs = Job.objects.by_owner(user).filter(kind__in=KINDS, state=Job.State.DONE)
    return jobs.order_by("-created_at", "-pk")


def _start(request: HttpRequest) -> HttpResponse:
    start = STARTERS.get(request.POST.get("kind", ""))
    if start is None:
        return redirect("accounts:settings_export")
    limits.count_export(request.user)
    try:
        job = start(request.user)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("accounts:settings_export")
    if job.is_new and settings.MAIL_ENABLED and request.user.email:
        messages.success(request, _("It is being put together. You get a mail when it is ready."))
    elif job.is_new:
        messages.success(request, _("It is being put together. You find it here when it is ready."))
    else:
        messages.info(request, _("This is on its way already."))
    return redirect("accounts:settings_export")


def is_ready(job: Job) -> bool:
    """Return whether the file that ``job`` made can still be fetched."""
    until = parse_datetime(job.result.get("until") or "")
    return bool(job.result.get("stored")) and until is not None and timezone.now() < until


def open_ready_file(job: Job) -> FileResponse | HttpResponseRedirect:
    """Return the file that ``job`` made, as a download. Raises ArchiveNotHere (AC-60).

    Where functions serve the site, a large one is fetched from the bucket itself.
    """
    gone = ArchiveNotHere(_("This file is not here any more. Ask for a new one."))
    if not is_ready(job):
        raise gone
    stored, name, size = job.result["stored"], job.result["filename"], job.result["size"]
    if lead := lead_to_bucket(stored, size=size, filename=name):
        return lead
    try:
        file = open_stored(stored)
    except FileNotFoundError as error:
        raise gone from error
    response = FileResponse(file, as_attachment=True, filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Length"] = str(size)
    return response


@require_safe
@fresh_proof_required
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner, after a fresh proof: the file itself, until it expires (AC-60). Others: 404."""
    return open_ready_file(get_job_of(request.user, pk))
