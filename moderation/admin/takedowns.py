"""Requests to take something down: read, accepted, refused, reopened; evidence and case file."""

import io
import json
import zipfile

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from config.admin_site import CheapList
from config.exceptions import DomainError
from config.fields import TextField
from config.stored_files import open_stored
from moderation import actions
from moderation.evidence import kind_of_stored
from moderation.models import Takedown
from moderation.models.decisions import TEXT_MAX_LENGTH
from moderation.policies import is_moderator
from moderation.takedowns import case_file

ACTS = {
    "accept": actions.accept_takedown,
    "refuse": actions.refuse_takedown,
    "reopen": actions.reopen_takedown,
}


class AnswerForm(forms.Form):
    """Why a request is accepted or refused: the other side reads it."""

    reason = TextField(
        label=gettext_lazy("Reason"),
        max_graphemes=TEXT_MAX_LENGTH,
        lines=True,
        required=False,
        help_text=gettext_lazy(
            "If you hold it, its author reads this; if you refuse, whoever asked does."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
    )


@admin.register(Takedown)
class TakedownAdmin(CheapList, admin.ModelAdmin):
    """Requests are read here and answered by actions; nothing of them is edited."""

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
        own = {"answer": self.answer, "evidence": self.evidence, "file": self.file}
        return [
            path(
                f"<int:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"moderation_takedown_{name}",
            )
            for name, view in own.items()
        ] + super().get_urls()

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        extra = {"answer_form": AnswerForm(), "is_moderator": is_moderator(request.user)}
        return super().change_view(
            request, object_id, form_url, extra_context=(extra_context or {}) | extra
        )

    @method_decorator(require_POST)
    def answer(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Moderators: accept, refuse or reopen a request, with a reason."""
        takedown = self._found(request, object_id)
        act = ACTS.get(request.POST.get("act", ""))
        form = AnswerForm(request.POST)
        back = redirect(reverse("admin:moderation_takedown_change", args=[object_id]))
        if act is None or not form.is_valid():
            problem = form.errors.get("reason", [_("Choose what to do.")])[0]
            messages.error(request, problem)
            return back
        try:
            act(takedown, actor=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Done. Both sides are told."))
        return back

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
