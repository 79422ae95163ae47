"""Comments of a site elsewhere: out of other programs, and out of here (EM-16)."""

from django import forms
from django.contrib import messages
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Job
from accounts.shortcuts import get_job_of, member_required, refuse
from accounts.views.export import is_ready, open_ready_file
from config.bodies import judges_its_body
from config.errors import error_response
from config.exceptions import DomainError
from config.sizes import readable_size
from embed import comment_jobs, limits
from embed.bringing.opening import FILE_MOST, LABELS
from embed.models import EmbedSite
from embed.shortcuts import get_site_for_settings, noted

ROOM_FOR_FIELDS = 64 * 1024  # bytes of a request beside its file
SHOWN = 10
UNPROCESSABLE = 422


class CommentFileForm(forms.Form):
    """The file of another program."""

    upload = forms.FileField(label=gettext_lazy("File with comments"))


@judges_its_body
@csrf_exempt  # reads nothing; the view inside checks the token
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def comment_files(request: HttpRequest, site: str) -> HttpResponse:
    """The owner, and staff: what came in, what can be fetched; POST starts either. Others: 404."""
    found = get_site_for_settings(site, request.user)
    if request.method == "POST":
        limits.count_comment_file(request.user)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > FILE_MOST + ROOM_FOR_FIELDS:
        detail = _("This file is larger than %(size)s.") % {"size": readable_size(FILE_MOST)}
        return error_response(request, 413, code="too_large", detail=detail)
    # Never in memory, however small.
    request.upload_handlers = [TemporaryFileUploadHandler(request)]
    return _comment_files(request, found)


@csrf_protect
def _comment_files(request: HttpRequest, site: EmbedSite) -> HttpResponse:
    form, status = CommentFileForm(), 200
    if request.method == "POST":
        act = request.POST.get("act", "read")
        if act == "read":
            form = CommentFileForm(request.POST, request.FILES)
        with noted(request.user, site, f"{act[:10]}_comments"):
            pass  # a job follows, which must not wait for a commit of ours
        try:
            if act == "export":
                comment_jobs.start_export(site, actor=request.user)
            elif act == "bring":
                job = get_job_of(request.user, _number(request.POST.get("job", "")))
                comment_jobs.bring_in(job, actor=request.user)
            elif form.is_valid():
                upload = form.cleaned_data["upload"]
                comment_jobs.start_import(site, actor=request.user, upload=upload)
            else:
                return _page(request, site, form, UNPROCESSABLE)
        except DomainError as error:
            if form.is_bound:
                return _page(request, site, form, refuse(request, form, error))
            messages.error(request, error.message)
        return redirect("embed:comment_files", site.key)
    return _page(request, site, form, status)


def _page(
    request: HttpRequest, site: EmbedSite, form: CommentFileForm, status: int
) -> HttpResponse:
    jobs = Job.objects.by_owner(request.user).filter(
        kind__in=(comment_jobs.IMPORT_KIND, comment_jobs.EXPORT_KIND), params__site=site.pk
    )
    rows = list(jobs.order_by("-created_at", "-pk")[:SHOWN])
    context = {
        "embed_site": site,
        "form": form,
        "at_work": [job for job in rows if not job.is_finished],
        "imports": [_line(job) for job in rows if job.kind == comment_jobs.IMPORT_KIND],
        "ready": [
            {"job": job, "until": parse_datetime(job.result["until"])}
            for job in rows
            if job.kind == comment_jobs.EXPORT_KIND and is_ready(job)
        ],
    }
    return render(request, "embed/settings_comments.html", context, status=status)


def _line(job: Job) -> dict[str, object]:
    """Return what the page says of one import."""
    result = job.result or {}
    is_dry = bool(job.params.get("dry_run"))
    return {
        "job": job,
        "label": LABELS.get(result.get("kind", ""), job.params.get("name", "")),
        "counts": result.get("counts", {}),
        "faults": result.get("faults", []),
        "is_dry": is_dry,
        "can_be_brought": is_dry
        and job.state == Job.State.DONE
        and bool(result.get("counts", {}).get("comments"))
        and comment_jobs.is_kept(job),
    }


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404
    return int(text)


@require_safe
@member_required
def download(request: HttpRequest, site: str, pk: int) -> HttpResponse:
    """The owner, and staff: the file with everything said on a site. Others: 404."""
    found = get_site_for_settings(site, request.user)
    job = get_job_of(request.user, pk)
    if job.kind != comment_jobs.EXPORT_KIND or job.params.get("site") != found.pk:
        raise Http404
    return open_ready_file(job)
