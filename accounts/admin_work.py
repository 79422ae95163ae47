"""What works in the background and for programs, in the administration: jobs, mails, keys (AD-15)."""

from datetime import timedelta

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import actions
from accounts.jobs import all_kinds
from accounts.models import AccessToken, DelayedMail, Job
from accounts.scopes import SCOPES
from config.admin_site import (
    HouseAdmin,
    LookAtAdmin,
    Panel,
    choice_filter,
    counted,
    register_panel,
)
from config.exceptions import DomainError

LATELY = timedelta(days=7)
HANDLE = _("Beginning of a handle, or a number")
KindFilter = choice_filter(
    "kind", _("kind"), lambda: [(kind.name, kind.label) for kind in all_kinds()]
)
MAILS = {
    "archive_ready": _("archive is ready"),
    "leaving": _("leaving was asked for"),
    "leaving_receipt": _("receipt of leaving"),
    "confirm_address": _("confirm an address"),
    "reset_password": _("new password"),
    "job_failed": _("a job failed"),
    "security_notice": _("safety of the account"),
    "schedule_failed": _("a planned post did not appear"),
}


class RetryAdmin(LookAtAdmin):
    """Work that failed, which staff may let try again."""

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Whoever may change such rows, though not by hand."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def retried(self, request: HttpRequest, rows: list, retry) -> None:
        """Let each of ``rows`` try again, and say how many do and why others do not."""
        done = 0
        for row in rows:
            try:
                retry(row)
            except DomainError as error:
                messages.error(request, f"{row}: {error.message}")
            else:
                done += 1
                self.note(request, "retry", row, before={"state": row.state})
        words = ngettext("%(count)s will be tried again.", "%(count)s will be tried again.", done)
        if done:
            messages.success(request, words % {"count": done})


@admin.register(Job)
class JobAdmin(RetryAdmin):
    """Long work of everybody: what failed stays here for 90 days, with its trace (OP-15)."""

    list_display = ("what", "owner", "state", "percent", "created_at", "finished_at")
    list_filter = ("state", KindFilter, "created_at")
    list_select_related = ("owner",)
    search_fields = ("owner__handle_key",)
    search_help_text = HANDLE
    actions = ("retry",)
    readonly_fields = ("what", "text", "error_trace")
    fields = (
        *("what", "owner", "state", "percent", "text"),
        *("created_at", "started_at", "seen_at", "finished_at", "error_trace"),
    )

    @admin.display(description=_("kind"))
    def what(self, job: Job) -> str:
        """The kind in words."""
        return job.label

    @admin.display(description=_("how far"))
    def percent(self, job: Job) -> str:
        return f"{job.progress} %"

    @admin.display(description=_("how it went"))
    def text(self, job: Job) -> str:
        return job.text or "–"

    @admin.display(description=_("trace"))
    def error_trace(self, job: Job) -> str:
        return format_html("<pre>{}</pre>", job.trace) if job.trace else "–"

    @admin.action(description=_("Try again"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Ask for the same work again; what did not fail stays as it is."""
        page = self.asked(request, queryset, title=_("Try again"))
        if page is not None:
            return page
        self.retried(request, list(queryset.select_related("owner")), actions.retry_job)
        return None


@admin.register(DelayedMail)
class DelayedMailAdmin(RetryAdmin):
    """Mails about accounts that the server refused: tried again, or given up and kept."""

    list_display = ("what", "person", "state", "attempts", "reason", "tried_at", "created_at")
    list_filter = ("state", "created_at")
    list_select_related = ("person",)
    search_fields = ("person__handle_key",)
    search_help_text = HANDLE
    actions = ("retry",)
    readonly_fields = ("what", "error_trace")
    fields = ("what", "person", "state", "attempts", "tried_at", "created_at", "error_trace")

    @admin.display(description=_("mail"))
    def what(self, mail: DelayedMail) -> str:
        """Which mail, in words."""
        return str(MAILS.get(mail.name, mail.name))

    @admin.display(description=_("error"))
    def reason(self, mail: DelayedMail) -> str:
        """The last line of what went wrong."""
        return mail.error.strip().rpartition("\n")[2][:200] or "–"

    @admin.display(description=_("trace"))
    def error_trace(self, mail: DelayedMail) -> str:
        return format_html("<pre>{}</pre>", mail.error) if mail.error else "–"

    @admin.action(description=_("Try again"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Send what was given up again; what waits is tried by itself."""
        page = self.asked(request, queryset, title=_("Try again"))
        if page is not None:
            return page
        self.retried(request, list(queryset), actions.retry_mail)
        return None


@admin.register(AccessToken)
class AccessTokenAdmin(HouseAdmin):
    """Keys of programs: whose, for what, until when. The keys themselves nobody can read."""

    list_display = ("__str__", "user", "what_for", "origin", "last_used_on", "created", "expiry")
    list_select_related = ("user",)
    search_fields = ("user__handle_key",)
    search_help_text = HANDLE
    readonly_fields = ("what_for",)
    fields = ("name", "user", "what_for", "origin", "last_used_on", "created", "expiry")

    @admin.display(description=_("scopes"))
    def what_for(self, token: AccessToken) -> str:
        """What the key opens, in words."""
        return " · ".join(str(SCOPES.get(scope, scope)) for scope in token.scopes)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def take_away(self, request: HttpRequest, obj: AccessToken) -> None:
        actions.revoke_token(obj)


def jobs_panel(request: HttpRequest) -> Panel | None:
    """Work that failed lately, for whoever may see it."""
    if not request.user.has_perm("accounts.view_job"):
        return None
    failed = Job.objects.filter(state=Job.State.FAILED, finished_at__gt=timezone.now() - LATELY)
    number = counted(failed)
    return Panel(
        str(_("Jobs that failed in 7 days")),
        number,
        f"{reverse('admin:accounts_job_changelist')}?state__exact=failed",
        "calm" if number == "0" else "warn",
    )


def mails_panel(request: HttpRequest) -> Panel | None:
    """Mails that do not leave, for whoever may see it."""
    if not request.user.has_perm("accounts.view_delayedmail"):
        return None
    given_up = DelayedMail.objects.filter(state=DelayedMail.State.FAILED)
    number = counted(given_up)
    return Panel(
        str(_("Mails given up")),
        number,
        f"{reverse('admin:accounts_delayedmail_changelist')}?state__exact=failed",
        "calm" if number == "0" else "warn",
    )


register_panel(30, jobs_panel)
register_panel(40, mails_panel)
