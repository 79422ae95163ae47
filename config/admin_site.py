"""Django's own admin, entered through the site's sign-in, and what all its lists have in common."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.exceptions import DomainError
from config.text import identity_key

PAGES_AHEAD = 5
AT_ONCE = 500
"""So many rows are changed by one act at most."""
PEOPLE_MOST = 50
HANDLE = "handle_key"


class Panel(NamedTuple):
    """One thing that the first screen tells: a number or a word, and where to read on.

    ``tone``: ``calm``, ``warn`` or ``bad``.
    """

    title: str
    value: str
    url: str = ""
    tone: str = "calm"
    lines: tuple[str, ...] = ()


class Page(NamedTuple):
    """A page of the administration that belongs to no model."""

    route: str
    view: Callable[[HttpRequest], HttpResponse]
    name: str


_panels: list[tuple[int, Callable[[HttpRequest], Panel | None]]] = []
_pages: dict[str, Page] = {}


def register_panel(order: int, panel: Callable[[HttpRequest], Panel | None]) -> None:
    """Let the first screen tell something; None of whoever may not know it (AD-18)."""
    _panels.append((order, panel))


def register_page(route: str, view: Callable[[HttpRequest], HttpResponse], name: str) -> None:
    """Add a page at ``/admin/<route>``, called ``admin:<name>``."""
    _pages[name] = Page(route, view, name)


def counted(rows: QuerySet, most: int = 1000) -> str:
    """Return how many rows there are, counting no further than ``most``."""
    number = rows.order_by()[: most + 1].count()
    return f"{most:,}+" if number > most else f"{number:,}"


class MadangAdminSite(admin.AdminSite):
    site_title = gettext_lazy("Madang administration")
    site_header = gettext_lazy("Madang administration")
    index_title = gettext_lazy("Everything in this place")
    enable_nav_sidebar = True

    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Send visitors to the site's sign-in; refuse members who are not staff (AD-01)."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        target = request.GET.get("next") or request.get_full_path()
        from django.urls import reverse

        return redirect(f"{reverse('account_login')}?{urlencode({'next': target})}")

    def index(self, request: HttpRequest, extra_context=None) -> TemplateResponse:
        """Staff: what waits and how the site is, of what their role may see (AD-18)."""
        found = (panel(request) for _order, panel in sorted(_panels, key=lambda one: one[0]))
        panels = [panel for panel in found if panel is not None]
        return super().index(request, {"panels": panels} | (extra_context or {}))

    def get_urls(self) -> list:
        own = [path(one.route, self.admin_view(one.view), name=one.name) for one in _pages.values()]
        return own + super().get_urls()


class PeekingPaginator(Paginator):
    """Pages without counting the table: it looks PAGES_AHEAD pages further and no more (AD-12)."""

    def __init__(self, rows: QuerySet, per_page: int, *, number: int):
        super().__init__(rows, per_page)
        self.most = (number + PAGES_AHEAD) * per_page

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[: self.most + 1].count()

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.count > self.most


class CheapList:
    """A list that costs the same with any number of rows: for a ModelAdmin (AD-12).

    ``search_fields`` are looked up by index alone: ``author__handle_key`` means the beginning of a
    handle, everything else is a lookup as Django has it, and a number is a row's key.
    """

    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by: tuple[str, ...] = ()

    def get_paginator(self, request, queryset, per_page, *args, **kwargs) -> PeekingPaginator:
        number = request.GET.get("p", "1")
        is_plain = number.isascii() and number.isdecimal() and len(number) < 8
        return PeekingPaginator(queryset, per_page, number=int(number) if is_plain else 1)

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Staff who may see the rows; the title is their name, which needs no particle."""
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def get_search_results(self, request, queryset, search_term: str):
        term = search_term.strip().removeprefix("@")
        if not term or not self.search_fields:
            return queryset, False
        found = Q()
        if term.isascii() and term.isdecimal() and len(term) < 18:
            found |= Q(pk=int(term))
        for name in self.search_fields:
            owner, _join, column = name.rpartition("__")
            if column == HANDLE and owner:
                found |= Q(**{f"{owner}__in": people_called(term)})
            elif column == HANDLE:
                found |= Q(handle_key__startswith=identity_key(term))
            else:
                found |= Q(**{name: term})
        return queryset.filter(found), False


class RefusedForm(forms.BaseForm):
    """A form that an action refused: it says why, beside the field that the refusal names."""

    refusal: DomainError

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        add_refusal(self, self.refusal)
        return data


def add_refusal(form: forms.BaseForm, error: DomainError) -> None:
    """Say in a form what an action refused, beside its field if there is one."""
    form.add_error(error.field if error.field in form.fields else None, error.message)


