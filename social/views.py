"""Follow and unfollow; each is a POST that comes back to where it was pressed."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.shortcuts import form_page, member_required
from config import limits
from config.exceptions import DomainError, PermissionRefused
from config.redirects import safe_next
from social import actions
from social.shortcuts import get_person_for_reading

FOLLOWS_AN_HOUR = 60
HOUR = 3600  # seconds


def _back(request: HttpRequest, person: User) -> HttpResponse:
    return redirect(safe_next(request, form_page(request, person.get_absolute_url())))


@require_POST
@member_required
def follow(request: HttpRequest, handle: str) -> HttpResponse:
    """Members: follow a person who may be seen."""
    person = get_person_for_reading(handle, request.user)
    limits.consume("follow", request.user.pk, limit=FOLLOWS_AN_HOUR, seconds=HOUR)
    try:
        actions.follow_person(person, actor=request.user)
    except User.DoesNotExist as error:
        raise Http404 from error
    except PermissionRefused:
        raise  # the page of 403 has the button that sends the mail again (AC-06)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("You follow %(name)s now.") % {"name": person.name})
    return _back(request, person)


@require_POST
@member_required
def unfollow(request: HttpRequest, handle: str) -> HttpResponse:
    """Members: stop following a person."""
    person = get_person_for_reading(handle, request.user)
    actions.unfollow_person(person, actor=request.user)
    messages.success(request, _("You no longer follow %(name)s.") % {"name": person.name})
    return _back(request, person)
