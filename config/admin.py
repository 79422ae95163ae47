"""The site's settings, and how it is, in the administration."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.admin import TabbedTranslationAdmin

from blog.models import Page
from config import clock
from config.actions import change_site_settings, remove_card_image, set_card_image
from config.admin_site import HouseAdmin, LookAtAdmin, Panel, register_panel
from config.backups import last_backup
from config.exceptions import DomainError
from config.health import check_all
from config.images import read_image
from config.models import LATEST, PromisedTask, SiteSettings
from config.promises import try_again
from config.sizes import readable_size

HEALTH_KEY = "config:health"
HEALTH_SECONDS = 30
BACKUP_LATE = timedelta(days=2)
CHECK_WORDS = {
    "database": gettext_lazy("database"),
    "migrations": gettext_lazy("changes of the database"),
    "cache": gettext_lazy("cache"),
    "broker": gettext_lazy("queue"),
    "disk": gettext_lazy("disk"),
    "search": gettext_lazy("search"),
    "analyser": gettext_lazy("analyser"),
    "index": gettext_lazy("index of the search"),
    "replica": gettext_lazy("copy of the database"),
    "worker": gettext_lazy("background worker"),
    "beat": gettext_lazy("schedule"),
}
FILES = ("new_card", "removes_card")


class SiteSettingsForm(forms.ModelForm):
    """Settings; the card image is a file, all else are columns."""

    front_page = forms.ChoiceField(
        label=gettext_lazy("Front page for visitors"),
        required=False,
        help_text=gettext_lazy("Members see their timeline there."),
    )
    new_card = forms.FileField(
        label=gettext_lazy("New card image"),
        required=False,
        help_text=gettext_lazy(
            "Shown beside links to the site; cut to 1200 × 630. JPEG, PNG, WebP, GIF or AVIF."
        ),
    )
    removes_card = forms.BooleanField(
        label=gettext_lazy("Back to the card image that comes along"), required=False
    )

    class Meta:
        model = SiteSettings
        fields = "__all__"  # noqa: DJ007 which ones the fieldsets say; named ones stay with the admin

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        pages = [(page.slug, page.title or page.slug) for page in Page.objects.all()[:100]]
        self.fields["front_page"].choices = [
            ("", _("Welcome, what is read, and the latest")),
            (LATEST, _("The list of everything")),
            (_("A page"), pages),
        ]

    def clean_new_card(self):
        """Return the bytes of a picture that can be read."""
        upload = self.cleaned_data["new_card"]
        if not upload:
            return None
        data = upload.read()
        try:
            read_image(data)
        except DomainError as error:
            raise ValidationError(error.message, code=error.code) from error
        return data


@admin.register(SiteSettings)
class SiteSettingsAdmin(HouseAdmin, TabbedTranslationAdmin):
    """One row; every change is seen by all pages at once (AD-14)."""

    form = SiteSettingsForm
    list_display = ("title", "tagline", "is_signup_open")
    readonly_fields = ("card",)
    fieldsets = (
        (None, {"fields": ("title", "tagline", "contact_email")}),
        (
            gettext_lazy("Front page and card"),
            {"fields": ("front_page", "card", "new_card", "removes_card")},
        ),
        (gettext_lazy("Who takes part"), {"fields": ()}),
        (
            gettext_lazy("Verification by search engines"),
            {"fields": ("google_verification", "naver_verification", "bing_verification")},
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj=None):
        """Put every switch of the model among those who take part: others may add theirs."""
        placed = []
        for title, options in super().get_fieldsets(request, obj):
            fields = options["fields"] or tuple(
                field.name
                for field in SiteSettings._meta.fields
                if field.get_internal_type() == "BooleanField"
            )
            placed.append((title, {**options, "fields": fields}))
        return placed

    @admin.display(description=gettext_lazy("card image"))
    def card(self, row: SiteSettings) -> str:
        if not row.card_image:
            return _("the one that comes along")
        return format_html('<img class="card-image" src="{}" alt="">', row.card_path)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not SiteSettings.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def store(self, request: HttpRequest, obj: SiteSettings, form, change: bool) -> SiteSettings:
        data = form.cleaned_data
        values = {name: data[name] for name in form.changed_data if name not in FILES}
        if data.get("new_card"):
            return set_card_image(data["new_card"], **values)
        if data.get("removes_card"):
            return remove_card_image(**values)
        return change_site_settings(**values)


# First screen -------------------------------------------------------------------------------------


def health_panel(request: HttpRequest) -> Panel | None:
    """Whoever may change the site's settings: what does not work."""
    if not request.user.has_perm("config.change_sitesettings"):
        return None
    results = cache.get(HEALTH_KEY)
    if results is None:
        results = check_all()
        cache.set(HEALTH_KEY, results, HEALTH_SECONDS)
    failed = {name: problem for name, problem in results.items() if problem}
    return Panel(
        _("Health"),
        _("failing") if failed else _("all is well"),
        tone="bad" if failed else "calm",
        lines=tuple(f"{CHECK_WORDS.get(name, name)}: {why}" for name, why in failed.items()),
    )


def backup_panel(request: HttpRequest) -> Panel | None:
    """Whoever may change the site's settings: how old the last backup is."""
    if not request.user.has_perm("config.change_sitesettings"):
        return None
    held = last_backup()
    if held is None:
        return Panel(_("Last backup"), _("none recorded"), tone="warn")
    is_late = timezone.now() - held.finished_at > BACKUP_LATE
    return Panel(
        _("Last backup"),
        clock.relative(held.finished_at),
        tone="bad" if is_late else "calm",
        lines=(readable_size(held.size),) if held.size else (),
    )


register_panel(50, health_panel)
register_panel(60, backup_panel)


@admin.register(PromisedTask)
class PromisedTaskAdmin(LookAtAdmin):
    """Work that was asked for and is not done: on its way, tried later, or given up (OP-15)."""

    list_display = ("name", "attempts", "due_at", "reason", "created_at")
    list_filter = ("created_at",)
    actions = ("retry",)
    readonly_fields = ("error_trace",)
    fields = ("name", "args", "kwargs", "attempts", "due_at", "created_at", "error_trace")

    @admin.display(description=gettext_lazy("error"))
    def reason(self, task: PromisedTask) -> str:
        """The last line of what went wrong."""
        return task.error.strip().rpartition("\n")[2][:200] or "–"

    @admin.display(description=gettext_lazy("trace"))
    def error_trace(self, task: PromisedTask) -> str:
        return format_html("<pre>{}</pre>", task.error) if task.error else "–"

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Whoever may change such rows, though not by hand."""
        return request.user.has_perm("config.change_promisedtask")

    @admin.action(description=gettext_lazy("Try again"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Let what was given up be sent again; what waits is sent by itself."""
        page = self.asked(request, queryset, title=_("Try again"))
        if page is not None:
            return page
        for task in queryset.filter(due_at=None):
            try_again(task)
            self.note(request, "retry", task, before={"attempts": task.attempts})
        return None
