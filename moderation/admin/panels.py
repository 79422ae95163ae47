"""What was decided about a thing, on its own page of the administration (AD-05)."""

from typing import Any

from django.forms import Media
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from moderation.policies import is_moderator
from moderation.templatetags.desk import panel_context


class Panel:
    """A field to read that knows who looks: Django gives such fields the row alone.

    Equal to another one of its kind, since Django asks for the fields of a page several times.
    """

    __name__ = "moderation_panel"
    short_description = _("What was decided")

    def __init__(self, request: HttpRequest, kind: str):
        self.request, self.kind = request, kind

    def __call__(self, row: Any) -> str:
        here = self.request.get_full_path()
        context = panel_context(self.request.user, self.kind, row.pk, here=here)
        return render_to_string("admin/moderation/panel.html", context, self.request)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Panel) and other.kind == self.kind

    def __hash__(self) -> int:
        return hash((Panel, self.kind))


class CasePanelMixin:
    """For a ModelAdmin: ``case_kind`` names the kind of thing that its rows are."""

    case_kind = ""

    @property
    def media(self) -> Media:
        sheets = {"all": ["madang/css/tokens.css", "madang/css/admin-desk.css"]}
        return super().media + Media(css=sheets)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is not None and is_moderator(request.user):
            panel = Panel(request, self.case_kind)
            fieldsets.append((_("Moderation"), {"fields": (panel,), "classes": ("case-panel",)}))
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple:
        fields = tuple(super().get_readonly_fields(request, obj))
        if obj is not None and is_moderator(request.user):
            fields += (Panel(request, self.case_kind),)
        return fields
