"""Deciding about many at once, and taking many back (AD-05, AD-06)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Job, User
from config.exceptions import DomainError
from config.pagination import paginate
from config.text import identity_key
from moderation import actions
from moderation.admin.desk_forms import ACTS, DecisionForm, UndoManyForm
from moderation.admin.desk_pages import address_of_queue, desk_context, filters_of, key_in
from moderation.desk.dossier import made_of
from moderation.desk.headlines import headlines
from moderation.desk.queue import label_of
from moderation.models import Decision, Rule
from moderation.policies import moderators
from moderation.selectors import decisions_to_undo, what_would_return
from moderation.targets import find_target

MOST_AT_ONCE = 100
SHOWN_AT_ONCE = 100
MOST_STAFF = 200
Target = tuple[str, int]


def decide_many(request: HttpRequest) -> HttpResponse:
    """Moderators: ask once with the number, then decide about each for itself."""
    filters = filters_of(request)
    targets = targets_in(request)
    if not targets:
        messages.warning(request, _("Choose at least one row first."))
        return redirect(address_of_queue(filters))
    is_confirmed = "confirmed" in request.POST
    languages = [request.LANGUAGE_CODE]
    form = DecisionForm(request.POST if is_confirmed else None, languages=languages)
    acts = _acts_for(targets)
    form.fields["act"].choices = acts
    act = request.POST.get("act", "")
    if is_confirmed and form.is_valid():
        made, failed = _decide_each(request, targets, form)
        if made or not failed:
            _tell(request, made, failed)
            return redirect(address_of_queue(filters, did=",".join(map(str, made))))
        for error in dict.fromkeys(error.message for error in failed.values()):
            form.add_error(None, error)
    words = headlines(targets)
    context = {
        **desk_context(request, filters),
        "title": _("Decide about many"),
        "form": form,
        "act": act if act in ACTS else "",
        "acts": acts,
        "things": [(f"{kind}:{pk}", label_of(kind), words[kind, pk].words) for kind, pk in targets],
    }
    status = 422 if is_confirmed else 200
    return TemplateResponse(request, "admin/moderation/many.html", context, status=status)


def targets_in(request: HttpRequest) -> list[Target]:
    """Return the things whose rows were chosen."""
    found = []
    for value in dict.fromkeys(request.POST.getlist("target")):
        kind, _colon, text = value.partition(":")
        pk = key_in(text)
        if find_target(kind) and pk is not None:
            found.append((kind, pk))
    return found[:MOST_AT_ONCE]


def _acts_for(targets: list[Target]) -> list[tuple[str, Any]]:
    """Return the acts that fit each of these kinds; accounts are not closed from the queue by the dozen."""
    kinds = [find_target(kind) for kind in {kind for kind, _pk in targets}]
    fit = [set(kind.acts) for kind in kinds if kind]
    return [
        (name, label)
        for name, label in ACTS.items()
        if name != "ban" and all(name in acts for acts in fit)
    ]


def _decide_each(
    request: HttpRequest, targets: list[Target], form: DecisionForm
) -> tuple[list[int], dict[Target, DomainError]]:
    """Decide about each thing in a transaction of its own."""
    made: list[int] = []
    failed: dict[Target, DomainError] = {}
    decided = form.decided()
    for target in targets:
        try:
            decision = actions.decide(
                form.cleaned_data["act"], target=target, actor=request.user, **decided
            )
        except DomainError as error:
            failed[target] = error
        else:
            made.append(decision.pk)
    return made, failed


def _tell(request: HttpRequest, made: list[int], failed: dict[Target, DomainError]) -> None:
    """Name what could not be decided; what was decided shows with its undo."""
    words = headlines(failed)
    for (kind, pk), error in failed.items():
        name = words[kind, pk].words or f"{label_of(kind)} {pk}"
        messages.error(request, f"{name}: {error.message}")


def undo_many(request: HttpRequest) -> HttpResponse:
    """Moderators: show what of a rule, a moderator or a period would return; then take it back."""
    params = request.POST if request.method == "POST" else request.GET
    is_asked = any(params.get(name) for name in ("rule", "by", "since", "until"))
    form = UndoManyForm(params if is_asked else None)
    scope = _scope(form) if is_asked and form.is_valid() else None
    if scope is not None and request.method == "POST" and "confirmed" in request.POST:
        try:
            result = actions.start_bulk_undo(
                actor=request.user, reason=request.POST.get("undo_reason", ""), **scope
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            _tell_result(request, result)
            return redirect(reverse("admin:moderation_case_undo_many"))
    context = {
        **desk_context(request, filters_of(request)),
        "title": _("Undo many decisions"),
        "form": form,
        "staff": _staff_handles(),
        "reason": request.POST.get("undo_reason", ""),
    }
    if scope is not None:
        context |= _preview(request, scope)
    status = 422 if is_asked and form.errors else 200
    return TemplateResponse(request, "admin/moderation/undo_many.html", context, status=status)


def _scope(form: UndoManyForm) -> dict[str, Any] | None:
    """Return what the action takes; None, and a word in the form, where nobody has the handle."""
    data = form.cleaned_data
    by, handle = None, data["by"].strip().removeprefix("@")
    if handle:
        by = User.objects.filter(handle_key=identity_key(handle)).first()
        if by is None:
            form.add_error("by", _("There is nobody of this handle."))
            return None
    rule: Rule | None = data["rule"]
    return {"rule": rule, "by": by, "since": data["since"], "until": data["until"]}


def _preview(request: HttpRequest, scope: dict[str, Any]) -> dict[str, Any]:
    """Return what would be taken back, whole in numbers and page by page in rows."""
    decisions = decisions_to_undo(
        rule=scope["rule"], actor=scope["by"], since=scope["since"], until=scope["until"]
    )
    returning = what_would_return(decisions)
    params = request.POST if request.method == "POST" else request.GET
    page = paginate(
        decisions.order_by(), params, page_size=SHOWN_AT_ONCE, moment_field="created_at"
    )
    rows = Decision.objects.filter(pk__in=[one.pk for one in page.items])
    return {
        "returning": [(one.kind_label, one.target_label, one.count) for one in returning],
        "total": sum(one.count for one in returning),
        "page": page,
        "made": made_of(rows.order_by("-created_at", "-pk"), request.user),
    }


def _staff_handles() -> list[str]:
    return list(moderators().order_by("handle").values_list("handle", flat=True)[:MOST_STAFF])


def _tell_result(request: HttpRequest, result: Any) -> None:
    if isinstance(result, Job):
        messages.success(request, _("These are many: they are taken back in the background."))
        return
    words = ngettext(
        "%(count)s decision was taken back.", "%(count)s decisions were taken back.", result.done
    )
    messages.success(request, words % {"count": result.done})
    for failed, code in result.failed.items():
        problem = _("Decision %(number)s could not be taken back: %(problem)s")
        messages.error(request, problem % {"number": failed, "problem": code})
