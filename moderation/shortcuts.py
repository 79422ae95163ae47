"""From an address to what it is about: 404 for what is nobody's business."""

import re
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from django.urls import Resolver404, get_script_prefix, resolve
from django.utils.translation import gettext as _

from accounts.models import User
from blog.exceptions import Withheld
from blog.models import Image
from blog.shortcuts import (
    get_comment_for_reading,
    get_note_for_reading,
    get_post_by_permalink,
    get_post_for_reading,
    get_series_for_reading,
)
from config.exceptions import DomainError, Gone
from config.text import nfc
from moderation.appeal_tokens import decision_of_token
from moderation.exceptions import TakedownRefused
from moderation.models import Decision, Takedown
from moderation.policies import is_moderator
from moderation.takedowns import takedown_of_receipt
from social.shortcuts import get_person_for_reading

COMMENT = re.compile(r"comment-([0-9]{1,18})")
Reference = tuple[str, int]


def get_decision_for_reading(pk: int, user: User) -> Decision:
    """Return a decision about what is ``user``'s, or any to moderators. Raises Http404."""
    rows = Decision.objects.select_related("owner", "rule_version__rule")
    decision = rows.filter(pk=pk).first()
    if decision is None or not (decision.owner_id == user.pk or is_moderator(user)):
        raise Http404
    if decision.kind == Decision.Kind.DISMISS and not is_moderator(user):
        raise Http404  # they never knew that there was something to decide
    return decision


def get_own_decision(pk: int, user: User) -> Decision:
    """Return a decision about what is ``user``'s own. Raises Http404."""
    decision = get_decision_for_reading(pk, user)
    if decision.owner_id != user.pk:
        raise Http404
    return decision


def get_decision_of_token(token: str) -> Decision:
    """Return the decision that a link opens without a session. Raises Http404."""
    decision = decision_of_token(token)
    if decision is None or decision.kind == Decision.Kind.DISMISS:
        raise Http404
    return decision


def get_takedown_of_receipt(receipt: str) -> Takedown:
    """Return the request of a receipt. Raises Http404."""
    found = takedown_of_receipt(receipt)
    if found is None:
        raise Http404
    return found


def get_takedown_target(address: str, request: HttpRequest) -> Reference:
    """Return what stands at an address of this site, if whoever asks may see it.

    Else a form would say what there is. Raises TakedownRefused.
    """
    try:
        return _find(address, request)
    except TakedownRefused:
        raise
    except Withheld as error:
        raise TakedownRefused(
            _("It is held already because of an earlier request."), field="address"
        ) from error
    except (Http404, DomainError) as error:
        raise TakedownRefused(
            _("There is nothing at this address that readers see."), field="address"
        ) from error


def _find(address: str, request: HttpRequest) -> Reference:
    address = address.strip()
    ours = {urlsplit(settings.SITE_URL).netloc.lower(), request.get_host().lower()}
    if re.split("[/?#]", address, maxsplit=1)[0].lower() in ours:
        address = f"//{address}"  # copied without its scheme
    try:
        parts = urlsplit(address)
    except ValueError as error:  # no address at all: "http://["
        raise Http404 from error
    if parts.netloc and parts.netloc.lower() not in ours:
        raise TakedownRefused(
            _("This address is of another site. Only what stands here can be held here."),
            field="address",
        )
    path = nfc(unquote(parts.path))
    prefix = get_script_prefix()
    if not path.startswith(prefix):
        raise Http404
    try:
        match = resolve("/" + path.removeprefix(prefix))
    except Resolver404 as error:
        raise Http404 from error
    comment = COMMENT.fullmatch(parts.fragment)
    name = "blog:comment" if comment else match.view_name
    given = {"pk": int(comment[1])} if comment else match.kwargs
    try:
        # As everybody sees it: whom its author blocked has rights as well.
        return _target_of(name, given, AnonymousUser())
    except (Gone, Http404):
        if not request.user.is_authenticated:
            raise
        return _target_of(name, given, request.user)


def _target_of(name: str, given: dict, viewer: User | AnonymousUser) -> Reference:
    match name:
        case "blog:post":
            return "post", get_post_for_reading(given["handle"], given["slug"], viewer).pk
        case "blog:note":
            return "post", get_note_for_reading(given["handle"], given["pk"], viewer).pk
        case "blog:post_permalink":
            return "post", get_post_by_permalink(given["pk"], viewer).pk
        case "blog:comment" | "blog:comment_thread":
            return "comment", get_comment_for_reading(given["pk"], viewer).pk
        case "blog:series":
            return "series", get_series_for_reading(given["handle"], given["slug"], viewer).pk
        case "blog:image":
            image = Image.objects.filter(key=given["key"]).visible_to(viewer).first()
            if image is None:
                raise Http404
            return "image", image.pk
    if name.startswith("accounts:profile"):
        return "person", get_person_for_reading(given["handle"], viewer).pk
    raise Http404