class KeepsTyped:
    """Shows what was typed again, with the reason, when an action refuses it: for a ModelAdmin."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            request.refusal = error
        # Whatever was stored is taken back by now; what was uploaded is read once more.
        for _name, files in request.FILES.lists():
            for file in files:
                file.seek(0)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        refusal = getattr(request, "refusal", None)
        if refusal is None:
            return form
        return type(form.__name__, (RefusedForm, form), {"refusal": refusal})


class HouseAdmin(KeepsTyped, CheapList, admin.ModelAdmin):
    """Rows whose every change goes by an action and is logged.

    Subclasses that may change or delete say how: ``store`` and ``take_away``.
    """

    # Writing -----------------------------------------------------------------------------------

    def store(self, request: HttpRequest, obj: Model, form, change: bool) -> Model:
        """Store what was typed by an action, and return the row."""
        raise NotImplementedError

    def take_away(self, request: HttpRequest, obj: Model) -> None:
        """Delete a row by an action."""
        raise NotImplementedError

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Model, form, change: bool) -> None:
        if change and not form.has_changed():
            return
        before = states_of(self.model._default_manager.get(pk=obj.pk)) if change else {}
        stored = self.store(request, obj, form, change)
        obj.pk = stored.pk
        after = states_of(stored) | {"fields": sorted(form.changed_data)}
        self.note(request, "change" if change else "add", obj, before=before, after=after)

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        before, pk = states_of(obj), obj.pk
        self.take_away(request, obj)
        self.note(request, "delete", obj, pk=pk, before=before)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def note(
        self,
        request: HttpRequest,
        act: str,
        obj: Model | None,
        *,
        pk: Any = None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        """Write the row of the log about one act here (SO-42)."""
        from moderation.actions.chain import write_log

        name = self.opts.model_name
        key = pk if pk is not None else obj.pk if obj is not None else 0
        write_log(
            f"{name}_{act}"[:40],
            actor=request.user,
            target=(name, key),
            before=before,
            after=after,
        )

    # What an action refuses is said on the page --------------------------------------------------

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect(request.get_full_path())

    def response_action(self, request: HttpRequest, queryset: QuerySet):
        """Run an act on many: all of it or nothing, and its rows of the log with it."""
        try:
            with transaction.atomic():
                return super().response_action(request, queryset)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect(request.get_full_path())

    def asked(
        self,
        request: HttpRequest,
        rows: QuerySet,
        *,
        title: str,
        text: str = "",
        context: dict[str, Any] | None = None,
    ) -> TemplateResponse | None:
        """Return the page that asks once with the number (AD-05); None when it was answered."""
        number = rows.order_by()[: AT_ONCE + 1].count()
        if number > AT_ONCE:
            raise TooManyAtOnce(
                _("Choose up to %(most)s rows at once.") % {"most": AT_ONCE}, field="action"
            )
        if request.POST.get("confirmed") or (number == 1 and not context):
            return None
        return TemplateResponse(
            request,
            "admin/confirm_action.html",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "text": text,
                "opts": self.opts,
                "number": number,
                "shown": [str(row) for row in rows[:20]],
                "keys": rows.values_list("pk", flat=True)[:AT_ONCE],
                "action": request.POST.get("action", ""),
                **(context or {}),
            },
        )


class LookAtAdmin(HouseAdmin):
    """Rows that only the site's own actions make and change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class TooManyAtOnce(DomainError):
    """More rows were chosen than one act may change."""

    code = "too_many_at_once"


def choice_filter(
    column: str, label: Any, choices: Callable[[], list[tuple[str, Any]]]
) -> type[admin.SimpleListFilter]:
    """Return a filter of known values; Django's own would read the whole column to find them."""

    class ChoiceFilter(admin.SimpleListFilter):
        title = label
        parameter_name = column

        def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, Any]]:
            return choices()

        def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
            known = {str(key) for key, _label in self.lookup_choices}
            value = self.value()
            return queryset.filter(**{column: value}) if value in known else queryset

    return ChoiceFilter


def people_called(term: str) -> list[int]:
    """Return the keys of up to PEOPLE_MOST people whose handle begins so."""
    from accounts.models import User

    found = User.objects.filter(handle_key__startswith=identity_key(term)).order_by("handle_key")
    return list(found.values_list("pk", flat=True)[:PEOPLE_MOST])


def states_of(row: Model) -> dict[str, Any]:
    """Return keys, states, numbers and times of a row for the log; nobody's words (X-15)."""
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if _is_state(field)
    }


def _is_state(field: Field) -> bool:
    plain = {"BooleanField", "DateField", "DateTimeField"}
    kind = field.get_internal_type()
    return bool(field.choices) or field.is_relation or kind in plain or "Integer" in kind
