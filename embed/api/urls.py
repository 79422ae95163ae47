"""Addresses of the API for sites elsewhere."""

from django.urls import path

from embed import converters  # noqa: F401 registers the converters
from embed.api.views import comments, sites, threads

SITE = "embed/<site_key:site>/"

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
]
