"""Addresses in answers: absolute, made without resolving a pattern for every row."""

from functools import cached_property
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import reverse


class Addresses:
    """Absolute addresses as seen from one request."""

    def __init__(self, request: HttpRequest):
        self._request = request

    @cached_property
    def host(self) -> str:
        """Scheme and host, without a slash at the end."""
        return self._request.build_absolute_uri("/")[:-1]

    @cached_property
    def _api_root(self) -> str:
        return self.host + reverse("v1:index")

    def api(self, path: str = "") -> str:
        """Return the address of ``path`` below ``/api/v1/``."""
        return self._api_root + path

    def page(self, path: str) -> str:
        """Return the address of what ``reverse()`` or ``get_absolute_url()`` gave."""
        return path if "://" in path else self.host + path

    def person(self, handle: str) -> str:
        """Return the address of the page of a person."""
        return f"{self._site_root}@{quote(handle)}/"

    @cached_property
    def _site_root(self) -> str:
        return self.host + reverse("home")
