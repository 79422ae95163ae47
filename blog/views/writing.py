"""Writing: the plain form, drafts, deletion."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.shortcuts import keeps_what_was_sent, member_required, refuse
from blog import actions
from blog.cards import desk_line
from blog.diffs import diff_rows
from blog.exceptions import NotSchedulable, StaleVersion
from blog.forms import ArticleForm, NoteForm
from blog.models import Image, Post
from blog.rendering import preview_html
from blog.selectors import open_preview_link_of
from blog.shortcuts import get_post_for_editing
from blog.working_copy import WorkingCopy, blank_details, working_copy
from config import clock, limits
from config.exceptions import DomainError
from config.images import ImageRefused

SAVES_AN_HOUR = 600
UPLOADS_AN_HOUR = 60
DRAFTS_SHOWN = 200
HOUR = 3600  # seconds


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_sent
def write(request: HttpRequest) -> HttpResponse:
    """Members: an empty editor (GET creates nothing); POST saves, previews or publishes."""
    if request.method == "POST":
        return _handle_article(request, None)
    copy = WorkingCopy(details=blank_details(request.user))
    form = ArticleForm.for_copy(copy, author=request.user)
    return _editor(request, None, form, copy=copy)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_sent
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The author: the editor of one post. Others: 404 or 403."""
    post = get_post_for_editing(pk, request.user)
    if post.is_note:
        return _edit_note(request, post)
    if request.method == "POST":
        return _handle_article(request, post)
    copy = working_copy(post)
    form = ArticleForm.for_copy(copy, author=request.user, post=post)
    return _editor(request, post, form, copy=copy)


def _editor(
    request: HttpRequest,
    post: Post | None,
    form: ArticleForm,
    *,
    copy: WorkingCopy,
    preview: str = "",
    status: int = 200,
) -> HttpResponse:
    cover_key = copy.details.get("cover")
    context = {
        "form": form,
        "post": post,
        "copy": copy,
        "preview": mark_safe(preview),  # noqa: S308 sanitised by the renderer
        "cover": Image.objects.filter(owner=request.user, key=cover_key).first()
        if cover_key
        else None,
        "preview_link": open_preview_link_of(post) if post else None,
        "time_zone": timezone.get_current_timezone_name(),
    }
    return render(request, "blog/write.html", context, status=status)


def _handle_article(request: HttpRequest, post: Post | None) -> HttpResponse:
    form = ArticleForm(request.POST, request.FILES, author=request.user)
    intent = request.POST.get("intent", "save")
    copy = working_copy(post) if post else WorkingCopy(details=blank_details(request.user))
    if not form.is_valid():
        return _editor(request, post, form, copy=copy, status=422)
    if intent == "preview":
        html = preview_html(request.user, form.cleaned_data["title"], form.cleaned_data["source"])
        return _editor(request, post, form, copy=copy, preview=html)
    limits.consume("save-article", request.user.pk, limit=SAVES_AN_HOUR, seconds=HOUR)
    try:
        post, copy = _save(request, post, form)
        done = _carry_out(intent, post, form, request)
    except StaleVersion as error:
        return _conflict(request, error, form)
    except DomainError as error:
        status = refuse(request, form, error)
        if post is not None:
            form.data = form.data.copy()
            form.data["version"] = str(copy.version)
        return _editor(request, post, form, copy=copy, status=status)
    messages.success(request, done)
    post.refresh_from_db()
    went_out = intent == "publish" and post.is_published
    return redirect(post.get_absolute_url() if went_out else reverse("blog:edit", args=[post.pk]))


def _carry_out(intent: str, post: Post, form: ArticleForm, request: HttpRequest) -> str:
    """Do what the pressed button says; return what to tell the author."""
    if intent == "publish":
        actions.publish_post(post, actor=request.user)
        return _("It is published.")
    if intent == "schedule":
        at = form.cleaned_data["scheduled_at"]
        if at is None:
            raise NotSchedulable(_("Choose a time that is still to come."), field="scheduled_at")
        post = actions.schedule_post(post, actor=request.user, at=at)
        return _("It goes out by itself: %(moment)s.") % {"moment": clock.exact(at)}
    if intent == "unschedule":
        actions.unschedule_post(post, actor=request.user)
        return _("It does not go out by itself any more.")
    if intent == "unpublish":
        actions.unpublish_post(post, actor=request.user)
        return _("It is a draft again. Nobody else sees it.")
    if intent == "open_link":
        actions.open_preview_link(post, actor=request.user)
        return _("Whoever has the link can read the draft for 30 days.")
    if intent == "close_link":
        actions.revoke_preview_link(post, actor=request.user)
        return _("The link is closed.")
    if intent == "discard":
        actions.discard_draft(post, actor=request.user)
        return _("The changes are put aside. You find them among the revisions.")
    if post.is_published:
        return _("Your changes are saved. Readers see them when you publish.")
    return _("Your draft is saved.")


def _save(request: HttpRequest, post: Post | None, form: ArticleForm) -> tuple[Post, WorkingCopy]:
    data = form.cleaned_data
    changes = form.changes()
    if data["cover"]:
        limits.consume("upload-image", request.user.pk, limit=UPLOADS_AN_HOUR, seconds=HOUR)
        try:
            image = actions.store_image(
                data["cover"].read(settings.IMAGE_MAX_BYTES + 1),
                actor=request.user,
                name=data["cover"].name,
                alt=data["cover_alt"],
            )
        except ImageRefused as error:
            error.field = "cover"
            raise
        changes["cover"] = image.key
    elif data["removes_cover"]:
        changes["cover"] = None
    if post is None:
        key = f"form:{data['submission'] or uuid.uuid4()}"
        copy = actions.start_draft(actor=request.user, origin_key=key, changes=changes)
        return actions.post_of(request.user, key), copy
    copy = actions.save_draft(
        post,
        actor=request.user,
        changes=changes,
        base_version=data["version"],
        keeps_present=data["settles"],
    )
    return post, copy


def _conflict(request: HttpRequest, error: StaleVersion, form: ArticleForm) -> HttpResponse:
    """Both texts in full; sending the form again saves what the author made of them."""
    form.data = form.data.copy()
    form.data["version"] = str(error.stored.version)
    form.data["settles"] = "on"
    context = {
        "form": form,
        "post": error.post,
        "stored": error.stored,
        "rows": diff_rows(error.stored.source, form.cleaned_data["source"]),
    }
    return render(request, "blog/merge.html", context, status=409)


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
    """Members: one's own drafts, scheduled and changed texts, latest first."""
    posts = Post.objects.by(request.user)
    waiting = list(posts.on_desk().for_desk()[:DRAFTS_SHOWN])
    deleted = posts.restorable().only("pk", "title", "summary", "deleted_at", "kind")[:50]
    lines = [desk_line(post) for post in waiting]
    return render(request, "blog/drafts.html", {"drafts": lines, "deleted": deleted})


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
