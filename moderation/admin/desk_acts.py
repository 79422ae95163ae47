"""What moderators do with one case; each view reads its form and calls the action."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from config.exceptions import DomainError
from config.text import identity_key
from moderation import actions
from moderation.admin.desk_forms import DecisionForm
from moderation.admin.desk_pages import (
    MOST_DONE,
    address_of,
    address_of_queue,
    address_of_thing,
    case_page,
    filters_of,
    key_in,
    languages_for,
)
from moderation.desk import dossier_of, neighbours
from moderation.desk.queue import Filters
from moderation.exceptions import AppealRefused, TakedownRefused
from moderation.models import Appeal, Case, Decision, Takedown

TAKEDOWN_ACTS = {
    "accept": actions.accept_takedown,
    "refuse": actions.refuse_takedown,
    "reopen": actions.reopen_takedown,
}


def decide_case(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Moderators: decide, and go on to the next case; an undo is offered there."""
    dossier = dossier_of(kind, pk, request.user)
    if dossier is None:
        raise Http404
    form = DecisionForm(request.POST, languages=languages_for(request, dossier))
    if not form.is_valid():
        return case_page(request, kind, pk, form=form, status=422)
    filters = filters_of(request)
    # Where the queue goes on is looked up before the case leaves it.
    _before, after = neighbours(filters, request.user, dossier.case)
    try:
        decision = actions.decide(
            form.cleaned_data["act"],
            target=(kind, pk),
            actor=request.user,
            **form.decided(),
        )
    except DomainError as error:
        add_problem(form, error)
        return case_page(request, kind, pk, form=form, status=422)
    did = str(decision.pk)
    if after is None:
        return redirect(address_of_queue(filters, did=did))
    return redirect(address_of(after, filters, did=did))


def add_problem(form: DecisionForm, error: DomainError) -> None:
    """Say in a form what a rule of the house refused, beside its field if there is one."""
    field = {"until": "lasts", "kind": None}.get(error.field or "", error.field)
    form.add_error(field if field in form.fields else None, error.message)


