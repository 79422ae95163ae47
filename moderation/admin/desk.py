"""The desk: one queue of everything that waits, and a page for each case (AD-03, AD-04)."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from moderation.admin import desk_acts, desk_bulk, desk_pages
from moderation.models import Case
from moderation.policies import is_moderator


@admin.register(Case)
class CaseAdmin(admin.ModelAdmin):
    """Its list is the queue, and a row's page is where it is decided; actions alone change it."""

    def get_urls(self) -> list[URLPattern]:
        def url(route: str, view, name: str, *, posts: bool = False) -> URLPattern:
            view = desk_pages.for_moderators(view)
            view = self.admin_site.admin_view(require_POST(view) if posts else view)
            return path(route, view, name=f"moderation_case_{name}")

        thing = "of/<slug:kind>/<int:pk>/"
        return [
            url(thing, desk_pages.case_page, "open"),
            url(f"{thing}decide/", desk_acts.decide_case, "decide", posts=True),
            url(f"{thing}note/", desk_acts.note_case, "note", posts=True),
            url(f"{thing}assign/", desk_acts.assign, "assign", posts=True),
            url(f"{thing}read/", desk_acts.read, "read", posts=True),
            url("takedowns/<int:pk>/answer/", desk_acts.answer_takedown, "takedown", posts=True),
            url("undo/<int:pk>/", desk_acts.undo, "undo", posts=True),
            url("undo-these/", desk_acts.undo_these, "undo_these", posts=True),
            url("appeals/<int:pk>/answer/", desk_acts.answer, "answer", posts=True),
            url("many/", desk_bulk.decide_many, "many", posts=True),
            url("undo-many/", desk_bulk.undo_many, "undo_many"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Moderators."""
        return desk_pages.for_moderators(desk_pages.queue)(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """Moderators."""
        return desk_pages.for_moderators(desk_pages.case_by_key)(request, object_id)

    def has_view_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        return is_moderator(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        return False
