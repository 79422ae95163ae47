"""Follow, block and mute; who follows whom. Each act is a POST, back to where it was pressed."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.shortcuts import form_page, member_required
from blog.meta import page_meta_for_person
from config import clock
from config.caching import public_page
from config.exceptions import DomainError, PermissionRefused
from config.fragments import fragment, wants_fragment
from config.pagination import paginate
from config.redirects import safe_next
from social import actions, limits, selectors
from social.exceptions import CannotBlockSelf, CannotMuteSelf
from social.forms.mutes import MuteForm
from social.shortcuts import (
    canonical_redirect,
    get_blocked_person,
    get_muted_person,
    get_person_for_profile,
    get_person_for_reading,
)

PLACES = frozenset({"profile", "row", "card"})
"""Where else a follow button stands than beside a text; two on one page need different ids."""


@require_POST
@member_required
def follow(request: HttpRequest, handle: str) -> HttpResponse:
    """Members: follow a person who may be seen."""
    person = get_person_for_reading(handle, request.user)
    limits.count_follow(request.user)
    try:
        actions.follow_person(person, actor=request.user)
    except User.DoesNotExist as error:
        raise Http404 from error
    except DomainError as error:
        return _refused(request, person, error)
    return _follow_button(
        request, person, _("You follow %(name)s now.") % {"name": person.name}, is_following=True
    )


@require_POST
@member_required
def unfollow(request: HttpRequest, handle: str) -> HttpResponse:
    """Members: stop following a person."""
    person = get_person_for_reading(handle, request.user)
    actions.unfollow_person(person, actor=request.user)
    said = _("You no longer follow %(name)s.") % {"name": person.name}
    return _follow_button(request, person, said, is_following=False)


def _follow_button(
    request: HttpRequest, person: User, said: str, *, is_following: bool
) -> HttpResponse:
    if not wants_fragment(request):
        messages.success(request, said)
        return _back(request, person)
    place = request.POST.get("place", "")
    person.refresh_from_db(fields=["follower_count"])
    context = {
        "person": person,
        "is_following": is_following,
        "place": place if place in PLACES else "",
        "next_url": _next(request, person),
    }
    return fragment(request, "social/_followed.html", context, notice=said)


def _refused(request: HttpRequest, person: User, error: DomainError) -> HttpResponse:
    """Say why not, where it was pressed; the page of 403 has the way on for the unconfirmed."""
    if wants_fragment(request):
        return fragment(
            request,
            "social/_followed.html",
            {"person": person},
            notice=error.message,
            level="error",
            status=error.status,
        )
    if isinstance(error, PermissionRefused):
        raise error
    messages.error(request, error.message)
    return _back(request, person)


def _back(request: HttpRequest, person: User) -> HttpResponse:
    return redirect(_next(request, person))


def _next(request: HttpRequest, person: User) -> str:
    return safe_next(request, form_page(request, person.get_absolute_url()))


# Who follows whom -------------------------------------------------------------------------------


@require_safe
@public_page
def followers(request: HttpRequest, handle: str) -> HttpResponse:
    """Anyone who may see the person: who follows them, newest first."""
    person = get_person_for_reading(handle, request.user)
    rows = selectors.follower_rows(person, request.user)
    return canonical_redirect(request, person, "social:followers") or _people(
        request, person, rows, "follower", "followers"
    )


@require_safe
@public_page
def following(request: HttpRequest, handle: str) -> HttpResponse:
    """Anyone who may see the person: whom they follow, newest first."""
    person = get_person_for_reading(handle, request.user)
    rows = selectors.following_rows(person, request.user)
    return canonical_redirect(request, person, "social:following") or _people(
        request, person, rows, "followed", "following"
    )


def _people(request: HttpRequest, person: User, rows, side: str, tab: str) -> HttpResponse:
    page = paginate(rows, request.GET, page_size=settings.POSTS_PER_PAGE, moment_field="created_at")
    people = [getattr(row, side) for row in page.items]
    followed = selectors.ids_followed_among(request.user, people)
    is_own = request.user.is_authenticated and request.user.pk == person.pk
    context = {
        "person": person,
        "tab": tab,
        "page": page,
        "people": [(one, one.pk in followed) for one in people],
        "is_own": is_own,
        "can_remove": is_own and tab == "followers",
        "meta": page_meta_for_person(person),
    }
    return render(request, "social/people.html", context)


@require_POST
@member_required
def remove_follower(request: HttpRequest, handle: str) -> HttpResponse:
    """Members: let somebody no longer follow oneself; they are not told (SO-06)."""
    person = get_person_for_reading(handle, request.user)
    actions.remove_follower(person, actor=request.user)
    messages.success(request, _("%(name)s does not follow you any more.") % {"name": person.name})
    return redirect(safe_next(request, form_page(request, request.user.get_absolute_url())))


# Blocks and mutes -------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def block(request: HttpRequest, handle: str) -> HttpResponse:
    """Members: block a person who may be seen; GET asks first and says what that means."""
    person, is_blocking = get_person_for_profile(handle, request.user)
    if person.pk == request.user.pk:
        raise CannotBlockSelf(_("You cannot block yourself."))
    if request.method != "POST":
        context = {"person": person, "is_blocking": is_blocking}
        return render(request, "social/block.html", context)
    limits.count_block(request.user)
    actions.block_person(person, actor=request.user)
    messages.success(request, _("You blocked %(name)s.") % {"name": person.name})
    return redirect(person.get_absolute_url())


@require_POST
@member_required
def unblock(request: HttpRequest, handle: str) -> HttpResponse:
    """Members: see a person whom one blocked again, and be seen."""
    person = get_blocked_person(handle, request.user)
    actions.unblock_person(person, actor=request.user)
    messages.success(request, _("You no longer block %(name)s.") % {"name": person.name})
    return _back(request, person)


@require_POST
@member_required
def mute(request: HttpRequest, handle: str) -> HttpResponse:
    """Members: leave a person who may be seen out of one's lists, for ``days`` or for good."""
    person = get_person_for_reading(handle, request.user)
    if person.pk == request.user.pk:
        raise CannotMuteSelf(_("You cannot mute yourself."))
    form = MuteForm(request.POST)
    limits.count_mute(request.user)
    if not form.is_valid():
        return _mute_refused(request, person, _("Choose for how long."))
    muted = actions.mute_person(person, actor=request.user, days=form.cleaned_data["days"])
    if muted.until is None:
        said = _("You do not meet %(name)s in lists any more.") % {"name": person.name}
    else:
        said = _("You do not meet %(name)s in lists until %(moment)s.") % {
            "name": person.name,
            "moment": clock.exact(muted.until),
        }
    return _profile_actions(request, person, said)


@require_POST
@member_required
def unmute(request: HttpRequest, handle: str) -> HttpResponse:
    """Members: meet a person in lists again."""
    person = get_muted_person(handle, request.user)
    actions.unmute_person(person, actor=request.user)
    said = _("You meet %(name)s in lists again.") % {"name": person.name}
    return _profile_actions(request, person, said)


def _mute_refused(request: HttpRequest, person: User, why: str) -> HttpResponse:
    if not wants_fragment(request):
        messages.error(request, why)
        return _back(request, person)
    response = _profile_actions(request, person, why, level="error", status=422)
    response.headers["HX-Reswap"] = "none"  # the menu stays open as it is
    return response


def _profile_actions(
    request: HttpRequest, person: User, said: str, *, level: str = "success", status: int = 200
) -> HttpResponse:
    if not wants_fragment(request):
        messages.success(request, said)
        return _back(request, person)
    context = {
        "person": person,
        "relation": selectors.relation_with(request.user, person),
        "mute_form": MuteForm(),
        "next_url": person.get_absolute_url(),
        "is_swapped": True,
    }
    return fragment(
        request, "social/_profile_actions.html", context, notice=said, level=level, status=status
    )
