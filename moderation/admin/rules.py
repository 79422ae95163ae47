"""Rules against spam, version by version, and sources that are kept away (AD-08, AD-10)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from config.admin_site import HouseAdmin
from config.exceptions import DomainError
from config.fields import TextField
from moderation import actions
from moderation.models import BlockedSource, Rule, RuleVersion
from moderation.models.rules import NAME_MAX_LENGTH
from moderation.policies import can_block_sources, can_keep_rules
from moderation.rule_names import NAMES, SPAM, name_of
from moderation.screening.rule_figures import VersionRow, kinds_of, rows_of, trial_rows
from moderation.screening.signals import KINDS
from moderation.screening.verdict import DEFAULT, SCOPE, THRESHOLD

ACTS = {
    "try": actions.try_rule_version,
    "activate": actions.activate_rule_version,
}


class RuleForm(forms.Form):
    """What a version says: points for each signal, a threshold, and what it looks at."""

    threshold = forms.FloatField(
        label=gettext_lazy("Threshold"),
        min_value=1,
        max_value=100,
        initial=THRESHOLD,
        help_text=gettext_lazy("So many points together hold a text."),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Looks at"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, definition: dict[str, Any] | None = None, **kwargs):
        """Fill in the points of ``definition``, or those that come with the program."""
        super().__init__(*args, **kwargs)
        definition = definition or DEFAULT
        self.fields["kinds"].choices = kinds_of(SCOPE)
        self.initial.setdefault("kinds", definition.get("kinds", list(SCOPE)))
        self.initial.setdefault("threshold", definition.get("threshold", THRESHOLD))
        for kind in KINDS.values():
            self.fields[f"points_{kind.name}"] = forms.FloatField(
                label=kind.label,
                help_text=kind.help,
                min_value=0,
                max_value=100,
                required=False,
                initial=definition.get("points", {}).get(kind.name, 0),
                widget=forms.NumberInput(attrs={"step": "0.1"}),
            )

    @property
    def points(self) -> list[forms.BoundField]:
        """The fields of the signals, in the order in which staff read them."""
        return [self[f"points_{name}"] for name in KINDS]

    def definition(self) -> dict[str, Any]:
        """Return what was typed as actions take it."""
        data = self.cleaned_data
        return {
            "threshold": data["threshold"],
            "kinds": data["kinds"],
            "points": {name: data[f"points_{name}"] or 0 for name in KINDS},
        }

    def take(self, error: DomainError) -> None:
        """Show what an action refused where it belongs."""
        field = f"points_{error.field}" if error.field in KINDS else error.field
        self.add_error(field if field in self.fields else None, error.message)


class NewRuleForm(RuleForm):
    """A rule that is not there yet."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=NAME_MAX_LENGTH)
    field_order = ("name", "threshold", "kinds")


