"""Saving while somebody types: small JSON answers for the scripts of the write page.

Versions follow RFC 9110, 13.1.1: a save names in ``If-Match`` the version it started from.
"""

import json
import re
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.shortcuts import background, member_required
from blog import actions, limits
from blog.diffs import diff_rows
from blog.exceptions import StaleVersion, UnreadableBody
from blog.merging import merge_texts, merged_text
from blog.models import Post
from blog.rendering import preview_html
from blog.shortcuts import get_article_for_editing
from blog.working_copy import WorkingCopy, working_copy
from config import clock
from config.errors import request_id
from config.exceptions import DomainError

SUBMISSION = re.compile(r"[0-9a-f-]{32,36}")
ENTITY_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')


@require_POST
@member_required
def save_new(request: HttpRequest) -> HttpResponse:
    """Members: the first save of a new article. 201, or 200 if that form made one before."""
    limits.count_autosave(request.user)
    data = _json_object(request)
    submission = str(data.get("submission", ""))
    if not SUBMISSION.fullmatch(submission):
        raise UnreadableBody(_("This request cannot be read."), field="submission")
    key = f"form:{submission}"
    is_new = not Post.objects.filter(author=request.user, origin_key=key).exists()
    try:
        copy = actions.start_draft(actor=request.user, origin_key=key, changes=data)
    except DomainError as error:
        return _refused(error)
    _describe_cover(request, copy, data)
    return _saved(actions.post_of(request.user, key), copy, status=201 if is_new else 200)


@require_POST
@member_required
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """The author: save the draft layer. 409 with the stored text if it changed meanwhile.

    What ``keeps`` holds gave way to another version: it becomes a revision before anything else.
    """
    post = get_article_for_editing(pk, request.user)
    limits.count_autosave(request.user)
    data = _json_object(request)
    if isinstance(kept := data.get("keeps"), dict):
        try:
            actions.keep_aside(post, actor=request.user, changes=kept)
        except DomainError as error:
            return _refused(error)
    named = ENTITY_TAG.fullmatch(request.headers.get("If-Match", ""))
    if named is None:
        return _problem(
            HTTPStatus.PRECONDITION_REQUIRED,
            "version_missing",
            _("Say which version this save started from."),
        )
    try:
        copy = actions.save_draft(
            post,
            actor=request.user,
            changes=data,
            base_version=int(named[1]),
            keeps_present=data.get("keeps_present") is True,
        )
    except DomainError as error:
        return _refused(error)
    _describe_cover(request, copy, data)
    return _saved(post, copy)


@require_safe
@background
@member_required
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The author: the stored text and its version, and a fresh form token."""
    post = get_article_for_editing(pk, request.user)
    copy = working_copy(post)
    return JsonResponse(
        {**_facts(post, copy), "stored": copy.as_json(), "csrf": get_token(request)}
    )


@require_safe
@background
def token(request: HttpRequest) -> HttpResponse:
    """Anyone: who is signed in, and a fresh form token, for an editor whose own has expired."""
    response = JsonResponse(
        {
            "owner": request.user.handle_key if request.user.is_authenticated else "",
            "csrf": get_token(request),
        }
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@member_required
def preview(request: HttpRequest) -> HttpResponse:
    """Members: the HTML that publishing this text would store; nothing is stored."""
    limits.count_preview(request.user)
    data = _json_object(request)
    source = _text(data, "source")
    return HttpResponse(preview_html(request.user, _text(data, "title"), source))


@require_POST
@member_required
def merge(request: HttpRequest) -> HttpResponse:
    """Members: bring two edits of one text together: hunks, and the whole text if none clash."""
    limits.count_comparison(request.user)
    data = _json_object(request)
    hunks = merge_texts(_text(data, "base"), _text(data, "mine"), _text(data, "theirs"))
    return JsonResponse(
        {"hunks": [hunk.as_json() for hunk in hunks], "merged": merged_text(hunks)},
        json_dumps_params={"ensure_ascii": False},
    )


@require_POST
@member_required
def compare(request: HttpRequest) -> HttpResponse:
    """Members: two texts side by side, as a part of a page."""
    limits.count_comparison(request.user)
    data = _json_object(request)
    rows = diff_rows(_text(data, "before"), _text(data, "after"))
    return render(request, "blog/_diff.html", {"rows": rows})


def _describe_cover(request: HttpRequest, copy: WorkingCopy, data: dict[str, Any]) -> None:
    if isinstance(alt := data.get("cover_alt"), str):
        actions.describe_cover(copy, actor=request.user, alt=alt)


def _json_object(request: HttpRequest) -> dict[str, Any]:
    try:
        data = json.loads(request.body)
    except (ValueError, RecursionError, RawPostDataException) as error:
        raise UnreadableBody(_("This request cannot be read.")) from error
    if not isinstance(data, dict):
        raise UnreadableBody(_("This request cannot be read."))
    return data


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name, "")
    # Four code points to a grapheme is more than any text has; beyond it nobody is writing.
    return value[: settings.ARTICLE_MAX_LENGTH * 4] if isinstance(value, str) else ""


def _facts(post: Post, copy: WorkingCopy) -> dict[str, Any]:
    return {
        "id": post.pk,
        "version": copy.version,
        "saved_at": clock.iso(copy.saved_at) if copy.saved_at else None,
        "is_changed": copy.is_changed,
        "post_status": post.status,
        "edit_url": reverse("blog:edit", args=[post.pk]),
        "save_url": reverse("blog:save", args=[post.pk]),
        "state_url": reverse("blog:state", args=[post.pk]),
    }


def _saved(post: Post, copy: WorkingCopy, *, status: int = 200) -> HttpResponse:
    response = JsonResponse(_facts(post, copy), status=status)
    response.headers["ETag"] = f'"{copy.version}"'
    return response


def _refused(error: DomainError) -> HttpResponse:
    if isinstance(error, StaleVersion):
        facts = _facts(error.post, error.stored)
        return _problem(
            error.status, error.code, error.message, **facts, stored=error.stored.as_json()
        )
    status = error.status if error.status != HTTPStatus.BAD_REQUEST else 422
    return _problem(status, error.code, error.message, field=error.field)


def _problem(status: int, code: str, detail: str, **more: Any) -> HttpResponse:
    return JsonResponse(
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "code": code,
            "request_id": request_id(),
            **more,
        },
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
