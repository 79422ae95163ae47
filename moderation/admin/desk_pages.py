"""What moderators look at: the queue, and one case."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moderation.admin.desk_forms import ACTS, DecisionForm
from moderation.desk import counts, dossier_of, filters_in, neighbours, queue_page
from moderation.desk.dossier import Dossier, words_of
from moderation.desk.queue import MINE, MOST_COUNTED, NOBODY, REASON_WORDS, Filters, reasons_of
from moderation.models import Case, Decision
from moderation.policies import is_moderator
from moderation.targets import all_targets
from social.models import Report

MOST_DONE = 100
MOST_DIGITS = 19  # of a key
SIMILAR_WORDS = {
    "owner": gettext_lazy("by the same person"),
    "domain": gettext_lazy("links to the same place"),
    "category": gettext_lazy("reported for the same"),
}
View = Callable[..., HttpResponse]


def for_moderators(view: View) -> View:
    """Refuse staff who do not moderate."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_moderator(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def queue(request: HttpRequest) -> HttpResponse:
    """Moderators: what waits, oldest due first."""
    filters = filters_in(request.GET)
    page, rows = queue_page(filters, request.user, request.GET)
    if not rows and "cursor" in request.GET:
        return redirect(address_of_queue(filters))
    number = counts(request.user)
    context = {
        **desk_context(request, filters),
        "title": _("Moderation desk"),
        "page": page,
        "rows": rows,
        "tabs": tabs_of(filters, number),
        "marks": marks_of(filters, number),
        "kinds": [(one.name, one.label) for one in all_targets()],
        "categories": Report.Category.choices,
        "is_filtered": filters != Filters(),
        "form": DecisionForm(languages=[request.LANGUAGE_CODE]),
        "acts": [(name, label) for name, label in ACTS.items() if name != "ban"],
        "is_queue": True,
    }
    return TemplateResponse(request, "admin/moderation/queue.html", context)


def case_by_key(request: HttpRequest, object_id: str) -> HttpResponse:
    """Moderators: the case of that number."""
    case = get_object_or_404(Case, pk=key_in(object_id))
    return case_page(request, case.target_kind, case.target_id)


