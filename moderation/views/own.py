"""What staff decided about what is the reader's, and what came of the reader's reports."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse


@login_required
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose the thing is: what was decided, why, and what can be done."""
    raise NotImplementedError


@login_required
def reports(request: HttpRequest) -> HttpResponse:
    """The reader's own reports, and what came of each."""
    raise NotImplementedError
