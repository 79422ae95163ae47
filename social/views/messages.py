"""Private messages: the list, one conversation, and what one can do with them."""

import hashlib
import json
import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.shortcuts import (
    is_in_place,
    keeps_what_was_sent,
    member_required,
    refuse,
)
from config.errors import prefers_json
from config.exceptions import DomainError, TooManyRequests
from config.fragments import fragment, wants_fragment
from config.pagination import paginate
from social import actions, conversations, limits
from social.forms.messages import MessageForm
from social.models import ConversationSide, Message
from social.policies import is_reachable
from social.selectors import unread_messages_of
from social.shortcuts import canonical_redirect, get_person_for_messages, require_other
from social.views.message_lines import conversation_lines, message_lines, name_of

CONVERSATIONS_PER_PAGE = 25
MESSAGES_PER_PAGE = 30
NEWER_AT_ONCE = 200
LARGEST_KEY = 2**63 - 1
SENT_EVENT = "madang:message-sent"


@require_safe
@member_required
def message_list(request: HttpRequest) -> HttpResponse:
    """Members: one's conversations, latest activity first (SO-12)."""
    page = paginate(
        conversations.conversations_of(request.user),
        request.GET,
        page_size=CONVERSATIONS_PER_PAGE,
        moment_field="last_at",
    )
    last = Message.objects.in_bulk([side.last_message for side in page.items])
    context = {"page": page, "lines": conversation_lines(page.items, last, request.user)}
    return render(request, "social/messages.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_sent
def conversation(request: HttpRequest, handle: str) -> HttpResponse:
    """Members: what one and another person said; POST says more.

    ``?after=`` answers what came after that message, for the page that is open. People whom a
    block or a closed account hides: 404, unless there is a conversation (SO-07, SO-17).
    """
    other, side = get_person_for_messages(handle, request.user)
    require_other(other, request.user)
    if request.method == "POST":
        return _send(request, other, side)
    if "after" in request.GET:
        return _newer(request, other, side)
    return canonical_redirect(request, other, "social:conversation") or _page(request, other, side)


def _send(request: HttpRequest, other: User, side: ConversationSide | None) -> HttpResponse:
    form = MessageForm(request.POST, auto_id="message-%s")
    if not form.is_valid():
        return _form_again(request, other, side, form, 422)
    data = form.cleaned_data
    try:
        limits.count_message(request.user, is_first=side is None)
        sent = actions.send_message(
            other,
            actor=request.user,
            text=data["text"],
            origin_key=_origin_key(data["submission"], data["text"]),
            seen=data["seen"],
        )
    except User.DoesNotExist as error:
        raise Http404 from error
    except DomainError as error:
        if prefers_json(request):
            raise
        return _refused(request, other, side, form, error)
    if wants_fragment(request):
        # messages.js shows it with whatever else arrived, and takes a new key for the next one.
        news = {SENT_EVENT: {"submission": str(uuid.uuid4())}}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(news)})
    messages.success(request, _("Your message is sent."))
    return redirect(f"{_address(other)}#message-{sent.pk}")


def _refused(
    request: HttpRequest,
    other: User,
    side: ConversationSide | None,
    form: MessageForm,
    error: DomainError,
) -> HttpResponse:
    """Show the form again with what was written and why it was not sent."""
    if not isinstance(error, TooManyRequests):
        return _form_again(request, other, side, form, refuse(request, form, error))
    form.add_error(
        None,
        _("Too many requests came from you in a short time. Wait a moment and try again."),
    )
    response = _form_again(request, other, side, form, error.status)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _origin_key(submission, text: str) -> str:
    """Name what was sent. Another text in the same form, after "back", is another message."""
    if not submission:
        return ""
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"form:{submission}:{digest}"


def _form_again(
    request: HttpRequest, other: User, side: ConversationSide | None, form: MessageForm, status: int
) -> HttpResponse:
    if wants_fragment(request):
        context = {"other": other, "form": form, "is_live": True}
        response = fragment(request, "social/_message_form.html", context, status=status)
        response.headers["HX-Reswap"] = "outerHTML"  # an error, too, is shown in place
        return response
    return _page(request, other, side, form=form, status=status)


