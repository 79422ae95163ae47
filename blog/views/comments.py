"""What readers say under a post: to write it, to find it, to change it, to take it back."""

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.browsers import coarse_network
from accounts.shortcuts import keeps_what_was_sent, member_required, refuse
from blog import actions, limits
from blog.comment_forms import CommentEditForm, CommentForm, GuestCommentForm, auto_id
from blog.comment_tree import (
    ShownComment,
    Viewer,
    address_on_page,
    shown_comment,
    shown_thread,
    thread_of,
)
from blog.exceptions import CommentGone, NotTheAuthor
from blog.guests import guest_rule_of
from blog.models import Comment, Post
from blog.policies import can_delete_comment, can_edit_comment
from blog.shortcuts import (
    get_comment_for_reading,
    get_comment_to_delete,
    get_post_by_permalink,
)
from config.exceptions import DomainError, TooManyRequests
from config.fragments import fragment, wants_fragment

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
    if wants_fragment(request):
        return False
    post = Post.objects.visible_to(request.user).filter(pk=pk).only("pk", "kind").first()
    return post is not None and guest_rule_of(post).are_allowed


def _comments(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_post_by_permalink(pk, request.user)
    kind = CommentForm if request.user.is_authenticated else GuestCommentForm
    if request.method != "POST":
        parent = _answered(request.GET.get("parent"), post, request)
        form = kind.blank(post.pk, parent.pk if parent else None)
        return _form_page(request, post, parent, form)
    form = kind(request.POST)
    is_valid = form.is_valid()
    parent_pk = form.cleaned_data.get("parent")
    form.auto_id = auto_id(post.pk, parent_pk)
    form.keeps_as(post.pk, parent_pk)
    try:
        parent = _answered(parent_pk, post, request)
    except Http404:  # it was deleted or hidden while this was written
        error = CommentGone(_("The comment you answer is not there any more."))
        return _gone_page(request, post, form, error)
    if not is_valid:
        return _form_page(request, post, parent, form, status=REFUSED_IN_PLACE)
    try:
        if request.user.is_authenticated:
            return _say(request, post, parent, form)
        return _leave(request, post, parent, form)
    except Post.DoesNotExist as error:  # it went out of sight while this was written
        raise Http404 from error
    except CommentGone as error:
        return _gone_page(request, post, form, error)
    except DomainError as error:
        status = _refuse(request, form, error)
        return _with_wait(_form_page(request, post, parent, form, status=status), error)


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
    limits.count_comment(request.user)
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
    root_pk = comment.root_id or comment.pk
    thread = shown_thread(root_pk, post, request.user, comment.parent_id)
    if thread is None or (comment.root_id and thread.more_url):
        return lead_to(request, address_on_page(comment, request.user))
    context = {"post": post, "thread": thread, "focus_pk": comment.pk}
    if not comment.root_id:
        context["comment_form"] = CommentForm.blank(post.pk)
        context["form_id"] = f"comment-{post.pk}-form"
    return fragment(request, "blog/_comment_added.html", context, notice=notice)


def _leave(
    request: HttpRequest, post: Post, parent: Comment | None, form: GuestCommentForm
) -> HttpResponse:
    limits.count_guest_comment(coarse_network(request.META.get("REMOTE_ADDR", "")))
    said = None
    if not form.is_by_program:
        said = actions.write_guest_comment(
            post,
            name=form.cleaned_data["name"],
            source=form.cleaned_data["source"],
            parent=parent,
            origin_key=form.origin_key,
        )
    if said is not None and said.is_published:
        messages.success(request, _("Your comment is up."))
        return redirect(address_on_page(said, request.user))
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


def _with_wait(response: HttpResponse, error: DomainError) -> HttpResponse:
    """Say in ``response`` when to try again, if ``error`` knows it."""
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _gone_page(
    request: HttpRequest, post: Post, form: CommentForm, error: CommentGone
) -> HttpResponse:
    """Answer the form with its text: in its place, or as a page that answers the post itself."""
    status = _refuse(request, form, error)
    gone_pk = form.cleaned_data["parent"]
    if wants_fragment(request):
        return _form_page(request, post, None, form, status=status, gone_pk=gone_pk)
    form.data = form.data.copy()
    form.data["parent"] = ""
    form.auto_id = auto_id(post.pk, None)
    form.keeps_as(post.pk, None)
    return _form_page(request, post, None, form, status=status)


def _form_page(
    request: HttpRequest,
    post: Post,
    parent: Comment | None,
    form: CommentForm,
    *,
    status: int = 200,
    gone_pk: int | None = None,
) -> HttpResponse:
    answered_pk = parent.pk if parent else gone_pk
    context = {
        "post": post,
        "comment_form": form,
        "form_id": f"answer-{answered_pk}-form" if answered_pk else f"comment-{post.pk}-form",
        "thread_id": parent.root_id or parent.pk if parent else gone_pk,
        "is_guest": not request.user.is_authenticated,
        "is_shown_at_once": not guest_rule_of(post).needs_approval,
    }
    if wants_fragment(request):
        context["is_in_place"] = answered_pk is not None
        response = fragment(request, "blog/_comment_form.html", context, status=status)
        if request.method == "POST":
            response.headers["HX-Retarget"] = f"#{context['form_id']}"
            response.headers["HX-Reswap"] = "outerHTML"
        return response
    context["is_whole_page"] = True
    if parent:
        parent.post = post
        context["parent"] = shown_or_404(parent, request.user)
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
    form.keeps_as(found.pk)
    if request.method != "POST":
        return _edit_page(request, found, form)
    if not form.is_valid():
        return _edit_page(request, found, form, status=REFUSED_IN_PLACE)
    try:
        limits.count_comment(request.user)
        actions.change_comment(found, actor=request.user, source=form.cleaned_data["source"])
    except Comment.DoesNotExist as error:
        raise Http404 from error
    except DomainError as error:
        status = _refuse(request, form, error)
        return _with_wait(_edit_page(request, found, form, status=status), error)
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


def said_fragment(
    request: HttpRequest, comment: Comment, notice: str = "", *, with_number: bool = False
) -> HttpResponse:
    """Answer htmx: one comment as it is now; ``with_number``: and the number of comments."""
    shown = shown_or_404(comment, request.user)
    context = {"comment": shown, "post": comment.post, "focus_pk": shown.pk}
    if with_number:
        context["counted_post"] = Post.objects.filter(pk=comment.post_id).first()
    return fragment(request, "blog/_comment_said.html", context, notice=notice)


def shown_or_404(comment: Comment, viewer: Viewer) -> ShownComment:
    """Return ``comment`` as it is shown. Raises Http404 if it went in this moment."""
    try:
        shown = shown_comment(comment, viewer)
    except Comment.DoesNotExist as error:
        raise Http404 from error
    if not shown.is_seen:
        raise Http404
    return shown


def lead_to(request: HttpRequest, address: str) -> HttpResponse:
    """Answer with another page, also where htmx asked for a part of the one that is shown."""
    if not wants_fragment(request):
        return redirect(address)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = address
    return response


def load_again() -> HttpResponse:
    """Answer htmx: the page that is shown is out of date as a whole."""
    response = HttpResponse(status=204)
    response.headers["HX-Refresh"] = "true"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Who wrote it: asks, then deletes, also under a post that they do not see any more.

    Others: 403, or 404 if they do not see it.
    """
    deleted_key = f"comment-deleted:{request.user.pk}:{pk}"
    if request.method == "POST" and (address := cache.get(deleted_key)):
        return lead_to(request, address)  # the second of two clicks
    found = get_comment_to_delete(pk, request.user)
    if not can_delete_comment(request.user, found):
        raise NotTheAuthor(_("Only who wrote it can delete this."))
    sees_post = Post.objects.visible_to(request.user).filter(pk=found.post_id).exists()
    if request.method != "POST":
        shown = shown_or_404(found, request.user)
        context = {"comment": shown, "back": shown.url if sees_post else reverse("home")}
        return render(request, "blog/comment_delete.html", context)
    address = f"{found.post.get_absolute_url()}#comments" if sees_post else reverse("home")
    try:
        actions.delete_comment(found, actor=request.user)
    except Comment.DoesNotExist:
        pass  # the other click was quicker
    cache.set(deleted_key, address, HOUR)
    messages.success(request, _("Your comment is deleted."))
    return lead_to(request, address)
