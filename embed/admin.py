"""Sites elsewhere, in the administration: to look at, and to close."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from embed import actions
from embed.models import EmbedSite, EmbedThread


class LookAtAdmin(admin.ModelAdmin):
    """Rows that the site's own actions make and change."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(EmbedSite)
class EmbedSiteAdmin(LookAtAdmin):
    """Sites; deleting one takes its threads away by the rules of the house."""

    list_display = ("name", "owner", "key", "its_origins", "allows_guests", "created_at")
    list_select_related = ("owner",)
    search_fields = ("name", "key", "owner__handle")
    fields = (
        *("name", "owner", "key", "its_origins", "index_url"),
        *("allows_guests", "needs_approval", "has_reactions", "has_search", "created_at"),
    )
    date_hierarchy = "created_at"

    @admin.display(description=_("origins"))
    def its_origins(self, site: EmbedSite) -> str:
        return " · ".join(site.origins)

    def get_deleted_objects(self, objs, request: HttpRequest):
        """Return the sites alone: what belongs to them goes by the action, not row by row."""
        return [str(one) for one in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: EmbedSite) -> None:
        actions.delete_site(obj, actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for site in queryset:
            self.delete_model(request, site)


@admin.register(EmbedThread)
class EmbedThreadAdmin(LookAtAdmin):
    """Threads; what is said in them is among the comments."""

    list_display = ("__str__", "site", "key", "created_at")
    list_select_related = ("site",)
    search_fields = ("key", "page_title", "site__name")
    fields = ("site", "key", "post", "page_url", "page_title", "guest_reaction_count", "created_at")

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False
