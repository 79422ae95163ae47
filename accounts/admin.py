"""People, in the administration: found by handle or address, changed through actions alone."""

import copy
from importlib import import_module

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import admin_work  # noqa: F401 it registers the lists of work
from accounts.forms.staff import (
    CloseForm,
    DecisionForm,
    NewPersonForm,
    PersonForm,
    PersonPasswordForm,
    ReasonForm,
    RestoreForm,
    TrustForm,
)
from accounts.models import FormerHandle, User
from config.admin_site import (
    AT_ONCE,
    CheapList,
    KeepsTyped,
    LookAtAdmin,
    add_refusal,
    choice_filter,
)
from config.exceptions import DomainError
from moderation import person_facts
from moderation.actions import staff_acts
from moderation.admin.panels import CasePanelMixin
from moderation.policies import can_decide, can_help_people
from moderation.trust import HIGHEST

HIDDEN_APPS = ("account", "mfa", "socialaccount", "usersessions")
"""allauth's own pages would show secrets of factors and keys of sessions, and change rows past our
rules. They are read first, so that they are there to be taken away."""

for label in HIDDEN_APPS:
    import_module(f"allauth.{label}.admin")
    for model in apps.get_app_config(label).get_models():
        if admin.site.is_registered(model):
            admin.site.unregister(model)

PROFILE = ("display_name", "bio", "links")
PREFERENCES = (
    "language",
    "time_zone",
    "theme",
    "default_visibility",
    "default_language",
    "who_may_message",
    "shows_last_seen",
)
RIGHTS = ("is_staff", "is_superuser")
ROLES = ("groups", "user_permissions")
STATE = ("state", "state_reason", "state_until", "trust")
HISTORY = ("decisions", "reports", "devices", "factors")
FACTS = (
    "joined_at",
    "last_seen_at",
    "last_login",
    "article_count",
    "note_count",
    "follower_count",
    "following_count",
)
SHOWN = 20


TrustFilter = choice_filter(
    "trust_level", _("trust"), lambda: [(str(level), str(level)) for level in range(HIGHEST + 1)]
)


