"""Sending somebody the link that confirms an address, as often as the pages do."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import consume_email_verification_rate_limit
from allauth.account.models import EmailAddress
from rest_framework.request import Request

RESEND_SECONDS = 180


def send_confirmation(request: Request, address: EmailAddress, *, is_new: bool = False) -> bool:
    """Send the link to ``address`` unless that was done a moment ago (AC-07); return whether.

    Without the messages that allauth would leave for a page.
    """
    page_request = request._request
    if not get_adapter().should_send_confirmation_mail(page_request, address, is_new):
        return False
    if not consume_email_verification_rate_limit(page_request, address.email):
        return False
    address.send_confirmation(page_request, signup=is_new)
    return True
