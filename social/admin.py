"""Relations between people, in the administration: to look at, not to touch."""

from django.contrib import admin
from django.http import HttpRequest

from social.models import Block, Follow, Inbox, Notification, Report, Webhook


class RelationAdmin(admin.ModelAdmin):
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(Follow)
class FollowAdmin(RelationAdmin):
    list_display = ("follower", "followed", "created_at")
    list_select_related = ("follower", "followed")
    search_fields = ("follower__handle", "followed__handle")


@admin.register(Block)
class BlockAdmin(RelationAdmin):
    list_display = ("blocker", "blocked", "created_at")
    list_select_related = ("blocker", "blocked")
    search_fields = ("blocker__handle", "blocked__handle")


@admin.register(Notification)
class NotificationAdmin(RelationAdmin):
    """Whom something was told, and whether a mail left; what was said stays between people."""

    list_display = ("person", "kind", "cause_count", "latest_at", "read_at", "mailed_at")
    list_filter = ("kind",)
    list_select_related = ("person",)
    search_fields = ("person__handle",)
    exclude = ("data",)


@admin.register(Inbox)
class InboxAdmin(RelationAdmin):
    list_display = ("person", "unread_notifications", "unread_messages", "sequence")
    list_select_related = ("person",)
    search_fields = ("person__handle",)


@admin.register(Webhook)
class WebhookAdmin(RelationAdmin):
    """Whose programs are told what, and whether they answer; secrets and messages stay theirs."""

    list_display = ("owner", "url", "is_active", "failing_since", "disabled_reason", "created_at")
    list_filter = ("is_active", "disabled_reason")
    list_select_related = ("owner",)
    search_fields = ("owner__handle", "url")


@admin.register(Report)
class ReportAdmin(RelationAdmin):
    """What members told; what is decided about it is no matter of this list."""

    list_display = ("created_at", "category", "target_kind", "target_id", "owner", "state")
    list_filter = ("state", "category", "target_kind")
    list_select_related = ("owner",)
    search_fields = ("owner__handle", "reporter__handle")
