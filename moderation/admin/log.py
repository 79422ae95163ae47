"""The log in the administration: looked at, filtered, taken out; never changed (AD-07)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.backends import find_by_name
from accounts.models import Job
from config.admin_site import LookAtAdmin
from config.exceptions import DomainError
from config.fields import MomentField
from config.pagination import paginate
from moderation.actions import log as log_actions
from moderation.chain import NEWEST, verify_chain
from moderation.log_rows import as_csv, as_json, in_pages, shown_rows
from moderation.models import LogEntry
from moderation.policies import can_read_log, is_moderator
from moderation.schema import missing_guards
from moderation.selectors import log_entries

PAGE_SIZE = 50
FORMS = {"csv": (as_csv, "text/csv; charset=utf-8"), "json": (as_json, "application/json")}


class LogFilterForm(forms.Form):
    """Which rows of the log are looked at."""

    act = forms.CharField(label=gettext_lazy("Act"), required=False, max_length=40)
    actor = forms.CharField(
        label=gettext_lazy("Who"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("A handle, or the key of somebody who is gone"),
    )
    target = forms.RegexField(
        r"^[a-z_]{1,40}(:[^\s\0]{1,64})?$",
        label=gettext_lazy("Of what"),
        required=False,
        help_text=gettext_lazy("A kind, or a kind and a key: post:7"),
    )
    since = MomentField(label=gettext_lazy("From"), required=False)
    until = MomentField(label=gettext_lazy("Until"), required=False)

    def clean_actor(self) -> int | None:
        text = self.cleaned_data["actor"].strip().removeprefix("@")
        if not text:
            return None
        person = find_by_name(text)
        if person is not None:
            return person.pk
        if text.isascii() and text.isdecimal() and len(text) < 19:
            return int(text)
        raise forms.ValidationError(_("Nobody is called so."))

    @property
    def filters(self) -> dict[str, Any]:
        """What ``log_entries`` takes."""
        data = self.cleaned_data
        return {
            "act": data["act"],
            "actor_id": data["actor"],
            "target": data["target"],
            "since": data["since"],
            "until": data["until"],
        }


@admin.register(LogEntry)
class LogEntryAdmin(LookAtAdmin):
    """The log, latest first, with the state of its chain."""

    def has_view_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return can_read_log(request.user)

    has_module_permission = has_view_permission

    def get_urls(self) -> list:
        def post(route: str, view, name: str):
            return path(
                route,
                self.admin_site.admin_view(require_POST(view)),
                name=f"moderation_logentry_{name}",
            )

        return [
            post("export/", self.export, "export"),
            post("verify/", self.verify, "verify"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Staff who may read the log."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = LogFilterForm(request.GET)
        rows = log_entries(**form.filters) if form.is_valid() else LogEntry.objects.none()
        page = paginate(rows, request.GET, page_size=PAGE_SIZE, moment_field="at")
        last = Job.objects.filter(kind=log_actions.JOB_KIND).select_related("owner")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Log of moderation"),
            "opts": self.opts,
            "form": form,
            "page": page,
            "rows": shown_rows(page.items),
            "newest": verify_chain(newest=NEWEST),
            "missing_guards": missing_guards(),
            "last_check": last.order_by("-created_at", "-pk").first(),
            "may_undo": is_moderator(request.user),
            "filters": [(name, request.GET[name]) for name in form.fields if request.GET.get(name)],
            "here": request.get_full_path(),
        }
        return TemplateResponse(
            request, "admin/moderation/log.html", context, status=200 if form.is_valid() else 422
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """Staff who may read the log: one row with all its columns, and whether it fits."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        entry = self.get_object(request, object_id)
        if entry is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": _("Row %(number)s of the log") % {"number": entry.number},
            "opts": self.opts,
            "row": shown_rows([entry])[0],
            "columns": [
                (field.verbose_name, field.value_from_object(entry))
                for field in LogEntry._meta.fields
            ],
            "may_undo": is_moderator(request.user),
            "here": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/moderation/log_entry.html", context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context=None):
        """Staff who may read the log: rows have no history, they are one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect(reverse("admin:moderation_logentry_change", args=[object_id]))

    def export(self, request: HttpRequest) -> HttpResponse:
        """Staff who may read the log: take it out as CSV or JSON; that they did is logged."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        name = request.POST.get("form", "")
        form = LogFilterForm(request.POST)
        if name not in FORMS or not form.is_valid():
            messages.error(request, _("This part of the log cannot be taken out."))
            return redirect(reverse("admin:moderation_logentry_changelist"))
        last = log_actions.note_export(actor=request.user, form=name, filters=form.filters)
        writer, media_type = FORMS[name]
        lines = writer(in_pages(log_entries(**form.filters), last.number))
        day = timezone.localdate().isoformat()
        return StreamingHttpResponse(
            lines,
            content_type=media_type,
            headers={
                "Content-Disposition": f'attachment; filename="moderation-log-{day}.{name}"',
                "Cache-Control": "private, no-store",
            },
        )

    def verify(self, request: HttpRequest) -> HttpResponse:
        """Staff who may read the log: let the whole chain be verified in the background."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            log_actions.start_verification(actor=request.user)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The whole log is being verified."))
        back = {
            name: request.POST[name] for name in LogFilterForm.base_fields if name in request.POST
        }
        return redirect(f"{reverse('admin:moderation_logentry_changelist')}?{urlencode(back)}")
