"""Roles in the administration: for administrators alone, each change by an action and logged."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from config.admin_site import HouseAdmin
from moderation.actions import roles as role_actions
from moderation.roles import SHIPPED

admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(HouseAdmin, GroupAdmin):
    """Groups with their rights; those of the site are changed, never renamed or deleted."""

    list_display = ("name",)
    search_fields = ("name__startswith",)
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_active and request.user.is_superuser

    has_add_permission = has_module_permission = has_view_permission
    has_change_permission = has_view_permission

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return self.has_view_permission(request) and (obj is None or obj.name not in SHIPPED)

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> tuple:
        return ("name",) if obj is not None and obj.name in SHIPPED else ()

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        role_actions.save_role(obj, actor=request.user, rights=form.cleaned_data["permissions"])

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        """Nothing: rights are stored with their role, in one act."""

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        role_actions.delete_role(obj, actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for group in queryset:
            self.delete_model(request, group)
