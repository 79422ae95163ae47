"""Which pages elsewhere may read an answer: those of a site's own origins, for its own addresses."""

import re
from typing import Any

from corsheaders.signals import check_request_enabled
from django.http import HttpRequest

from embed.models import EmbedSite

PATH = re.compile(r"/api/v1/embed/([0-9a-f]{16})/")


def site_of(request: HttpRequest) -> EmbedSite | None:
    """Return the site that the address of ``request`` names, looked up once."""
    if not hasattr(request, "_embed_site"):
        match = PATH.match(request.path_info)
        sites = EmbedSite.objects.open().select_related("owner")
        request._embed_site = sites.filter(key=match[1]).first() if match else None
    return request._embed_site


def is_listed_origin(site: EmbedSite | None, origin: str) -> bool:
    """Return whether ``origin`` is one of the site's, to the letter."""
    return site is not None and bool(origin) and origin in site.origins


def allow_listed_origin(sender: Any, request: HttpRequest, **kwargs: Any) -> bool:
    """Answer django-cors-headers: yes for an origin of the site that the address names."""
    return is_listed_origin(site_of(request), request.headers.get("Origin", ""))


def connect() -> None:
    """Let django-cors-headers ask."""
    check_request_enabled.connect(allow_listed_origin, dispatch_uid="embed-origins")
