"""What readers say under a post: to write it, to find it, to change it, to take it back."""

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.browsers import coarse_network
from accounts.shortcuts import keeps_what_was_sent, member_required, refuse
from blog import actions
from blog.comment_forms import CommentEditForm, CommentForm, GuestCommentForm, auto_id
from blog.comment_tree import address_on_page, shown_comment, shown_thread, thread_of
from blog.exceptions import NotTheAuthor
from blog.models import Comment, Post
from blog.policies import can_delete_comment, can_edit_comment
from blog.shortcuts import get_comment_for_reading, get_post_by_permalink
from config import limits
from config.exceptions import DomainError, TooManyRequests
from config.fragments import fragment, wants_fragment
from config.selectors import site_settings

COMMENTS_AN_HOUR = 60
GUEST_COMMENTS_AN_HOUR = 20  # of one network
HOUR = 3600  # seconds
REFUSED_IN_PLACE = 422
"""The one status of a refusal that htmx shows in place of the form."""


@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: HttpRequest, pk: int) -> HttpResponse:
    """Members who see the post: GET is a form to answer it or a comment, POST says it.

    Guests too where the site allows it; all others sign in first and come back.
    """
    if request.user.is_authenticated or _is_open_to_guests(request, pk):
        return _comments(request, pk)
    return _members_comments(request, pk)


def _is_open_to_guests(request: HttpRequest, pk: int) -> bool:
    # Pages of guests have no htmx: who sends by it was signed in a moment ago.
    if wants_fragment(request) or not site_settings().allows_guest_comments:
        return False
    return Post.objects.visible_to(request.user).filter(pk=pk).exists()


