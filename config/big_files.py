"""Files that are too large for a function to send: their reader is led to the bucket for a minute.

Used where SERVERLESS is on. Who may read a file is decided by the view, as everywhere; the address
that is given then is signed, ends soon and opens this one file.
"""

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpResponseRedirect
from django.utils.http import content_disposition_header

OPEN_SECONDS = 60


def lead_to_bucket(name: str, *, size: int, filename: str) -> HttpResponseRedirect | None:
    """Return the way to a stored file that is too large to be sent from here; else None."""
    if not settings.SERVERLESS or size <= settings.FUNCTION_MAX_BYTES:
        return None
    wanted = {
        "ResponseContentDisposition": content_disposition_header(True, filename),
        "ResponseCacheControl": "private, no-store",
    }
    address = default_storage.url(name, parameters=wanted, expire=OPEN_SECONDS)
    lead = HttpResponseRedirect(address)
    lead.headers["Cache-Control"] = "private, no-store"
    return lead
