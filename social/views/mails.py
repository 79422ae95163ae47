"""Settings: which notifications come by mail, too."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.policies import is_email_confirmed
from accounts.shortcuts import member_required
from social import actions, limits
from social.forms.mails import MailsForm

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def settings_notifications(request: HttpRequest) -> HttpResponse:
    """Members: which mails one wants; plainly so when none can leave (SO-32, SO-33)."""
    if request.method != "POST":
        return _page(request, MailsForm(person=request.user))
    form = MailsForm(request.POST, person=request.user)
    if not form.is_valid():
        return _page(request, form, status=UNPROCESSABLE)
    actions.choose_mails(request.user, form.cleaned_data)
    messages.success(request, _("Your choice is saved."))
    return redirect("social:settings_notifications")


@require_POST
@member_required
def try_again(request: HttpRequest) -> HttpResponse:
    """Members: let mails go to one's address again after it could not be reached (SO-33)."""
    limits.count_mail_try(request.user)
    actions.try_mail_again(request.user)
    messages.success(request, _("The next mail goes to your address again."))
    return redirect("social:settings_notifications")


def _page(request: HttpRequest, form: MailsForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "is_mail_on": settings.MAIL_ENABLED,
        "is_confirmed": is_email_confirmed(request.user),
    }
    return render(request, "social/settings_notifications.html", context, status=status)
