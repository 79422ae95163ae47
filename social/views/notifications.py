"""What a person is told: the list, and marking it as read."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.shortcuts import member_required
from config.fragments import fragment, wants_fragment
from config.numbers import NO_ROW, row_number
from config.pagination import Page, paginate
from config.redirects import safe_next
from social import actions, limits
from social.models import Notification
from social.news import inbox_of
from social.notice_cards import cards_for

PER_PAGE = 30
MOST_MARKED = 100


@require_safe
@member_required
def notifications(request: HttpRequest) -> HttpResponse:
    """Members: what one was told, newest first (SO-25)."""
    return render(request, "social/notifications.html", _list_context(request, request.GET))


@require_POST
@member_required
def read(request: HttpRequest) -> HttpResponse:
    """Members: mark as read: those of ``id``, or with ``all`` everything up to ``up_to`` (SO-25).

    ``up_to`` is when the list was made: what came later has not been seen. ``cursor`` is where in
    the list one was, and comes back to.
    """
    limits.count_mark(request.user)
    sent = [row_number(text) for text in request.POST.getlist("id")[:MOST_MARKED]]
    ids = [number for number in sent if number != NO_ROW]
    own = Notification.objects.filter(person=request.user)
    if "all" in request.POST:
        actions.mark_read(request.user, own.filter(latest_at__lte=_moment(request)))
    elif ids:
        actions.mark_read(request.user, own.filter(pk__in=ids))
    if wants_fragment(request):
        return _read_in_place(request, ids)
    if "all" in request.POST:
        messages.success(request, _("Everything is marked as read."))
    place = _place(request.POST)
    back = reverse("social:notifications") + (f"?{place.urlencode()}" if place else "")
    return redirect(safe_next(request, back))


def _moment(request: HttpRequest) -> datetime:
    try:
        moment = parse_datetime(request.POST.get("up_to", ""))
    except ValueError:
        moment = None
    return moment if moment is not None and moment.tzinfo is not None else timezone.now()


def _read_in_place(request: HttpRequest, ids: list[int]) -> HttpResponse:
    """Return the line that was marked, or the whole list; badges follow at once."""
    count = inbox_of(request.user).unread_notifications
    events = {"madang:event": {"name": "unread_notifications", "data": {"count": count}}}
    if "all" in request.POST:
        return fragment(
            request,
            "social/_notification_list.html",
            _list_context(request, request.POST),
            notice=_("Everything is marked as read."),
            events=events,
        )
    told = Notification.objects.filter(person=request.user, pk__in=ids[:1])
    card = next(iter(cards_for(request.user, told)), None)
    return fragment(request, "social/_notification.html", {"card": card}, events=events)


def _place(sent: QueryDict) -> QueryDict:
    """Return of ``sent`` what names a place in the list: nothing on its first page."""
    place = QueryDict(mutable=True)
    if sent.get("cursor"):
        place["cursor"] = sent["cursor"]
    return place


def _list_context(request: HttpRequest, sent: QueryDict) -> dict[str, object]:
    now = timezone.now()  # before it is read: what comes meanwhile stays unread
    place = _place(sent)
    page: Page = paginate(
        Notification.objects.filter(person=request.user, cause_count__gt=0),
        place,
        page_size=PER_PAGE,
        moment_field="latest_at",
    )
    cards = cards_for(request.user, page.items)
    shown = {card.id for card in cards}
    unread = [told.pk for told in page.items if told.read_at is None]
    return {
        "page": page,
        "cards": cards,
        "cursor": place.get("cursor", ""),
        "now": now,
        "unseen": [pk for pk in unread if pk not in shown],
    }
