"""What somebody keeps for later; nobody else sees it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.shortcuts import form_page, member_required
from blog import actions
from blog.cards import PostCard, cards_for
from blog.models import Bookmark, Post
from blog.shortcuts import get_own_bookmark
from config import clock
from config.fragments import fragment, wants_fragment
from config.pagination import paginate
from config.redirects import safe_next

SHOWN = ("all", "unread", "read")


@dataclass(frozen=True)
class KeptPost:
    """One bookmark. ``card`` is None for a post that its keeper does not see any more."""

    pk: int
    post_id: int
    is_read: bool
    kept: str
    card: PostCard | None


@require_safe
@member_required
def bookmarks(request: HttpRequest) -> HttpResponse:
    """Members: their own bookmarks, latest first; ``?show=unread`` or ``read`` for some."""
    show = request.GET.get("show", "all")
    show = show if show in SHOWN else "all"
    rows = Bookmark.objects.filter(person=request.user)
    if show != "all":
        rows = rows.filter(read_at__isnull=show == "unread")
    page = paginate(rows, request.GET, page_size=settings.POSTS_PER_PAGE, moment_field="created_at")
    context = {"page": page, "show": show, "kept_posts": _kept(page.items, request)}
    return render(request, "blog/bookmarks.html", context)


def _kept(rows: list[Bookmark], request: HttpRequest) -> list[KeptPost]:
    """Return ``rows`` with the cards of their posts, in two queries more."""
    seen = (
        Post.objects.visible_to(request.user)
        .published()
        .filter(pk__in=[row.post_id for row in rows])
        .for_card()
        .with_viewer_state(request.user)
    )
    cards = {card.id: card for card in cards_for(seen, request.user)}
    return [
        KeptPost(
            pk=row.pk,
            post_id=row.post_id,
            is_read=row.read_at is not None,
            kept=clock.relative(row.created_at),
            card=cards.get(row.post_id),
        )
        for row in rows
    ]


@require_POST
@member_required
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Its owner: is done with a bookmark. Others: 404."""
    return _mark(request, pk, actions.mark_bookmark_read, _("Marked as read."))


@require_POST
@member_required
def unread(request: HttpRequest, pk: int) -> HttpResponse:
    """Its owner: puts a bookmark back among those to read. Others: 404."""
    return _mark(request, pk, actions.mark_bookmark_unread, _("Marked as not read yet."))


def _mark(request: HttpRequest, pk: int, act: Callable[..., bool], notice: str) -> HttpResponse:
    bookmark = get_own_bookmark(pk, request.user)
    act(bookmark, actor=request.user)
    if wants_fragment(request):
        bookmark = get_own_bookmark(pk, request.user)
        context = {"kept": {"pk": bookmark.pk, "is_read": bookmark.read_at is not None}}
        return fragment(request, "blog/_bookmark_state.html", context, notice=notice)
    messages.success(request, notice)
    return redirect(safe_next(request, form_page(request, reverse("blog:bookmarks"))))