def note_case(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Moderators: say something to the others; the first note makes the case."""
    case, text = case_to_change(request, kind, pk), request.POST.get("text", "")
    try:
        actions.add_case_note(case, actor=request.user, text=text)
    except DomainError as error:
        problems = {"note": error.message, "typed_note": text}
        return case_page(request, kind, pk, problems=problems, status=422)
    return redirect(f"{address_of_thing((kind, pk), filters_of(request))}#notes")


def assign(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Moderators: take a case, give it to somebody, or let it go."""
    case, to = case_to_change(request, kind, pk), request.POST.get("to", "")
    person = request.user if to == "me" else None
    if to.startswith("@"):
        person = User.objects.filter(handle_key=identity_key(to[1:])).first()
        if person is None:
            problem = {"assign": _("There is nobody of this handle.")}
            return case_page(request, kind, pk, problems=problem, status=422)
    try:
        actions.assign_case(case, actor=request.user, to=person)
    except DomainError as error:
        return case_page(request, kind, pk, problems={"assign": error.message}, status=422)
    return redirect(address_of_thing((kind, pk), filters_of(request)))


def case_to_change(request: HttpRequest, kind: str, pk: int) -> Case:
    """Return the case of a thing, made now if it is there and has none; else 404."""
    if dossier_of(kind, pk, request.user) is None:
        raise Http404
    return actions.refresh_case((kind, pk))


def read(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Moderators: see a private message that was reported; the log notes who read it first."""
    if dossier_of(kind, pk, request.user) is None:
        raise Http404
    actions.note_message_read((kind, pk), actor=request.user)
    return case_page(request, kind, pk, is_read=True)


def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Moderators: take one decision back, from wherever it is shown."""
    decision = get_object_or_404(Decision, pk=pk)
    try:
        actions.undo_decision(
            decision, actor=request.user, reason=request.POST.get("undo_reason", "").strip()
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        words = _("Taken back: %(decision)s. Everything is as it was without it.")
        messages.success(request, words % {"decision": decision.get_kind_display()})
    target = (decision.target_kind, decision.target_id)
    fallback = address_of_thing(target, filters_of(request))
    return redirect(place_to_return(request, fallback))


def undo_these(request: HttpRequest) -> HttpResponse:
    """Moderators: take back what they just decided about many."""
    queue = address_of_queue(filters_of(request))
    ids = [key for one in request.POST.getlist("decision") if (key := key_in(one))]
    decisions = Decision.objects.filter(pk__in=ids[:MOST_DONE])
    reason = request.POST.get("undo_reason", "").strip() or _("Taken back at once.")
    try:
        result = actions.undo_decisions(decisions, actor=request.user, reason=reason)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(queue)
    words = ngettext(
        "%(count)s decision was taken back.", "%(count)s decisions were taken back.", result.done
    )
    messages.success(request, words % {"count": result.done})
    for failed, code in result.failed.items():
        words = _("Decision %(number)s could not be taken back: %(problem)s")
        messages.error(request, words % {"number": failed, "problem": code})
    return redirect(place_to_return(request, queue))


def place_to_return(request: HttpRequest, fallback: str) -> str:
    """Return the page of ours that the form names, else ``fallback``."""
    place = request.POST.get("undo_next", "")
    is_ours = place.startswith("/") and url_has_allowed_host_and_scheme(
        place, allowed_hosts=None, require_https=request.is_secure()
    )
    return place if is_ours else fallback


def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Moderators: grant an appeal or refuse it; somebody else than who decided, if there is one."""
    appeal = get_object_or_404(Appeal.objects.select_related("decision__owner"), pk=pk)
    decision, typed = appeal.decision, request.POST.get("answer", "")
    verdict = request.POST.get("verdict", "")
    filters, after = _place_in_queue(request, (decision.target_kind, decision.target_id))
    try:
        if verdict not in {"grant", "refuse"}:
            raise AppealRefused(_("Grant the appeal or refuse it."))
        actions.answer_appeal(appeal, actor=request.user, grants=verdict == "grant", answer=typed)
    except DomainError as error:
        problems = {"appeal": error.message, "appeal_pk": pk, "typed": typed}
        target = (decision.target_kind, decision.target_id)
        return case_page(request, *target, problems=problems, status=422)
    messages.success(
        request,
        _("The appeal was granted, and the decision taken back.")
        if verdict == "grant"
        else _("The appeal was refused."),
    )
    return redirect(address_of(after, filters) if after else address_of_queue(filters))


def answer_takedown(request: HttpRequest, pk: int) -> HttpResponse:
    """Moderators: accept a request for a takedown, refuse it, or take a refusal back."""
    takedown = get_object_or_404(Takedown.objects.select_related("case"), pk=pk)
    target = (takedown.case.target_kind, takedown.case.target_id)
    verdict, typed = request.POST.get("verdict", ""), request.POST.get("reason", "")
    filters, after = _place_in_queue(request, target)
    try:
        if verdict not in TAKEDOWN_ACTS:
            raise TakedownRefused(_("Accept the request or refuse it."))
        TAKEDOWN_ACTS[verdict](takedown, actor=request.user, reason=typed)
    except DomainError as error:
        problems = {"takedown": error.message, "takedown_pk": pk, "typed_reason": typed}
        return case_page(request, *target, problems=problems, status=422)
    messages.success(request, _("Done. Both sides are told."))
    if verdict == "reopen":
        return redirect(address_of_thing(target, filters))
    return redirect(address_of(after, filters) if after else address_of_queue(filters))


def _place_in_queue(request: HttpRequest, target: tuple[str, int]) -> tuple[Filters, Case | None]:
    """Return the part of the queue that was looked at, and what comes after this case there."""
    filters = filters_of(request)
    case = Case.objects.filter(target_kind=target[0], target_id=target[1]).first()
    return filters, neighbours(filters, request.user, case)[1]
