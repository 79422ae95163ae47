"""Likes and bookmarks; each is a POST that answers the changed buttons, or comes back."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.shortcuts import form_page, member_required
from blog import actions, limits
from blog.cards import reactions_of
from blog.comment_tree import address_on_page
from blog.models import Comment, CommentLike, Post, PostLike
from blog.selectors import likes_shown_to
from blog.shortcuts import get_comment_for_reading, get_post_by_permalink
from blog.views.comments import lead_to, load_again, shown_or_404
from config.exceptions import Gone, PermissionRefused
from config.fragments import fragment, wants_fragment
from config.pagination import paginate
from config.redirects import safe_next

PEOPLE_PER_PAGE = 50
LARGEST_KEY = 2**63 - 1


@require_POST
@member_required
def like(request: HttpRequest, pk: int) -> HttpResponse:
    """Members who see the post: like it."""
    return _react(request, pk, actions.like_post, _("You like this."))


@require_POST
@member_required
def unlike(request: HttpRequest, pk: int) -> HttpResponse:
    """Members who see the post, or who liked it while they did: take their like back."""
    notice = _("Your like is taken back.")
    try:
        return _react(request, pk, actions.unlike_post, notice)
    except (Http404, Gone):
        post = Post.objects.filter(pk=pk, likes__person=request.user).first()
        if post is None:
            raise
    limits.count_reaction(request.user)
    actions.unlike_post(post, actor=request.user)
    messages.success(request, notice)
    return lead_to(request, reverse("home"))


@require_POST
@member_required
def bookmark(request: HttpRequest, pk: int) -> HttpResponse:
    """Members who see the post: keep it for later."""
    return _react(request, pk, actions.bookmark_post, _("It is among your bookmarks now."))


@require_POST
@member_required
def unbookmark(request: HttpRequest, pk: int) -> HttpResponse:
    """Members: keep a post no longer, also one that they do not see any more."""
    if pk > LARGEST_KEY:
        raise Http404
    notice = _("It is not among your bookmarks any more.")
    limits.count_reaction(request.user)
    actions.unbookmark_post(Post(pk=pk), actor=request.user)
    post = Post.objects.visible_to(request.user).filter(pk=pk).select_related("author").first()
    if post is not None and wants_fragment(request):
        return _reactions(request, pk, notice)
    messages.success(request, notice)
    if post is not None:
        return redirect(safe_next(request, form_page(request, post.get_absolute_url())))
    is_card = request.POST.get("place") == "card"
    if is_card and wants_fragment(request):
        return load_again()
    # The page of the post itself is no place to come back to.
    home = reverse("home")
    return lead_to(request, safe_next(request, form_page(request, home) if is_card else home))


def _react(request: HttpRequest, pk: int, act: Callable[..., bool], notice: str) -> HttpResponse:
    post = get_post_by_permalink(pk, request.user)
    limits.count_reaction(request.user)
    try:
        act(post, actor=request.user)
    except Post.DoesNotExist as error:
        raise Http404 from error
    except PermissionRefused as error:
        if not wants_fragment(request):
            raise  # the page of 403 has the button that sends the mail again (AC-06)
        return _reactions(request, pk, error.message, level="error")
    if wants_fragment(request):
        return _reactions(request, pk, notice)
    messages.success(request, notice)
    return redirect(safe_next(request, form_page(request, post.get_absolute_url())))


def _reactions(
    request: HttpRequest, pk: int, notice: str, *, level: str = "success"
) -> HttpResponse:
    """Answer the buttons as they are now, on a card or under the post as they were there."""
    post = Post.objects.filter(pk=pk).with_viewer_state(request.user).first()
    if post is None:  # deleted in this moment
        raise Http404
    is_card = request.POST.get("place") == "card"
    context = {"reactions": reactions_of(post), "post": post}
    template = "blog/_card_reactions.html" if is_card else "blog/_reactions.html"
    return fragment(request, template, context, notice=notice, level=level)


@require_POST
@member_required
def like_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Members who may read the comment: like it."""
    return _react_to_comment(request, pk, actions.like_comment, _("You like this."))


@require_POST
@member_required
def unlike_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Members who may read the comment, or liked it while they did: take their like back."""
    notice = _("Your like is taken back.")
    try:
        return _react_to_comment(request, pk, actions.unlike_comment, notice)
    except Http404:
        comment = Comment.objects.filter(pk=pk, likes__person=request.user).first()
        if comment is None:
            raise
    limits.count_reaction(request.user)
    actions.unlike_comment(comment, actor=request.user)
    messages.success(request, notice)
    return lead_to(request, reverse("home"))


def _react_to_comment(
    request: HttpRequest, pk: int, act: Callable[..., bool], notice: str
) -> HttpResponse:
    comment = get_comment_for_reading(pk, request.user)
    level = "success"
    limits.count_reaction(request.user)
    try:
        act(comment, actor=request.user)
    except Comment.DoesNotExist as error:
        raise Http404 from error
    except PermissionRefused as error:
        if not wants_fragment(request):
            raise
        notice, level = error.message, "error"
    if wants_fragment(request):
        context = {"comment": shown_or_404(comment, request.user)}
        return fragment(request, "blog/_comment_like.html", context, notice=notice, level=level)
    messages.success(request, notice)
    return redirect(address_on_page(comment, request.user))


@require_safe
@member_required
def likes(request: HttpRequest, pk: int) -> HttpResponse:
    """Members who see the post: who likes it, latest first."""
    post = get_post_by_permalink(pk, request.user)
    rows = PostLike.objects.filter(post=post)
    context = {"post": post, "address": post.get_absolute_url(), "number": post.like_count}
    return render(request, "blog/likes.html", context | _people(request, rows))


@require_safe
@member_required
def comment_likes(request: HttpRequest, pk: int) -> HttpResponse:
    """Members who may read the comment: who likes it, latest first."""
    comment = get_comment_for_reading(pk, request.user)
    rows = CommentLike.objects.filter(comment=comment)
    context = {
        "post": comment.post,
        "address": comment.get_absolute_url(),
        "number": comment.like_count,
    }
    return render(request, "blog/likes.html", context | _people(request, rows))


def _people(request: HttpRequest, rows) -> dict[str, object]:
    """Return the page of those who like it and whom the reader may meet."""
    rows = likes_shown_to(request.user, rows)
    page = paginate(rows, request.GET, page_size=PEOPLE_PER_PAGE, moment_field="created_at")
    people: list[User] = [row.person for row in page.items]
    return {"page": page, "people": people}
