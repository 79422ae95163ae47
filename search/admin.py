"""Search, in the administration: how it is doing, words of one meaning, what nobody found (AD-16)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from config.admin_site import HouseAdmin, LookAtAdmin, choice_filter
from config.exceptions import DomainError
from search import actions, tasks
from search.actions.synonyms import checked_words
from search.models import Generation, QueryDay, Synonym, Waiting
from search.models.documents import Document
from search.models.sync import MOST_ATTEMPTS
from search.query_log import SHOWN_DAYS, queries_without_hits
from search.state import search_state

ENGINE_WORDS = {"version": _("version"), "rows": _("entries"), "bytes": _("size in bytes")}


class SynonymForm(forms.ModelForm):
    class Meta:
        model = Synonym
        fields = ("words", "is_one_way", "is_active")
        widgets = {"words": forms.Textarea(attrs={"rows": 2})}

    def clean_words(self) -> str:
        try:
            checked_words(self.cleaned_data["words"])
        except DomainError as error:
            raise ValidationError(error.message, code=error.code) from error
        return self.cleaned_data["words"]


@admin.register(Synonym)
class SynonymAdmin(HouseAdmin):
    """Words of one meaning; thousands of rows at most, so a search may read them all."""

    form = SynonymForm
    list_display = ("words", "is_one_way", "is_active", "changed_at")
    list_filter = ("is_active", "is_one_way", "is_shipped")
    search_fields = ("words__icontains",)
    ordering = ("words", "pk")
    list_per_page = 100

    def store(self, request: HttpRequest, obj: Synonym, form, change: bool) -> Synonym:
        saved = actions.save_synonym(obj, actor=request.user, **form.cleaned_data)
        obj.words = saved.words
        return saved

    def take_away(self, request: HttpRequest, obj: Synonym) -> None:
        actions.delete_synonym(obj, actor=request.user)


@admin.register(QueryDay)
class QueryDayAdmin(LookAtAdmin):
    """What was searched and not found in the last 30 days, the most wanted first."""

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Staff who may see what was searched."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Searched and not found"),
            "opts": self.opts,
            "rows": queries_without_hits(),
            "days": SHOWN_DAYS,
            "may_add": request.user.has_perm("search.add_synonym"),
        }
        return TemplateResponse(request, "admin/search/not_found.html", context)


@admin.register(Generation)
class GenerationAdmin(LookAtAdmin):
    """How search is doing, and the button that builds a new index."""

    list_display = ("slot", "state", "engine", "analyzer", "started_at", "finished_at")

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(require_POST(self.rebuild))
        return [path("rebuild/", view, name="search_generation_rebuild"), *super().get_urls()]

    def may_rebuild(self, request: HttpRequest) -> bool:
        return request.user.has_perm("search.change_generation")

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Staff who may see the index."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        state = search_state()
        building, told = state.building, state.engine_status.items()
        context = {
            **self.admin_site.each_context(request),
            "title": _("How search is doing"),
            "opts": self.opts,
            "state": state,
            "engine_rows": [(ENGINE_WORDS.get(name, name), value) for name, value in told],
            "lag_seconds": int(state.lag.total_seconds()) if state.lag else 0,
            "progress": 100 * building.done // max(building.total, 1) if building else None,
            "may_rebuild": self.may_rebuild(request),
        }
        return TemplateResponse(request, "admin/search/state.html", context)

    def rebuild(self, request: HttpRequest) -> HttpResponse:
        """Staff who may change the index: let a worker build a new one. POST only."""
        if not self.may_rebuild(request):
            raise PermissionDenied
        with transaction.atomic():
            self.note(request, "rebuild", None)
            tasks.rebuild.delay_on_commit()
        messages.success(
            request, _("A new index is being built. Searches go on with the present one meanwhile.")
        )
        return redirect(reverse("admin:search_generation_changelist"))


class FailedFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "failed"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        return [("1", _("given up")), ("0", _("will be tried again"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "1":
                return queryset.filter(attempts__gte=MOST_ATTEMPTS)
            case "0":
                return queryset.filter(attempts__lt=MOST_ATTEMPTS)
        return queryset


KindFilter = choice_filter("kind", _("kind"), lambda: list(Document.Kind.choices))


@admin.register(Waiting)
class WaitingAdmin(LookAtAdmin):
    list_display = ("kind", "object_id", "attempts", "short_error", "not_before", "created_at")
    list_filter = (FailedFilter, KindFilter)
    ordering = ("id",)
    actions = ("try_again",)

    @admin.display(description=_("error"))
    def short_error(self, row: Waiting) -> str:
        return row.error.partition("\n")[0][:200] or "–"

    @admin.action(description=_("Try again now"))
    def try_again(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Staff who may change what waits."""
        if not request.user.has_perm("search.change_waiting"):
            raise PermissionDenied
        page = self.asked(request, queryset, title=_("Try again now"))
        if page is not None:
            return page
        number = actions.retry_failed(list(queryset.values_list("pk", flat=True)))
        self.note(request, "retry", None, after={"count": number})
        tasks.wake_worker()
        words = ngettext(
            "%(count)s row will be tried again.", "%(count)s rows will be tried again.", number
        )
        messages.success(request, words % {"count": number})
        return None
