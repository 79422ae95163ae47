"""What the author of a post decides about what is said under it; each by one button."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.shortcuts import member_required
from blog import actions, limits
from blog.comment_tree import address_on_page
from blog.exceptions import CommentNotPinnable, CommentNotWaiting
from blog.models import Comment
from blog.shortcuts import get_comment_for_reading, get_post_for_hosting
from blog.views.comments import load_again, said_fragment
from config.fragments import wants_fragment


@require_POST
@member_required
def hide(request: HttpRequest, pk: int) -> HttpResponse:
    """The author of the post: hides a comment from other readers. Others: 403 or 404."""
    return _decide(request, pk, actions.hide_comment, _("Other readers do not see it any more."))


@require_POST
@member_required
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The author of the post: shows a hidden comment again. Others: 403 or 404."""
    return _decide(request, pk, actions.show_comment, _("Everybody sees it again."))


@require_POST
@member_required
def pin(request: HttpRequest, pk: int) -> HttpResponse:
    """The author of the post: puts a comment above the others. Others: 403 or 404."""
    return _decide(request, pk, actions.pin_comment, _("It stands above the other comments now."))


@require_POST
@member_required
def unpin(request: HttpRequest, pk: int) -> HttpResponse:
    """The author of the post: lets a comment stand in its place. Others: 403 or 404."""
    return _decide(request, pk, actions.unpin_comment, _("It is not pinned any more."))


@require_POST
@member_required
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The author of the post, or staff: shows what a guest said. Others: 403 or 404."""
    return _decide(request, pk, actions.approve_comment, _("Everybody sees the comment now."))


@require_POST
@member_required
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """The author of the post, or staff: deletes what a guest said. Others: 403 or 404."""
    found = get_comment_for_reading(pk, request.user)
    limits.count_comment_decision(request.user)
    try:
        actions.refuse_comment(found, actor=request.user)
    except CommentNotWaiting as error:
        messages.error(request, error.message)
    except Comment.DoesNotExist:
        pass  # the other click was quicker
    else:
        messages.success(request, _("The comment is deleted."))
    return redirect(f"{found.post.get_absolute_url()}#comments")


@require_POST
@member_required
def open_comments(request: HttpRequest, pk: int) -> HttpResponse:
    """The author of the post: takes comments. Others: 403 or 404."""
    post = get_post_for_hosting(pk, request.user)
    limits.count_comment_decision(request.user)
    actions.open_comments(post, actor=request.user)
    messages.success(request, _("Readers can comment again."))
    return redirect(f"{post.get_absolute_url()}#comments")


@require_POST
@member_required
def close_comments(request: HttpRequest, pk: int) -> HttpResponse:
    """The author of the post: takes no more comments. Others: 403 or 404."""
    post = get_post_for_hosting(pk, request.user)
    limits.count_comment_decision(request.user)
    actions.close_comments(post, actor=request.user)
    messages.success(request, _("Nobody can comment any more. What was said stays."))
    return redirect(f"{post.get_absolute_url()}#comments")


def _decide(
    request: HttpRequest, pk: int, act: Callable[..., Comment], notice: str
) -> HttpResponse:
    found = get_comment_for_reading(pk, request.user)
    limits.count_comment_decision(request.user)
    try:
        act(found, actor=request.user)
    except Comment.DoesNotExist as error:
        raise Http404 from error
    except (CommentNotPinnable, CommentNotWaiting) as error:
        messages.error(request, error.message)
        if wants_fragment(request):
            return load_again()
        return redirect(address_on_page(found, request.user))
    if wants_fragment(request):
        return said_fragment(request, found, notice, with_number=True)
    messages.success(request, notice)
    return redirect(address_on_page(found, request.user))
