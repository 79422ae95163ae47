"""People's pages, their popup and their pictures."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import avatars
from accounts.actions.pictures import avatar_path
from accounts.models import AVATAR_SIZES, User
from accounts.shortcuts import background
from blog import ready
from blog.cards import cards_for
from blog.meta import page_meta_for_person
from blog.models import Post, Series
from blog.selectors import pinned_posts
from config.kept_pages import kept_page
from config.stored_files import open_stored
from social.forms.mutes import MuteForm
from social.selectors import relation_with
from social.shortcuts import (
    canonical_redirect,
    get_person_for_profile,
    get_person_for_reading,
)

AVATAR_SECONDS = 365 * 24 * 3600
KEY_LENGTH = 32


def _context(request: HttpRequest, person: User, tab: str) -> dict[str, object]:
    return {
        "person": person,
        "tab": tab,
        "is_own": request.user.is_authenticated and request.user.pk == person.pk,
        "relation": relation_with(request.user, person),
        "mute_form": MuteForm(),
        "meta": page_meta_for_person(person),
        "feed_base": person.get_absolute_url(),
    }


@require_safe
@kept_page
def articles(request: HttpRequest, handle: str) -> HttpResponse:
    """Anyone who may see the person: the profile with articles, newest first.

    Whoever blocked the person: who it is, and the button that undoes it (AC-41).
    """
    person, is_blocking = get_person_for_profile(handle, request.user)
    moved = canonical_redirect(request, person, "accounts:profile")
    if is_blocking and not moved:
        return render(request, "accounts/profile_blocked.html", {"person": person})
    return moved or _posts(request, person, "articles", "accounts/profile.html")


@require_safe
@kept_page
def notes(request: HttpRequest, handle: str) -> HttpResponse:
    """Anyone who may see the person: the profile with notes, newest first."""
    person = get_person_for_reading(handle, request.user)
    moved = canonical_redirect(request, person, "accounts:profile_notes")
    return moved or _posts(request, person, "notes", "accounts/profile_notes.html")


def _posts(request: HttpRequest, person: User, tab: str, template: str) -> HttpResponse:
    kind, pinned = Post.Kind.NOTE, []
    if tab != "notes":
        kind = Post.Kind.ARTICLE
        # First on the first page, and on no page a second time.
        pinned = list(pinned_posts(person, request.user).for_card().with_viewer_state(request.user))
    page = ready.page_of_person(
        person,
        kind,
        request.user,
        request.GET,
        page_size=settings.POSTS_PER_PAGE,
        without=[post.pk for post in pinned],
    )
    context = _context(request, person, tab)
    context |= {"page": page, "cards": cards_for(page.items, request.user)}
    if not page.newer_url:
        context["pinned"] = cards_for(pinned, request.user)
    return render(request, template, context)


@require_safe
@kept_page
def series(request: HttpRequest, handle: str) -> HttpResponse:
    """Anyone who may see the person: the series that hold something for this reader."""
    person = get_person_for_reading(handle, request.user)
    moved = canonical_redirect(request, person, "accounts:profile_series")
    if moved:
        return moved
    rows = list(Series.objects.by(person).with_visible_count(request.user).order_by("-pk"))
    context = _context(request, person, "series")
    for row in rows:
        row.author = person
        row.post_count = row.visible_count
    context["series_list"] = [row for row in rows if row.visible_count or context["is_own"]]
    return render(request, "accounts/profile_series.html", context)


@require_safe
@kept_page
def about(request: HttpRequest, handle: str) -> HttpResponse:
    """Anyone who may see the person: all that is said about them."""
    person = get_person_for_reading(handle, request.user)
    moved = canonical_redirect(request, person, "accounts:profile_about")
    return moved or render(
        request, "accounts/profile_about.html", _context(request, person, "about")
    )


@require_safe
@background
def popup(request: HttpRequest, handle: str) -> HttpResponse:
    """Anyone who may see the person: the person in small, without layout (AC-44)."""
    person = get_person_for_reading(handle, request.user)
    moved = canonical_redirect(request, person, "accounts:popup")
    return moved or render(
        request,
        "accounts/popup.html",
        {
            "person": person,
            "is_own": request.user.is_authenticated and request.user.pk == person.pk,
            "is_following": relation_with(request.user, person).is_following,
        },
    )


@require_safe
def avatar(request: HttpRequest, version: str, size: int) -> HttpResponse:
    """Anyone: the picture of a person; drawn, or as uploaded. Never changes under its address."""
    if size not in AVATAR_SIZES:
        raise Http404
    if avatars.is_generated(version):
        content = avatars.draw_avatar(version, size)
    elif len(version) == KEY_LENGTH and version.isalnum():
        try:
            with open_stored(avatar_path(version, size)) as file:
                content = file.read()
        except FileNotFoundError as error:
            raise Http404 from error
    else:
        raise Http404
    response = HttpResponse(content, content_type="image/webp")
    response.headers["Cache-Control"] = f"public, max-age={AVATAR_SECONDS}, immutable"
    return response
