"""Whom one blocks and mutes, and which words and tags one would rather not read (SO-10)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.shortcuts import member_required
from blog.followed_places import followed_places
from config.exceptions import DomainError
from config.pagination import paginate
from social import actions, limits, selectors
from social.forms.mutes import MutedTermForm

SHOWN_AT_FIRST = 10
PEOPLE_PER_PAGE = 50
UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def people(request: HttpRequest) -> HttpResponse:
    """Members: blocks, mutes, muted words and tags, followed places; POST mutes a word or tag."""
    if request.method != "POST":
        return _people_page(request, MutedTermForm())
    limits.count_muted_term(request.user)
    form = MutedTermForm(request.POST)
    if form.is_valid():
        try:
            term = actions.mute_term(actor=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(
                request, _("“%(term)s” stays out of your lists.") % {"term": term.text}
            )
            return redirect(f"{reverse('social:settings_people')}#terms")
    return _people_page(request, form, status=UNPROCESSABLE)


def _people_page(request: HttpRequest, form: MutedTermForm, status: int = 200) -> HttpResponse:
    blocks = list(selectors.blocks_of(request.user).order_by("-pk")[: SHOWN_AT_FIRST + 1])
    mutes = list(selectors.mutes_of(request.user).order_by("-pk")[: SHOWN_AT_FIRST + 1])
    context = {
        "form": form,
        "blocks": blocks[:SHOWN_AT_FIRST],
        "has_more_blocks": len(blocks) > SHOWN_AT_FIRST,
        "mutes": mutes[:SHOWN_AT_FIRST],
        "has_more_mutes": len(mutes) > SHOWN_AT_FIRST,
        "places": followed_places(request.user),
        "terms": sorted(selectors.muted_terms_of(request.user), key=lambda term: term.key),
    }
    return render(request, "social/settings_people.html", context, status=status)


@require_safe
@member_required
def blocks(request: HttpRequest) -> HttpResponse:
    """Members: everybody whom one blocks, latest first."""
    return _whole_list(request, selectors.blocks_of(request.user), "blocks")


@require_safe
@member_required
def mutes(request: HttpRequest) -> HttpResponse:
    """Members: everybody whom one mutes, latest first."""
    return _whole_list(request, selectors.mutes_of(request.user), "mutes")


def _whole_list(request: HttpRequest, rows, name: str) -> HttpResponse:
    page = paginate(rows, request.GET, page_size=PEOPLE_PER_PAGE, moment_field="created_at")
    context = {"page": page, "is_blocks": name == "blocks", name: page.items}
    return render(request, "social/settings_people_list.html", context)


@require_POST
@member_required
def unmute_term(request: HttpRequest, pk: int) -> HttpResponse:
    """Members: take a word or tag from one's own list."""
    actions.unmute_term(pk, actor=request.user)
    messages.success(request, _("It may appear in your lists again."))
    return redirect(f"{reverse('social:settings_people')}#terms")