def case_page(
    request: HttpRequest,
    kind: str,
    pk: int,
    *,
    form: DecisionForm | None = None,
    problems: dict[str, Any] | None = None,
    is_read: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Moderators: everything about one thing, beside what may be decided; makes no case."""
    dossier = dossier_of(kind, pk, request.user)
    if dossier is None:
        raise Http404
    filters = filters_of(request)
    before, after = neighbours(filters, request.user, dossier.case)
    if form is None:
        form = DecisionForm(
            initial={"category": dossier.category}, languages=languages_for(request, dossier)
        )
    context = {
        **desk_context(request, filters),
        "title": title_of(dossier),
        "is_covered": dossier.is_private and not is_read,
        "dossier": dossier,
        "form": form,
        "acts": [(name, ACTS[name]) for name in dossier.acts],
        "before_url": address_of(before, filters) if before else "",
        "after_url": address_of(after, filters) if after else "",
        "is_own": dossier.owner is not None and dossier.owner.pk == request.user.pk,
        "problems": problems or {},
        "reasons": reasons_of(dossier.case) if dossier.case else (),
        "similar": [(SIMILAR_WORDS[reason], row) for reason, row in dossier.similar],
    }
    return TemplateResponse(request, "admin/moderation/case.html", context, status=status)


def key_in(text: str) -> int | None:
    """Return the key that a text names; None where no row can have it."""
    # Python does not read thousands of digits, and databases hold no more than 63 bits.
    if not text.isdecimal() or len(text) > MOST_DIGITS:
        return None
    key = int(text)
    return key if key < 2**63 else None


def filters_of(request: HttpRequest) -> Filters:
    """Return the part of the queue that was looked at: in the address, or kept by the form."""
    if request.method == "POST":
        return filters_in(QueryDict(request.POST.get("queue", "")))
    return filters_in(request.GET)


def languages_for(request: HttpRequest, dossier: Dossier) -> list[str]:
    """Return the languages of wordings: what the author reads, and what the moderator does."""
    owner, subject = dossier.owner, dossier.subject
    theirs = (owner.language if owner else "") or (subject.language if subject else "")
    return [theirs or request.LANGUAGE_CODE, request.LANGUAGE_CODE]


def title_of(dossier: Dossier) -> str:
    """Return what a case is called."""
    if dossier.is_private:
        return f"{dossier.label} {dossier.id}"
    if dossier.subject is not None:
        return dossier.subject.title
    latest = next((one.words for one in reversed(dossier.decisions) if one.words), "")
    return latest or str(dossier.label)


def desk_context(request: HttpRequest, filters: Filters) -> dict[str, Any]:
    """Return what every page of the desk shows."""
    return {
        **admin.site.each_context(request),
        # The desk needs the whole width; its own head leads back.
        "is_nav_sidebar_enabled": False,
        "opts": Case._meta,
        "filters": filters,
        "query": filters.query(),
        "queue_url": address_of_queue(filters),
        "done": done_by(request),
        "here": request.get_full_path() if request.method == "GET" else address_of_queue(filters),
    }


def done_by(request: HttpRequest) -> list[tuple[Decision, str]]:
    """Return what the moderator decided a moment ago and may take back at once."""
    params: QueryDict = request.GET
    ids = [key for one in params.get("did", "").split(",")[:MOST_DONE] if (key := key_in(one))]
    if not ids:
        return []
    rows = Decision.objects.filter(pk__in=ids, actor=request.user, undone_at=None)
    return [(row, words_of(row)) for row in rows]


def tabs_of(filters: Filters, number: dict[str, int]) -> list[dict[str, Any]]:
    """Return the reasons to wait as tabs."""
    tabs = [("", _("Everything"), number["total"])]
    tabs += [(name, words, number[name]) for name, words in REASON_WORDS.items()]
    return [
        _choice(words, shown_number(count), filters.query(reason=name), filters.reason == name)
        for name, words, count in tabs
    ]


def marks_of(filters: Filters, number: dict[str, int]) -> list[dict[str, Any]]:
    """Return what else narrows the queue by one click, and opens it again by another."""
    marks = [
        ("late", "1", _("Late"), number["late"], filters.is_late),
        ("who", MINE, _("Mine"), number["mine"], filters.who == MINE),
        ("who", NOBODY, _("Nobody's"), number["nobody"], filters.who == NOBODY),
    ]
    return [
        _choice(words, shown_number(count), filters.query(**{name: "" if is_on else value}), is_on)
        for name, value, words, count, is_on in marks
    ]


def _choice(words: Any, count: str, query: str, is_on: bool) -> dict[str, Any]:
    url = reverse("admin:moderation_case_changelist")
    return {
        "words": words,
        "number": count,
        "url": f"{url}?{query}" if query else url,
        "is_on": is_on,
    }


def shown_number(count: int) -> str:
    """Return a number as it is shown: beyond MOST_COUNTED nobody counts."""
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)


def address_of_queue(filters: Filters, **more: str) -> str:
    """Return the address of a part of the queue."""
    query = filters.query(**more)
    url = reverse("admin:moderation_case_changelist")
    return f"{url}?{query}" if query else url


def address_of(case: Case, filters: Filters, **more: str) -> str:
    """Return the address of a case, keeping the part of the queue it was reached from."""
    return address_of_thing((case.target_kind, case.target_id), filters, **more)


def address_of_thing(target: tuple[str, int], filters: Filters, **more: str) -> str:
    """Return the address of the page where a thing is decided about."""
    url = reverse("admin:moderation_case_open", args=target)
    query = filters.query(**more)
    return f"{url}?{query}" if query else url
