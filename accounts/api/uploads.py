"""Files that programs send: refused unread when they are too large in any case."""

from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.utils.translation import gettext as _
from rest_framework.request import Request

from config.exceptions import DomainError
from config.sizes import readable_size

ROOM_FOR_FIELDS = 64 * 1024  # bytes of a request beside its file


class TooLarge(DomainError):
    """More bytes than anybody may send here."""

    code = "too_large"
    status = 413


def require_small(request: Request, limit: int) -> None:
    """Raise TooLarge if the request says that it brings more than ``limit`` bytes of a file."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > limit + ROOM_FOR_FIELDS:
        raise TooLarge(_("This file is larger than %(size)s.") % {"size": readable_size(limit)})


def take_to_disk(request: Request) -> None:
    """Let the file of ``request`` go to disk while it arrives, however small it is."""
    page_request = request._request
    page_request.upload_handlers = [TemporaryFileUploadHandler(page_request)]
