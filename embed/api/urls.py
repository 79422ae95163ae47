"""Addresses of the API for sites elsewhere."""

from django.urls import path

from embed import converters  # noqa: F401 registers the converters
from embed.api.views import comments, own_sites, sites, threads

SITE = "embed/<site_key:site>/"
OWN = "embed-sites/<site_key:site>/"

urlpatterns = [
    path(SITE, sites.Site.as_view(), name="embed_site"),
    path(f"{SITE}counts/", sites.Counts.as_view(), name="embed_counts"),
    path(f"{SITE}challenge/", sites.ChallengeTask.as_view(), name="embed_challenge"),
    path(f"{SITE}search/", sites.SiteSearch.as_view(), name="embed_search"),
    path(f"{SITE}threads/<path:key>/comments/", threads.Comments.as_view(), name="embed_comments"),
    path(f"{SITE}threads/<path:key>/reaction/", threads.Reaction.as_view(), name="embed_reaction"),
    path(f"{SITE}threads/<path:key>/", threads.Thread.as_view(), name="embed_thread"),
    path(f"{SITE}comments/<key:pk>/", comments.CommentDetail.as_view(), name="embed_comment"),
    path(
        f"{SITE}comments/<key:pk>/like/",
        comments.CommentLike.as_view(),
        name="embed_comment_like",
    ),
    path(
        f"{SITE}comments/<key:pk>/<decision:verb>/",
        comments.CommentDecision.as_view(),
        name="embed_comment_decision",
    ),
    path("embed-sites/", own_sites.OwnSites.as_view(), name="own_embed_sites"),
    path(OWN, own_sites.OwnSite.as_view(), name="own_embed_site"),
    path(f"{OWN}threads/", own_sites.OwnThreads.as_view(), name="own_embed_threads"),
    path(f"{OWN}threads/<key:pk>/", own_sites.OwnThread.as_view(), name="own_embed_thread"),
    path(
        f"{OWN}threads/<key:pk>/keys/<path:key>/",
        own_sites.OwnThreadKey.as_view(),
        name="own_embed_thread_key",
    ),
    path(f"{OWN}imports/", own_sites.CommentImports.as_view(), name="own_embed_imports"),
    path(
        f"{OWN}imports/<key:pk>/bring/",
        own_sites.CommentImport.as_view(),
        name="own_embed_import",
    ),
    path(f"{OWN}exports/", own_sites.CommentExports.as_view(), name="own_embed_exports"),
]
