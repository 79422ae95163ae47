"""Having a text translated by a machine."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from accounts.shortcuts import member_required
from blog import actions, limits
from blog.models import Comment, MachineTranslation, Post
from blog.shortcuts import get_post_by_permalink
from blog.translating.offers import Offer, readers_language, shown_translation
from blog.translating.texts import original_of
from config.errors import prefers_json
from config.exceptions import DomainError
from config.fragments import fragment, wants_fragment

CARD = "card"
RETRIED = frozenset({502, 503})
"""Statuses after which the same may well succeed."""


@require_POST
@member_required
def translate_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Members who may see it: a post in their language; ``part=card``: what its card shows.

    Public and unlisted ones alone, else 403 (BL-65).
    """
    post = get_post_by_permalink(pk, request.user)
    part = CARD if request.POST.get("part") == CARD and not post.is_note else ""
    return _answer(request, post, Offer(request.path, part))


@require_POST
@member_required
def translate_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Members who may see it: a comment in their language; under public and unlisted posts."""
    visible = Comment.objects.visible_to(request.user)
    comment = get_object_or_404(visible.select_related("post", "post__author"), pk=pk)
    return _answer(request, comment, Offer(request.path))


def _answer(request: HttpRequest, subject: Post | Comment, offer: Offer) -> HttpResponse:
    limits.count_machine_translation(request.user)
    is_card = offer.part == CARD
    try:
        row = actions.translate_text(
            subject, actor=request.user, target=readers_language(), is_card=is_card
        )
    except DomainError as error:
        if prefers_json(request):
            raise
        return _refused(request, subject, offer, error)
    if row.state != MachineTranslation.State.DONE:
        return _reply(request, subject, offer, "blog/_translation_wait.html", {}, status=202)
    shown = shown_translation(row, original_of(subject, is_card=is_card))
    return _reply(request, subject, offer, "blog/_translation.html", {"translation": shown})


def _refused(
    request: HttpRequest, subject: Post | Comment, offer: Offer, error: DomainError
) -> HttpResponse:
    found = {"problem": error.message, "can_retry": error.status in RETRIED}
    response = _reply(
        request, subject, offer, "blog/_translation_problem.html", found, status=error.status
    )
    # Shown where the form was, although it is an error (swap.js).
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def _reply(
    request: HttpRequest,
    subject: Post | Comment,
    offer: Offer,
    template: str,
    found: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """Return what stands beside the original: alone to htmx, else on a page with both."""
    found["offer"] = offer
    if wants_fragment(request):
        return fragment(request, template, found, status=status)
    is_card = isinstance(subject, Post) and offer.part == CARD
    page = found | {
        "is_page": True,
        "back_url": subject.get_absolute_url(),
        "language": subject.language,
        "title": getattr(subject, "title", ""),
        "summary": getattr(subject, "summary", "") if is_card else "",
        "html": "" if is_card else mark_safe(subject.html),  # noqa: S308 cleaned when it was stored
    }
    return render(request, "blog/translation.html", page, status=status)
