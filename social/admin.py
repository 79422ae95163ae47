"""Relations between people, in the administration: to look at, not to touch."""

from django.contrib import admin
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.admin_site import LookAtAdmin, Panel, choice_filter, counted, register_panel
from moderation.targets import find_target
from social import notices
from social.actions.mails import LEASE, PAUSE_KEY
from social.models import Block, Follow, Inbox, Notification, Report, Webhook

KindFilter = choice_filter(
    "kind", _("kind"), lambda: [(kind.name, kind.label) for kind in notices.all_kinds()]
)
HANDLE = _("Beginning of a handle, or a number")


@admin.register(Follow)
class FollowAdmin(LookAtAdmin):
    list_display = ("follower", "followed", "created_at")
    list_select_related = ("follower", "followed")
    search_fields = ("follower__handle_key", "followed__handle_key")
    search_help_text = HANDLE


@admin.register(Block)
class BlockAdmin(LookAtAdmin):
    list_display = ("blocker", "blocked", "created_at")
    list_select_related = ("blocker", "blocked")
    search_fields = ("blocker__handle_key", "blocked__handle_key")
    search_help_text = HANDLE


class MailFilter(admin.SimpleListFilter):
    title = _("mail")
    parameter_name = "mail"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        return [("late", _("late")), ("waiting", _("waiting"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "late":
                return late_mails(queryset)
            case "waiting":
                return queryset.filter(mail_due_at__isnull=False)
        return queryset


def late_mails(rows: QuerySet) -> QuerySet:
    """Return what should have left by mail a lease ago: it was tried, or nobody tries."""
    return rows.filter(mail_due_at__lte=timezone.now() - LEASE)


@admin.register(Notification)
class NotificationAdmin(LookAtAdmin):
    """Whom something was told, and whether a mail left; what was said stays between people."""

    list_display = ("person", "what", "cause_count", "latest_at", "read_at", "mailed_at")
    list_filter = (KindFilter, MailFilter)
    list_select_related = ("person",)
    search_fields = ("person__handle_key",)
    search_help_text = HANDLE
    exclude = ("data",)

    @admin.display(description=_("kind"))
    def what(self, told: Notification) -> str:
        """The kind in words."""
        kind = notices.find_kind(told.kind)
        return str(kind.label) if kind else told.kind


@admin.register(Inbox)
class InboxAdmin(LookAtAdmin):
    list_display = ("person", "unread_notifications", "unread_messages", "sequence")
    list_select_related = ("person",)
    search_fields = ("person__handle_key",)
    search_help_text = HANDLE


@admin.register(Webhook)
class WebhookAdmin(LookAtAdmin):
    """Whose programs are told what, and whether they answer; secrets and messages stay theirs."""

    list_display = ("owner", "url", "is_active", "failing_since", "disabled_reason", "created_at")
    list_filter = ("is_active", "disabled_reason")
    list_select_related = ("owner",)
    search_fields = ("owner__handle_key",)
    search_help_text = HANDLE


@admin.register(Report)
class ReportAdmin(LookAtAdmin):
    """What members told; what is decided about it is a matter of the desk.

    So is the copy of what was reported: who reads private messages is logged there.
    """

    list_display = ("created_at", "category", "what", "target_id", "owner", "state")
    list_filter = ("state", "category", "created_at")
    list_select_related = ("owner",)
    search_fields = ("owner__handle_key", "reporter__handle_key")
    exclude = ("copy",)
    search_help_text = HANDLE

    @admin.display(description=_("kind"))
    def what(self, report: Report) -> str:
        """The kind of what was reported, in words."""
        kind = find_target(report.target_kind)
        return str(kind.label) if kind else report.target_kind


def mails_panel(request: HttpRequest) -> Panel | None:
    """Mails about notifications that are late, for whoever may see notifications."""
    if not request.user.has_perm("social.view_notification"):
        return None
    number = counted(late_mails(Notification.objects.all()))
    is_down = bool(cache.get(PAUSE_KEY))
    return Panel(
        str(_("Late mails about notifications")),
        number,
        f"{reverse('admin:social_notification_changelist')}?mail=late",
        "bad" if is_down else "calm" if number == "0" else "warn",
        (str(_("The mail server cannot be reached.")),) if is_down else (),
    )


register_panel(41, mails_panel)
