"""Sites elsewhere, in the administration: registered for members, mended, paused, closed (AD-17)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from config.admin_site import HouseAdmin, LookAtAdmin
from config.text import identity_key
from embed import actions
from embed.actions.sites import SWITCHES
from embed.exceptions import OriginInvalid
from embed.models import ADDRESS_MAX_LENGTH, EmbedSite, EmbedThread
from embed.origins import clean_origin


class OriginsField(forms.CharField):
    """Origins, one a line."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: str) -> list[str]:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        try:
            return [clean_origin(line.removesuffix("/")) for line in lines if line]
        except OriginInvalid as error:
            raise ValidationError(error.message, code=error.code) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), (data or "").replace("\r\n", "\n"))


class SiteForm(forms.ModelForm):
    owner_handle = forms.CharField(label=_("Handle of the owner"), required=False)
    origins = OriginsField(label=_("Its origins, one a line"))
    index_url = forms.CharField(
        label=_("Address of an index file of its pages"),
        max_length=ADDRESS_MAX_LENGTH,
        required=False,
    )

    class Meta:
        model = EmbedSite
        fields = ("name", "origins", "index_url", *SWITCHES)

    def clean_owner_handle(self) -> User | None:
        """Return who owns a new site; the owner of one that is there never changes."""
        typed = self.cleaned_data["owner_handle"].strip().removeprefix("@")
        if self.instance.pk is not None:
            return None
        owner = User.objects.filter(handle_key=identity_key(typed)).first() if typed else None
        if owner is None:
            raise ValidationError(_("Nobody has this handle."), code="no_such_person")
        return owner


@admin.register(EmbedSite)
class EmbedSiteAdmin(HouseAdmin):
    """Sites; deleting one takes its threads away by the rules of the house."""

    form = SiteForm
    list_display = ("name", "owner", "key", "its_origins", "is_paused", "created_at")
    list_filter = ("is_paused", "created_at")
    list_select_related = ("owner",)
    search_fields = ("key__exact", "owner__handle_key")
    search_help_text = _("Key of the site, or beginning of the owner's handle")
    actions = ("pause", "wake", "rotate")

    @admin.display(description=_("origins"))
    def its_origins(self, site: EmbedSite) -> str:
        return " · ".join(site.origins)

    def get_fields(self, request: HttpRequest, obj: EmbedSite | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("owner_handle", "name", "origins", "index_url", *SWITCHES)
        shown = ("owner", "key", "is_paused", "created_at")
        origins = "origins" if self.has_change_permission(request, obj) else "its_origins"
        return ("name", origins, "index_url", *SWITCHES, *shown)

    def get_readonly_fields(self, request: HttpRequest, obj: EmbedSite | None = None):
        return ("owner", "key", "is_paused", "created_at", "its_origins") if obj else ()

    def get_deleted_objects(self, objs, request: HttpRequest):
        """Return the sites alone: what belongs to them goes by the action, not row by row."""
        return [str(one) for one in objs], {}, set(), []

    def store(self, request: HttpRequest, obj: EmbedSite, form, change: bool) -> EmbedSite:
        data = {name: form.cleaned_data[name] for name in ("name", "origins", "index_url")}
        data |= {name: form.cleaned_data[name] for name in SWITCHES}
        if change:
            return actions.change_site(obj, actor=request.user, **data)
        return actions.register_site(
            actor=request.user, owner=form.cleaned_data["owner_handle"], **data
        )

    def take_away(self, request: HttpRequest, obj: EmbedSite) -> None:
        actions.delete_site(obj, actor=request.user)

    @admin.action(description=_("Pause: nothing is read or said there"), permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._set_paused(request, queryset, is_paused=True)

    @admin.action(description=_("End the pause"), permissions=["change"])
    def wake(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._set_paused(request, queryset, is_paused=False)

    def _set_paused(
        self, request: HttpRequest, queryset: QuerySet, *, is_paused: bool
    ) -> HttpResponse | None:
        rows = queryset.exclude(is_paused=is_paused)
        title = _("Pause sites") if is_paused else _("End the pause of sites")
        page = self.asked(request, rows, title=title)
        if page is not None:
            return page
        for site in rows:
            actions.pause_site(site, actor=request.user, is_paused=is_paused)
            before, after = {"is_paused": not is_paused}, {"is_paused": is_paused}
            self.note(request, "pause" if is_paused else "wake", site, before=before, after=after)
        return None

    @admin.action(description=_("Give a new key"), permissions=["change"])
    def rotate(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Ask first, also for one: pages elsewhere have to be changed afterwards."""
        page = self.asked(
            request,
            queryset,
            title=_("Give a new key"),
            text=_("Pages elsewhere show nothing until they have the new key."),
            context={"is_always_asked": True},
        )
        if page is not None:
            return page
        for site in queryset:
            actions.rotate_site_key(site, actor=request.user)
            self.note(request, "rotate", site)
        return None


@admin.register(EmbedThread)
class EmbedThreadAdmin(LookAtAdmin):
    """Threads; what is said in them is among the comments."""

    list_display = ("__str__", "site", "key", "created_at")
    list_select_related = ("site",)
    search_fields = ("site__key__exact",)
    search_help_text = _("Key of the site, or a number")
    fields = ("site", "key", "post", "page_url", "page_title", "guest_reaction_count", "created_at")
