"""Following tags and series; each is a POST, back to where it was pressed."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.shortcuts import form_page, member_required
from blog import actions
from blog.followed_places import FollowedPlace, followed_series, followed_tag
from blog.shortcuts import get_series_for_reading, get_tag_for_reading
from config.exceptions import DomainError, PermissionRefused
from config.fragments import fragment, wants_fragment
from config.redirects import safe_next
from social.limits import count_follow


@require_POST
@member_required
def follow_tag(request: HttpRequest, name: str) -> HttpResponse:
    """Members: follow a tag."""
    tag = get_tag_for_reading(name)
    return _follow(
        request,
        lambda: actions.follow_tag(tag, actor=request.user),
        lambda is_followed: followed_tag(tag, is_followed=is_followed),
    )


@require_POST
@member_required
def unfollow_tag(request: HttpRequest, name: str) -> HttpResponse:
    """Members: stop following a tag."""
    tag = get_tag_for_reading(name)
    actions.unfollow_tag(tag, actor=request.user)
    return _unfollowed(request, followed_tag(tag, is_followed=False))


@require_POST
@member_required
def follow_series(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Members: follow a series in which there is something for them; not their own."""
    series = get_series_for_reading(handle, slug, request.user)
    return _follow(
        request,
        lambda: actions.follow_series(series, actor=request.user),
        lambda is_followed: followed_series(series, is_followed=is_followed),
    )


@require_POST
@member_required
def unfollow_series(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Members: stop following a series."""
    series = get_series_for_reading(handle, slug, request.user)
    actions.unfollow_series(series, actor=request.user)
    return _unfollowed(request, followed_series(series, is_followed=False))


def _follow(
    request: HttpRequest,
    follow: Callable[[], bool],
    place_when: Callable[[bool], FollowedPlace],
) -> HttpResponse:
    # One limit for following people, tags and series (SO-11).
    count_follow(request.user)
    try:
        follow()
    except PermissionRefused:
        raise  # the page of 403 has the button that sends the mail again (AC-06)
    except DomainError as error:
        return _answer(request, place_when(False), error.message, level="error")
    place = place_when(True)
    said = _("What is new in it comes to your timeline: %(name)s") % {"name": place.name}
    return _answer(request, place, said)


def _unfollowed(request: HttpRequest, place: FollowedPlace) -> HttpResponse:
    said = _("It no longer comes to your timeline: %(name)s") % {"name": place.name}
    return _answer(request, place, said)


def _answer(
    request: HttpRequest, place: FollowedPlace, said: str, *, level: str = "success"
) -> HttpResponse:
    back = safe_next(request, form_page(request, place.url))
    if wants_fragment(request):
        context = {"place": place, "next_url": back}
        return fragment(request, "blog/_follow_place.html", context, notice=said, level=level)
    messages.add_message(request, messages.DEFAULT_LEVELS[level.upper()], said)
    return redirect(back)