@admin.register(Rule)
class RuleAdmin(HouseAdmin):
    """Staff read rules; administrators write versions, try them, and let them act."""

    list_display = ("shown_name", "is_active", "created_at")
    ordering = ("pk",)

    @admin.display(description=gettext_lazy("name"))
    def shown_name(self, rule: Rule) -> str:
        """Return what a rule is called in the reader's language."""
        return name_of(rule.name)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can_keep_rules(request.user)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return can_keep_rules(request.user)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False  # what a rule decided names it

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                "<int:object_id>/versions/<int:number>/<str:act>/",
                self.admin_site.admin_view(self.act),
                name="moderation_rule_act",
            ),
            path(
                "<int:object_id>/switch/",
                self.admin_site.admin_view(self.switch),
                name="moderation_rule_switch",
            ),
            path(
                "<int:object_id>/versions/<int:number>/",
                self.admin_site.admin_view(self.trial),
                name="moderation_rule_trial",
            ),
        ]
        return own + super().get_urls()

    def add_view(self, request: HttpRequest, form_url="", extra_context=None) -> HttpResponse:
        """Administrators: a rule of another name, as its first version."""
        if not can_keep_rules(request.user):
            raise PermissionDenied
        form = NewRuleForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                version = actions.save_rule_version(
                    form.cleaned_data["name"], actor=request.user, definition=form.definition()
                )
            except DomainError as error:
                form.take(error)
            else:
                return self._to_trial(version)
        return self._page(
            request, "admin/moderation/rule_form.html", title=_("New rule"), form=form
        )

    def change_view(
        self, request: HttpRequest, object_id, form_url="", extra_context=None
    ) -> HttpResponse:
        """Staff: a rule with its versions; administrators: write another version."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rule = self.get_object(request, object_id)
        if rule is None:
            raise Http404
        versions = rows_of(rule)
        newest = versions[0].version if versions else None
        is_editable = can_keep_rules(request.user) and (rule.name == SPAM or rule.name not in NAMES)
        form = RuleForm(request.POST or None, definition=newest.definition if newest else None)
        if request.method == "POST":
            if not is_editable:
                raise PermissionDenied
            if form.is_valid():
                try:
                    version = actions.save_rule_version(
                        rule, actor=request.user, definition=form.definition()
                    )
                except DomainError as error:
                    form.take(error)
                else:
                    messages.success(request, _("Saved as a version. It does not act yet."))
                    return self._to_trial(version)
        return self._page(
            request,
            "admin/moderation/rule.html",
            title=name_of(rule.name),
            rule=rule,
            versions=versions,
            form=form if is_editable else None,
            is_built_in=rule.name in NAMES and rule.name != SPAM,
        )

    def trial(self, request: HttpRequest, object_id: int, number: int) -> HttpResponse:
        """Staff: what a version would have done in the last 30 days."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        version = self._version(object_id, number)
        return self._page(
            request,
            "admin/moderation/rule_trial.html",
            title=_("What would this rule have done in the last 30 days?"),
            rule=version.rule,
            row=VersionRow.of(version),
            found=trial_rows(version),
            may_change=can_keep_rules(request.user),
        )

    @method_decorator(require_POST)
    def act(self, request: HttpRequest, object_id: int, number: int, act: str) -> HttpResponse:
        """Administrators: try a version, or let it act."""
        if act not in ACTS or not can_keep_rules(request.user):
            raise PermissionDenied
        version = self._version(object_id, number)
        try:
            ACTS[act](version, actor=request.user)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            if act == "activate":
                messages.success(request, _("This version acts from now on."))
        return self._to_trial(version)

    @method_decorator(require_POST)
    def switch(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Administrators: switch a rule on or off."""
        if not can_keep_rules(request.user):
            raise PermissionDenied
        rule = get_object_or_404(Rule, pk=object_id)
        try:
            actions.switch_rule(rule, actor=request.user, is_on="on" in request.POST)
        except DomainError as error:
            messages.error(request, error.message)
        return redirect("admin:moderation_rule_change", object_id)

    def _version(self, rule_id: int, number: int) -> RuleVersion:
        rows = RuleVersion.objects.select_related("rule", "made_by")
        return get_object_or_404(rows, rule=rule_id, number=number)

    def _to_trial(self, version: RuleVersion) -> HttpResponse:
        return redirect("admin:moderation_rule_trial", version.rule_id, version.number)

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        context = self.admin_site.each_context(request) | {"opts": self.opts} | context
        return render(request, template, context)


class SourceForm(forms.ModelForm):
    """A source, why it is kept away, and until when."""

    note = TextField(
        label=gettext_lazy("why"),
        max_graphemes=2000,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
    )

    class Meta:
        model = BlockedSource
        fields = ("kind", "value", "note", "until")

    def clean(self) -> dict[str, Any]:
        """Leave what is the same twice to the action, which gives it new terms."""
        self._validate_unique = False
        return self.cleaned_data


@admin.register(BlockedSource)
class BlockedSourceAdmin(HouseAdmin):
    """Moderators block mail domains, domains of links and networks, and let them in again."""

    form = SourceForm
    list_display = ("value", "kind", "note", "until", "made_by", "created_at")
    list_filter = ("kind",)
    list_select_related = ("made_by",)
    search_fields = ("value__startswith",)
    ordering = ("-pk",)
    actions = ("unblock",)

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        return ("kind", "value") if obj else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can_block_sources(request.user)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return can_block_sources(request.user)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return can_block_sources(request.user)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer one way to end a block."""
        found = super().get_actions(request)
        found.pop("delete_selected", None)
        return found

    def store(self, request: HttpRequest, obj, form, change: bool) -> BlockedSource:
        """Block what was typed, or give a block new terms."""
        data = form.cleaned_data
        return actions.block_source(
            obj.kind if change else data["kind"],
            obj.value if change else data["value"],
            actor=request.user,
            note=data["note"],
            until=data["until"],
        )

    def take_away(self, request: HttpRequest, obj: BlockedSource) -> None:
        """Let a source in again."""
        actions.unblock_source(obj, actor=request.user)

    def note(self, *args, **kwargs) -> None:
        """Write nothing: the actions write the log themselves."""

    @admin.action(description=gettext_lazy("Let in again"), permissions=["delete"])
    def unblock(self, request: HttpRequest, chosen) -> HttpResponse | None:
        """Let the chosen sources in again."""
        question = self.asked(request, chosen, title=_("Let in again"))
        if question is not None:
            return question
        for source in chosen:
            actions.unblock_source(source, actor=request.user)
        messages.success(request, _("Done."))
        return None
