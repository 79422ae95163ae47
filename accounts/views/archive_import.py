"""Settings: an archive that comes in: upload, dry run, the run itself, undoing it."""

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, limits
from accounts.archive import starting
from accounts.archive_pages import RunPage, section_lines
from accounts.forms.archives import ArchiveForm
from accounts.models import ArchiveImport
from accounts.shortcuts import member_required, refuse
from config.bodies import judges_its_body
from config.errors import error_response
from config.exceptions import DomainError
from config.sizes import readable_size

ROOM_FOR_FIELDS = 64 * 1024  # bytes of a request beside its file
SHOWN = 20


@judges_its_body
@csrf_exempt  # reads nothing; the view inside checks the token
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def archives(request: HttpRequest) -> HttpResponse:
    """Members: the upload of an archive, and those that came in; too large is refused unread."""
    if request.method == "POST":
        limits.count_archive(request.user)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > settings.IMPORT_MAX_BYTES + ROOM_FOR_FIELDS:
        detail = _("This file is larger than %(size)s.") % {
            "size": readable_size(settings.IMPORT_MAX_BYTES)
        }
        return error_response(request, 413, code="too_large", detail=detail)
    # Never in memory, however small.
    request.upload_handlers = [TemporaryFileUploadHandler(request)]
    return _archives(request)


@csrf_protect
def _archives(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _archives_page(request, ArchiveForm())
    form = ArchiveForm(request.POST, request.FILES)
    if not form.is_valid():
        return _archives_page(request, form, status=422)
    upload, run = form.cleaned_data["upload"], None
    try:
        run = actions.open_archive_import(actor=request.user, name=upload.name, upload=upload)
        starting.start_step(run, "read", actor=request.user)
    except DomainError as error:
        if run is not None:
            actions.discard_archive_import(run, actor=request.user)
        return _archives_page(request, form, status=refuse(request, form, error))
    return redirect("accounts:archive_run", pk=run.pk)


def _archives_page(request: HttpRequest, form: ArchiveForm, status: int = 200) -> HttpResponse:
    runs = ArchiveImport.objects.filter(owner=request.user).order_by("-created_at", "-pk")
    context = {"form": form, "runs": runs.defer("plan", "report")[:SHOWN]}
    return render(request, "accounts/settings_archive.html", context, status=status)


def get_own_run(request: HttpRequest, pk: int) -> ArchiveImport:
    """Return a run of the person who asks; of anybody else there is none."""
    run = ArchiveImport.objects.filter(owner=request.user, pk=pk).first()
    if run is None:
        raise Http404
    run.owner = request.user
    return run


@require_safe
@member_required
def archive_run(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: how far it is, what it would bring, or what it brought. Others: 404."""
    run = get_own_run(request, pk)
    return render(request, "accounts/archive_run.html", {"run": run, "view": RunPage.of(run)})


@require_POST
@member_required
def archive_bring(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: brings in what the dry run showed. Others: 404."""
    return _begin(request, get_own_run(request, pk), "bring")


@require_POST
@member_required
def archive_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: goes on with what was stopped. Others: 404."""
    run = get_own_run(request, pk)
    return _begin(request, run, starting.step_of(run))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def archive_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: asks first, then removes exactly what came in. Others: 404."""
    run = get_own_run(request, pk)
    if request.method == "POST":
        return _begin(request, run, "undo")
    lines = section_lines(run.report.get("counts", {}))
    return render(request, "accounts/archive_undo.html", {"run": run, "lines": lines})


def _begin(request: HttpRequest, run: ArchiveImport, step: str) -> HttpResponse:
    limits.count_archive_step(request.user)
    try:
        starting.start_step(run, step, actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("accounts:archive_run", pk=run.pk)


@require_POST
@member_required
def archive_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: removes the uploaded file, and the run if it brought nothing. Others: 404."""
    run = get_own_run(request, pk)
    try:
        actions.discard_archive_import(run, actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("accounts:archive_run", pk=run.pk)
    messages.success(request, _("The uploaded file is removed."))
    return redirect("accounts:settings_archive")
