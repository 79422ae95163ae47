"""Writing: the plain form, drafts, deletion."""

import uuid
from typing import Any

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
from blog import actions, limits
from blog.cards import desk_line
from blog.diffs import diff_rows
from blog.exceptions import NotSchedulable, StaleVersion
from blog.forms import ArticleForm, NoteForm
from blog.models import Image, Post
from blog.rendering import preview_html
from blog.selectors import open_preview_link_of
from blog.shortcuts import get_post_for_editing
from blog.working_copy import WorkingCopy, blank_details, working_copy
from config import clock
from config.exceptions import DomainError
from config.images import ImageRefused
from config.text import is_blank

DRAFTS_SHOWN = 200
DELETED_SHOWN = 50
CARRIED = (
    "tags topic series new_series visibility language slug excerpt canonical_url license"
    " is_open_to_comments cover_key cover_alt scheduled_at"
).split()


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
    cover = _cover_of(request, copy)
    form = ArticleForm.for_copy(copy, author=request.user, post=post, cover=cover)
    return _editor(request, post, form, copy=copy, cover=cover)


def _cover_of(request: HttpRequest, copy: WorkingCopy) -> Image | None:
    key = copy.details.get("cover")
    return Image.objects.filter(owner=request.user, key=key).first() if key else None


def _editor(
    request: HttpRequest,
    post: Post | None,
    form: ArticleForm,
    *,
    copy: WorkingCopy,
    cover: Image | None = None,
    preview: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "post": post,
        "copy": copy,
        "preview": mark_safe(preview),  # noqa: S308 sanitised by the renderer
        "cover": cover or _cover_of(request, copy),
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
    texts = form.cleaned_data["title"], form.cleaned_data["source"]
    if post is None and all(map(is_blank, texts)):
        form.add_error("source", _("Nothing is written yet."))
        return _editor(request, post, form, copy=copy, status=422)
    limits.count_save(request.user)
    try:
        if intent == "theirs" and post is not None:
            return _give_way(request, post, form)
        post, copy = _save(request, post, form)
        done = _carry_out(intent, post, form, request)
    except StaleVersion as error:
        return _conflict(request, error, form)
    except DomainError as error:
        status = refuse(request, form, error)
        if post is not None:
            form.start_from(copy)
        return _editor(request, post, form, copy=copy, status=status)
    messages.success(request, done)
    post.refresh_from_db()
    went_out = intent == "publish" and post.has_gone_out
    return redirect(post.get_absolute_url() if went_out else reverse("blog:edit", args=[post.pk]))


def _carry_out(intent: str, post: Post, form: ArticleForm, request: HttpRequest) -> str:
    """Do what the pressed button says; return what to tell the author."""
    if intent == "publish":
        actions.publish_post(post, actor=request.user)
        post.refresh_from_db(fields=["status"])
        if post.is_held:
            return _("Your text is saved. Nobody else sees it until the moderators have decided.")
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
        limits.count_upload(request.user)
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
        changes["cover"] = data["cover_key"] = image.key
    elif data["removes_cover"]:
        changes["cover"] = None
    if post is None:
        key = f"form:{data['submission'] or uuid.uuid4()}"
        copy = actions.start_draft(actor=request.user, origin_key=key, changes=changes)
        post = actions.post_of(request.user, key)
    else:
        copy = actions.save_draft(
            post,
            actor=request.user,
            changes=changes,
            base_version=data["version"],
            keeps_present=data["settles"],
        )
    if (alt := form.new_cover_alt()) is not None:
        actions.describe_cover(copy, actor=request.user, alt=alt)
    return post, copy


def _give_way(request: HttpRequest, post: Post, form: ArticleForm) -> HttpResponse:
    """Go on with what was saved elsewhere; what was written here stays among the revisions."""
    actions.keep_aside(post, actor=request.user, changes=form.changes())
    messages.success(request, _("What you wrote here is among the revisions."))
    return redirect("blog:edit", post.pk)


def _conflict(request: HttpRequest, error: StaleVersion, form: ArticleForm) -> HttpResponse:
    """Both texts in full; sending the form again saves what the author made of them."""
    merged = form.settle_with(error.stored)
    asked = [name for name in merged.disputed if name != "title"]
    context = {
        "form": form,
        "taken": [_elsewhere(form, name, error.stored) for name in merged.taken if name != "title"],
        "asked": [_elsewhere(form, name, error.stored) for name in asked],
        "carried": [form[name] for name in CARRIED if name not in asked],
        "post": error.post,
        "stored": error.stored,
        "rows": diff_rows(error.stored.source, form.cleaned_data["source"]),
    }
    return render(request, "blog/merge.html", context, status=409)


def _elsewhere(form: ArticleForm, name: str, stored: WorkingCopy) -> dict[str, Any]:
    """Return a detail as the page of a merge shows it, with what was saved elsewhere."""
    return {
        "field": None if name == "cover" else form[name],
        "label": form[name].label,
        "text": form.told(name, stored.details[name]),
    }


def _edit_note(request: HttpRequest, post: Post) -> HttpResponse:
    form = NoteForm(
        request.POST or None,
        initial={"source": post.source, "visibility": post.visibility},
    )
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        limits.count_save(request.user)
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
    deleted = (
        posts.restorable()
        .for_desk()
        .only("pk", "kind", "deleted_at", "author__handle")[:DELETED_SHOWN]
    )
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
    context = {"post": post, "copy": working_copy(post)}
    return render(request, "blog/delete_confirm.html", context)


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