def _newer(request: HttpRequest, other: User, side: ConversationSide | None) -> HttpResponse:
    rows = []
    if side is not None:
        newer = conversations.messages_on(side).filter(pk__gt=_key(request.GET.get("after")))
        rows = list(newer.order_by("created_at", "pk")[:NEWER_AT_ONCE])
    context = {"lines": message_lines(rows, request.user, other), "other": other}
    return fragment(request, "social/_message_list.html", context)


def _page(
    request: HttpRequest,
    other: User,
    side: ConversationSide | None,
    *,
    form: MessageForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = Message.objects.none() if side is None else conversations.messages_on(side)
    page = paginate(rows, request.GET, page_size=MESSAGES_PER_PAGE, moment_field="created_at")
    shown = max((message.pk for message in page.items), default=0)
    if form is None and is_reachable(other, request.user):
        form = MessageForm.blank(seen=shown)
    context = {
        "other": other,
        "name": name_of(other),
        "is_gone": other.state == User.State.ERASED,
        "lines": message_lines(reversed(page.items), request.user, other),
        "page": page,
        "shown": shown,
        "unread_count": side.unread_count if side else 0,
        "has_conversation": side is not None,
        "form": form,
        "is_live": page.newer_url is None,
    }
    return render(request, "social/conversation.html", context, status=status)


# Read, unread, gone -----------------------------------------------------------------------------


@require_POST
@member_required
def read(request: HttpRequest, handle: str) -> HttpResponse:
    """Members: note that one read a conversation, up to the message ``up_to`` (SO-19)."""
    other, side = _own_side(request, handle)
    up_to = _key(request.POST.get("up_to"), default=LARGEST_KEY)
    actions.mark_conversation_read(side.conversation, actor=request.user, up_to=up_to)
    if is_in_place(request):
        return JsonResponse({"count": unread_messages_of(request.user)})
    messages.success(request, _("The messages are marked as read."))
    return redirect(_address(other))


@require_POST
@member_required
def unread(request: HttpRequest, handle: str) -> HttpResponse:
    """Members: let a conversation be unread from the message ``from`` on (SO-20)."""
    other, side = _own_side(request, handle)
    message = conversations.message_for(request.user, _key(request.POST.get("from")))
    if message is None or message.conversation_id != side.conversation_id:
        raise Http404
    actions.mark_conversation_unread(message, actor=request.user)
    messages.success(
        request, _("The messages of %(name)s are marked as unread.") % {"name": name_of(other)}
    )
    return redirect("social:messages")


@require_POST
@member_required
def clear(request: HttpRequest, handle: str) -> HttpResponse:
    """Members: take a conversation from one's list, until the next message (SO-20)."""
    other, side = _own_side(request, handle)
    actions.clear_conversation(side.conversation, actor=request.user)
    messages.success(
        request, _("The conversation with %(name)s left your list.") % {"name": name_of(other)}
    )
    return redirect("social:messages")


@require_POST
@member_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """The sender: delete a message for both sides. Who cannot read it: 404; the reader: 403."""
    limits.count_message_change(request.user)
    message = conversations.message_for(request.user, pk)
    if message is None:
        raise Http404
    message = actions.delete_message(message, actor=request.user)
    other = conversations.other_in(message, request.user)
    said = _("The message is deleted.")
    if wants_fragment(request):
        context = {"lines": message_lines([message], request.user, other), "other": other}
        return fragment(request, "social/_message_list.html", context, notice=said)
    messages.success(request, said)
    return redirect(f"{_address(other)}#message-{message.pk}")


def _own_side(request: HttpRequest, handle: str) -> tuple[User, ConversationSide]:
    limits.count_message_change(request.user)
    other, side = get_person_for_messages(handle, request.user)
    if side is None:
        raise Http404
    return other, side


def _address(other: User) -> str:
    return reverse("social:conversation", args=[other.handle])


def _key(text: str | None, *, default: int = 0) -> int:
    """Return the key of a message that was sent along; ``default`` if that is no number."""
    if not text or not text.isascii() or not text.isdigit():
        return default
    return min(int(text[:30]), LARGEST_KEY)
