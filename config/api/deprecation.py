"""What of the API goes away, and when (AP-17)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.encoding import iri_to_uri
from django.utils.http import http_date
from rest_framework.response import Response

SHORTEST_NOTICE = timedelta(days=182)


@dataclass(frozen=True)
class Deprecation:
    """Since when an address is not to be used any more, until when it works, and what is told of it.

    Source: RFC 9745 (Deprecation), RFC 8594 (Sunset).
    """

    since: datetime
    sunset: datetime
    told_at: str

    def __post_init__(self) -> None:
        if self.sunset - self.since < SHORTEST_NOTICE:
            raise ValueError("What goes away is announced six months before.")

    def tell(self, response: Response) -> None:
        """Put it into the headers of ``response``."""
        response.headers["Deprecation"] = f"@{int(self.since.timestamp())}"
        response.headers["Sunset"] = http_date(self.sunset.timestamp())
        link = f'<{iri_to_uri(self.told_at)}>; rel="deprecation"'
        held = response.headers.get("Link", "")
        response.headers["Link"] = f"{held}, {link}" if held else link
