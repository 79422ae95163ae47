"""The end of a kind of mail, from the mail itself."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import User
from social import actions, notices
from social.unsubscribing import DAILY, read_unsubscribe_token


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has the link of a mail: end that kind of mail (SO-32).

    Mail programs send the POST by themselves, without cookies and without reading the answer
    (RFC 8058); the signed token is the whole proof. GET shows one button and changes nothing,
    because programs that look for viruses follow links.
    """
    named = read_unsubscribe_token(token)
    if named is None:
        raise Http404
    pk, kind = named
    person = User.objects.filter(pk=pk).first()
    if request.method == "POST" and person is not None:
        actions.end_mails(person, kind)
    return render(
        request,
        "social/unsubscribe.html",
        {"is_done": request.method == "POST", "label": _label_of(kind), "is_daily": kind == DAILY},
    )


def _label_of(kind: str) -> str:
    known = notices.find_kind(kind)
    return str(known.label) if known else _("Notifications")
