"""Telling the moderators that something is wrong."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.shortcuts import keeps_what_was_sent, refuse
from config.exceptions import DomainError, TooManyRequests
from social import actions, limits, policies
from social.forms.reports import ReportForm
from social.reportables import Reportable, heading_of
from social.shortcuts import get_reportable

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_sent
def report(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Members: report what they see and is not theirs; GET asks what is wrong (SO-35).

    What they do not see is 404, as what does not exist; what is theirs is refused at once.
    """
    target = get_reportable(kind, pk, request.user)
    if request.method != "POST":
        policies.require_not_own(target, request.user)
        return _page(request, target, ReportForm())
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _page(request, target, form, status=UNPROCESSABLE)
    try:
        limits.count_report(request.user)
        _report, is_new = actions.report_target(target, actor=request.user, **form.cleaned_data)
    except TooManyRequests:
        raise
    except DomainError as error:
        return _page(request, target, form, status=refuse(request, form, error))
    if is_new:
        messages.success(request, _("Thank you. The moderators will look at it."))
    else:
        messages.success(request, _("Your report is changed. The moderators will look at it."))
    # The thanks stand at the top of the page: at its fragment nobody would see them.
    return redirect(target.url.partition("#")[0])


def _page(
    request: HttpRequest, target: Reportable, form: ReportForm, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "heading": heading_of(target.kind),
        "url": target.url,
        "parts": target.parts,
    }
    return render(request, "social/report.html", context, status=status)
