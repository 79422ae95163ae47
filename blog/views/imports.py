"""Moving a blog in: upload, dry run, the run itself, undoing it."""

import json

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.shortcuts import member_required, refuse
from blog import actions
from blog.forms import ImportForm, ImportOptionsForm, ImportUndoForm
from blog.import_limits import count_step, count_upload
from blog.import_pages import RunPage, run_lines
from blog.importers import starting
from blog.models import ImportRun
from config.bodies import judges_its_body
from config.errors import error_response
from config.exceptions import DomainError
from config.sizes import readable_size

ROOM_FOR_FIELDS = 64 * 1024  # bytes of a request beside its file


@judges_its_body
@csrf_exempt  # reads nothing; the view inside checks the token
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def imports(request: HttpRequest) -> HttpResponse:
    """Members: what they brought in, and the upload; what is too large is refused unread."""
    if request.method == "POST":
        count_upload(request.user)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > settings.IMPORT_MAX_BYTES + ROOM_FOR_FIELDS:
        detail = _("This file is larger than %(size)s.") % {
            "size": readable_size(settings.IMPORT_MAX_BYTES)
        }
        return error_response(request, 413, code="too_large", detail=detail)
    # Never in memory, however small.
    request.upload_handlers = [TemporaryFileUploadHandler(request)]
    return _imports(request)


@csrf_protect
def _imports(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _imports_page(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _imports_page(request, form, status=422)
    upload, run = form.cleaned_data["upload"], None
    try:
        run = actions.open_import(actor=request.user, name=upload.name, upload=upload)
        starting.start_step(run, "read", actor=request.user)
    except DomainError as error:
        if run is not None:
            actions.discard_import(run, actor=request.user)
        return _imports_page(request, form, status=refuse(request, form, error))
    return redirect(run)


def _imports_page(request: HttpRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "runs": run_lines(request.user)}
    return render(request, "blog/imports.html", context, status=status)


def get_own_run(request: HttpRequest, pk: int) -> ImportRun:
    """Return a run of the person who asks; of anybody else there is none."""
    run = ImportRun.objects.filter(owner=request.user, pk=pk).first()
    if run is None:
        raise Http404
    run.owner = request.user
    return run


@require_safe
@member_required
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: how far it is, what it would bring, or what it brought. Others: 404."""
    run = get_own_run(request, pk)
    return _run_page(request, run, ImportOptionsForm.for_run(run))


def _run_page(
    request: HttpRequest, run: ImportRun, form: ImportOptionsForm, status: int = 200
) -> HttpResponse:
    context = {"run": run, "view": RunPage.of(run), "form": form}
    return render(request, "blog/import_run.html", context, status=status)


@require_POST
@member_required
def import_start(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: brings in what the dry run showed. Others: 404."""
    run = get_own_run(request, pk)
    form = ImportOptionsForm(request.POST, run=run)
    if not form.is_valid():
        return _run_page(request, run, form, status=422)
    count_step(request.user)
    try:
        starting.start_step(run, "bring", actor=request.user, options=form.cleaned_data)
    except DomainError as error:
        return _run_page(request, run, form, status=refuse(request, form, error))
    return redirect(run)


@require_POST
@member_required
def import_read(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: reads the stored file again. Others: 404."""
    return _go_on(request, pk, "read")


@require_POST
@member_required
def import_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: goes on with what was stopped. Others: 404."""
    return _go_on(request, pk, "")


def _go_on(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    run = get_own_run(request, pk)
    count_step(request.user)
    try:
        starting.start_step(run, step or starting.step_of(run), actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(run)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: asks first, then removes exactly what came in. Others: 404."""
    run = get_own_run(request, pk)
    if request.method == "POST":
        count_step(request.user)
        form = ImportUndoForm(request.POST)
        takes_changed = form.is_valid() and form.cleaned_data["takes_changed"]
        try:
            starting.start_step(
                run, "undo", actor=request.user, options={"takes_changed": takes_changed}
            )
        except DomainError as error:
            messages.error(request, error.message)
        return redirect(run)
    changed, hidden_count = starting.changed_lines(run)
    context = {
        "run": run,
        "changed": changed,
        "hidden_count": hidden_count,
        "post_count": starting.post_count(run),
        "form": ImportUndoForm(),
    }
    return render(request, "blog/import_undo.html", context)


@require_POST
@member_required
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: removes the uploaded file, and the run if it brought nothing. Others: 404."""
    run = get_own_run(request, pk)
    try:
        actions.discard_import(run, actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(run)
    messages.success(request, _("The uploaded file is removed."))
    return redirect("blog:settings_import")


@require_safe
@member_required
def import_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: everything that is known of a run as a JSON file. Others: 404."""
    run = get_own_run(request, pk)
    text = json.dumps(run.report or run.plan, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{run.pk}.json"'
    return response
