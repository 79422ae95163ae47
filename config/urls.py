"""Every address of the site; each app keeps its own list."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from blog.views import lists
from config import health, metrics_page, views

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler429 = "accounts.views.entrance.too_many_requests"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("", lists.home, name="home"),
    path("index", lists.index, name="index"),
    path("explore/", lists.explore, name="explore"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics_page.page, name="metrics"),
    path("language/", views.set_language, name="set_language"),
    path("theme/", views.set_theme, name="set_theme"),
    path("time-zone/", views.set_time_zone, name="set_time_zone"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("media/site/<slug:key>.jpg", views.card_image, name="card_image"),
    path("favicon.ico", views.favicon, name="favicon"),
    path(
        "admin/moderation/desk/",
        RedirectView.as_view(pattern_name="admin:moderation_case_changelist", query_string=True),
    ),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("accounts.urls.entrance")),
    path("", include("social.urls")),
    path("", include("search.urls")),
    path("api/v1/", include(("config.api.urls", "v1"))),
    path("", include("embed.urls")),
    path("", include("moderation.urls")),
    path("", include("blog.urls")),
]
