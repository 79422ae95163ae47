"""Pinning on the profile."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.shortcuts import member_required
from blog import actions, limits
from blog.exceptions import NotPinnable, TooManyPins
from blog.shortcuts import get_post_for_editing
from config.redirects import safe_next


@require_POST
@member_required
def pin(request: HttpRequest, pk: int) -> HttpResponse:
    """The author: pins (``pinned=1``) or unpins (``pinned=0``) one's post. Others: 404 or 403."""
    post = get_post_for_editing(pk, request.user)
    limits.count_pin(request.user)
    try:
        if request.POST.get("pinned") == "0":
            actions.unpin_post(post, actor=request.user)
            messages.success(request, _("It is not pinned any more."))
        else:
            actions.pin_post(post, actor=request.user)
            messages.success(request, _("It stands first on your profile now."))
    except (TooManyPins, NotPinnable) as error:
        messages.error(request, error.message)
    return redirect(safe_next(request, post.get_absolute_url()))
