"""People, in the administration: found by handle or address, changed through actions alone."""

from importlib import import_module

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import actions
from accounts.adapter import is_handle_taken, require_free_email
from accounts.handles import clean_handle
from accounts.models import FormerHandle, Job, User
from accounts.querysets import email_identity
from config.exceptions import DomainError

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
STATE = ("state", "state_reason", "state_until")


class FreeNames:
    """Handle and address are nobody else's."""

    def clean_handle(self) -> str:
        try:
            handle = clean_handle(self.cleaned_data["handle"])
        except DomainError as error:
            raise ValidationError(error.message, code=error.code) from error
        if is_handle_taken(handle, self.instance if self.instance.pk else None):
            raise ValidationError(_("Somebody has this handle already."), code="handle_taken")
        return handle

    def clean_email(self) -> str:
        email = email_identity(self.cleaned_data.get("email") or "")
        if email:
            require_free_email(email, self.instance if self.instance.pk else None)
        return email


class PersonForm(FreeNames, UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User
        field_classes = {}


class NewPersonForm(FreeNames, AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("handle", "email", "display_name")
        field_classes = {}

    def clean_username(self) -> str:
        return ""


class PersonPasswordForm(AdminPasswordChangeForm):
    """Django's form for another's password, stored by our action: sessions end with it."""

    def set_password_and_save(self, user: User, **kwargs) -> User:
        password = self.cleaned_data["password1"]
        if password:
            actions.set_password(user, password)
        return user


@admin.register(User)
class PersonAdmin(UserAdmin):
    form = PersonForm
    add_form = NewPersonForm
    change_password_form = PersonPasswordForm
    list_display = ("handle", "display_name", "email", "state", "is_staff", "joined_at")
    list_filter = ("state", "is_staff", "is_superuser")
    search_fields = ("^handle_key", "^email", "display_name")
    search_help_text = _("Beginning of a handle or an address, or part of a name")
    ordering = ("-joined_at", "-pk")
    list_per_page = 50
    show_full_result_count = False
    filter_horizontal = ("groups", "user_permissions")
    readonly_fields = (
        "joined_at",
        "last_seen_at",
        "last_login",
        "article_count",
        "note_count",
        "follower_count",
        "following_count",
        "factors",
    )
    fieldsets = (
        (None, {"fields": ("handle", "email", "password")}),
        (_("Profile"), {"fields": PROFILE}),
        (_("State"), {"fields": STATE}),
        (_("Rights"), {"fields": (*RIGHTS, "groups", "user_permissions")}),
        (_("Preferences"), {"fields": PREFERENCES, "classes": ("collapse",)}),
        (
            _("Facts"),
            {
                "fields": (
                    "joined_at",
                    "last_seen_at",
                    "last_login",
                    "factors",
                    "article_count",
                    "note_count",
                    "follower_count",
                    "following_count",
                )
            },
        ),
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
        "restore_people",
        "sign_people_out",
        "reset_factors",
        "confirm_addresses",
    )

    @admin.display(description=_("second factors"))
    def factors(self, person: User) -> str:
        kinds = Authenticator.objects.filter(user=person).values_list("type", flat=True)
        return ", ".join(sorted(kinds)) or "–"

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False  # people leave by themselves (AC-62); staff suspend

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        fields = tuple(super().get_readonly_fields(request, obj))
        if not request.user.is_superuser:
            # Who is no administrator cannot make one.
            fields += (*RIGHTS, "groups", "user_permissions")
        return fields

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form, change: bool) -> None:
        if not change:
            password = form.cleaned_data.get("password1") or None
            obj.pk = actions.create_member(
                handle=obj.handle,
                email=obj.email,
                password=password,
                display_name=obj.display_name,
            ).pk
            return
        person = User.objects.get(pk=obj.pk)
        try:
            self._change(request, person, form)
        except DomainError as error:
            messages.error(request, error.message)

    def _change(self, request: HttpRequest, person: User, form) -> None:
        data, changed = form.cleaned_data, set(form.changed_data)

        def picked(names) -> dict[str, object]:
            return {name: data[name] for name in names if name in changed}

        if "handle" in changed:
            actions.rename_handle(person, data["handle"], is_operator=True)
        if "email" in changed:
            actions.change_address(person, data["email"])
        actions.change_profile(person, **picked(PROFILE))
        actions.change_preferences(person, **picked(PREFERENCES))
        if request.user.is_superuser:
            actions.change_rights(person, **picked(RIGHTS))
        if changed & set(STATE):
            actions.set_state(
                person,
                data["state"],
                actor=request.user,
                reason=data["state_reason"],
                until=data["state_until"],
            )

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        if change and request.user.is_superuser:
            groups = {"groups", "user_permissions"} & set(form.changed_data)
            picked = {name: form.cleaned_data[name] for name in groups}
            actions.change_groups(User.objects.get(pk=form.instance.pk), **picked)

    # On many at once ---------------------------------------------------------------------------

    def _may_touch(self, request: HttpRequest, people: QuerySet) -> QuerySet:
        """Leave out administrators unless one asks, and always whoever asks."""
        if not request.user.is_superuser:
            people = people.filter(is_superuser=False)
        return people.exclude(pk=request.user.pk)

    def _tell(self, request: HttpRequest, number: int) -> None:
        words = ngettext("Done for %(count)s person.", "Done for %(count)s people.", number)
        messages.success(request, words % {"count": number})

    def _set_states(self, request: HttpRequest, people: QuerySet, state: str) -> None:
        try:
            done = actions.set_states(self._may_touch(request, people), state, actor=request.user)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            self._tell(request, done)

    def _for_each(self, request: HttpRequest, people: QuerySet, act) -> None:
        chosen = list(self._may_touch(request, people))
        for person in chosen:
            act(person)
        self._tell(request, len(chosen))

    @admin.action(description=_("Limit: may read and draft only"), permissions=["change"])
    def limit_people(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._set_states(request, queryset, User.State.LIMITED)

    @admin.action(description=_("Suspend: hidden and signed out"), permissions=["change"])
    def suspend_people(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._set_states(request, queryset, User.State.SUSPENDED)

    @admin.action(description=_("Restore: active again"), permissions=["change"])
    def restore_people(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._set_states(request, queryset, User.State.ACTIVE)

    @admin.action(description=_("Sign out everywhere"), permissions=["change"])
    def sign_people_out(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._for_each(request, queryset, actions.end_sessions)

    @admin.action(description=_("Reset second factors"), permissions=["change"])
    def reset_factors(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._for_each(request, queryset, lambda person: actions.rescue(person, factors=True))

    @admin.action(description=_("Count the address as confirmed"), permissions=["change"])
    def confirm_addresses(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._for_each(request, queryset, lambda person: actions.rescue(person, address=True))


@admin.register(FormerHandle)
class FormerHandleAdmin(admin.ModelAdmin):
    """To look at, not to touch."""

    list_display = ("handle", "user", "created_at")
    list_select_related = ("user",)
    search_fields = ("^handle_key",)
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    """Long work of everybody, to look at: what failed stays here for 90 days (OP-15)."""

    list_display = ("kind", "owner", "state", "progress", "created_at", "finished_at")
    list_filter = ("state", "kind")
    list_select_related = ("owner",)
    search_fields = ("owner__handle_key",)
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False