def _comments(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_post_by_permalink(pk, request.user)
    kind = CommentForm if request.user.is_authenticated else GuestCommentForm
    if request.method != "POST":
        parent = _answered(request.GET.get("parent"), post, request)
        form = kind.blank(post.pk, parent.pk if parent else None)
        return _form_page(request, post, parent, form)
    form = kind(request.POST)
    is_valid = form.is_valid()
    parent = _answered(form.cleaned_data.get("parent"), post, request)
    form.auto_id = auto_id(post.pk, parent.pk if parent else None)
    form.keeps_as(post.pk, parent.pk if parent else None)
    if not is_valid:
        return _form_page(request, post, parent, form, status=REFUSED_IN_PLACE)
    try:
        if request.user.is_authenticated:
            return _say(request, post, parent, form)
        return _leave(request, post, parent, form)
    except Post.DoesNotExist as error:  # it went out of sight while this was written
        raise Http404 from error
    except DomainError as error:
        status = _refuse(request, form, error)
        return _form_page(request, post, parent, form, status=status)


_members_comments = keeps_what_was_sent(_comments)


def _answered(value: object, post: Post, request: HttpRequest) -> Comment | None:
    """Return the comment that is answered; one of another post, or a hidden one, is not found."""
    if not value:
        return None
    try:
        comment = get_comment_for_reading(int(str(value)), request.user)
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    if comment.post_id != post.pk or not comment.is_published:
        raise Http404
    return comment


def _say(
    request: HttpRequest, post: Post, parent: Comment | None, form: CommentForm
) -> HttpResponse:
    limits.consume("comment", request.user.pk, limit=COMMENTS_AN_HOUR, seconds=HOUR)
    comment = actions.write_comment(
        post,
        actor=request.user,
        source=form.cleaned_data["source"],
        parent=parent,
        origin_key=form.origin_key,
    )
    notice = _("Your comment is up.")
    if wants_fragment(request):
        return _said_in_place(request, comment, notice)
    messages.success(request, notice)
    return redirect(address_on_page(comment, request.user))


def _said_in_place(request: HttpRequest, comment: Comment, notice: str) -> HttpResponse:
    """Answer htmx: the new thread, or the whole thread that was answered, and the new number."""
    post = get_post_by_permalink(comment.post_id, request.user)
    thread = shown_thread(comment.root_id or comment.pk, post, request.user)
    if thread is None or (comment.root_id and thread.more_url):
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = address_on_page(comment, request.user)
        return response
    context = {"post": post, "thread": thread, "focus_pk": comment.pk}
    if not comment.root_id:
        context["comment_form"] = CommentForm.blank(post.pk)
        context["form_id"] = f"comment-{post.pk}-form"
    return fragment(request, "blog/_comment_added.html", context, notice=notice)


def _leave(
    request: HttpRequest, post: Post, parent: Comment | None, form: GuestCommentForm
) -> HttpResponse:
    network = coarse_network(request.META.get("REMOTE_ADDR", ""))
    limits.consume("guest-comment", network, limit=GUEST_COMMENTS_AN_HOUR, seconds=HOUR)
    if not form.is_by_program:
        actions.write_guest_comment(
            post,
            name=form.cleaned_data["name"],
            source=form.cleaned_data["source"],
            parent=parent,
            origin_key=form.origin_key,
        )
    messages.success(
        request, _("Thank you! Your comment is shown as soon as the author has approved it.")
    )
    return redirect(post)


def _refuse(request: HttpRequest, form: CommentForm, error: DomainError) -> int:
    """Put ``error`` into ``form``; return the status of the answer."""
    if isinstance(error, TooManyRequests):
        error.message = _("That was too often. Wait a little and try again.")
    status = refuse(request, form, error)
    if wants_fragment(request):
        return REFUSED_IN_PLACE
    return error.status if isinstance(error, TooManyRequests) else status


def _form_page(
    request: HttpRequest,
    post: Post,
    parent: Comment | None,
    form: CommentForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "post": post,
        "comment_form": form,
        "form_id": f"answer-{parent.pk}-form" if parent else f"comment-{post.pk}-form",
        "thread_id": parent.root_id or parent.pk if parent else None,
        "is_guest": not request.user.is_authenticated,
    }
    if wants_fragment(request):
        context["is_in_place"] = parent is not None
        response = fragment(request, "blog/_comment_form.html", context, status=status)
        if request.method == "POST":
            response.headers["HX-Retarget"] = f"#{context['form_id']}"
            response.headers["HX-Reswap"] = "outerHTML"
        return response
    context["is_whole_page"] = True
    if parent:
        parent.post = post
        context["parent"] = shown_comment(parent, request.user)
    return render(request, "blog/comment_form.html", context, status=status)


@require_safe
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever may read it: the lasting address of a comment, 302 to the page that shows it."""
    found = get_comment_for_reading(pk, request.user)
    return HttpResponseRedirect(address_on_page(found, request.user))


@require_safe
def thread(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever may see the post: one thread with all its answers, 100 a page."""
    root = Comment.objects.filter(pk=pk).select_related("post", "post__author").first()
    if root is None:
        raise Http404
    root.post = get_post_by_permalink(root.post_id, request.user)
    if root.root_id:
        return redirect("blog:comment", pk=pk)
    talk = thread_of(root, request.user, request.GET)
    if talk is None:
        raise Http404
    return render(request, "blog/comment_thread.html", {"post": root.post, "talk": talk})


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_sent
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Who wrote it: changes a comment. Others: 403, or 404 if they do not see it."""
    found = get_comment_for_reading(pk, request.user)
    if not can_edit_comment(request.user, found):
        raise NotTheAuthor(_("Only who wrote it can change this."))
    form = CommentEditForm(
        request.POST if request.method == "POST" else None,
        initial={"source": found.source},
        auto_id=f"edit-{found.pk}-%s",
    )
    if request.method != "POST":
        return _edit_page(request, found, form)
    if not form.is_valid():
        return _edit_page(request, found, form, status=REFUSED_IN_PLACE)
    try:
        limits.consume("comment", request.user.pk, limit=COMMENTS_AN_HOUR, seconds=HOUR)
        actions.change_comment(found, actor=request.user, source=form.cleaned_data["source"])
    except Comment.DoesNotExist as error:
        raise Http404 from error
    except DomainError as error:
        return _edit_page(request, found, form, status=_refuse(request, form, error))
    notice = _("Your comment is changed.")
    if wants_fragment(request):
        return said_fragment(request, found, notice)
    messages.success(request, notice)
    return redirect(address_on_page(found, request.user))


def _edit_page(
    request: HttpRequest, comment: Comment, form: CommentEditForm, *, status: int = 200
) -> HttpResponse:
    context = {"comment": comment, "post": comment.post, "form": form}
    if wants_fragment(request):
        if request.GET.get("whole"):
            return said_fragment(request, comment)
        return fragment(request, "blog/_comment_edit.html", context, status=status)
    return render(request, "blog/comment_edit.html", context, status=status)


def said_fragment(request: HttpRequest, comment: Comment, notice: str = "") -> HttpResponse:
    """Answer htmx: one comment as it is now."""
    shown = shown_comment(comment, request.user)
    context = {"comment": shown, "post": comment.post, "focus_pk": shown.pk}
    return fragment(request, "blog/_comment_said.html", context, notice=notice)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Who wrote it: asks, then deletes. Others: 403, or 404 if they do not see it."""
    deleted_key = f"comment-deleted:{request.user.pk}:{pk}"
    if request.method == "POST" and (address := cache.get(deleted_key)):
        return redirect(address)  # the second of two clicks
    found = get_comment_for_reading(pk, request.user)
    if not can_delete_comment(request.user, found):
        raise NotTheAuthor(_("Only who wrote it can delete this."))
    if request.method != "POST":
        context = {"comment": shown_comment(found, request.user), "post": found.post}
        return render(request, "blog/comment_delete.html", context)
    address = f"{found.post.get_absolute_url()}#comments"
    try:
        actions.delete_comment(found, actor=request.user)
    except Comment.DoesNotExist:
        pass  # the other click was quicker
    cache.set(deleted_key, address, HOUR)
    messages.success(request, _("Your comment is deleted."))
    return redirect(address)
