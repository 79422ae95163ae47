"""Addresses of version 1 of the API; each app keeps its own list."""

from django.urls import include, path

from config import converters  # noqa: F401 registers the converters
from config.api import documents, site

urlpatterns = [
    path("", documents.Index.as_view(), name="index"),
    path("site/", site.Site.as_view(), name="site"),
    path("schema/", documents.SchemaDocument.as_view(), name="schema"),
    path("docs/", documents.swagger, name="docs"),
    path("docs/redoc/", documents.redoc, name="redoc"),
    path("", include("accounts.api.urls")),
    path("", include("social.api.urls")),
    path("", include("blog.api.urls")),
    path("", include("search.api.urls")),
    path("", include("embed.api.urls")),
    path("", include("moderation.api.urls")),
]
