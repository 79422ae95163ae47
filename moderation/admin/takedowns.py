"""Requests to take something down: to look at, with evidence and case file; the desk answers."""

import io
import json
import zipfile

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from config.admin_site import CheapList
from config.stored_files import open_stored
from moderation import actions
from moderation.evidence import kind_of_stored
from moderation.models import Takedown
from moderation.policies import is_moderator
from moderation.takedowns import case_file


@admin.register(Takedown)
class TakedownAdmin(CheapList, admin.ModelAdmin):
    """Requests are read here and answered at the desk; nothing of them is edited."""

    change_form_template = "admin/moderation/takedown/change_form.html"
    list_display = ("__str__", "state", "right", "case", "created_at", "due_at")
    list_filter = ("state", "right")
    list_select_related = ("case",)
    ordering = ("-pk",)
    fields = (
        *("state", "address", "case", "right", "claim", "evidence_name"),
        *("claimant_name", "claimant_email", "claimant", "reason", "decision", "removal"),
        *("objection", "created_at", "decided_at", "due_at", "objected_at"),
        *("withdrawn_at", "closed_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows.select_related("case", "claimant", "decision", "removal")

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        return self.fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        own = {"evidence": self.evidence, "file": self.file}
        return [
            path(
                f"<int:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"moderation_takedown_{name}",
            )
            for name, view in own.items()
        ] + super().get_urls()

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        extra = {"is_moderator": is_moderator(request.user)}
        return super().change_view(
            request, object_id, form_url, extra_context=(extra_context or {}) | extra
        )

    @method_decorator(require_POST)
    def evidence(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Moderators: the private evidence as a download; the log notes who read it.

        By POST, as reading writes a row.
        """
        takedown = self._found(request, object_id)
        if not takedown.evidence:
            raise Http404
        content = _evidence_of(takedown)
        actions.note_reading(takedown, actor=request.user, act="read_evidence")
        kind = kind_of_stored(takedown.evidence)
        return _download(content, f"evidence-{takedown.pk}.{kind.ending}", kind.media_type)

    @method_decorator(require_POST)
    def file(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Moderators: the whole case as a ZIP; the log notes who took it."""
        takedown = self._found(request, object_id)
        actions.note_reading(takedown, actor=request.user, act="export_takedown")
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as bag:
            lines = json.dumps(case_file(takedown), ensure_ascii=False, indent=1)
            bag.writestr("case.json", lines)
            if takedown.evidence:
                ending = kind_of_stored(takedown.evidence).ending
                bag.writestr(f"evidence.{ending}", _evidence_of(takedown))
        return _download(held.getvalue(), f"takedown-{takedown.pk}.zip", "application/zip")

    def _found(self, request: HttpRequest, pk: int) -> Takedown:
        if not is_moderator(request.user) or not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)


def _evidence_of(takedown: Takedown) -> bytes:
    try:
        with open_stored(takedown.evidence) as stored:
            return stored.read()
    except FileNotFoundError as error:
        raise Http404 from error


def _download(content: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
