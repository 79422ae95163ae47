"""Linking one's articles as translations of each other."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.shortcuts import member_required
from blog import actions, limits
from blog.models import Post
from blog.shortcuts import get_post_for_editing
from blog.translation_desk import articles_to_link, translation_rows
from config.exceptions import DomainError, PermissionRefused
from config.numbers import row_number


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def translations(request: HttpRequest, pk: int) -> HttpResponse:
    """The author: what one's article is linked to; POST ``link`` or ``unlink``. Others: 404 or 403."""
    post = get_post_for_editing(pk, request.user)
    if post.is_note:
        raise Http404
    problem, status = "", 200
    if request.method == "POST":
        limits.count_linked_translation(request.user)
        try:
            messages.success(request, _change(request, post))
            return redirect("blog:translations", post.pk)
        except PermissionRefused:
            raise
        except DomainError as error:
            problem, status = error.message, error.status
    context = {
        "post": post,
        "rows": translation_rows(post),
        "choices": articles_to_link(post),
        "problem": problem,
        "chosen": row_number(request.POST.get("link", "")),
    }
    return render(request, "blog/translations.html", context, status=status)


def _change(request: HttpRequest, post: Post) -> str:
    """Do what was asked; return what to say. Raises Http404 for an article that is not one's own."""
    is_link = "link" in request.POST
    pk = row_number(request.POST.get("link" if is_link else "unlink", ""))
    other = Post.objects.by(request.user).exclude(status="deleted").filter(pk=pk).first()
    if other is None:
        raise Http404
    if is_link:
        actions.link_translations(post, other, actor=request.user)
        return _("They are linked. Readers can change between the languages.")
    actions.unlink_translation(other, actor=request.user)
    return _("The link is gone. Both articles stay as they are.")
