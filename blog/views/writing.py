"""Writing: the plain form, drafts, deletion."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.shortcuts import member_required, refuse
from blog import actions
from blog.forms import ArticleForm, NoteForm
from blog.models import Post
from blog.rendering import apply_rendering
from blog.shortcuts import get_post_for_editing
from config import limits
from config.exceptions import DomainError
from config.images import ImageRefused

SAVES_AN_HOUR = 600
UPLOADS_AN_HOUR = 60
HOUR = 3600  # seconds


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def write(request: HttpRequest) -> HttpResponse:
    """Members: an empty editor (GET creates nothing); POST saves, previews or publishes."""
    if request.method != "POST":
        return _editor(request, None, ArticleForm.for_post(None, author=request.user))
    return _handle_article(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The author: the editor of one post. Others: 404 or 403."""
    post = get_post_for_editing(pk, request.user)
    if post.is_note:
        return _edit_note(request, post)
    if request.method != "POST":
        return _editor(request, post, ArticleForm.for_post(post, author=request.user))
    return _handle_article(request, post)


def _editor(
    request: HttpRequest,
    post: Post | None,
    form: ArticleForm,
    *,
    preview: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "post": post, "preview": preview}
    return render(request, "blog/write.html", context, status=status)


def _handle_article(request: HttpRequest, post: Post | None) -> HttpResponse:
    form = ArticleForm(request.POST, request.FILES, author=request.user)
    intent = request.POST.get("intent", "save")
    if not form.is_valid():
        return _editor(request, post, form, status=422)
    if intent == "preview":
        return _editor(request, post, form, preview=_preview(form, request))
    limits.consume("save-article", request.user.pk, limit=SAVES_AN_HOUR, seconds=HOUR)
    try:
        stored = _store(request, post, form)
        post = stored
        if intent == "publish":
            stored = actions.publish_post(stored, actor=request.user)
        elif intent == "unpublish":
            stored = actions.unpublish_post(stored, actor=request.user)
    except DomainError as error:
        return _editor(request, post, form, status=refuse(request, form, error))
    if stored.is_published:
        messages.success(request, _("It is published."))
        return redirect(stored.get_absolute_url())
    messages.success(request, _("Your draft is saved."))
    return redirect("blog:edit", stored.pk)


def _store(request: HttpRequest, post: Post | None, form: ArticleForm) -> Post:
    data = form.cleaned_data
    changes = {
        name: data[name]
        for name in (
            "title source excerpt tags topic visibility language slug canonical_url"
            " is_open_to_comments"
        ).split()
    }
    changes["series"] = (
        actions.find_or_create_series(data["new_series"], actor=request.user)
        if data["new_series"]
        else data["series"]
    )
    if data["cover"]:
        limits.consume("upload-image", request.user.pk, limit=UPLOADS_AN_HOUR, seconds=HOUR)
        try:
            changes["cover"] = actions.store_image(
                data["cover"].read(settings.IMAGE_MAX_BYTES + 1),
                actor=request.user,
                name=data["cover"].name,
                alt=data["cover_alt"],
            )
        except ImageRefused as error:
            error.field = "cover"
            raise
    elif data["removes_cover"]:
        changes["cover"] = None
    if post is None:
        key = f"form:{data['submission']}" if data["submission"] else ""
        return actions.create_article(actor=request.user, origin_key=key, **changes)
    return actions.change_article(post, actor=request.user, **changes)


def _preview(form: ArticleForm, request: HttpRequest) -> str:
    """The server's own HTML, the same as published; nothing is stored."""
    draft = Post(
        author=request.user,
        title=form.cleaned_data["title"],
        source=form.cleaned_data["source"],
        language=form.cleaned_data["language"],
    )
    apply_rendering(draft)
    return mark_safe(draft.html)  # noqa: S308 sanitised by the renderer


def _edit_note(request: HttpRequest, post: Post) -> HttpResponse:
    form = NoteForm(
        request.POST or None,
        initial={"source": post.source, "visibility": post.visibility},
    )
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        limits.consume("save-article", request.user.pk, limit=SAVES_AN_HOUR, seconds=HOUR)
        try:
            changed = actions.change_note(
                post,
                actor=request.user,
                source=form.cleaned_data["source"],
                visibility=form.cleaned_data["visibility"],
            )
        except DomainError as error:
            error.field = "source"
            status = refuse(request, form, error)
        else:
            messages.success(request, _("Your note is changed."))
            return redirect(changed.get_absolute_url())
    return render(request, "blog/note_edit.html", {"form": form, "post": post}, status=status)


@require_safe
@member_required
def drafts(request: HttpRequest) -> HttpResponse:
    """Members: one's own drafts, latest first."""
    posts = Post.objects.by(request.user).unfinished().order_by("-updated_at", "-pk")
    deleted = Post.objects.by(request.user).filter(status="deleted").order_by("-deleted_at")
    return render(
        request,
        "blog/drafts.html",
        {
            "drafts": posts.only("pk", "title", "summary", "updated_at", "status", "kind")[:200],
            "deleted": deleted.only("pk", "title", "summary", "deleted_at", "kind")[:50],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """The author: asks first, then deletes."""
    post = get_post_for_editing(pk, request.user)
    if request.method == "POST":
        actions.delete_post(post, actor=request.user)
        messages.success(
            request, _("It is deleted. You can restore it from your drafts for 30 days.")
        )
        return redirect("blog:drafts")
    return render(request, "blog/delete_confirm.html", {"post": post})


@require_http_methods(["POST"])
@member_required
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """The author: brings a deleted post back as a draft."""
    post = Post.objects.by(request.user).filter(pk=pk, status="deleted").first()
    if post is None:
        raise Http404
    actions.restore_post(post, actor=request.user)
    messages.success(request, _("It is back among your drafts."))
    return redirect("blog:edit", pk)
