"""What a text was before: list, comparison, return."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.shortcuts import member_required
from blog import actions
from blog.diffs import diff_rows
from blog.models import Post, Revision
from blog.shortcuts import get_post_for_editing
from blog.working_copy import working_copy
from config.exceptions import DomainError
from config.pagination import paginate

REVISIONS_SHOWN = 50


def _revision(post: Post, revision_pk: int) -> Revision:
    revision = Revision.objects.filter(post=post, pk=revision_pk).first()
    if revision is None:
        raise Http404
    return revision


@require_safe
@member_required
def revisions(request: HttpRequest, pk: int) -> HttpResponse:
    """The author alone: the revisions of a post, newest first. Others: 404 or 403."""
    post = get_post_for_editing(pk, request.user)
    rows = Revision.objects.filter(post=post).defer("source", "details")
    page = paginate(rows, request.GET, page_size=REVISIONS_SHOWN, moment_field="created_at")
    return render(
        request,
        "blog/revisions.html",
        {"post": post, "copy": working_copy(post), "page": page, "revisions": page.items},
    )


@require_safe
@member_required
def revision(request: HttpRequest, pk: int, revision_pk: int) -> HttpResponse:
    """The author alone: one revision beside the present text."""
    post = get_post_for_editing(pk, request.user)
    held = _revision(post, revision_pk)
    copy = working_copy(post)
    context = {
        "post": post,
        "revision": held,
        "copy": copy,
        "is_title_changed": held.title != copy.title,
        "rows": diff_rows(held.source, copy.source) if held.source != copy.source else [],
    }
    return render(request, "blog/revision.html", context)


@require_POST
@member_required
def restore_revision(request: HttpRequest, pk: int, revision_pk: int) -> HttpResponse:
    """The author alone: bring a revision back into the editor; the present text is kept."""
    post = get_post_for_editing(pk, request.user)
    held = _revision(post, revision_pk)
    if post.is_note:
        actions.change_note(post, actor=request.user, source=held.source)
        messages.success(request, _("The earlier text is back."))
        return redirect(post.get_absolute_url())
    actions.restore_revision(post, held, actor=request.user)
    messages.success(
        request, _("The earlier text is in the editor. The one before it is among the revisions.")
    )
    return redirect("blog:edit", pk)


@require_POST
@member_required
def name_revision(request: HttpRequest, pk: int) -> HttpResponse:
    """The author alone: keep the present text under a name."""
    post = get_post_for_editing(pk, request.user)
    try:
        actions.name_revision(post, actor=request.user, name=request.POST.get("name", ""))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("This version is kept."))
    return redirect("blog:revisions", pk)
