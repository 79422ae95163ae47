"""Articles and series as files, by programs; the same as on the pages."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from blog.downloads import TYPES, article_download, series_download
from blog.shortcuts import get_post_by_permalink, get_series_by_key
from config.api import ANYONE, ApiView, InvalidInput

FORM = OpenApiParameter(
    "form", str, enum=list(TYPES), default="epub", description="`md` and `zip`: one's own alone."
)


def _media(*forms: str) -> dict[tuple[int, str], Any]:
    return {(200, TYPES[form].partition(";")[0]): OpenApiTypes.BINARY for form in forms}


class FileView(ApiView):
    """A resource that answers with a file, whatever ``Accept`` asks for."""

    scopes: ClassVar = {"GET": ANYONE}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Return what writes problem documents; the file itself is never refused."""
        return super().perform_content_negotiation(request, force=True)


class PostDownload(FileView):
    """An article as a file."""

    @extend_schema(parameters=[FORM], responses=_media(*TYPES))
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Anyone who may read the article: a page or a book; its author also the Markdown."""
        form = request.query_params.get("form") or "epub"
        if form not in TYPES:
            raise InvalidInput(
                _("Choose one of these: %(choices)s.") % {"choices": ", ".join(TYPES)},
                field="form",
                code="invalid_choice",
            )
        post = get_post_by_permalink(pk, self.viewer)
        return article_download(request, post, form, reader=self.viewer)


class SeriesDownload(FileView):
    """A series as a book."""

    @extend_schema(responses=_media("epub"))
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Anyone who may see the series: a book (EPUB) of the articles in it that they may read."""
        series = get_series_by_key(pk, self.viewer)
        return series_download(request, series, reader=self.viewer)