@admin.register(User)
class PersonAdmin(CasePanelMixin, KeepsTyped, CheapList, UserAdmin):
    """Staff: people. Moderators look and decide; administrators change them as well (AD-09)."""

    case_kind = "person"
    form = PersonForm
    add_form = NewPersonForm
    change_password_form = PersonPasswordForm
    change_form_template = "admin/accounts/user/change_form.html"
    list_display = ("handle", "display_name", "email", "state", "trust_level", "is_staff")
    list_filter = ("state", TrustFilter, "is_staff", "is_superuser")
    search_fields = ("handle_key", "email__startswith")
    search_help_text = _("Beginning of a handle or an address, or a number")
    ordering = ("-pk",)
    filter_horizontal = ROLES
    readonly_fields = (*STATE, *HISTORY, *FACTS)
    fieldsets = (
        (None, {"fields": ("handle", "email", "password")}),
        (_("State"), {"fields": STATE}),
        (_("What was decided and reported"), {"fields": HISTORY}),
        (_("Profile"), {"fields": PROFILE}),
        (_("Rights"), {"fields": (*RIGHTS, *ROLES)}),
        (_("Preferences"), {"fields": PREFERENCES, "classes": ("collapse",)}),
        (_("Facts"), {"fields": FACTS}),
        (_("Why you change something"), {"fields": ("reason",)}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "handle",
                    "email",
                    "display_name",
                    "usable_password",
                    "password1",
                    "password2",
                ),
            },
        ),
    )
    actions = (
        "limit_people",
        "suspend_people",
        "ban_people",
        "restore_people",
        "set_trust",
        "sign_people_out",
        "reset_factors",
        "confirm_addresses",
    )

    # What there is to see -----------------------------------------------------------------------

    @admin.display(description=_("trust"))
    def trust(self, person: User) -> str:
        return person_facts.trust_of(person)

    @admin.display(description=_("decisions"))
    def decisions(self, person: User) -> str:
        return person_facts.decisions_of(person)

    @admin.display(description=_("reports"))
    def reports(self, person: User) -> str:
        return person_facts.reports_about(person)

    @admin.display(description=_("devices"))
    def devices(self, person: User) -> str:
        return person_facts.devices_of(person)

    @admin.display(description=_("second factors"))
    def factors(self, person: User) -> str:
        return person_facts.factors_of(person)

    # Who may what -------------------------------------------------------------------------------

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False  # people leave by themselves (AC-62); staff suspend

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return can_decide(request.user, "suspend")

    def has_ban_permission(self, request: HttpRequest) -> bool:
        return can_decide(request.user, "ban")

    def has_help_permission(self, request: HttpRequest) -> bool:
        return can_help_people(request.user)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        fields = tuple(super().get_readonly_fields(request, obj))
        if not request.user.is_superuser:
            # Who is no administrator cannot make one.
            fields += (*RIGHTS, *ROLES)
        return fields

    def get_fieldsets(self, request: HttpRequest, obj=None):
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        hidden = {"password", "reason"}
        shown = (
            (title, {**options, "fields": [one for one in options["fields"] if one not in hidden]})
            for title, options in found
        )
        return [(title, options) for title, options in shown if options["fields"]]

    # One person ---------------------------------------------------------------------------------

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        buttons = [
            {"name": name, "label": label}
            for _function, name, label in self._filter_actions_by_permissions(
                request, self._get_base_actions()
            )
            if name in self.actions
        ]
        context = {"acts": buttons} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def user_change_password(self, request, id, form_url="") -> HttpResponse:
        page = copy.copy(self)
        page.change_password_form = type(
            "PasswordForm", (self.change_password_form,), {"actor": request.user}
        )
        return super(PersonAdmin, page).user_change_password(request, id, form_url)

    def save_model(self, request: HttpRequest, obj: User, form, change: bool) -> None:
        data = form.cleaned_data
        if not change:
            obj.pk = staff_acts.add_person(
                actor=request.user,
                handle=obj.handle,
                email=obj.email,
                password=data.get("password1") or None,
                display_name=obj.display_name,
            ).pk
            return
        names = ("handle", "email", *PROFILE, *PREFERENCES, *RIGHTS, *ROLES)
        person = User.objects.get(pk=obj.pk)
        changes = {
            name: data[name]
            for name in names
            if name in form.changed_data
            # An empty list of links comes as None, and is no change.
            and (name in ROLES or (data[name] or None) != (getattr(person, name) or None))
        }
        staff_acts.change_person(
            person, actor=request.user, reason=data.get("reason", ""), **changes
        )

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        """Nothing: roles are given with everything else, in one act."""

    # On some at once ----------------------------------------------------------------------------

    def _asked(
        self, request: HttpRequest, people: QuerySet, title: str, form_class: type[forms.Form]
    ) -> tuple[list[User], forms.Form] | TemplateResponse | None:
        """Return whom it concerns and what was filled in, or the page that asks (AD-05).

        Administrators are left out unless one asks, and always whoever asks; None if nobody is left.
        """
        others = people.exclude(pk=request.user.pk)
        allowed = others if request.user.is_superuser else others.filter(is_superuser=False)
        chosen = list(allowed.order_by("pk")[: AT_ONCE + 1])
        if not chosen:
            why = _("You cannot decide about yourself or what is yours.")
            if others.exists():
                why = _("Only an administrator decides about administrators.")
            messages.error(request, why)
            return None
        is_answer = "confirmed" in request.POST
        form = form_class(request.POST if is_answer else None)
        if len(chosen) > AT_ONCE:
            form.is_valid()
            messages.error(request, _("Choose up to %(most)s people at once.") % {"most": AT_ONCE})
        elif is_answer and form.is_valid():
            return chosen, form
        return self._asking(request, chosen, title, form)

    def _asking(
        self, request: HttpRequest, chosen: list[User], title: str, form: forms.Form
    ) -> TemplateResponse:
        """Return the page that asks, with what was filled in and what is wrong with it."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "media": self.media + form.media,
            "form": form,
            "number": len(chosen),
            "shown": chosen[:SHOWN],
            "keys": [person.pk for person in chosen],
            "has_more": len(chosen) > SHOWN,
            "action": request.POST.get("action", ""),
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(
            request, "admin/accounts/user/confirm_act.html", context, status=status
        )

    def _act(self, request, people: QuerySet, title: str, form_class, act) -> HttpResponse | None:
        """Ask once, then call ``act(people, **filled in)``: on all of them, or on none."""
        answer = self._asked(request, people, title, form_class)
        if answer is None or isinstance(answer, TemplateResponse):
            return answer
        chosen, form = answer
        try:
            act(chosen, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
            return self._asking(request, chosen, title, form)
        number = len(chosen)
        words = ngettext("Done for %(count)s person.", "Done for %(count)s people.", number)
        messages.success(request, words % {"count": number})
        return None

    def _decide(self, request, people: QuerySet, kind: str, form_class) -> HttpResponse | None:
        def act(chosen: list[User], **data) -> None:
            staff_acts.decide_about_people(chosen, kind, actor=request.user, **data)

        name = request.POST.get("action", "")
        return self._act(request, people, getattr(self, name).short_description, form_class, act)

    def _help(self, request, people: QuerySet, act, form_class=ReasonForm) -> HttpResponse | None:
        name = request.POST.get("action", "")
        return self._act(
            request,
            people,
            getattr(self, name).short_description,
            form_class,
            lambda chosen, **data: act(chosen, actor=request.user, **data),
        )

    @admin.action(description=_("Limit: may read and draft only"), permissions=["decide"])
    def limit_people(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._decide(request, queryset, "limit", DecisionForm)

    @admin.action(description=_("Suspend: hidden and signed out"), permissions=["decide"])
    def suspend_people(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._decide(request, queryset, "suspend", DecisionForm)

    @admin.action(description=_("Close for good: hidden and signed out"), permissions=["ban"])
    def ban_people(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._decide(request, queryset, "ban", CloseForm)

    @admin.action(description=_("Restore: active again"), permissions=["decide"])
    def restore_people(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._decide(request, queryset, "restore", RestoreForm)

    @admin.action(description=_("Set trust"), permissions=["decide"])
    def set_trust(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._help(request, queryset, staff_acts.set_trust_of, TrustForm)

    @admin.action(description=_("Sign out everywhere"), permissions=["help"])
    def sign_people_out(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._help(request, queryset, staff_acts.end_sessions_of)

    @admin.action(description=_("Reset second factors"), permissions=["help"])
    def reset_factors(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._help(request, queryset, staff_acts.reset_factors_of)

    @admin.action(description=_("Count the address as confirmed"), permissions=["change"])
    def confirm_addresses(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._help(request, queryset, staff_acts.confirm_addresses_of)


@admin.register(FormerHandle)
class FormerHandleAdmin(LookAtAdmin):
    """To look at, not to touch."""

    list_display = ("handle", "user", "created_at")
    list_select_related = ("user",)
    search_fields = ("handle_key",)
